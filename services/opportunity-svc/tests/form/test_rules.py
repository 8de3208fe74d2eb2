"""Forms: definitions version by version, and what each field takes."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from ltc_events import Event, Money
from ltc_events.opportunity import OpportunityLost, OpportunityOpened
from ltc_events.opportunity_forms import FormFilled, FormValue
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import FindingNoted
from opportunity_svc.deal.rules.form_fills import FillForm
from opportunity_svc.deal.rules.history import filled_form
from opportunity_svc.deal.rules.states import OpportunityClosed, UnknownOpportunity
from opportunity_svc.finding.rules import FilledForm
from opportunity_svc.form.rules import (
    ActivateForm,
    DraftForm,
    Form,
    FormActivated,
    FormDoesNotFit,
    FormDrafted,
    FormNotLive,
    UnknownForm,
    decider,
    errors_in,
    filled_in,
    form_id,
)
from pydantic import ValidationError

DEAL, VISION = UUID(int=1), form_id("vision")


def label(en: str) -> dict[str, str]:
    return {"en": en, "zh": "字段"}


def field(key: str, type: str, **says: Any) -> dict[str, Any]:
    return {"key": key, "label": label(key), "type": type, **says}


def choices(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": label(code)} for code in codes]


def form_of(*fields: dict[str, Any]) -> Form:
    return Form.model_validate({"name": label("Vision"), "fields": list(fields)})


EVERYTHING = form_of(
    field("goal", "text", required=True, min_length=3, max_length=20),
    field("story", "long_text"),
    field("sites", "integer", min=1, max=9),
    field("share", "decimal", min="0", max="100", places=1),
    field("budget", "money", currency="CNY", min=0),
    field("decided_on", "date", min="2026-01-01", max="2026-12-31"),
    field("public", "boolean"),
    field("segment", "choice", choices=choices("water", "power")),
    field("risks", "choices", choices=choices("price", "time", "law"), max_chosen=2),
)
FULL: dict[str, Any] = {
    "goal": " Clean water ",
    "story": "First\nthen",
    "sites": 4,
    "share": "12.50",
    "budget": {"amount": 100, "currency": "CNY"},
    "decided_on": "2026-12-24",
    "public": False,
    "segment": "water",
    "risks": ["law", "price"],
}


def codes_of(said: Mapping[str, Any], form: Form = EVERYTHING) -> list[tuple[str, str]]:
    """What is wrong, field by field."""
    return [(error["pointer"].removeprefix("/values/"), error["code"]) for error in errors_in(form, said)]


# ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────────────

vision = form_of(field("goal", "text", required=True))
draft = DraftForm(form_id=VISION, code="vision", form=vision, drafted_by="mia")
drafted = FormDrafted(form_id=VISION, code="vision", version=1, form=vision, drafted_by="mia")
activate = ActivateForm(form_id=VISION, code="vision", version=1, activated_by="mia")
live = FormActivated(form_id=VISION, code="vision", version=1, activated_by="mia")
wider = form_of(field("goal", "text"), field("sites", "integer"))
redrafted = drafted.model_copy(update={"version": 2, "form": wider})
relive = live.model_copy(update={"version": 2, "previous": 1})


def test_every_draft_of_a_form_is_a_version_and_the_same_words_are_the_same_version() -> None:
    given(decider).when(draft).then(drafted)
    given(decider, drafted).when(draft).then_nothing()
    given(decider, drafted).when(draft.model_copy(update={"form": wider})).then(redrafted)


def test_a_version_is_activated_once_and_takes_the_place_of_the_one_before() -> None:
    given(decider, drafted).when(activate).then(live)
    given(decider, drafted, live).when(activate).then_nothing()
    given(decider, drafted, live, redrafted).when(activate.model_copy(update={"version": 2})).then(relive)


def test_a_version_nobody_wrote_is_not_activated() -> None:
    given(decider, drafted).when(activate.model_copy(update={"version": 2})).then_refused(UnknownForm)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([field("a", "text"), field("a", "integer")], "each field needs a key of its own"),
        ([field("a", "text", min_length=9, max_length=3)], "min_length is above max_length"),
        ([field("a", "integer", min=9, max=3)], "min is above max"),
        ([field("a", "decimal", min="2", max="1.5")], "min is above max"),
        ([field("a", "date", min="2026-02-01", max="2026-01-01")], "min is above max"),
        ([field("a", "money", min=2, max=1)], "min is above max"),
        ([field("a", "choice", choices=choices("x", "x"))], "each choice needs a code of its own"),
        ([field("a", "choices", choices=choices("x"), min_chosen=2)], "min_chosen is more than there are choices"),
        ([field("a", "choice", choices=[])], "at least 1 item"),
        ([field("a", "text", choices=choices("x"))], "Extra inputs are not permitted"),
        ([field("a", "person")], "does not match any of the expected tags"),
        ([field("Budget", "text")], "should match pattern"),
        ([], "at least 1 item"),
    ],
)
def test_a_form_nobody_could_fill_in_is_none(fields: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        form_of(*fields)


# ── what fields take ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_value_is_kept_in_one_spelling_in_the_order_of_the_form() -> None:
    kept = {each.key: (each.type, each.value) for each in filled_in(EVERYTHING, dict(reversed(FULL.items())))}
    assert kept == {
        "goal": ("text", "Clean water"), "story": ("long_text", "First\nthen"), "sites": ("integer", 4), "share": ("decimal", "12.50"),
        "budget": ("money", Money(amount=100, currency="CNY")), "decided_on": ("date", "2026-12-24"), "public": ("boolean", False),
        "segment": ("choice", "water"), "risks": ("choices", ("price", "law")),
    }  # fmt: skip
    assert list(kept) == [each.key for each in EVERYTHING.fields]


def test_what_is_null_or_left_out_is_empty_and_what_is_required_is_not() -> None:
    assert [each.key for each in filled_in(EVERYTHING, {"goal": "Water", "sites": None})] == ["goal"]
    assert codes_of({"sites": 2}) == codes_of({"goal": None}) == [("goal", "missing")]


@pytest.mark.parametrize(
    ("key", "said", "code"),
    [
        ("goal", 7, "string_type"), ("goal", "  ab ", "string_too_short"), ("goal", "x" * 21, "string_too_long"),
        ("goal", "two\nlines", "string_pattern_mismatch"), ("story", "", "string_too_short"), ("story", "\x07", "string_pattern_mismatch"),
        ("sites", "4", "int_type"), ("sites", 4.0, "int_type"), ("sites", True, "int_type"), ("sites", 0, "greater_than_equal"),
        ("sites", 10, "less_than_equal"), ("share", 12.5, "decimal_as_number"), ("share", "1e1", "decimal_parsing"),
        ("share", "NaN", "decimal_parsing"), ("share", "１２", "decimal_parsing"), ("share", True, "decimal_parsing"),
        ("share", "12.55", "decimal_max_places"), ("share", "100.1", "less_than_equal"), ("share", -1, "greater_than_equal"),
        ("budget", "100 CNY", "model_type"), ("budget", {"amount": 1.5, "currency": "CNY"}, "int_type"),
        ("budget", {"amount": 1, "currency": "USD"}, "other_currency"),
        ("budget", {"amount": -1, "currency": "CNY"}, "amount_out_of_bounds"),
        ("budget", {"amount": 1, "currency": "CNY", "net": 1}, "extra_forbidden"), ("decided_on", "24.12.2026", "date_parsing"),
        ("decided_on", 20261224, "date_parsing"), ("decided_on", "2026-12-24T00:00:00", "date_parsing"),
        ("decided_on", "2026-02-30", "date_from_datetime_parsing"), ("decided_on", "2027-01-01", "less_than_equal"),
        ("public", "yes", "bool_type"), ("public", 1, "bool_type"), ("segment", "gas", "literal_error"),
        ("segment", ["water"], "literal_error"),
        ("risks", "price", "tuple_type"), ("risks", ["price", "price"], "chosen_twice"), ("risks", [], "wrong_number_chosen"),
        ("risks", ["price", "time", "law"], "wrong_number_chosen"), ("risks", ["gas"], "literal_error"), ("sight", "x", "extra_forbidden"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_as_the_field_asks_for_is_refused_with_its_reason(key: str, said: Any, code: str) -> None:
    found = [(at.split("/")[0], why) for at, why in codes_of({"goal": "Water", key: said})]
    assert found == [(key, code)]


def test_every_wrong_field_is_told_at_once_and_none_of_what_was_written() -> None:
    said = {"goal": "x", "sites": 99, "risks": ["price", "gas"], "sight": "secret", "budget": {"amount": "secret", "currency": "C"}}
    assert [at for at, _ in codes_of(said)] == ["goal", "sites", "budget/amount", "budget/currency", "risks/1", "sight"]
    assert "secret" not in str(errors_in(EVERYTHING, said))


# ── filling in ────────────────────────────────────────────────────────────────────────────────────────────────────────

opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=2), party_id=UUID(int=3), company="Acme", need="Pumps", value=Money(amount=1, currency="USD"),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=date(2026, 12, 24),
)  # fmt: skip
lost = OpportunityLost(opportunity_id=DEAL, lead_id=UUID(int=2), reason="price", lesson="Ask earlier", lost_on=date(2026, 11, 24))
begun: tuple[Event, ...] = (opened, drafted, live)
fill = FillForm(opportunity_id=DEAL, form="vision", values={"goal": "Water"}, actor="ann")
filled = FormFilled(
    opportunity_id=DEAL, form="vision", form_version=1, fill=1, values=(FormValue(key="goal", type="text", value="Water"),), filled_by="ann"
)  # fmt: skip


def test_a_form_is_filled_in_by_its_live_version() -> None:
    given(opportunity.decider, *begun).when(fill).then(filled)
    given(opportunity.decider, *begun, redrafted).when(fill).then(filled)
    given(opportunity.decider, *begun, redrafted, relive).when(fill).then(filled.model_copy(update={"form_version": 2}))


def test_the_same_again_is_nothing_new_unless_it_is_held_against_another_version() -> None:
    given(opportunity.decider, *begun, filled).when(fill.model_copy(update={"values": {"goal": " Water "}, "actor": "sam"})).then_nothing()
    given(opportunity.decider, *begun, filled, redrafted, relive).when(fill).then(
        filled.model_copy(update={"fill": 2, "form_version": 2})
    )  # fmt: skip


def test_a_form_filled_in_anew_says_all_it_says_now() -> None:
    values = (FormValue(key="goal", type="text", value="Power"),)
    anew = fill.model_copy(update={"values": {"goal": "Power"}})
    given(opportunity.decider, *begun, filled).when(anew).then(filled.model_copy(update={"fill": 2, "values": values}))


def test_a_form_that_was_noted_by_hand_is_filled_in_for_the_first_time() -> None:
    by_hand = FindingNoted(opportunity_id=DEAL, finding=FilledForm(code="vision"))
    given(opportunity.decider, *begun, by_hand).when(fill).then(filled)


def test_a_form_that_does_not_fit_changes_nothing_and_says_what_is_wrong() -> None:
    unfit = fill.model_copy(update={"values": {"sight": 1}})
    errors = errors_in(vision, unfit.values)
    given(opportunity.decider, *begun).when(unfit).then_refused(FormDoesNotFit, version=1, wrong=["goal", "sight"], errors=errors)


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((opened,), UnknownForm),
        ((opened, drafted), FormNotLive),
        ((drafted, live), UnknownOpportunity),
        ((opened, drafted, live, lost), OpportunityClosed),
    ],
)
def test_only_a_live_form_of_an_open_deal_is_filled_in(history: tuple[Event, ...], refusal: type[Exception]) -> None:
    given(opportunity.decider, *history).when(fill).then_refused(refusal)  # type: ignore[arg-type]


def test_a_note_of_a_form_from_before_forms_were_kept_is_still_read() -> None:
    stored = '{"opportunity_id":"00000000-0000-0000-0000-000000000001","finding":{"kind":"form","code":"Vision 2"}}'
    assert FindingNoted.model_validate_json(stored).finding == FilledForm(code="Vision 2")
    assert filled_form(filled).code == "vision"
