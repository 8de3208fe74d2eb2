"""What a defect is: what is planted, what is done to bring it out, and which checks may say so."""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...faults.failpoints import CHILD
from ...platform import Platform

ROOT = Path(__file__).parents[3]

Scenario = Callable[[Platform, Path], Awaitable[None]]
"""Load and faults, on a stack that runs; the directory is for what points leave behind."""


@dataclass(frozen=True)
class Defect:
    """One mechanism that does not do what it is for.

    Args:
        name: of its plant, where it has one.
        breaks: the mechanism.
        guarantee: which of G1–G22 (docs/guarantees.md) does not hold any more.
        shown_by: the checks that may find it; one of them must.
        scenario: what brings it out.
        sql: by service, what is changed in its database: (what is searched for, what stands there instead) in ``append``.
    """

    name: str
    breaks: str
    guarantee: str
    shown_by: frozenset[str]
    scenario: Scenario
    sql: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


def planted(*names: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of processes in which these defects are planted."""
    way = os.pathsep.join(filter(None, (str(CHILD), str(ROOT), env.get("PYTHONPATH"))))
    return {**env, "PYTHONPATH": way, "LTC_TEST_DEFECTS": " ".join(names)}
