"""Rules that are data: drafted, looked at, and then what counts."""

from lead_svc.rule_book.rules import (
    ActivateRules,
    DraftRules,
    RecordBackTest,
    RulesActivated,
    RulesBackTested,
    RulesDrafted,
    RulesNotBackTested,
    UnknownRules,
    book_id,
    decider,
)
from lead_svc.rule_book.rules.scoring import BandResult, ScoringModel
from ltc_events.testing import given

BOOK = book_id("scoring")
FIRST, SECOND = ScoringModel(need=5), ScoringModel(need=6)
drafted = RulesDrafted(book_id=BOOK, book="scoring", version=1, scoring=FIRST, drafted_by="max")
tested = RulesBackTested(book_id=BOOK, version=1, horizon_days=7, bands=(BandResult(band="hot", leads=2, converted=1),))
live = RulesActivated(book_id=BOOK, version=1, activated_by="max")
draft = DraftRules(book="scoring", scoring=FIRST, drafted_by="max")
activate = ActivateRules(book="scoring", version=1, activated_by="max")


def test_every_draft_is_a_version_of_its_own() -> None:
    given(decider).when(draft).then(drafted)
    given(decider, drafted).when(draft.model_copy(update={"scoring": SECOND})).then(
        drafted.model_copy(update={"version": 2, "scoring": SECOND})
    )


def test_the_same_words_are_the_same_version() -> None:
    given(decider, drafted).when(draft).then_nothing()


def test_a_scoring_model_counts_only_after_it_was_tested_against_history() -> None:
    given(decider, drafted).when(activate).then_refused(RulesNotBackTested, version=1)
    given(decider, drafted, tested).when(activate).then(live)
    given(decider, drafted, tested, live).when(activate).then_nothing()


def test_a_test_is_kept_with_its_version() -> None:
    record = RecordBackTest(book_id=BOOK, version=1, horizon_days=7, bands=tested.bands)
    given(decider, drafted).when(record).then(tested)
    given(decider).when(record).then_refused(UnknownRules)


def test_a_version_that_was_never_written_never_counts() -> None:
    given(decider).when(activate).then_refused(UnknownRules)


def test_an_earlier_version_may_count_again() -> None:
    second = drafted.model_copy(update={"version": 2, "scoring": SECOND})
    now = RulesActivated(book_id=BOOK, version=2, previous=1, activated_by="max")
    given(decider, drafted, tested, live, second, now).when(activate).then(live.model_copy(update={"previous": 2}))
