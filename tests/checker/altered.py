"""Evidence that says something else, with a chain that agrees: what only the other checks can find."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .chain import GENESIS, digest
from .evidence import Evidence, Ledger


def ledger(evidence: Evidence, service: str, **parts: Any) -> Evidence:
    """The same evidence with one ledger altered."""
    return replace(evidence, ledgers={**evidence.ledgers, service: replace(evidence.ledgers[service], **parts)})


def rechained(old: Ledger, log: list[dict[str, Any]]) -> Ledger:
    """A ledger of other rows whose chain is sound: what only the other checks can find."""
    previous = GENESIS
    for row in log:
        row["hash"] = previous = digest(previous, row)
    head = {**old.side["head"][0], "position": log[-1]["position"], "hash": previous}
    return replace(old, log=log, side={**old.side, "head": [head]})


def said(evidence: Evidence, type: str, change: Callable[[dict[str, Any]], None], nth: int = 0, **columns: Any) -> Evidence:
    """One event of its service says something else, and all of the chain agrees."""
    service = f"{type.split('.')[1]}-svc"
    old = evidence.ledgers[service]
    row = [row for row in old.own if row["type"] == type][nth]
    data = json.loads(row["data"])
    change(data)
    row |= {"data": json.dumps(data), **columns}
    return replace(evidence, ledgers={**evidence.ledgers, service: rechained(old, old.log)})


def by_another(evidence: Evidence, type: str, actor: str, nth: int = 0, **more: Any) -> Evidence:
    """One event was somebody else's doing."""
    return said(evidence, type, lambda data: data.update(more), nth, actor=actor)


def retyped(evidence: Evidence, type: str, to: str, nth: int = 0) -> Evidence:
    """What happened was something else."""
    old = evidence.ledgers[f"{type.split('.')[1]}-svc"]
    [row for row in old.own if row["type"] == type][nth]["type"] = to
    return replace(evidence, ledgers={**evidence.ledgers, old.service: rechained(old, old.log)})
