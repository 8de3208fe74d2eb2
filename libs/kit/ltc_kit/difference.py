"""What differs between two lists: rows added, changed field by field, and removed; and the hash an approval of it is bound to."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeVar

from ltc_events import Refusal, Value

R = TypeVar("R", bound=Value)


class FieldChange(Value):
    """One field that says something else."""

    field: str
    old: Any
    new: Any


class RowChange(Value):
    """A row that is in both lists and does not say the same."""

    key: str
    changes: tuple[FieldChange, ...]


class KeyedRow(Value):
    """A row that is in one list only."""

    key: str
    row: dict[str, Any]


class Difference(Value):
    """How one list becomes another; rows by key, in order."""

    added: tuple[KeyedRow, ...] = ()
    changed: tuple[RowChange, ...] = ()
    removed: tuple[KeyedRow, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the two lists say the same."""
        return not (self.added or self.changed or self.removed)

    @property
    def hash(self) -> str:
        """SHA-256 of its JSON, names sorted, without blanks: applying a difference names the one that was read."""
        return sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class DifferenceHasChanged(Refusal):
    """This is not the difference you read (the list changed meanwhile, or it is another file): read it again."""


def difference(old: Mapping[str, Value], new: Mapping[str, Value]) -> Difference:
    """What has to be done to ``old`` so that it says what ``new`` says."""
    return Difference(
        added=tuple(KeyedRow(key=key, row=as_json(new[key])) for key in sorted(new.keys() - old.keys())),
        changed=tuple(
            RowChange(key=key, changes=changes(old[key], new[key])) for key in sorted(old.keys() & new.keys()) if old[key] != new[key]
        ),
        removed=tuple(KeyedRow(key=key, row=as_json(old[key])) for key in sorted(old.keys() - new.keys())),
    )


def changes(old: Value, new: Value) -> tuple[FieldChange, ...]:
    before, after = as_json(old), as_json(new)
    differing = (name for name in type(new).model_fields if getattr(old, name) != getattr(new, name))
    return tuple(FieldChange(field=name, old=before[name], new=after[name]) for name in differing)


def applied(old: Mapping[str, R], step: Difference, kind: type[R]) -> dict[str, R]:
    """``old`` after the difference was applied to it."""
    rows = {key: row for key, row in old.items() if key not in {gone.key for gone in step.removed}}
    for change in step.changed:
        rows[change.key] = kind.model_validate(as_json(rows[change.key]) | {each.field: each.new for each in change.changes})
    return rows | {each.key: kind.model_validate(each.row) for each in step.added}


def must_be_as_read(step: Difference, read: str) -> None:
    """Refuses to apply another difference than the one that was read."""
    if step.hash != read:
        raise DifferenceHasChanged


def as_json(row: Value) -> dict[str, Any]:
    return row.model_dump(mode="json")
