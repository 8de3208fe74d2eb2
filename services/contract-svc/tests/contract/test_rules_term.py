"""Contracts with a term: when it is told that they end, and of which it is not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from contract_svc.contract import rules as contract
from contract_svc.contract.policies import announce_expiry
from contract_svc.contract.read import ContractRow, contract_list
from contract_svc.contract.rules.paper import contract_no
from contract_svc.contract.rules.term import NoticeWithoutEnd, TellExpiry, TermOverBeforeItBegins, announce_on
from hypothesis import given as drawn
from hypothesis import strategies as st
from ltc_events import At, Event, Fact
from ltc_events.contract import ContractExpiring, ContractRegistered
from ltc_events.testing import given, rows_after
from papers import CONTRACT, FRIDAY, closed, deal, in_force, register, registered, to_be_registered

END = date(2027, 3, 5)
with_term = register.model_copy(update={"ends_on": END})
runs = registered.model_copy(update={"ends_on": END})
running: tuple[Event, ...] = (*to_be_registered, runs)
tell = TellExpiry(contract_id=CONTRACT, ends_on=END)
expiring = ContractExpiring(
    contract_id=CONTRACT, opportunity_id=deal.opportunity_id, contract_no=contract_no(CONTRACT), party_id=deal.party_id, company="Acme",
    account_manager="ann", net=deal.net, ends_on=END,
)  # fmt: skip


def test_a_term_is_agreed_at_registration() -> None:
    given(contract.decider, *to_be_registered).when(with_term).then(runs)
    agreed = with_term.model_copy(update={"notice_days": 30})
    given(contract.decider, *to_be_registered).when(agreed).then(runs.model_copy(update={"notice_days": 30}))


def test_a_term_does_not_end_before_it_begins_and_may_last_a_day() -> None:
    day_before = register.model_copy(update={"ends_on": FRIDAY - timedelta(days=1)})
    outcome = given(contract.decider, *to_be_registered).when(day_before)
    outcome.then_refused(TermOverBeforeItBegins)
    assert str(outcome.refusal) == "The contract is in force from 2026-03-06: its term cannot end on 2026-03-05."
    assert given(contract.decider, *to_be_registered).when(register.model_copy(update={"ends_on": FRIDAY})).refusal is None


def test_notice_needs_an_end() -> None:
    notice = register.model_copy(update={"notice_days": 30})
    given(contract.decider, *to_be_registered).when(notice).then_refused(NoticeWithoutEnd)


def test_that_a_contract_ends_is_told_once() -> None:
    given(contract.decider, *running).when(tell).then(expiring)
    given(contract.decider, *running, expiring).when(tell).then_nothing()


def test_what_was_delivered_and_paid_long_ago_may_still_run_out() -> None:
    given(contract.decider, *running, closed).when(tell).then(expiring)


def test_of_a_contract_without_that_end_or_never_in_force_nothing_is_told() -> None:
    for history in ((), to_be_registered, in_force):
        given(contract.decider, *history).when(tell).then_nothing()
    given(contract.decider, *running).when(tell.model_copy(update={"ends_on": END + timedelta(days=1)})).then_nothing()


def told_on(contract: ContractRegistered) -> list[date]:
    days: list[Any] = [at.due.date() for at in announce_expiry(contract)]
    return days


def test_it_is_told_ninety_days_before_or_as_agreed_and_at_once_where_the_term_is_shorter() -> None:
    assert told_on(runs) == [date(2026, 12, 5)]
    assert told_on(runs.model_copy(update={"notice_days": 0})) == [END]
    assert told_on(runs.model_copy(update={"ends_on": date(2026, 4, 1)})) == [FRIDAY]
    assert told_on(registered) == []
    assert announce_expiry(runs) == [At(datetime(2026, 12, 5, tzinfo=UTC), tell)]


@drawn(st.dates(), st.dates(), st.none() | st.integers(0, 3650))
def test_whatever_the_term_it_is_told_within_it(one: date, other: date, notice: int | None) -> None:
    begin, end = min(one, other), max(one, other)
    assert begin <= announce_on(begin, end, notice) <= end


def test_the_list_shows_the_term_and_when_its_end_was_told() -> None:
    now = datetime(2026, 12, 5, tzinfo=UTC)
    at = Fact(0, "contract", CONTRACT, 0, now, now, "ann", CONTRACT)
    first = in_force[0]
    [row] = rows_after(at, contract_list, ContractRow.table, (first, runs))
    assert (row["ends_on"], row["notice_days"], row["expiry_told_at"]) == (END, None, None)
    [row] = rows_after(at, contract_list, ContractRow.table, (first, runs, expiring))
    assert row["expiry_told_at"] == now
