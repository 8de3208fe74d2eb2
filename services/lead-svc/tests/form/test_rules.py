"""Capture forms."""

from datetime import UTC, datetime

from lead_svc.form import rules as form
from lead_svc.form.rules import CloseForm, DefineForm, FormClosed, FormDefined, FormTokenIssued, IssueFormToken, UnknownForm, form_id
from lead_svc.lead import rules as lead
from lead_svc.lead.rules.capture import CaptureLead, ConsentGiven
from lead_svc.lead.rules.events import ConsentRecorded
from ltc_events.testing import given

FAIR, NOON = form_id("fair"), datetime(2026, 11, 24, 12, tzinfo=UTC)
define = DefineForm(form="fair", channel="landing_page", consent_text="I agree", defined_by="max")
defined = FormDefined(form_id=FAIR, **dict(define), version=1)
issued = FormTokenIssued(form_id=FAIR, digest="0" * 64, previous_until=NOON)


def test_other_words_are_another_version_and_the_same_words_are_not() -> None:
    given(form.decider).when(define).then(defined)
    given(form.decider, defined).when(define.model_copy(update={"defined_by": "mia"})).then_nothing()
    changed = define.model_copy(update={"consent_text": "I really agree"})
    given(form.decider, defined).when(changed).then(FormDefined(form_id=FAIR, **dict(changed), version=2))


def test_a_closed_form_is_open_again_when_it_is_defined_anew() -> None:
    closed = FormClosed(form_id=FAIR)
    given(form.decider, defined).when(CloseForm(form="fair")).then(closed)
    given(form.decider, defined, closed).when(CloseForm(form="fair")).then_nothing()
    given(form.decider, defined, closed).when(define).then(FormDefined(form_id=FAIR, **dict(define), version=2))


def test_another_token_names_the_one_before() -> None:
    another = IssueFormToken(form_id=FAIR, digest="1" * 64, previous_until=NOON)
    given(form.decider, defined, issued).when(another).then(FormTokenIssued(**dict(another), previous="0" * 64))
    given(form.decider).when(another).then_refused(UnknownForm)
    given(form.decider).when(CloseForm(form="fair")).then_refused(UnknownForm)


def test_a_consent_given_at_capture_names_the_text() -> None:
    agreed = ConsentGiven(source="form fair", form="fair", text_version=2)
    command = CaptureLead(lead_id=FAIR, company="Acme", channel="landing_page", consent=agreed)
    _, consent = given(lead.decider).when(command).events
    assert consent == ConsentRecorded(lead_id=FAIR, given=True, source="form fair", form="fair", text_version=2)
