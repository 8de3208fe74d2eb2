"""Parties: known by what leads say of them, merged and unmerged."""

from uuid import UUID

from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_svc.party import rules as account
from lead_svc.party.rules import (
    DescribeParty,
    MergedIntoItself,
    MergeParty,
    NoteParty,
    PartyMergedAlready,
    PartyNoted,
    PartyNotMerged,
    UnknownParty,
    UnmergeParty,
)
from ltc_events import Event, Refusal
from ltc_events.lead import PartyMerged, PartyUnmerged
from ltc_events.testing import fold, given

A, B, C, MERGE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=9)


def noted(party_id: UUID) -> PartyNoted:
    return PartyNoted(party_id=party_id, company=f"Acme {party_id.int}")


def merged(party_id: UUID, into: UUID) -> PartyMerged:
    return PartyMerged(party_id=party_id, into=into, merge_id=MERGE, reason="Same house")


def merge(party_id: UUID, into: UUID) -> MergeParty:
    return MergeParty(party_id=party_id, into=into, merge_id=MERGE, reason="Same house")


unmerge = UnmergeParty(party_id=A, reason="Two after all")


def test_what_is_said_again_is_not_noted_again() -> None:
    given(account.decider, noted(A)).when(NoteParty(party_id=A, company="Acme 1")).then_nothing()
    said = NoteParty(party_id=A, company="Acme 1", website="acme.example")
    given(account.decider, noted(A)).when(said).then(PartyNoted(party_id=A, company="Acme 1", website="acme.example"))


def test_a_party_is_described_under_the_name_it_has() -> None:
    described = DescribeParty(party_id=A, phone="+15550100")
    given(account.decider, noted(A)).when(described).then(PartyNoted(party_id=A, company="Acme 1", phone="+15550100"))
    given(account.decider).when(described).then_refused(UnknownParty)


def test_two_parties_are_merged_once() -> None:
    given(account.decider, noted(A), noted(B)).when(merge(A, B)).then(merged(A, B))
    given(account.decider, noted(A), noted(B), merged(A, B)).when(merge(A, B)).then_nothing()


def test_a_party_is_not_merged_with_nobody_nor_with_itself() -> None:
    given(account.decider, noted(A)).when(merge(A, B)).then_refused(UnknownParty)
    given(account.decider, noted(A)).when(merge(A, A)).then_refused(MergedIntoItself)


def test_who_is_shown_under_another_is_not_merged_again() -> None:
    history = noted(A), noted(B), noted(C), merged(A, B)
    given(account.decider, *history).when(merge(A, C)).then_refused(PartyMergedAlready, party_id=A, into=B)
    given(account.decider, *history).when(merge(C, A)).then_refused(PartyMergedAlready, party_id=A, into=B)
    given(account.decider, *history).when(merge(B, A)).then_refused(PartyMergedAlready)


def test_a_merge_is_undone_by_its_own_name_and_may_be_done_anew() -> None:
    undone = PartyUnmerged(party_id=A, previously_into=B, merge_id=MERGE, reason="Two after all")
    given(account.decider, noted(A), merged(A, B)).when(unmerge).then(undone)
    given(account.decider, noted(A), noted(B), merged(A, B), undone).when(merge(A, B)).then(merged(A, B))


def test_what_was_not_merged_cannot_be_undone() -> None:
    given(account.decider, noted(A)).when(unmerge).then_refused(PartyNotMerged)
    given(account.decider).when(unmerge).then_refused(UnknownParty)


IDS = st.sampled_from([A, B, C])
ACTS = st.one_of(st.builds(merge, IDS, IDS), st.builds(UnmergeParty, party_id=IDS, reason=st.just("Two")))


@drawn(st.lists(ACTS, max_size=12))
def test_whatever_is_merged_and_undone_everybody_is_shown_under_exactly_one_who_is_nobody_elses(
    acts: list[MergeParty | UnmergeParty],
) -> None:
    history: tuple[Event, ...] = (noted(A), noted(B), noted(C))
    for act in acts:
        outcome = given(account.decider, *history).when(act)
        assert outcome.refusal is None or isinstance(outcome.refusal, Refusal)
        history = (*history, *outcome.events)
    states = fold((account.decider,), history)
    for party in (A, B, C):
        steps = 0
        while (above := states[account.decider.of(party)].merged) is not None:
            party, steps = above.into, steps + 1
            assert steps < 3, "round in a circle"
