"""What people read: figures in their unit, statuses with sign and word, columns that stand in line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pejl.cli.wires import Told, plain
from pejl.domain import amounts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NOTHING: Final = "–"
WIDE: Final = 100_000
NARROW: Final = 12
# The shapes of the pages: a filled circle, a triangle, a diamond, a ring, a square.
STATUSES: Final = {
    "on_track": ("●", "On track", "green"),
    "at_risk": ("▲", "At risk", "dark_orange3"),
    "off_track": ("◆", "Off track", "red"),
    "not_started": ("○", "Not started", ""),
    "closed": ("■", "Closed", ""),
    "postponed": ("»", "Postponed", ""),
    "dropped": ("×", "Dropped", ""),
}
# A goal that nobody has spoken of keeps its shape, hollow: silence is never green.
HOLLOW: Final = {"on_track": "○", "at_risk": "△", "off_track": "◇"}
OPEN: Final = frozenset({"on_track", "at_risk", "off_track", "not_started"})
MARKS: Final = {
    "no_owner": "nobody owns it",
    "no_key_result": "it has no key result",
    "many_key_results": "it has more than five key results",
    "not_aligned": "it is not aligned to anything above",
    "not_begun": "it has not begun, a week after its start",
    "past_end": "its end date has passed",
    "outside_period": "its dates lie outside its period",
    "other_period": "its period differs from its objective's",
    "behind": "it is far behind the expected pace",
    "stale": "nobody has said anything for two check-ins",
    "guard_rail": "a guard-rail is outside its range",
}


@dataclass(frozen=True, slots=True)
class Column:
    """`right` is for figures; `gives` is for a column that is broken where the terminal is narrow, and one
    with `least` is left out on a terminal that is narrower than that."""

    head: str
    right: bool = False
    gives: bool = False
    least: int = 0


def unit(goal: Told) -> str:
    """A goal that is kept by hand is measured in per cent."""
    if goal.get("progress_mode") == "manual":
        return "%"
    return str((goal.get("metric") or {}).get("unit") or "")


def amount(goal: Told, value: Any) -> str:
    """A figure in the goal's own unit."""
    if not isinstance(value, int | Decimal):
        return NOTHING
    return plain(amounts.format(Decimal(value), unit=unit(goal), language="en"))


def percent(fraction: Any) -> str:
    """A fraction as whole per cent."""
    if not isinstance(fraction, int | Decimal):
        return NOTHING
    return amounts.format_percent(Decimal(fraction), language="en")


def status(goal: Told) -> Text:
    """Sign and word; the colour of the sign only repeats them, so that the word is legible on any ground."""
    from rich.text import Text

    code = str(goal.get("status"))
    sign, word, colour = STATUSES.get(code, ("?", plain(code), ""))
    if goal.get("stale"):
        return Text(f"{HOLLOW.get(code, sign)} {word}, silent")
    return Text.assemble((sign, colour), f" {word}")


def text(said: str | Text) -> Text:
    """Without a meaning of its own for square brackets."""
    from rich.text import Text

    return Text(said) if isinstance(said, str) else said


def names(found: Any) -> str:
    return plain(", ".join(str(one.get("name")) for one in found or ())) or NOTHING


def title(goal: Told) -> str:
    return plain(str(goal["title"]))


def day(value: Any) -> str:
    """The date of an ISO date or moment; a moment in the zone of this terminal."""
    text = str(value or "")
    try:
        if "T" in text:
            return datetime.fromisoformat(text).astimezone().date().isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return NOTHING


def marks(goal: Told) -> str:
    return "; ".join(MARKS.get(str(one), plain(str(one))) for one in goal.get("attention") or ())


def print_rows(columns: Sequence[Column], rows: Iterable[Sequence[str | Text]]) -> None:
    """As wide as the terminal on one, whole in a pipe."""
    from rich.table import Table

    width = _console().width
    shown = [place for place, one in enumerate(columns) if one.least <= width]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    cells = [[text(row[place]) for place in shown] for row in rows]
    for number, one in enumerate(columns[place] for place in shown):
        longest = max((row[number].cell_len for row in cells), default=0)
        table.add_column(
            one.head,
            justify="right" if one.right else "left",
            overflow="fold",
            no_wrap=not one.gives,
            min_width=min(NARROW, longest) if one.gives else None,
        )
    for row in cells:
        table.add_row(*row)
    print_this(table)


def print_this(what: Any) -> None:
    """On stdout, without spaces at the ends of lines."""
    out = _console()
    with out.capture() as kept:
        out.print(what, highlight=False)
    for line in kept.get().splitlines():
        sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


def _console() -> Console:
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=WIDE, color_system=None)
