"""An import: leads of another system, read row by row from a file; a row is imported once, however often the file comes."""

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
    Name,
    Refusal,
    RowError,
    RowReader,
    States,
    Stream,
    UserId,
)
from ltc_events.filled import Actor
from ltc_kit.files import read_rows

from ...rule_book import rules as rule_book
from ...rule_book.rules.import_mapping import PRESETS, ColumnMapping
from .rows import reader

Encoding = Literal["auto", "utf-8", "utf-16", "gb18030", "windows-1252"]
ERRORS_KEPT = 1000
"""The most rejected rows that are kept with their reasons; further ones are only counted."""

MAPPINGS = rule_book.book_id("import")


class StartImport(Command):
    """Import the leads of a file."""

    import_id: UUID
    upload_id: UUID
    mapping: Code
    source: Code
    encoding: Encoding = "auto"
    rehearsal: bool = False
    by: UserId

    def reads(self) -> list[Stream]:
        """The import and the import mappings of this company."""
        return [decider.of(self.import_id), rule_book.decider.of(MAPPINGS)]


class NoteRows(Command):
    """Record the results of some rows."""

    import_id: UUID
    after: int
    new: int
    known: int
    errors: tuple[RowError, ...]


class StopImport(Command):
    """Stop an import: its remaining rows are not imported, the imported ones stay."""

    import_id: UUID
    by: Actor


class EndImport(Command):
    """Record that all rows were read, or why not."""

    import_id: UUID
    failure: Name | None = None


class ImportStarted(Event, type="ltc.lead.import-started.v1"):
    """An import began, with a mapping that stays the same until the end."""

    import_id: UUID
    upload_id: UUID
    mapping: Code
    columns: ColumnMapping
    source: Code
    encoding: Encoding
    rehearsal: bool
    by: UserId


class ImportProgressed(Event, type="ltc.lead.import-progressed.v1"):
    """The number of rows read so far."""

    import_id: UUID
    rows: int
    new: int
    known: int
    refused: int
    errors: tuple[RowError, ...]
    """Why the latest of them were rejected."""


class ImportFinished(Event, type="ltc.lead.import-finished.v1"):
    """The import has ended."""

    import_id: UUID
    rehearsal: bool
    by: UserId
    rows: int
    new: int
    known: int
    refused: int
    failure: Name | None = None
    """Why it ended early; None: every row was read."""


class UnknownImport(Refusal):
    """No such import exists."""

    status = 404


class UnknownMapping(Refusal):
    """No mapping is called {mapping}: use one of {known}, or activate your own in the rule book `import`."""

    status = 404


class RowsNotedBefore(Refusal):
    """The results of these rows are recorded already."""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The import was not started."""


@dataclass(frozen=True, slots=True)
class Running:
    """Rows are being read."""

    terms: ImportStarted
    rows: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Over:
    """The import has ended, completely or early."""


Import: TypeAlias = NotStarted | Running | Over
ImportCommand: TypeAlias = StartImport | NoteRows | StopImport | EndImport
ImportEvent: TypeAlias = ImportStarted | ImportProgressed | ImportFinished


def decide(states: States, command: ImportCommand) -> Sequence[ImportEvent]:
    state = states.of(decider, command.import_id)
    match command:
        case StartImport():
            return start(state, states.of(rule_book.decider, MAPPINGS), command)
        case NoteRows():
            return note(state, command)
        case StopImport():
            return stop(state, command)
        case EndImport():
            return [finished(state, command.failure)] if isinstance(state, Running) else []


def start(state: Import, book: rule_book.Book, command: StartImport) -> list[ImportStarted]:
    """A running import keeps the mapping it began with."""
    if not isinstance(state, NotStarted):
        return []
    known = {**PRESETS, **(book.imports.mappings if book.imports is not None else {})}
    if command.mapping not in known:
        raise UnknownMapping(mapping=command.mapping, known=sorted(known))
    return [ImportStarted(**dict(command), columns=known[command.mapping])]


def note(state: Import, command: NoteRows) -> list[ImportProgressed]:
    if not isinstance(state, Running) or state.rows != command.after:
        raise RowsNotedBefore  # the leads of these rows are not captured either
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
        case NotStarted():
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
    initial=NotStarted(),
    decide_many=decide,
    evolve=evolve,
    commands=ImportCommand,
    events=ImportEvent,
    also=(rule_book.decider,),
    shared=True,
)


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


taking: ImportKind[Import] = ImportKind(decider=decider, rows=read_rows, order=order, reader=read_below, note=noted, end=ended)
