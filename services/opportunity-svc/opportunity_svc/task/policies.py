"""What has to be seen to: what raises a task, and what ends it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from ltc_events import At, Command, Fact
from ltc_events.contract import ContractClosed, ContractRegistered
from ltc_events.opportunity import OpportunityLost, OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import (
    BidSubmitted,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityDeclined,
    OpportunityResumed,
    OpportunitySuspended,
)
from ltc_events.opportunity_tasks import TaskDone, TaskDropped, TaskRaised, TaskReassigned, Why
from ltc_events.order import OrderRejected

from ..authority_grant.rules import AuthorityRevoked
from ..deal.rules.events import DAYS_BEFORE_BID, BidDeadlineNeared, DecisionLapsed, ExpectedClosePassed, FindingNoted, FindingStruck
from ..deal.rules.terms import CheckClose, triangle
from ..finding.rules import BidTerms
from ..forecast.rules import ForecastSet
from ..hand_over.rules.workload import SeatsKept, WorkTakenUp
from ..mandate.rules import MandateRevoked
from ..quote.rules.events import QuoteDrafted, QuoteExpired, QuoteSent
from .rules.deal_tasks import (
    AccountMoved,
    DecidersFound,
    ListQuote,
    ListTask,
    MoveAccount,
    SeekDeciders,
    SettleTasks,
    TasksSettled,
    UnlistTask,
    agenda_of,
)
from .rules.reasons import FollowUpQuote, RaiseTask, TraceQuote
from .rules.rejected_orders import ContractOver, NoteContract, NoteOver, NoteRejection, OrderInTrouble
from .rules.states import DropTask, FollowAccount, QuoteTraced, TaskSought, task_id

# ── what raises a task ────────────────────────────────────────────────────────────────────────────────────────────────


def watch_close(deal: OpportunityOpened | OpportunityChanged) -> list[At]:
    """On the day after its expected close it is looked whether a deal is decided."""
    if isinstance(deal, OpportunityOpened):
        return looked_at(deal, deal.expected_close)
    return [] if deal.after.expected_close == deal.before.expected_close else looked_at(deal, deal.after.expected_close)


def looked_at(deal: OpportunityOpened | OpportunityChanged, close: date) -> list[At]:
    if close == date.max:
        return []  # it never passes
    after = close + timedelta(days=1)
    return [At(datetime.combine(after, time(), UTC), CheckClose(opportunity_id=deal.opportunity_id, today=after))]


def look_again(deal: OpportunityResumed, fact: Fact) -> list[Command]:
    """A deal that stood still while its expected close passed is looked at when it goes on."""
    return [CheckClose(opportunity_id=deal.opportunity_id, today=fact.occurred_at.date())]


def ask_for_close(deal: ExpectedClosePassed) -> list[Command]:
    """Whoever manages the account wins it, loses it, or says by when."""
    id = task_id("close_passed", deal.opportunity_id, deal.expected_close.isoformat(), deal.suspensions)
    why = Why(day=deal.expected_close, number=deal.suspensions)
    return [RaiseTask(task_id=id, opportunity_id=deal.opportunity_id, kind="close_passed", due=deal.expected_close, why=why)]


def ask_for_bid(deal: BidDeadlineNeared) -> list[Command]:
    """The nearer a deadline comes, the more of it is said; what was said before is over."""
    earlier = [task_id("bid_near", deal.opportunity_id, deal.deadline.isoformat(), days) for days in DAYS_BEFORE_BID if days > deal.days]
    id = task_id("bid_near", deal.opportunity_id, deal.deadline.isoformat(), deal.days)
    why = Why(day=deal.deadline, days=deal.days)
    near = RaiseTask(task_id=id, opportunity_id=deal.opportunity_id, kind="bid_near", due=deal.deadline, why=why)
    return [*(DropTask(task_id=each, reason="nearer") for each in earlier), near]


def ask_for_decision(decision: DecisionEscalated, fact: Fact) -> list[Command]:
    """Whoever manages the account is told that nobody decided, and it is found out who may."""
    id = task_id("decision_overdue", decision.opportunity_id, decision.gate, decision.round)
    due, today = decision.due.date(), fact.occurred_at.date()
    why = Why(gate=decision.gate, round=decision.round, requested_by=decision.requested_by)
    return [
        RaiseTask(task_id=id, opportunity_id=decision.opportunity_id, kind="decision_overdue", due=due, why=why),
        SeekDeciders(opportunity_id=decision.opportunity_id, gate=decision.gate, round=decision.round, due=due, today=today),
    ]


def ask_deciders(found: DecidersFound) -> list[Command]:
    """Each of those who may decide is asked to."""
    deal, gate, round = found.opportunity_id, found.why.gate, found.why.round
    return [
        RaiseTask(
            task_id=task_id("decision_overdue", deal, str(gate), str(round), user),
            opportunity_id=deal,
            kind="decision_overdue",
            owner=user,
            due=found.due,
            why=found.why,
        )
        for user in found.users
    ]


def follow_up_quote(quote: QuoteExpired, fact: Fact) -> list[Command]:
    """A quote that expired unanswered is to be followed by another, or the deal is lost."""
    return [FollowUpQuote(quote_id=quote.quote_id, today=fact.occurred_at.date())]


def trace_quote(quote: QuoteSent) -> list[Command]:
    """It is known which quote the customer got last: another that expires matters less."""
    return [TraceQuote(quote_id=quote.quote_id)]


def note_contract(contract: ContractRegistered) -> list[Command]:
    """Whoever managed the account hears of what becomes of the contract."""
    known = contract.model_dump(include={"contract_id", "opportunity_id", "account_manager"})
    return [NoteContract(**known)]


def end_trouble(contract: ContractClosed) -> list[Command]:
    """Nobody sees to an order of a contract that is closed, also where the rejection is heard after."""
    return [NoteOver(contract_id=contract.contract_id, opportunity_id=contract.opportunity_id)]


def note_rejection(order: OrderRejected, fact: Fact) -> list[Command]:
    """Fulfilment cannot take an order: perhaps we know of which deal it is."""
    return [NoteRejection(contract_id=order.contract_id, order_id=order.order_id, day=fact.occurred_at.date())]


def ask_for_order(order: OrderInTrouble) -> list[Command]:
    """Whoever manages the account talks to the customer."""
    return [
        RaiseTask(
            task_id=task_id("order_rejected", order.order_id),
            opportunity_id=order.opportunity_id,
            kind="order_rejected",
            owner=order.account_manager,
            due=order.day,
            why=Why(contract_id=order.contract_id, order_id=order.order_id),
        )
    ]


# ── what ends it ──────────────────────────────────────────────────────────────────────────────────────────────────────

OnAgenda: TypeAlias = TaskRaised | TaskReassigned | TaskDone | TaskDropped
DealEnd: TypeAlias = OpportunityWon | OpportunityLost | OpportunityDeclined | OpportunityCancelled
Ending: TypeAlias = (
    OpportunitySuspended
    | DealEnd
    | DecisionRequested
    | DecisionMade
    | DecisionLapsed
    | BidSubmitted
    | FindingNoted
    | FindingStruck
    | ForecastSet
    | ContractOver
)
OfDeal: TypeAlias = OpportunityChanged | QuoteDrafted | QuoteTraced | TaskSought | Ending
OfUser: TypeAlias = MandateRevoked | AuthorityRevoked | WorkTakenUp | SeatsKept


def keep_agendas(said: OnAgenda | OfDeal | OfUser) -> list[Command]:
    """A task ends when its reason does. (One policy for all of these, so that what ends comes after what began, and whether a quote
    is to be followed up is asked once the quotes before are on the agenda.)"""
    match said:
        case TaskRaised() | TaskReassigned() | TaskDone() | TaskDropped():
            return [listed(said)]
        case MandateRevoked() | AuthorityRevoked() | WorkTakenUp() | SeatsKept():
            return of_user(said)
        case OpportunityChanged():
            return changed(said)
        case QuoteDrafted():
            newest = ListQuote(agenda_id=agenda_of(said.opportunity_id), quote_id=said.quote_id)
            return [newest, outdone(said)]
        case QuoteTraced():
            last = ListQuote(agenda_id=agenda_of(said.opportunity_id), quote_id=said.quote_id, sent=True)
            return [last, outdone(said)]
        case TaskSought():
            return [RaiseTask(**dict(said))]
        case _:
            return of_deal(said)


def outdone(quote: QuoteDrafted | QuoteTraced) -> SettleTasks:
    """Nobody follows up the quotes before it. (Itself it may have expired, before it was traced who got it.)"""
    agenda_id = agenda_of(quote.opportunity_id)
    return SettleTasks(agenda_id=agenda_id, kinds=("quote_expired",), unless_quote=quote.quote_id, reason="quoted")


def listed(task: OnAgenda) -> Command:
    about = task.why.user if isinstance(task, TaskRaised) else task.about
    agenda_id = agenda_of(task.opportunity_id or about or "")
    if isinstance(task, TaskDone | TaskDropped):
        return UnlistTask(agenda_id=agenda_id, task_id=task.task_id)
    why = task.why if isinstance(task, TaskRaised) else None
    return ListTask(agenda_id=agenda_id, task_id=task.task_id, kind=task.kind, owner=task.owner, why=why)


def of_user(said: OfUser) -> list[Command]:
    match said:
        case MandateRevoked(user=user):
            return [SettleTasks(agenda_id=agenda_of(user), kinds=("mandate_stays",), reason="revoked")]
        case AuthorityRevoked(user=user):
            return [SettleTasks(agenda_id=agenda_of(user), kinds=("authority_stays",), reason="revoked")]
        case WorkTakenUp(user=user):
            return [SettleTasks(agenda_id=agenda_of(user), reason="returned")]
        case SeatsKept(user=user):
            about = Why(user=user)
            return [
                SettleTasks(agenda_id=agenda_of(deal), kinds=("seat_stays",), about=about, reason="returned")
                for deal in said.opportunity_ids
            ]


def changed(deal: OpportunityChanged) -> list[Command]:
    """Its tasks go with the account; what it was about may be none any more."""
    before, after = deal.before, deal.after
    commands: list[Command] = []
    if after.expected_close != before.expected_close:
        commands.append(settled(deal, "moved", "close_passed"))
    for user in dict.fromkeys(triangle(before)):
        if user not in triangle(after):
            commands.append(settled(deal, "seat_changed", "seat_stays", about=Why(user=user)))
    if after.account_manager != before.account_manager:
        moved = MoveAccount(agenda_id=agenda_of(deal.opportunity_id), owner=before.account_manager, to=after.account_manager)
        commands.append(moved)
    return commands


def of_deal(said: Ending) -> list[Command]:
    match said:
        case OpportunitySuspended():
            return [settled(said, "suspended", "close_passed")]
        case DecisionRequested(gate=gate):
            return [settled(said, "asked", "decision_to_ask", about=Why(gate=gate))]
        case DecisionMade(gate=gate, round=round) | DecisionLapsed(gate=gate, round=round):
            return [settled(said, "decided", "decision_overdue", about=Why(gate=gate, round=round))]
        case BidSubmitted():
            return [settled(said, "bid_submitted", "bid_near")]
        case FindingNoted(finding=BidTerms(deadline=deadline)):
            return [settled(said, "moved", "bid_near", unless_day=deadline)]
        case FindingStruck(kind="bid_terms"):
            return [settled(said, "moved", "bid_near")]
        case FindingNoted() | FindingStruck():
            return []
        case ForecastSet():
            return [settled(said, "forecast_set", "forecast_to_set")]
        case ContractOver(contract_id=contract):
            return [settled(said, "closed", "order_rejected", about=Why(contract_id=contract))]
        case _:
            return [settled(said, "closed")]


def settled(
    of: OfDeal,
    reason: str,
    *kinds: str,
    about: Why | None = None,
    unless_day: date | None = None,
) -> SettleTasks:
    agenda_id = agenda_of(of.opportunity_id)
    return SettleTasks(agenda_id=agenda_id, kinds=kinds, about=about or Why(), unless_day=unless_day, reason=reason)


def drop_tasks(tasks: TasksSettled) -> list[Command]:
    """Each task whose reason is gone is dropped by itself."""
    return [DropTask(task_id=each, reason=tasks.reason) for each in tasks.task_ids]


def move_account(tasks: AccountMoved) -> list[Command]:
    """Each task goes with the account by itself."""
    return [FollowAccount(task_id=each, owner=tasks.owner, to=tasks.to) for each in tasks.task_ids]
