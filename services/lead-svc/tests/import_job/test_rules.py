"""Imports: started by a mapping, noted rows once, ended once."""

from typing import Any
from uuid import UUID

from lead_svc.import_job import rules as importing
from lead_svc.import_job.rules import (
    ERRORS_KEPT,
    EndImport,
    ImportFinished,
    ImportProgressed,
    ImportStarted,
    NoteRows,
    RowsNotedBefore,
    StartImport,
    StopImport,
    UnknownImport,
    UnknownMapping,
)
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted
from lead_svc.rule_book.rules.import_mapping import PRESETS, ColumnMapping, ImportMappings
from ltc_events import ImportJob, RowError
from ltc_events.testing import given

ONE, FILE = UUID(int=1), UUID(int=2)
OWN = ColumnMapping(company=("Firm",))
BOOK = {"book_id": importing.MAPPINGS, "version": 1}
DRAFTED = RulesDrafted(**BOOK, book="import", imports=ImportMappings(mappings={"own": OWN}), drafted_by="max")
LIVE = RulesActivated(**BOOK, activated_by="max")
TERMS: dict[str, Any] = {"import_id": ONE, "upload_id": FILE, "source": "crm", "encoding": "auto", "rehearsal": False, "by": "max"}
STARTED = ImportStarted(**TERMS, mapping="salesforce", columns=PRESETS["salesforce"])
TOTALS: dict[str, Any] = {"import_id": ONE, "rows": 3, "new": 1, "known": 1, "refused": 1}
ERROR = RowError(line=4, reason="company: is missing")
NOTE = NoteRows(import_id=ONE, after=0, new=1, known=1, errors=(ERROR,))
NOTED = ImportProgressed(**TOTALS, errors=(ERROR,))
OVER = ImportFinished(**TOTALS, rehearsal=False, by="max")


def start(mapping: str) -> StartImport:
    return StartImport(**TERMS, mapping=mapping)


def test_an_import_starts_with_a_preset_or_with_an_own_mapping_that_is_live() -> None:
    given(importing.decider).when(start("salesforce")).then(STARTED)
    given(importing.decider, DRAFTED, LIVE).when(start("own")).then(STARTED.model_copy(update={"mapping": "own", "columns": OWN}))
    given(importing.decider, DRAFTED).when(start("own")).then_refused(
        UnknownMapping, known=["hubspot", "jiandaoyun", "salesforce", "vcard"]
    )
    given(importing.decider, STARTED).when(start("hubspot")).then_nothing()


def test_rows_are_noted_once_and_add_up() -> None:
    given(importing.decider, STARTED).when(NOTE).then(NOTED)
    given(importing.decider, STARTED, NOTED).when(NOTE).then_refused(RowsNotedBefore)
    more = NOTED.model_copy(update={"rows": 6, "new": 2, "known": 2, "refused": 2})
    given(importing.decider, STARTED, NOTED).when(NOTE.model_copy(update={"after": 3})).then(more)
    given(importing.decider).when(NOTE).then_refused(RowsNotedBefore)


def test_reasons_are_kept_up_to_a_limit_and_counted_beyond() -> None:
    full = ImportProgressed(**{**TOTALS, "refused": ERRORS_KEPT}, errors=())
    given(importing.decider, STARTED, full).when(NOTE.model_copy(update={"after": 3})).then(
        full.model_copy(update={"rows": 6, "new": 2, "known": 2, "refused": ERRORS_KEPT + 1})
    )


def test_an_import_ends_once_whoever_ends_it() -> None:
    stop, end = StopImport(import_id=ONE, by="ann"), EndImport(import_id=ONE)
    given(importing.decider, STARTED, NOTED).when(end).then(OVER)
    given(importing.decider, STARTED, NOTED).when(stop).then(OVER.model_copy(update={"failure": "stopped by ann"}))
    given(importing.decider, STARTED, OVER).when(end).then_nothing()
    given(importing.decider, STARTED, OVER).when(stop).then_nothing()
    given(importing.decider, STARTED, OVER).when(NOTE).then_refused(RowsNotedBefore)
    given(importing.decider).when(stop).then_refused(UnknownImport)


def test_what_is_over_wants_nothing_more() -> None:
    assert importing.order(importing.Over()) is None
    assert importing.order(importing.Running(STARTED, 7)) == ImportJob(FILE, "auto", 7, "max", False)
