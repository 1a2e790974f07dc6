"""Reading a file of OKRs as code: what it says, and what there is to say about it. Asks no database."""

from __future__ import annotations

from pejl.adapters.formats import plans as plans_format
from pejl.domain import plans_lint
from pejl.domain.plans import Finding, Plan
from pejl.services.errors import Reason, Rejected


def examine(content: bytes) -> tuple[Plan, list[Finding]]:
    """What the file says and everything there is to say about it, in the order of the file."""
    file, findings = plans_format.read(content)
    found = [*findings, *plans_lint.check(file)]
    return file, sorted(found, key=lambda one: (one.at.line, one.at.column))


def read(content: bytes) -> Plan:
    """What the file says. Raises `Rejected` with what must be mended, each at its path in the file."""
    file, findings = plans_format.read(content)
    findings += plans_lint.check(file)
    wrong = plans_lint.refused(findings)
    if wrong:
        raise Rejected(
            Reason(one.rule, one.at.path or f"{one.at.line}:{one.at.column}", one.params) for one in wrong
        )
    return file
