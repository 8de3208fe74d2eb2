"""An import: leads of another system, taken over row by row from a file, each once however often the file comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import (
    Batch,
    Code,
    Command,
    Decider,
    Event,
    ImportJob,
    ImportKind,
    JointDecider,
    Name,
    Refusal,
    RowError,
    RowReader,
    States,
    Stream,
    UserId,
)

from ...rule_book import rules as rule_book
from ...rule_book.rules.import_mapping import PRESETS, ColumnMapping
from .rows import reader

Encoding = Literal["auto", "utf-8", "utf-16", "gb18030", "windows-1252"]
ERRORS_KEPT = 1000
"""So many rows that were not taken over are kept with their reasons; the others are counted."""

MAPPINGS = rule_book.book_id("import")


class StartImport(Command):
    """Take the leads of a file over."""

    import_id: UUID
    upload_id: UUID
    mapping: Code
    source: Code
    encoding: Encoding = "auto"
    rehearsal: bool = False
    by: UserId


class NoteRows(Command):
    """Note what became of some rows."""

    import_id: UUID
    after: int
    new: int
    known: int
    errors: tuple[RowError, ...]


class StopImport(Command):
    """Take nothing more of a file over; what was taken over stays."""

    import_id: UUID
    by: UserId


class EndImport(Command):
    """Note that all rows were gone through, or why not."""

    import_id: UUID
    failure: Name | None = None


class ImportStarted(Event, type="ltc.lead.import-started.v1"):
    """Leads of another system are taken over, by a mapping that stays the same until the end."""

    import_id: UUID
    upload_id: UUID
    mapping: Code
    columns: ColumnMapping
    source: Code
    encoding: Encoding
    rehearsal: bool
    by: UserId


class ImportProgressed(Event, type="ltc.lead.import-progressed.v1"):
    """So many rows were gone through, all in all."""

    import_id: UUID
    rows: int
    new: int
    known: int
    refused: int
    errors: tuple[RowError, ...]
    """Why the latest of them were not taken over."""


class ImportFinished(Event, type="ltc.lead.import-finished.v1"):
    """Nothing more is taken over of this file."""

    import_id: UUID
    rehearsal: bool
    by: UserId
    rows: int
    new: int
    known: int
    refused: int
    failure: Name | None = None
    """Why it ended early; all rows were gone through, if nothing is said."""


class UnknownImport(Refusal):
    """There is no such import."""

    status = 404


class UnknownMapping(Refusal):
    """There is no mapping {mapping}: take one of {known}, or have your own made live in the rule book import."""

    status = 404


class RowsNotedBefore(Refusal):
    """These rows were gone through already."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """No such import was started."""


@dataclass(frozen=True, slots=True)
class Running:
    """Rows are taken over."""

    terms: ImportStarted
    rows: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Over:
    """It has ended, one way or the other."""


Import: TypeAlias = Unheard | Running | Over
ImportCommand: TypeAlias = NoteRows | StopImport | EndImport
ImportEvent: TypeAlias = ImportStarted | ImportProgressed | ImportFinished


def decide(state: Import, command: ImportCommand) -> list[ImportEvent]:
    match command:
        case NoteRows():
            return [*note(state, command)]
        case StopImport():
            return [*stop(state, command)]
        case EndImport():
            return [finished(state, command.failure)] if isinstance(state, Running) else []


def note(state: Import, command: NoteRows) -> list[ImportProgressed]:
    if not isinstance(state, Running) or state.rows != command.after:
        raise RowsNotedBefore  # whoever notes them must found nothing either
    progressed = ImportProgressed(
        import_id=command.import_id,
        rows=state.rows + command.new + command.known + len(command.errors),
        new=state.new + command.new,
        known=state.known + command.known,
        refused=state.refused + len(command.errors),
        errors=command.errors[: max(0, ERRORS_KEPT - state.refused)],
    )
    return [progressed]


def stop(state: Import, command: StopImport) -> list[ImportFinished]:
    match state:
        case Running():
            return [finished(state, f"stopped by {command.by}")]
        case Over():
            return []
        case Unheard():
            raise UnknownImport


def finished(state: Running, failure: str | None) -> ImportFinished:
    return ImportFinished(
        import_id=state.terms.import_id,
        rehearsal=state.terms.rehearsal,
        by=state.terms.by,
        rows=state.rows,
        new=state.new,
        known=state.known,
        refused=state.refused,
        failure=failure,
    )


def evolve(state: Import, event: ImportEvent) -> Import:
    match event:
        case ImportStarted():
            return Running(event)
        case ImportProgressed():
            return Running(state.terms, event.rows, event.new, event.known, event.refused) if isinstance(state, Running) else state
        case ImportFinished():
            return Over()


decider: Decider[Import, ImportCommand, ImportEvent] = Decider(
    kind="lead-import",
    id="import_id",
    initial=Unheard(),
    decide=decide,
    evolve=evolve,
    commands=ImportCommand,
    events=ImportEvent,
    shared=True,
)


def start(states: States, command: StartImport) -> list[Event]:
    """Decided with the own mappings that are live; a running import keeps the one it began with."""
    if not isinstance(states.of(decider, command.import_id), Unheard):
        return []
    own = states.of(rule_book.decider, MAPPINGS).imports
    known = {**PRESETS, **(own.mappings if own is not None else {})}
    if command.mapping not in known:
        raise UnknownMapping(mapping=command.mapping, known=sorted(known))
    return [ImportStarted(**dict(command), columns=known[command.mapping])]


def streams(command: StartImport) -> list[Stream]:
    return [decider.of(command.import_id), rule_book.decider.of(MAPPINGS)]


starting: JointDecider[StartImport] = JointDecider(commands=StartImport, streams=streams, decide=start, over=(decider, rule_book.decider))


def order(state: Import) -> ImportJob | None:
    if not isinstance(state, Running):
        return None
    terms = state.terms
    return ImportJob(terms.upload_id, terms.encoding, state.rows, terms.by, terms.rehearsal)


def read_below(state: Import, header: Sequence[str]) -> RowReader:
    assert isinstance(state, Running)
    return reader(state.terms.columns, state.terms.source, header)


def noted(import_id: UUID, batch: Batch) -> NoteRows:
    return NoteRows(import_id=import_id, after=batch.after, new=batch.new, known=batch.known, errors=batch.errors)


def ended(import_id: UUID, failure: str | None) -> EndImport:
    return EndImport(import_id=import_id, failure=None if failure is None else failure[:200])


taking: ImportKind[Import] = ImportKind(decider=decider, order=order, reader=read_below, note=noted, end=ended)
