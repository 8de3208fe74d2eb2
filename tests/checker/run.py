"""All checks, in the order in which a reader should believe them."""

from collections.abc import Callable, Iterable

from . import acknowledged, logs, models, money, offers, people, reactions, rules, wire
from .evidence import Evidence
from .finding import Finding

Check = Callable[[Evidence], list[Finding]]

ROOMS = (logs, acknowledged, wire, reactions, models, money, rules, offers, people)

CHECKS: dict[str, Check] = {check.__name__: check for room in ROOMS for check in room.CHECKS}

OF_THE_MACHINE = [
    name
    for name, check in CHECKS.items()
    if not check.__module__.endswith((".money", ".rules", ".offers")) and name != "deals_are_carried_through"
]
"""What can be said where nobody sells, signs, delivers or bills."""


def run(evidence: Evidence, only: Iterable[str] | None = None) -> list[Finding]:
    """Everything that is not as promised; nothing is the answer one hopes for."""
    return [finding for name in (only or CHECKS) for finding in CHECKS[name](evidence)]


def assert_sound(evidence: Evidence) -> None:
    """Fail with every finding."""
    findings = run(evidence)
    assert not findings, f"{len(findings)} findings:\n" + "\n".join(map(str, findings[:40]))
