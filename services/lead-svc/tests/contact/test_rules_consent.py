"""Who takes consent back gets nothing more, whatever is merged, agreed to or comes in the same moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from consent_facts import CAPTURED, FOUR, OF, ONE, SAID_NO, THREE, TWO, agreed, consents, merge, merges, met, over, said_no, says, withdraw
from hypothesis import given as drawn
from hypothesis import strategies as st
from lead_facts import call
from lead_svc.contact import read as consenting
from lead_svc.contact import rules as person
from lead_svc.contact import rules as withdrawing
from lead_svc.contact.rules import MergeContact, UnmergeContact
from lead_svc.contact.rules import states as remembered
from lead_svc.contact.rules.consent import WithdrawConsent
from lead_svc.contact.rules.states import ConsentWithdrawn, ContactMerged, PersonAgreed, PersonChanged, PersonIsForgotten, one_person
from lead_svc.lead import rules as lead
from lead_svc.lead.rules.consent import GiveConsent
from lead_svc.lead.rules.states import LeadClosed, UnknownLead
from lead_svc.lead.rules.touch import ConsentMissing, LogTouch
from leads import done
from ltc_events import AnyDecider, Command, Event
from ltc_events.lead import LeadAssigned, LeadDisqualified, PersonForgotten
from ltc_events.testing import fold, given
from nurture_sequences import RULES
from person_facts import REASON, A, B, C, forgotten, merged


def agree(lead_id: UUID, **changes: Any) -> GiveConsent:
    return GiveConsent(**{"lead_id": lead_id, "contact_id": OF[lead_id], "source": "Form", **changes})


def test_who_agrees_for_a_lead_is_noted_with_them_too_and_once() -> None:
    given(lead.decider, *CAPTURED).when(agree(ONE)).then(*agreed(ONE))
    given(lead.decider, *CAPTURED, *agreed(ONE)).when(agree(ONE)).then_nothing()
    given(lead.decider, *CAPTURED).when(agree(ONE, contact_id=None)).then(agreed(ONE)[0])
    given(lead.decider, *CAPTURED, *forgotten(A)).when(agree(ONE)).then(agreed(ONE)[0])
    given(lead.decider).when(agree(ONE)).then_refused(UnknownLead)
    given(lead.decider, *CAPTURED, LeadDisqualified(lead_id=ONE, reason="No")).when(agree(ONE)).then_refused(LeadClosed)


def test_consent_is_taken_back_for_the_person_and_every_lead_in_one_decision_and_once() -> None:
    history = (*CAPTURED, *agreed(ONE, FOUR))
    given(withdrawing.decider, *history).when(withdraw((A,), ONE, FOUR)).then(*over(ONE, FOUR), *said_no(A))
    given(withdrawing.decider, *history, *over(ONE, FOUR), *said_no(A)).when(withdraw((A,))).then_nothing()
    given(withdrawing.decider, *CAPTURED).when(withdraw((A,))).then(*said_no(A))
    given(withdrawing.decider, *CAPTURED, *forgotten(A)).when(withdraw((A,))).then_nothing()


def test_it_is_not_decided_about_less_than_all_they_agreed_to() -> None:
    given(withdrawing.decider, *CAPTURED, *agreed(ONE, FOUR)).when(withdraw((A,), ONE)).then_refused(PersonChanged)
    given(withdrawing.decider, *CAPTURED, *agreed(FOUR)).when(withdraw((A,), said_of=ONE)).then_refused(PersonChanged)
    together = (*CAPTURED, *merged(A, B), *agreed(TWO))
    given(withdrawing.decider, *together).when(withdraw((A,))).then_refused(PersonChanged)
    given(withdrawing.decider, *together).when(withdraw((A, B))).then_refused(PersonChanged)
    given(withdrawing.decider, *together).when(withdraw((A, B), TWO)).then(*over(TWO), *said_no(A, B))
    given(withdrawing.decider, *CAPTURED).when(withdraw((A, B))).then_refused(PersonChanged)


def test_what_they_agreed_to_as_they_came_is_taken_back_with_the_rest() -> None:
    by_form = agreed(ONE)[0]
    given(withdrawing.decider, *CAPTURED, by_form, *agreed(FOUR)).when(withdraw((A,), ONE, FOUR)).then(*over(ONE, FOUR), *said_no(A))


def test_a_merge_decided_later_carries_a_no_over_to_everybody_on_the_other_side() -> None:
    no = (*CAPTURED, *agreed(TWO, THREE), *merged(C, B), *said_no(A))
    carried = [*over(TWO, THREE, source=SAID_NO), *said_no(B, C, source=SAID_NO)]
    given(person.decider, *no).when(merge(A, B, TWO, THREE, people=(A, B, C))).then(*merged(A, B), *carried)
    given(person.decider, *no).when(merge(B, A, TWO, THREE, people=(B, C, A))).then(*merged(B, A), *carried)
    given(person.decider, *no).when(merge(A, B, TWO, THREE)).then_refused(PersonChanged)
    given(person.decider, *no).when(merge(A, B, TWO, people=(A, B, C))).then_refused(PersonChanged)


def test_a_merge_of_two_who_never_said_no_or_agreed_again_takes_nothing_back() -> None:
    given(person.decider, *CAPTURED, *agreed(ONE, TWO)).when(merge(A, B, ONE, TWO)).then(*merged(A, B))
    again = (*CAPTURED, *agreed(TWO), *said_no(A), *agreed(ONE))
    given(person.decider, *again).when(merge(A, B, ONE, TWO)).then(*merged(A, B))


def test_who_agreed_again_keeps_that_when_somebody_else_turns_out_to_be_them() -> None:
    """The one side said no and then yes for one lead; the other never said anything."""
    again = (*CAPTURED, *merged(C, A), *said_no(A, C), *agreed(ONE))
    (*_, told) = given(person.decider, *again).when(merge(B, A, ONE, people=(A, B, C))).events
    assert told == said_no(B, source=SAID_NO)[0], "C said no and nothing since; what A agreed to again stays"


def test_consent_given_anew_counts_again() -> None:
    history = (*CAPTURED, LeadAssigned(lead_id=ONE, owner="ann"), *agreed(ONE), *over(ONE), *said_no(A))
    offer = offered(ONE)
    given(lead.decider, *leads_in(history)).when(offer).then_refused(ConsentMissing)
    given(lead.decider, *history).when(agree(ONE)).then(*agreed(ONE))
    assert len(given(lead.decider, *leads_in((*history, *agreed(ONE)))).when(offer).events) == 1


def leads_in(history: tuple[Event, ...]) -> list[Event]:
    return [event for event in history if hasattr(event, "lead_id") and not isinstance(event, PersonAgreed)]


def offered(lead_id: UUID) -> LogTouch:
    return call.model_copy(update={"lead_id": lead_id, "marketing": True})


def test_who_is_forgotten_is_merged_with_nobody_whatever_they_said() -> None:
    given(person.decider, *CAPTURED, *said_no(A), *forgotten(A)).when(merge(A, B)).then_refused(PersonIsForgotten)


def test_what_was_known_of_people_before_says_they_agreed_to_nothing_and_did_not_say_no() -> None:
    known = fold((remembered.history,), (*merged(A, B), PersonForgotten(subject_id=C)))
    assert known[remembered.history.of(A)].agreed == frozenset()
    assert not known[remembered.history.of(B)].withdrawn


# ── whatever commits in between ───────────────────────────────────────────────────────────────────────────────────────

PEOPLE, LEADS = st.sampled_from([A, B, C]), st.sampled_from(list(OF))
ACTS = st.one_of(
    st.tuples(st.just("agree"), LEADS, st.none()),
    st.tuples(st.just("withdraw"), PEOPLE, st.none()),
    st.tuples(st.just("merge"), PEOPLE, PEOPLE),
    st.tuples(st.just("unmerge"), PEOPLE, PEOPLE),
)


def asked(act: tuple[str, UUID, UUID | None], seen: tuple[Event, ...]) -> Command:
    """What somebody asks who saw no more than this."""
    what, which, other = act
    states = fold((lead.decider, remembered.history), seen)
    people = {id: states.get(remembered.history.of(id), remembered.Remembered()) for id in (A, B, C)}
    consenting = [id for id in OF if states[lead.decider.of(id)].trail.consent is not None]
    match what:
        case "agree":
            return agree(which)
        case "withdraw":
            group = [which, *sorted(one_person(people, which) - {which})]
            return withdraw(tuple(group), *(id for id in consenting if OF[id] in group))
        case "merge":
            assert other is not None
            group = sorted(one_person(people, which) | one_person(people, other))
            return merge(which, other, *(id for id in consenting if OF[id] in group), people=tuple(group))
        case _:
            return UnmergeContact(subject_id=which, into=other, reason=REASON, known=True)


def decides_on(command: Command) -> AnyDecider:
    if isinstance(command, GiveConsent):
        return lead.decider
    return person.decider


@drawn(st.lists(st.tuples(ACTS, st.integers(0, 3)), max_size=12))
def test_whoever_saw_what_when_after_a_no_nobody_of_them_is_written_to_until_they_agree_again(
    acts: list[tuple[tuple[str, UUID, UUID | None], int]],
) -> None:
    seen: list[tuple[Event, ...]] = [tuple(CAPTURED)]
    for act, late in acts:
        command = asked(act, seen[max(0, len(seen) - 1 - late)])
        decides = decides_on(command)
        outcome = given(decides, *seen[-1]).when(command)
        now = (*seen[-1], *outcome.events)
        seen.append(now)
        states = fold((lead.decider, remembered.history), now)
        people = {id: states.get(remembered.history.of(id), remembered.Remembered()) for id in (A, B, C)}
        agree_now = {id for id in OF if states[lead.decider.of(id)].trail.consent is not None}
        assert agree_now == set().union(*(each.agreed for each in people.values())), "a lead and its person say the same"
        assert not any(each.withdrawn and each.agreed for each in people.values())
        if isinstance(command, WithdrawConsent) and outcome.refusal is None:
            group = one_person(people, command.subject_ids[0])
            assert all(people[id].withdrawn for id in group)
            assert not any(OF[id] in group for id in agree_now)
        if any(isinstance(event, ContactMerged) for event in outcome.events):
            assert isinstance(command, MergeContact)
            before = fold((lead.decider, remembered.history), seen[-2])
            known = {id: before.get(remembered.history.of(id), remembered.Remembered()) for id in (A, B, C)}
            one, other = one_person(known, command.subject_id), one_person(known, command.into)
            for side, beside in ((one, other), (other, one)):
                if any(known[id].withdrawn for id in side):
                    assert all(people[id].withdrawn for id in beside)


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def max_(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Who merges."""
    async with served.client("max", "sales_manager") as client:
        yield client


Between = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Has something happen, once, behind what is read for a decision and before it is made."""
    waiting: list[Callable[[], Awaitable[None]]] = []
    read = consenting.leads_where

    async def reads(*asked: Any) -> list[UUID]:
        found = await read(*asked)
        if waiting:
            await waiting.pop()()
        return found

    monkeypatch.setattr(consenting, "leads_where", reads)
    return waiting.append


async def test_a_merge_in_the_very_moment_of_a_no_is_reached(ann: httpx.AsyncClient, max_: httpx.AsyncClient, between: Between) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo")
    between(lambda: merges(max_, joe, jo))
    await says(ann, one, False)
    assert await consents(ann, one, two) == [False, False]


async def test_a_yes_in_the_very_moment_of_a_no_is_taken_back_with_the_rest(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, between: Between
) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo", agrees=False)
    await merges(max_, joe, jo)
    between(lambda: says(ann, two, True))
    await says(ann, one, False)
    assert await consents(ann, one, two) == [False, False]


async def test_a_no_in_the_very_moment_of_a_merge_is_carried_over(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, between: Between
) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo")
    between(lambda: says(ann, one, False))
    await merges(max_, joe, jo)
    assert await consents(ann, one, two) == [False, False]


async def test_a_yes_in_the_very_moment_of_a_merge_with_who_said_no_is_taken_back(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, between: Between
) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo", agrees=False)
    await says(ann, one, False)
    between(lambda: says(ann, two, True))
    await merges(max_, joe, jo)
    assert await consents(ann, one, two) == [False, False]


async def test_a_merge_later_carries_a_no_over_stops_the_mails_and_a_new_yes_counts_again(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient
) -> None:
    await done(max_, "/rule-books/nurture", **RULES)
    await done(max_, "/rule-books/nurture/1/activate")
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo")
    await done(ann, f"/leads/{two}/nurture", sequence="welcome")
    await says(ann, one, False)
    assert await consents(ann, one, two) == [False, True]
    await merges(max_, joe, jo)
    assert await consents(ann, one, two) == [False, False]
    await served.react()
    run = (await ann.get(f"/leads/{two}/nurture")).json()["runs"][0]
    assert (run["status"], run["reason"]) == ("stopped", "they took their consent back")
    offer = await ann.post(f"/leads/{two}/interactions", json={"kind": "mail", "marketing": True})
    assert offer.json()["code"] == "consent-missing"
    await says(ann, two, True)
    assert await consents(ann, one, two) == [False, True]
    await done(ann, f"/leads/{two}/interactions", kind="mail", marketing=True)


async def test_who_changes_all_the_time_is_told_to_be_asked_again(
    ann: httpx.AsyncClient, max_: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo")
    await merges(max_, joe, jo)

    async def sees_nothing(*asked: Any) -> list[UUID]:
        return []

    with monkeypatch.context() as patched:
        patched.setattr("lead_svc.contact.read.agreed_for", sees_nothing)
        answer = await ann.post(f"/leads/{one}/consent", json={"given": False, "source": "Call"})
    assert (answer.status_code, answer.json()["code"]) == (409, "person-changed")
    assert await consents(ann, one, two) == [True, True], "nothing is done by halves"


@pytest.mark.parametrize("of", ["one", "two"])
async def test_a_no_and_a_merge_at_once_leave_nobody_who_is_written_to(
    served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient, of: str
) -> None:
    """Two requests at once on a real log, again and again: whichever is first."""
    for _ in range(6):
        (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo")
        await asyncio.gather(merges(max_, joe, jo), says(ann, one if of == "one" else two, False))
        assert await consents(ann, one, two) == [False, False]


async def test_a_yes_and_a_no_at_once_are_as_the_log_has_them(served: Any, ann: httpx.AsyncClient, max_: httpx.AsyncClient) -> None:
    for _ in range(6):
        (jo, one), (joe, two) = await met(ann, "Jo Doe"), await met(ann, "Doe, Jo", agrees=False)
        await merges(max_, joe, jo)
        await asyncio.gather(says(ann, two, True), says(ann, one, False))
        last = "SELECT max(position) FROM log WHERE stream_id = $1 AND type = $2"
        yes = await served.log.pool.fetchval(last, UUID(joe), PersonAgreed.event_type)
        no = await served.log.pool.fetchval(last, UUID(joe), ConsentWithdrawn.event_type)
        assert await consents(ann, one, two) == [False, yes > no]
