"""The tables of other OKR tools, with the headings that each publishes for its import or export.

>>> [one.NAME for one in LAYOUTS if one.fits(("name", "type", "progress", "owner_email", "end_date"))]
['betterworks']
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pejl.adapters.formats.layouts import Layout
from pejl.adapters.formats.layouts_facts import Rules
from pejl.domain.values import Kind

_HUNDRED: Final = Decimal(100)

APPFIRE: Final = Layout(
    "appfire-okr",
    {
        "Order": "order", "Type": "kind", "Summary": "title", "Status": "status", "Period": "period",
        "Owner": "owner", "Weight": "share", "OKR type": "level", "Labels": "tags", "Teams": "team",
        "Expected start date": "start_date", "Expected end date": "end_date", "Start value": "from",
        "Current value": "value", "Target value": "to", "Description": "description",
    },
    signs=(
        "Order", "Type", "Summary", "Status", "Period", "Owner", "Start value", "Current value",
        "Target value",
    ),
    rules=Rules(rolls_up=True),
)  # fmt: skip

PEOPLEBOX: Final = Layout(
    "peoplebox",
    {
        "Row ID": "key", "Parent Row IDs": "parent_key", "Parent Goal IDs": "parent_id", "Goal ID": "id",
        "Action": "action", "Goal Title": "title", "Owner Emails": "owner_email", "Goal Cycle": "period",
        "Goal Type": "kind", "Scope": "level", "Departments": "team", "Start Date": "start_date",
        "End Date": "end_date", "Description": "description", "Starting Value": "from",
        "Target Value": "to", "Current Value": "value", "Progress Status": "status", "Check-in Type": "",
        "Tags": "tags",
    },
    signs=("Goal Title", "Owner Emails", "Goal Cycle"),
)  # fmt: skip

BETTERWORKS: Final = Layout(
    "betterworks",
    {
        "name": "title", "type": "kind", "progress": "progress", "start_date": "start_date",
        "end_date": "end_date", "owner_email": "owner_email", "categories": "tags",
        "description": "description",
    },
    signs=("name", "type", "progress", "owner_email"),
    rules=Rules(kinds={"goal": Kind.OBJECTIVE, "milestone": Kind.KEY_RESULT}),
)  # fmt: skip

CULTURE_AMP: Final = Layout(
    "culture-amp",
    {
        "email": "owner_email", "name": "title", "description": "description", "visibility": "visibility",
        "individual_emails": "owner_email", "due_at": "end_date", "created_at": "created", "priority": "",
        "status": "status", "completion": "progress", "key_result_1_title": "part_title",
        "key_result_1_completion": "part_progress",
    },
    signs=("email", "name", "completion", "visibility"),
    rules=Rules(kind=Kind.OBJECTIVE, scale=_HUNDRED),
)  # fmt: skip

ENGAGEDLY: Final = Layout(
    "engagedly",
    {
        "Goal": "title", "Notes": "description", "Goal Identifier": "id", "Start Date": "start_date",
        "End Date": "end_date", "Notification Frequency": "", "Check-In Type": "", "Status": "status",
        "Assigner": "creator", "Assigner Email ID": "creator_email", "Owner Email ID": "owner_email",
    },
    signs=("Goal", "Start Date", "End Date", "Assigner Email ID", "Owner Email ID"),
    rules=Rules(kind=Kind.OBJECTIVE),
)  # fmt: skip

PEOPLECUES: Final = Layout(
    "peoplecues",
    {
        "Objective Title": "objective", "Owner_Email_ID": "owner_email", "Start_Date": "start_date",
        "Due_Date": "end_date", "Description": "objective_description", "Metric_Name": "title",
        "Metric_Type": "unit", "Metric_Start_Value": "from", "Metric_Target_Value": "to",
    },
    signs=("Objective Title", "Owner_Email_ID", "Start_Date", "Due_Date"),
    rules=Rules(keyed=("owner_email",)),
)  # fmt: skip

MIRRO: Final = Layout(
    "mirro",
    {
        "Objective Action": "action", "Objective ID": "id", "Objective Title": "title",
        "Objective Description": "description", "Objective Type": "level",
        "Objective Type Value": "level_name",
    },
    signs=("Objective Action", "Objective Title"),
    rules=Rules(kind=Kind.OBJECTIVE),
)  # fmt: skip

# Rows of its data lake, as a table or as JSON.
ATLASSIAN: Final = Layout(
    "atlassian-goals",
    {
        "goal_id": "id", "key": "", "name": "title", "description": "description", "owner_id": "owner_id",
        "parent_goal_id": "parent_id", "phase": "phase", "status": "status", "started_at": "start_date",
        "targeted_at": "end_date", "target_date_type": "", "teams": "team", "type_id": "",
        "is_archived": "archived", "created_at": "created",
    },
    signs=("goal_id", "name", "targeted_at"),
)  # fmt: skip

LAYOUTS: Final = (APPFIRE, PEOPLEBOX, BETTERWORKS, CULTURE_AMP, ENGAGEDLY, PEOPLECUES, MIRRO, ATLASSIAN)
