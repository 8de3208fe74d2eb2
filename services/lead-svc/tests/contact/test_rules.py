"""People: which contacts are held to be one, and forgetting all of them."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.contact.rules import (
    ContactMergedAlready,
    ContactMergedIntoItself,
    ContactNotMerged,
    ForgetPerson,
    UnknownPerson,
    UnmergeContact,
    decider,
)
from lead_svc.contact.rules.states import ContactMerged, ContactUnmerged, Forgotten, PersonChanged, PersonIsForgotten
from ltc_events import Event
from ltc_events.testing import fold, given
from person_facts import MERGE, REASON, A, B, C, forgotten, merge, merged


def forget(*subject_ids: UUID, known: bool = True) -> ForgetPerson:
    return ForgetPerson(subject_ids=subject_ids, known=known)


def unmerge(contact_id: UUID, into: UUID | None, *, known: bool = True) -> UnmergeContact:
    return UnmergeContact(subject_id=contact_id, into=into, reason=REASON, known=known)


def unmerged(contact_id: UUID, into: UUID) -> list[ContactUnmerged]:
    told = ContactUnmerged(subject_id=contact_id, contact_id=contact_id, previously_into=into, merge_id=MERGE, reason=REASON)
    return [told, told.model_copy(update={"subject_id": into})]


def test_a_person_is_forgotten() -> None:
    given(decider).when(forget(A)).then(*forgotten(A))


def test_forgetting_again_says_nothing_new() -> None:
    given(decider, *forgotten(A)).when(forget(A, known=False)).then_nothing()
    given(decider, *forgotten(A)).when(forget(A)).then_nothing()


def test_of_whom_nothing_is_known_there_is_nothing_to_forget() -> None:
    given(decider).when(forget(A, known=False)).then_refused(UnknownPerson)


def test_two_contacts_are_merged_once_and_both_are_told() -> None:
    given(decider).when(merge(A, B)).then(*merged(A, B))
    given(decider, *merged(A, B)).when(merge(A, B)).then_nothing()


def test_a_contact_is_not_merged_with_nobody_nor_with_itself() -> None:
    given(decider).when(merge(A, B, known=False)).then_refused(UnknownPerson)
    given(decider).when(merge(A, A)).then_refused(ContactMergedIntoItself)


def test_who_is_forgotten_is_merged_with_nobody_and_stays_what_they_were() -> None:
    for command in (merge(A, B), merge(B, A)):
        given(decider, *forgotten(A)).when(command).then_refused(PersonIsForgotten)
    given(decider, *merged(A, B), *forgotten(A, B)).when(unmerge(A, B)).then_refused(PersonIsForgotten)


def test_a_contact_that_is_shown_under_another_is_not_merged_again() -> None:
    given(decider, *merged(A, B)).when(merge(A, C)).then_refused(ContactMergedAlready, contact_id=A, into=B)
    given(decider, *merged(A, B)).when(merge(C, A)).then_refused(ContactMergedAlready, contact_id=A, into=B)
    given(decider, *merged(A, B)).when(merge(B, A)).then_refused(ContactMergedAlready)


def test_a_merge_of_contacts_is_undone_by_its_own_name_and_may_be_done_anew() -> None:
    given(decider, *merged(A, B)).when(unmerge(A, B)).then(*unmerged(A, B))
    given(decider, *merged(A, B), *unmerged(A, B)).when(merge(A, B)).then(*merged(A, B))


def test_contacts_that_were_not_merged_cannot_be_made_two() -> None:
    given(decider).when(unmerge(A, None)).then_refused(ContactNotMerged)
    given(decider).when(unmerge(A, None, known=False)).then_refused(UnknownPerson)


@pytest.mark.parametrize("into", [None, C])
def test_who_asks_to_undo_what_has_changed_meanwhile_is_told_so(into: UUID | None) -> None:
    given(decider, *merged(A, B)).when(unmerge(A, into)).then_refused(PersonChanged)
    given(decider).when(unmerge(A, C)).then_refused(PersonChanged)


def test_whoever_of_a_merged_person_is_forgotten_all_of_them_are() -> None:
    history = (*merged(A, B), *merged(C, B))
    for asked in ((A, B, C), (B, A, C), (C, B, A)):
        given(decider, *history).when(forget(*asked)).then(*forgotten(*asked))
    given(decider, *history, *forgotten(A, B, C)).when(forget(B, A, C)).then_nothing()


@pytest.mark.parametrize("asked", [(B,), (A,), (A, B, C)])
def test_nobody_is_forgotten_in_part_nor_with_somebody_they_are_not(asked: tuple[UUID, ...]) -> None:
    given(decider, *merged(A, B)).when(forget(*asked)).then_refused(PersonChanged)


def test_who_is_two_again_is_forgotten_alone() -> None:
    history = (*merged(A, B), *unmerged(A, B))
    given(decider, *history).when(forget(A)).then(*forgotten(A))
    given(decider, *history).when(forget(B, A)).then_refused(PersonChanged)


IDS = st.sampled_from([A, B, C])
ACTS = st.one_of(
    st.builds(merge, IDS, IDS),
    st.builds(unmerge, IDS, IDS),
    st.builds(lambda ids: forget(*ids), st.lists(IDS, min_size=1, unique=True)),
)


@drawn(st.lists(ACTS, max_size=15))
def test_whatever_is_merged_undone_and_forgotten_a_person_is_forgotten_whole(acts: list[Any]) -> None:
    history: tuple[Event, ...] = ()
    for act in acts:
        history = (*history, *given(decider, *history).when(act).events)
    people = fold((decider,), history)
    under: dict[UUID, UUID] = {}
    for event in history:
        if isinstance(event, ContactMerged):
            under[event.contact_id] = event.into
        elif isinstance(event, ContactUnmerged):
            under.pop(event.contact_id, None)
    gone = {each for each in (A, B, C) if isinstance(people.get(decider.of(each)), Forgotten)}
    for one, other in under.items():
        assert (one in gone) == (other in gone), "half of a person is forgotten"
