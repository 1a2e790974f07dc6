"""What a synthetic company looks like: its teams, its periods, and the goals that hang under one another.

Plain data, made from a source of chance and nothing else; `seeding` writes it.

    teams  = the people in teams of eight, six teams under each team above, up to six at the top
    goals  = five for the company a year, one objective a team and quarter, one a person in the last two
             quarters, each with three key results
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from pejl.domain.values import Ambition, Kind, Level, Metric, MetricKind
from pejl.services.inserts import Ids

TEAM, FAN = 8, 6
KEY_RESULTS = 3
COMPANY_GOALS = 5
GOALS_A_PERSON = 10.4

FIRST = (
    "Alma", "Bo", "Clara", "Dines", "Ea", "Finn", "Gry", "Hugo", "Ida", "Jens",
    "Karen", "Leo", "Mille", "Nils", "Olga", "Per", "Rosa", "Sune", "Tove", "Uffe",
    "Vera", "Asger", "Britt", "Carl", "Ditte", "Emil", "Freja", "Gustav", "Helle", "Ivan",
    "Johan", "Kirsten", "Lars", "Maja", "Niels", "Oda", "Poul", "Rikke", "Storm", "Thea",
)  # fmt: skip
LAST = (
    "Bach", "Berg", "Bjerre", "Brandt", "Dahl", "Damm", "Elkær", "Falk", "Friis", "Gram",
    "Hald", "Holm", "Juhl", "Kjær", "Krogh", "Lind", "Lund", "Madsen", "Munk", "Nissen",
    "Nygaard", "Olsen", "Palle", "Quist", "Ravn", "Rask", "Skov", "Storm", "Thorup", "Toft",
    "Vang", "Vig", "Winther", "Ølgaard",
)  # fmt: skip
CRAFTS = (
    "Product", "Sales", "Support", "Design", "Data", "Platform", "Finance", "People", "Legal", "Logistics",
    "Marketing", "Research", "Quality", "Mobile", "Payments", "Security",
)  # fmt: skip
AIMS = (
    "Customers find help by themselves",
    "New customers are at home within a day",
    "Our service is there whenever it is needed",
    "Everybody works with the same figures",
    "A release is a calm event",
    "Partners choose us first",
    "We waste less of what we buy",
    "The way to pay is short and safe",
)
MEASURES = (
    ("Support requests a month", MetricKind.DECREASE, "requests", 120, 30, 0),
    ("Hours from report to answer", MetricKind.DECREASE, "hours", 40, 8, 1),
    ("Revenue from new customers", MetricKind.INCREASE, "USD", 12_000_000, 24_000_000, 0),
    ("Customers who come back", MetricKind.INCREASE, "%", 60, 85, 1),
    ("Steps in the checkout", MetricKind.DECREASE, "steps", 9, 6, 0),
    ("Partners with a signed plan", MetricKind.REACH, "partners", 0, 25, 0),
    ("Synced data", MetricKind.INCREASE, "%", 80, 95, 1),
    ("Manual hours a week", MetricKind.DECREASE, "hours", 30, 10, 1),
    ("Waste per tonne", MetricKind.DECREASE, "kg", 180, 120, 0),
    ("Tests that run on every change", MetricKind.INCREASE, "tests", 400, 1_600, 0),
)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A period with its year's, the moment its goals are made, and the one they are closed (None: open)."""

    id: str
    year: str
    start: date
    end: date
    made_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str
    parent: int | None
    people: range
    leaf: bool


@dataclass(slots=True)
class Aim:
    """One goal; `pace` is how far it comes in its period, `digits` the decimals of its values."""

    id: str
    kind: Kind
    title: str
    level: Level
    period: str
    start: date
    end: date
    made_at: datetime
    person: int
    team: int | None = None
    ambition: Ambition | None = None
    metric: Metric | None = None
    digits: int = 0
    pace: float = 0.0
    position: float = 0.0
    parents: list[tuple[str, float | None]] = field(default_factory=list)


def teams(people: int, *, chance: random.Random, ids: Ids, at: datetime) -> list[Team]:
    """Top teams first; a parent is the place of a team earlier in the list."""
    spans = [range(start, min(start + TEAM, people)) for start in range(0, people, TEAM)]
    levels = [spans]
    while len(levels[0]) > FAN:
        below = levels[0]
        levels.insert(
            0,
            [
                range(below[n].start, below[min(n + FAN, len(below)) - 1].stop)
                for n in range(0, len(below), FAN)
            ],
        )
    made: list[Team] = []
    above = 0
    for depth, level in enumerate(levels):
        before = len(made)
        for place, span in enumerate(level):
            parent = above + place // FAN if depth else None
            name = f"{chance.choice(CRAFTS)} {len(made) + 1}"
            made.append(Team(ids.at(at), name, parent, span, leaf=depth == len(levels) - 1))
        above = before
    return made


def company(year: Quarter, *, people: int, chance: random.Random, ids: Ids) -> Iterator[Aim]:
    """The company's objectives of a year with their key results; `year` is a period of a whole year."""
    for _ in range(COMPANY_GOALS):
        yield from _okr(
            year, Level.ORGANISATION, person=chance.randrange(min(people, TEAM)), team=None, parents=[],
            chance=chance, ids=ids,
        )  # fmt: skip


def quarterly(
    quarter: Quarter,
    *,
    made: Sequence[Team],
    tops: Sequence[str],
    people: int,
    personal: bool,
    chance: random.Random,
    ids: Ids,
) -> Iterator[Aim]:
    """The teams' objectives of a quarter under one another and under `tops`, and the people's under those.

    A quarter of them has a second parent; half of those count there, the others are only told.
    """
    own: list[str] = []
    for place, team in enumerate(made):
        first = chance.choice(tops) if team.parent is None else own[team.parent]
        other = chance.choice([*tops, *own[: team.parent or 0]])
        for aim in _okr(
            quarter, Level.TEAM, person=team.people.start, team=place,
            parents=_parents(first, other, chance=chance), chance=chance, ids=ids,
        ):  # fmt: skip
            if aim.kind is Kind.OBJECTIVE:
                own.append(aim.id)
            yield aim
    if not personal:
        return
    leaves = [place for place, team in enumerate(made) if team.leaf]
    for person in range(people):
        parents = _parents(own[leaves[person // TEAM]], own[chance.choice(leaves)], chance=chance)
        yield from _okr(
            quarter, Level.PERSON, person=person, team=None, parents=parents, chance=chance, ids=ids
        )


def _parents(first: str, other: str, *, chance: random.Random) -> list[tuple[str, float | None]]:
    found: list[tuple[str, float | None]] = [(first, None)]
    if other != first and chance.random() < 0.25:  # noqa: PLR2004 - a quarter
        found.append((other, chance.choice((None, 0.0))))
    return found


def _okr(
    period: Quarter,
    level: Level,
    *,
    person: int,
    team: int | None,
    parents: list[tuple[str, float | None]],
    chance: random.Random,
    ids: Ids,
) -> Iterator[Aim]:
    def aim(kind: Kind, title: str, above: list[tuple[str, float | None]]) -> Aim:
        return Aim(
            id=ids.at(period.made_at), kind=kind, title=title, level=level, period=period.id,
            start=period.start, end=period.end, made_at=period.made_at, person=person, team=team,
            ambition=chance.choice((None, *Ambition)), parents=above,
        )  # fmt: skip

    objective = aim(Kind.OBJECTIVE, chance.choice(AIMS), parents)
    yield objective
    weighed = chance.random() < 0.2  # noqa: PLR2004 - one of five
    for place, (title, kind, unit, start, target, digits) in enumerate(chance.sample(MEASURES, KEY_RESULTS)):
        share = 0.5 if weighed and not place else None
        result = aim(Kind.KEY_RESULT, title, [(objective.id, share)])
        scale = 1 if unit == "%" else chance.randint(1, 4)
        result.metric = Metric(
            kind, unit=unit, target=Decimal(target * scale),
            start=None if kind is MetricKind.REACH else Decimal(start * scale),
        )  # fmt: skip
        result.digits, result.position = digits, float(place + 1)
        result.pace = min(max(chance.gauss(0.7, 0.3), -0.2), 1.3)
        yield result
