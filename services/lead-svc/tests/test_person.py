"""Forgetting a person."""

from uuid import UUID

from lead_svc.domain.person import ForgetPerson, UnknownPerson, decider
from ltc_events.lead import PersonForgotten
from ltc_events.testing import given

forget = ForgetPerson(subject_id=UUID(int=1), known=True)
nothing_known = ForgetPerson(subject_id=UUID(int=1), known=False)
forgotten = PersonForgotten(subject_id=UUID(int=1))


def test_a_person_is_forgotten() -> None:
    given(decider).when(forget).then(forgotten)


def test_forgetting_again_says_nothing_new() -> None:
    given(decider, forgotten).when(nothing_known).then_nothing()
    given(decider, forgotten).when(forget).then_nothing()


def test_of_whom_nothing_is_known_there_is_nothing_to_forget() -> None:
    given(decider).when(nothing_known).then_refused(UnknownPerson)
