"""Plans that nobody meant to write: a whole file bent in its words, its lines and its bytes."""

from __future__ import annotations

from random import Random
from typing import Final

_WHOLE: Final = """\
workspace: fjordlight
period: 2026-Q4
objectives:
  - key: launch-2
    title: Launch version 2.0
    owners: [alma@fjordlight.example, Bo]
    ambition: aspirational
    supports: [{goal: grow, share: 0.4}]
    description: |
      Two lines
      of words
    key_results:
      - {key: support, title: Fewer requests, from: 120, to: 30, unit: requests, share: 0.5}
      - {key: time, title: Time on site, from: "2:37", to: "3:45", unit: "m:ss"}
      - key: steps
        title: Steps
        metric: {kind: milestones, milestones: [{title: One, share: 0.25}, {title: Two, share: 0.75}]}
    initiatives: [{key: clicks, title: Click study, due: 2026-11-30, tags: [a, b]}]
key_results:
  - {key: uptime, title: Uptime, metric: {kind: at_least, target: 99.50, unit: "%"}}
"""
_ODD: Final = (
    "", " ", "\t", "\n", "- ", "? ", ": ", "{", "}", "[", "]", ",", "'", '"', "|", ">-", "#", "&a ", "*a",
    "!!str ", "!x ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "~", "null", "1e999", "1" * 80, "-0", "0x10",
    "1_000", ".inf", "2026-13-45", "2026-Q9", "x" * 30_000, "\\ud800", '"\\ud800"', '"\\0"', "\0", "\x85",
    "\u2028", "\ufeff", "é", "😀", "[" * 40, "{a: " * 40, "- " * 40, "1.5", "true", "12 mio. kr.", "launch-2",
    "support", "title", "key", "metric",
)  # fmt: skip


def make(chance: Random) -> tuple[bytes, str]:
    parts = _WHOLE.split(" ") if chance.random() < 0.5 else _WHOLE.splitlines(keepends=True)
    between = " " if "\n" not in parts[0][-1:] else ""
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(parts))
        sort = chance.randrange(4)
        if sort == 0:
            parts[place] = chance.choice(_ODD)
        elif sort == 1:
            parts.insert(place, chance.choice(_ODD))
        elif sort == 2:
            parts.insert(place, chance.choice(parts))
        elif len(parts) > 1:
            del parts[place]
    data = between.join(parts).encode()
    if chance.random() < 0.2:
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.randbytes(chance.randrange(4)) + data[place + chance.randrange(3) :]
    return data, "okrs.yaml"


def taken(data: bytes, _name: str, _chance: Random) -> str:
    """ "read", or the first rule by which it is refused; every finding has a sentence and a place."""
    from pejl.domain import plans_lint
    from pejl.services import messages, plans
    from pejl.services.errors import Reason

    file, findings = plans.examine(data)
    for one in findings:
        if one.rule not in messages.SENTENCES or one.at.line < 1 or one.at.column < 1:
            raise AssertionError(one)
        messages.sentence(Reason(one.rule, one.at.path, one.params)).encode()
    for aim in file.aims:
        f"{aim.key}{aim.title}".encode()
    wrong = plans_lint.refused(findings)
    return wrong[0].rule if wrong else "read"
