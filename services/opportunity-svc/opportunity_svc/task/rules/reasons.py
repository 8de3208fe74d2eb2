"""Raising: a task is raised while its reason stands, for whoever manages the account or may decide; each cause raises one."""

from datetime import date
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Event, JointDecider, States, Stream, UserId
from ltc_events.opportunity_gates import Gate, Round
from ltc_events.opportunity_tasks import TaskRaised, Why

from ...deal import rules as opportunity
from ...deal.rules.states import Closed, Open, Opportunity, deal_under_way
from ...finding.rules import Bid, BidTerms
from ...mandate.rules import index as register
from ...mandate.rules.index import REGISTER
from ...quote import rules as quote
from ...quote.rules.states import Expired, NoQuote
from .. import rules as task
from . import FollowUpPutOff, Nothing, QuoteTraced, TaskSought, task_id
from . import deal_tasks as agenda
from . import rejected_orders as trouble
from .deal_tasks import Agenda, DecidersFound, SeatsVacated, agenda_of


class RaiseTask(Command):
    """Let somebody see to it, while there is a reason to."""

    task_id: UUID
    opportunity_id: UUID
    kind: Code
    owner: UserId | None = None
    """Whoever manages the account, if nobody is named."""
    due: date
    why: Why


class FollowUpQuote(Command):
    """Ask of which deal a quote is that expired."""

    quote_id: UUID
    today: date


class TraceQuote(Command):
    """Find out of which deal a quote is that the customer got."""

    quote_id: UUID


class SeekDeciders(Command):
    """Find out who may decide what nobody decided in time."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    due: date
    today: date


class VacateSeats(Command):
    """Note that nobody holds a seat of a deal that is decided."""

    opportunity_id: UUID


RaisingCommand: TypeAlias = RaiseTask | FollowUpQuote | TraceQuote | SeekDeciders | VacateSeats


def decide(states: States, command: RaisingCommand) -> list[Event]:
    match command:
        case RaiseTask():
            return raise_task(states, command)
        case FollowUpQuote():
            return follow_up(states, command)
        case TraceQuote():
            return trace(states, command)
        case SeekDeciders():
            return seek(states, command)
        case VacateSeats():
            return vacate(states, command)


def raise_task(states: States, command: RaiseTask) -> list[Event]:
    if not isinstance(states.of(task.decider, command.task_id), Nothing):
        return []  # raised once
    deal = states.of(opportunity.decider, command.opportunity_id)
    listed = states.of(agenda.decider, agenda_of(command.opportunity_id))
    if not stands(deal, listed, command) or is_over(states, command.why.contract_id):
        return []
    found = deal_under_way(deal)
    owner = command.owner or (found and found.account_manager)
    return [TaskRaised(**{**dict(command), "owner": owner})] if owner else []


def stands(deal: Opportunity, listed: Agenda, command: RaiseTask) -> bool:
    """Whether there still is a reason for it."""
    why = command.why
    match command.kind:
        case "order_rejected":
            return True
        case "quote_expired":
            return deal_under_way(deal) is not None and listed.is_about(why.quote_id)
        case "close_passed":
            return isinstance(deal, Open) and (deal.expected_close, deal.suspensions) == (why.day, why.number)
        case "bid_near":
            return isinstance(deal, Open) and deal.findings.one(Bid) is None and is_due(deal, why.day)
        case "decision_overdue":
            return isinstance(deal, Open) and why.gate is not None and is_asked(deal, why.gate, why.round)
        case _:
            return False


def is_over(states: States, contract_id: UUID | None) -> bool:
    """Whether the contract it is about is closed."""
    return contract_id is not None and states.of(trouble.decider, contract_id).over


def is_due(deal: Open, day: date | None) -> bool:
    terms = deal.findings.one(BidTerms)
    return terms is not None and terms.deadline == day


def is_asked(deal: Open, gate: Gate, round: int | None) -> bool:
    asked = deal.decisions(gate).asked
    return asked is not None and asked.round == round


def follow_up(states: States, command: FollowUpQuote) -> list[Event]:
    known, id = states.of(quote.decider, command.quote_id), task_id("quote_expired", command.quote_id)
    if not isinstance(known, Expired):
        return []
    before = states.of(task.decider, id)
    if isinstance(before, Nothing) and before.traced < known.content.sent:
        # Quotes are traced in the order in which they were sent: only then is it known whether another one came after this.
        return [FollowUpPutOff(task_id=id, quote_id=command.quote_id, due=command.today)]
    return [sought(command.quote_id, known.content.opportunity_id, command.today)]


def trace(states: States, command: TraceQuote) -> list[Event]:
    known, id = states.of(quote.decider, command.quote_id), task_id("quote_expired", command.quote_id)
    if isinstance(known, NoQuote):
        return []
    deal, before = known.content.opportunity_id, states.of(task.decider, id)
    traced = QuoteTraced(task_id=id, opportunity_id=deal, quote_id=command.quote_id)
    if isinstance(before, Nothing) and before.put_off is not None and before.traced + 1 >= known.content.sent:
        return [traced, sought(command.quote_id, deal, before.put_off)]
    return [traced]


def sought(quote_id: UUID, opportunity_id: UUID, due: date) -> TaskSought:
    id = task_id("quote_expired", quote_id)
    return TaskSought(task_id=id, opportunity_id=opportunity_id, kind="quote_expired", due=due, why=Why(quote_id=quote_id))


def seek(states: States, command: SeekDeciders) -> list[Event]:
    deal = states.of(opportunity.decider, command.opportunity_id)
    asked = deal.decisions(command.gate).asked if isinstance(deal, Open) else None
    if not isinstance(deal, Open) or asked is None or asked.round != command.round:
        return []  # it was decided meanwhile
    makers = frozenset((asked.requested_by, deal.account_manager))
    users = states.of(register.decider, REGISTER).may_decide(command.gate, asked.amount, command.today, makers)
    if not users:
        return []
    why = Why(gate=command.gate, round=command.round, requested_by=asked.requested_by, may_decide=True)
    id = agenda_of(command.opportunity_id)
    return [DecidersFound(agenda_id=id, opportunity_id=command.opportunity_id, due=command.due, why=why, users=users)]


def vacate(states: States, command: VacateSeats) -> list[Event]:
    deal, id = states.of(opportunity.decider, command.opportunity_id), agenda_of(command.opportunity_id)
    if not isinstance(deal, Closed) or states.of(agenda.decider, id).vacated:
        return []
    return [SeatsVacated(agenda_id=id, opportunity_id=command.opportunity_id, people=deal.people)]


def streams(command: RaisingCommand) -> list[Stream]:
    if isinstance(command, FollowUpQuote | TraceQuote):
        return [quote.decider.of(command.quote_id), task.decider.of(task_id("quote_expired", command.quote_id))]
    deal = [opportunity.decider.of(command.opportunity_id), agenda.decider.of(agenda_of(command.opportunity_id))]
    match command:
        case RaiseTask():
            contract = command.why.contract_id
            return [*deal, task.decider.of(command.task_id), *(() if contract is None else (trouble.decider.of(contract),))]
        case SeekDeciders():
            return [*deal, register.decider.of(REGISTER)]
        case VacateSeats():
            return deal


decider: JointDecider[RaisingCommand] = JointDecider(
    commands=RaisingCommand,
    streams=streams,
    decide=decide,
    over=(opportunity.decider, agenda.decider, task.decider, quote.decider, register.decider, trouble.decider),
)
