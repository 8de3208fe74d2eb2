"""What may happen to a task, and what may not."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from deal_facts import DEAL, QUOTE, cancelled, drafted, lost, opened, resumed, sent, suspended, won
from gate_facts import ASKED, ESTIMATE, LENT, TERMS, delegated, granted, made, noted, requested
from ltc_events import At, Command, Event
from ltc_events.contract import ContractClosed
from ltc_events.opportunity_gates import BidSubmitted, DecisionEscalated
from ltc_events.opportunity_tasks import TaskRaised, TaskReassigned, Why
from ltc_events.order import OrderRejected
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.events import BidDeadlineNeared, ExpectedClosePassed, FindingNoted, FindingStruck
from opportunity_svc.deal.rules.terms import CheckClose
from opportunity_svc.finding.rules import BidTerms
from opportunity_svc.forecast.rules import ForecastSet
from opportunity_svc.mandate.rules import MandateRevoked, as_grant
from opportunity_svc.mandate.rules import index as register
from opportunity_svc.mandate.rules.index import MandateNoted, NoteMandate, as_noted
from opportunity_svc.quote.rules.events import QuoteExpired
from opportunity_svc.task import rules as task
from opportunity_svc.task.policies import (
    ask_deciders,
    ask_for_bid,
    ask_for_close,
    ask_for_decision,
    ask_for_order,
    drop_tasks,
    end_trouble,
    follow_up_quote,
    keep_agendas,
    look_again,
    move_account,
    note_rejection,
    trace_quote,
    watch_close,
)
from opportunity_svc.task.rules import deal_tasks as agenda
from opportunity_svc.task.rules import rejected_orders as trouble
from opportunity_svc.task.rules.deal_tasks import (
    AccountMoved,
    DecidersFound,
    ListQuote,
    ListTask,
    MoveAccount,
    QuoteListed,
    SeekDeciders,
    SettleTasks,
    TaskListed,
    TasksSettled,
    TaskUnlisted,
    UnlistTask,
)
from opportunity_svc.task.rules.reasons import FollowUpQuote, RaiseTask
from opportunity_svc.task.rules.rejected_orders import (
    ContractKnown,
    ContractOver,
    NoteContract,
    NoteOver,
    NoteRejection,
    OrderInTrouble,
    RejectionKnown,
)
from opportunity_svc.task.rules.states import (
    DoTask,
    DropTask,
    FollowAccount,
    NotYourTask,
    QuoteTraced,
    ReassignTask,
    TaskOver,
    TaskSought,
    UnknownTask,
    task_id,
)
from task_facts import AFTER, AGENDA, AT, CLOSE, FACT, TASK, ask, became, done, dropped, raised

check = CheckClose(opportunity_id=DEAL, today=AFTER)
passed = ExpectedClosePassed(opportunity_id=DEAL, expected_close=CLOSE, suspensions=0)
later = became(expected_close=CLOSE + timedelta(days=30))
escalated = DecisionEscalated(opportunity_id=DEAL, gate="ATI", round=1, requested_by="sam", due=requested.due)
CONTRACT, ORDER = UUID(int=40), UUID(int=41)
note_contract = NoteContract(contract_id=CONTRACT, opportunity_id=DEAL, account_manager="ann")
contract = ContractKnown(**dict(note_contract))
rejected = RejectionKnown(contract_id=CONTRACT, order_id=ORDER, day=AT.date())
in_trouble = OrderInTrouble(**dict(contract), order_id=ORDER, day=AT.date())
closed = ContractClosed(contract_id=CONTRACT, opportunity_id=DEAL, closed_on=CLOSE)
contract_over = ContractOver(contract_id=CONTRACT, opportunity_id=DEAL)


# ── the agenda ────────────────────────────────────────────────────────────────────────────────────────────────────────


def on_agenda(kind: str, id: int = 1, owner: str = "ann", **why: Any) -> TaskListed:
    return TaskListed(agenda_id=AGENDA, task_id=UUID(int=id), kind=kind, owner=owner, why=Why(**why))


def ends(said: Any, listed: TaskListed) -> bool:
    """Whether the task is dropped for what was said."""
    events: list[Event] = []
    for command in keep_agendas(said):
        assert isinstance(command, Command)
        events += given(agenda.decider, listed).when(command).events
    return any(isinstance(event, TasksSettled) for event in events)


forecast = ForecastSet(
    forecast_id=DEAL, opportunity_id=DEAL, version=1, account_manager="bob", category="commit", amount=opened.value, close_on=CLOSE,
    set_by="bob",
)  # fmt: skip
bid_in = BidSubmitted(opportunity_id=DEAL, proposal="v1", deadline=CLOSE, bond=opened.value, submitted_on=CLOSE, submitted_by="ann")
terms = FindingNoted(opportunity_id=DEAL, finding=BidTerms(price_floor=opened.value, deadline=CLOSE, bond=opened.value))
struck = FindingStruck(opportunity_id=DEAL, kind="bid_terms", code="", struck_by="ann")
ENDED: Sequence[tuple[Any, TaskListed, TaskListed | None]] = (
    (later, on_agenda("close_passed", day=CLOSE), on_agenda("bid_near", day=CLOSE)),
    (suspended, on_agenda("close_passed", day=CLOSE), on_agenda("quote_expired", quote_id=QUOTE)),
    (drafted, on_agenda("quote_expired", quote_id=UUID(int=77)), on_agenda("close_passed", day=CLOSE)),
    (bid_in, on_agenda("bid_near", day=CLOSE), on_agenda("close_passed", day=CLOSE)),
    (terms, on_agenda("bid_near", day=AFTER), on_agenda("bid_near", day=CLOSE)),
    (struck, on_agenda("bid_near", day=AFTER), on_agenda("close_passed", day=CLOSE)),
    (made, on_agenda("decision_overdue", gate="ATI", round=1), on_agenda("decision_overdue", gate="ATB", round=1)),
    (requested, on_agenda("decision_to_ask", gate="ATI"), on_agenda("decision_to_ask", gate="ATB")),
    (forecast, on_agenda("forecast_to_set", user="ann"), on_agenda("close_passed", day=CLOSE)),
    (became(solution_manager="dee"), on_agenda("seat_stays", user="sam"), on_agenda("seat_stays", user="ann")),
    (contract_over, on_agenda("order_rejected", contract_id=CONTRACT, order_id=ORDER), on_agenda("close_passed", day=CLOSE)),
    (contract_over, on_agenda("order_rejected", contract_id=CONTRACT), on_agenda("order_rejected", contract_id=UUID(int=44))),
    (won, on_agenda("close_passed", day=CLOSE), None),
    (lost, on_agenda("seat_stays", user="sam"), None),
    (cancelled, on_agenda("quote_expired", quote_id=QUOTE), None),
)


# ── the close that passes ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_deal_is_looked_at_on_the_day_after_its_expected_close_and_after_every_new_one() -> None:
    assert watch_close(opened) == [At(datetime.combine(AFTER, datetime.min.time(), UTC), check)]
    (again,) = watch_close(later)
    assert again.due.date() == CLOSE + timedelta(days=31)
    assert watch_close(became(solution_manager="dee")) == []
    assert watch_close(opened.model_copy(update={"expected_close": date.max})) == [], "it never passes"


def test_an_open_deal_whose_close_passed_is_seen_once() -> None:
    given(opportunity.decider, opened).when(check).then(passed)
    given(opportunity.decider, opened, passed).when(check).then_nothing()
    given(opportunity.decider, opened).when(check.model_copy(update={"today": CLOSE})).then_nothing()
    assert ask_for_close(passed) == [ask]


@pytest.mark.parametrize("since", [(later,), (won,), (lost,), (cancelled,), (suspended,)])
def test_a_deal_that_was_moved_closed_or_suspended_is_not_asked_about(since: tuple[Event, ...]) -> None:
    given(opportunity.decider, opened, *since).when(check).then_nothing()
    given(task.decider, opened, passed, *since).when(ask).then_nothing()


def test_a_deal_that_stood_still_while_its_close_passed_is_looked_at_when_it_goes_on() -> None:
    assert look_again(resumed, FACT) == [check]
    again = passed.model_copy(update={"suspensions": 1})
    given(opportunity.decider, opened, suspended, resumed).when(check).then(again)
    given(opportunity.decider, opened, passed, suspended, resumed).when(check).then(again)
    (first,), (second,) = ask_for_close(passed), ask_for_close(again)
    assert first != second, "it is another task: the first ended as the deal was suspended"
    given(task.decider, opened, passed, suspended, resumed, again).when(second).then(
        TaskRaised(**{**dict(second), "owner": "ann"})
    )  # fmt: skip


def test_a_task_is_raised_once_for_whoever_manages_the_account() -> None:
    given(task.decider, opened, passed).when(ask).then(raised)
    for over in ((), (done,), (dropped,)):
        given(task.decider, opened, passed, raised, *over).when(ask).then_nothing()
    managed = became(account_manager="bob")
    given(task.decider, opened, passed, managed).when(ask).then(raised.model_copy(update={"owner": "bob"}))


# ── quotes, bids, decisions, orders ───────────────────────────────────────────────────────────────────────────────────


def test_a_quote_that_expired_unanswered_is_followed_up_unless_there_is_a_newer_one() -> None:
    expired, id = QuoteExpired(quote_id=QUOTE), task_id("quote_expired", QUOTE)
    assert follow_up_quote(expired, FACT) == [FollowUpQuote(quote_id=QUOTE, today=AT.date())]
    follow = FollowUpQuote(quote_id=QUOTE, today=AT.date())
    sought = TaskSought(task_id=id, opportunity_id=DEAL, kind="quote_expired", due=AT.date(), why=Why(quote_id=QUOTE))
    given(task.decider, drafted, expired).when(follow).then(sought)
    given(task.decider, drafted).when(follow).then_nothing()
    (ask,) = keep_agendas(sought)
    told = TaskRaised(**{**dict(sought), "owner": "ann"})
    newest = QuoteListed(agenda_id=AGENDA, quote_id=QUOTE)
    given(task.decider, opened, sought).when(ask).then(told)
    given(task.decider, opened, newest, sought).when(ask).then(told)
    given(task.decider, opened, suspended, sought).when(ask).then(told)
    given(task.decider, opened, lost, sought).when(ask).then_nothing()
    given(task.decider, opened, newest.model_copy(update={"quote_id": UUID(int=77)}), sought).when(ask).then_nothing()


def test_what_the_customer_got_last_is_followed_up_whatever_was_drafted_beside_it() -> None:
    expired, another = QuoteExpired(quote_id=QUOTE), UUID(int=77)
    (trace,) = trace_quote(sent)
    (traced,) = given(task.decider, drafted, sent).when(trace).events
    assert isinstance(traced, QuoteTraced)
    assert (traced.opportunity_id, traced.quote_id) == (DEAL, QUOTE)
    given(task.decider).when(trace).then_nothing()
    note, settle = keep_agendas(traced)
    last = QuoteListed(agenda_id=AGENDA, quote_id=QUOTE, sent=True)
    given(agenda.decider).when(note).then(last)
    given(agenda.decider, last).when(note).then_nothing()
    assert isinstance(settle, SettleTasks)
    newer = QuoteListed(agenda_id=AGENDA, quote_id=another)
    (sought,) = given(task.decider, drafted, sent, traced, expired).when(FollowUpQuote(quote_id=QUOTE, today=AT.date())).events
    assert isinstance(sought, TaskSought)
    (ask,) = keep_agendas(sought)
    assert given(task.decider, opened, last, newer, sought).when(ask).events, "nobody sent the newer one"
    given(task.decider, opened, last, newer.model_copy(update={"sent": True}), sought).when(ask).then_nothing()


def test_a_bid_that_is_near_is_said_more_urgently_each_time_and_what_was_said_before_is_over() -> None:
    near = BidDeadlineNeared(opportunity_id=DEAL, deadline=TERMS.deadline, days=3, account_manager="ann")
    first, ask = ask_for_bid(near)
    assert isinstance(first, DropTask)
    assert isinstance(ask, RaiseTask)
    assert (first.task_id, first.reason) == (task_id("bid_near", DEAL, TERMS.deadline.isoformat(), 7), "nearer")
    given(task.decider, opened, *noted(TERMS)).when(ask).then(TaskRaised(**{**dict(ask), "owner": "ann"}))
    bid = BidSubmitted(
        opportunity_id=DEAL, proposal="v1", deadline=TERMS.deadline, bond=TERMS.bond, submitted_on=TERMS.deadline, submitted_by="ann"
    )
    moved = TERMS.model_copy(update={"deadline": TERMS.deadline + timedelta(days=9)})
    for since in ((bid,), noted(moved), (suspended,), (lost,)):
        given(task.decider, opened, *noted(TERMS), *since).when(ask).then_nothing()


def test_a_decision_nobody_made_is_told_to_the_account_manager_and_to_whoever_may_make_it() -> None:
    ask, seek = ask_for_decision(escalated, FACT)
    assert isinstance(seek, SeekDeciders)
    given(task.decider, *ASKED).when(ask).then(TaskRaised(**{**dict(ask), "owner": "ann"}))
    given(task.decider, *ASKED, made).when(ask).then_nothing()
    seek = seek.model_copy(update={"today": granted.valid_from})
    mia = given(register.decider, granted, delegated).when(NoteMandate(user="mia")).events
    (found,) = given(agenda.decider, *ASKED, *mia).when(seek).events
    assert isinstance(found, DecidersFound)
    assert found.users == ("dan", "mia"), "whoever holds the mandate, and whom they lent it to"
    each = ask_deciders(found)
    assert [(command.owner, command.why.may_decide) for command in each if isinstance(command, RaiseTask)] == [("dan", True), ("mia", True)]
    given(task.decider, *ASKED).when(each[0]).then(TaskRaised(**dict(each[0])))
    given(task.decider, *ASKED, made).when(each[0]).then_nothing()


def test_nobody_is_asked_to_decide_who_may_not() -> None:
    seek = SeekDeciders(opportunity_id=DEAL, gate="ATI", round=1, due=AFTER, today=granted.valid_from)
    known = MandateNoted(register_id=register.REGISTER, user="sam", grants=(as_noted(as_grant(granted)),), delegations=())
    given(agenda.decider, *ASKED, known).when(seek).then_nothing()  # sam asked for it
    given(agenda.decider, *ASKED, known.model_copy(update={"user": "ann"})).when(seek).then_nothing()  # ann manages the account
    late = seek.model_copy(update={"today": granted.valid_from + timedelta(days=1)})
    given(agenda.decider, *ASKED, known.model_copy(update={"user": "mia"})).when(late).then_nothing()  # mia could yesterday
    given(agenda.decider, *ASKED, made, known.model_copy(update={"user": "mia"})).when(seek).then_nothing()


def test_the_register_says_what_everybody_may_decide_now() -> None:
    note = NoteMandate(user="mia")
    (first,) = given(register.decider, granted).when(note).events
    given(register.decider, granted, first).when(note).then_nothing()
    (second,) = given(register.decider, granted, delegated, first).when(note).events
    assert isinstance(second, MandateNoted)
    assert [(each.id, each.to) for each in second.delegations] == [(LENT, "dan")]
    gone = MandateRevoked(mandate_id=granted.mandate_id, user="mia", scopes=(), delegations=(LENT,), revoked_by="max")
    (third,) = given(register.decider, granted, delegated, gone, second).when(note).events
    assert isinstance(third, MandateNoted)
    assert (third.grants, third.delegations) == ((), ())


def test_an_order_that_is_rejected_is_told_to_the_account_manager_whichever_is_heard_first() -> None:
    (reject,) = note_rejection(OrderRejected(order_id=ORDER, contract_id=CONTRACT, reason="No steel"), FACT)
    assert reject == NoteRejection(contract_id=CONTRACT, order_id=ORDER, day=AT.date())
    given(trouble.decider, contract).when(reject).then(rejected, in_trouble)
    given(trouble.decider).when(reject).then(rejected)
    given(trouble.decider, rejected).when(note_contract).then(contract, in_trouble)
    given(trouble.decider, contract, rejected, in_trouble).when(reject).then_nothing()
    given(trouble.decider, contract, rejected, in_trouble).when(note_contract).then_nothing()
    (ask,) = ask_for_order(in_trouble)
    given(task.decider, opened, won).when(ask).then(TaskRaised(**dict(ask)))


def test_nobody_sees_to_an_order_of_a_contract_that_is_closed_whichever_is_heard_first() -> None:
    (note,) = end_trouble(closed)
    assert note == NoteOver(contract_id=CONTRACT, opportunity_id=DEAL)
    given(trouble.decider).when(note).then(contract_over)
    given(trouble.decider, contract_over).when(note).then_nothing()
    (reject,) = note_rejection(OrderRejected(order_id=ORDER, contract_id=CONTRACT, reason="No steel"), FACT)
    given(trouble.decider, contract, contract_over).when(reject).then(rejected)
    given(trouble.decider, rejected, contract_over).when(note_contract).then(contract)
    (ask,) = ask_for_order(in_trouble)
    given(task.decider, opened, won, contract, rejected, in_trouble, contract_over).when(ask).then_nothing()


# ── done, given on, over ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_task_is_done_by_its_owner_or_a_manager_once() -> None:
    do = DoTask(task_id=TASK, actor="ann", manages=False)
    given(task.decider, raised).when(do).then(done)
    given(task.decider, raised).when(do.model_copy(update={"actor": "bob"})).then_refused(NotYourTask, owner="ann")
    boss = do.model_copy(update={"actor": "mia", "manages": True})
    given(task.decider, raised).when(boss).then(done.model_copy(update={"done_by": "mia"}))
    given(task.decider).when(do).then_refused(UnknownTask)
    given(task.decider, raised, done).when(do).then_refused(TaskOver, status="done")
    given(task.decider, raised, dropped).when(do).then_refused(TaskOver, status="dropped")


def test_a_task_is_given_to_somebody_else() -> None:
    give = ReassignTask(task_id=TASK, to="bob", actor="ann", manages=False)
    moved = TaskReassigned(
        task_id=TASK, opportunity_id=DEAL, kind="close_passed", previous_owner="ann", owner="bob", due=CLOSE, reassigned_by="ann"
    )
    given(task.decider, raised).when(give).then(moved)
    given(task.decider, raised).when(give.model_copy(update={"to": "ann"})).then_nothing()
    given(task.decider, raised, moved).when(give).then_refused(NotYourTask, owner="bob")
    given(task.decider).when(give).then_refused(UnknownTask)
    given(task.decider, raised, done).when(give).then_refused(TaskOver)


def test_a_task_whose_reason_is_gone_is_dropped_unless_it_was_seen_to() -> None:
    drop = DropTask(task_id=TASK, reason="moved")
    given(task.decider, raised).when(drop).then(dropped)
    for before in ((), (raised, done), (raised, dropped)):
        given(task.decider, *before).when(drop).then_nothing()
    assert drop_tasks(TasksSettled(agenda_id=AGENDA, task_ids=(TASK,), reason="moved")) == [drop]


def test_a_task_goes_with_the_account_unless_it_was_given_away() -> None:
    follow = FollowAccount(task_id=TASK, owner="ann", to="bob")
    assert move_account(AccountMoved(agenda_id=AGENDA, task_ids=(TASK,), owner="ann", to="bob")) == [follow]
    (moved,) = given(task.decider, raised).when(follow).events
    assert isinstance(moved, TaskReassigned)
    assert (moved.previous_owner, moved.owner, moved.reassigned_by) == ("ann", "bob", None)
    given(task.decider, raised, moved).when(follow).then_nothing()
    given(task.decider, raised, done).when(follow).then_nothing()


@pytest.mark.parametrize(("said", "over", "goes_on"), ENDED)
def test_a_task_ends_by_itself_when_its_reason_is_gone_and_no_other_does(said: Any, over: TaskListed, goes_on: TaskListed | None) -> None:
    assert ends(said, over)
    assert goes_on is None or not ends(said, goes_on)


def test_other_findings_and_conditions_end_nothing() -> None:
    assert keep_agendas(noted(ESTIMATE)[0]) == []
    assert keep_agendas(FindingStruck(opportunity_id=DEAL, kind="pain", code="P1", struck_by="ann")) == []


def test_a_task_that_is_raised_as_a_newer_quote_is_drafted_ends_at_once() -> None:
    newest = QuoteListed(agenda_id=AGENDA, quote_id=UUID(int=77))
    late = ListTask(agenda_id=AGENDA, task_id=TASK, kind="quote_expired", owner="ann", why=Why(quote_id=QUOTE))
    given(agenda.decider, newest).when(late).then(
        TaskListed(**dict(late)), TasksSettled(agenda_id=AGENDA, task_ids=(TASK,), reason="quoted")
    )
    own = newest.model_copy(update={"quote_id": QUOTE})
    given(agenda.decider, own).when(late).then(TaskListed(**dict(late)))
    given(agenda.decider, own).when(ListQuote(agenda_id=AGENDA, quote_id=QUOTE)).then_nothing()


def test_a_quote_whose_sending_is_traced_late_is_still_followed_up() -> None:
    (traced,) = given(task.decider, drafted, sent).when(*trace_quote(sent)).events
    assert not ends(traced, on_agenda("quote_expired", quote_id=QUOTE)), "it is the one the customer got, and nobody answered"
    assert ends(traced, on_agenda("quote_expired", quote_id=UUID(int=77)))


def test_an_agenda_knows_what_is_open_and_whose_it_is() -> None:
    listed = TaskListed(agenda_id=AGENDA, task_id=TASK, kind="close_passed", owner="ann", why=raised.why)
    moved = TaskReassigned(task_id=TASK, opportunity_id=DEAL, kind="close_passed", previous_owner="ann", owner="bob", due=CLOSE)
    (note,), (note_moved,), (unlist,) = keep_agendas(raised), keep_agendas(moved), keep_agendas(done)
    given(agenda.decider).when(note).then(listed)
    given(agenda.decider, listed).when(note).then_nothing()
    given(agenda.decider, listed).when(note_moved).then(listed.model_copy(update={"owner": "bob"}))
    given(agenda.decider, listed).when(unlist).then(TaskUnlisted(agenda_id=AGENDA, task_id=TASK))
    given(agenda.decider).when(unlist).then_nothing()
    given(agenda.decider).when(note_moved).then_nothing()  # it is over already
    assert unlist == UnlistTask(agenda_id=AGENDA, task_id=TASK)


def test_the_tasks_of_an_account_go_with_it_and_those_of_whoever_may_decide_do_not() -> None:
    move = MoveAccount(agenda_id=AGENDA, owner="ann", to="bob")
    assert move in keep_agendas(became(account_manager="bob"))
    theirs = (on_agenda("close_passed", 1), on_agenda("decision_overdue", 2, may_decide=True), on_agenda("bid_near", 3, owner="sam"))
    given(agenda.decider, *theirs).when(move).then(
        AccountMoved(agenda_id=AGENDA, task_ids=(UUID(int=1),), owner="ann", to="bob")
    )  # fmt: skip
    given(agenda.decider).when(move).then_nothing()
    given(agenda.decider).when(SettleTasks(agenda_id=AGENDA, reason="closed")).then_nothing()
