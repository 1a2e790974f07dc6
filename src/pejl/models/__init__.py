"""All tables. Other layers import names from here."""

from pejl.models.alignment import Edge
from pejl.models.checkins import Checkin, Comment, Mention
from pejl.models.forecasts import ForecastLearning, GoalForecast
from pejl.models.goals import (
    Figure,
    Goal,
    GoalPerson,
    GoalPersonRole,
    GoalState,
    GoalTag,
    GoalTeam,
    GoalVersion,
    Milestone,
    Task,
)
from pejl.models.history import Event, Once
from pejl.models.kpis import Guardrail, Kpi, Reading
from pejl.models.people import Person, Team, TeamMember
from pejl.models.periods import Period
from pejl.models.proposals import Proposal, ProposalKind
from pejl.models.tokens import Token
from pejl.models.transfers import Import, ImportState, Profile, Record
from pejl.models.webhooks import Delivery, DeliveryState, Webhook
from pejl.models.workspace import Account, Workspace

__all__ = [
    "Account",
    "Checkin",
    "Comment",
    "Delivery",
    "DeliveryState",
    "Edge",
    "Event",
    "Figure",
    "ForecastLearning",
    "Goal",
    "GoalForecast",
    "GoalPerson",
    "GoalPersonRole",
    "GoalState",
    "GoalTag",
    "GoalTeam",
    "GoalVersion",
    "Guardrail",
    "Import",
    "ImportState",
    "Kpi",
    "Mention",
    "Milestone",
    "Once",
    "Period",
    "Person",
    "Profile",
    "Proposal",
    "ProposalKind",
    "Reading",
    "Record",
    "Task",
    "Team",
    "TeamMember",
    "Token",
    "Webhook",
    "Workspace",
]
