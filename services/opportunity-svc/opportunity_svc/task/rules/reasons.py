"""Raising: a task is raised while its reason stands, for whoever manages the account or may decide; each cause raises one."""

from datetime import date
from uuid import UUID

from ltc_events import Code, Command, Event, States, Stream, UserId
from ltc_events.opportunity_gates import Gate
from ltc_events.opportunity_tasks import TaskRaised, Why

from ...deal.rules.history import history as deals
from ...deal.rules.states import Open, Opportunity, deal_under_way
from ...finding.rules import Bid, BidTerms
from ...quote.rules.states import Expired, NoQuote
from ...quote.rules.states import history as quotes
from . import rejected_orders as trouble
from .deal_tasks import Agenda, agenda_of
from .deal_tasks import decider as agendas
from .states import FollowUpPutOff, NotRaised, QuoteTraced, TaskSought, task_id
from .states import history as tasks


class RaiseTask(Command):
    """Let somebody see to it, while there is a reason to."""

    task_id: UUID
    opportunity_id: UUID
    kind: Code
    owner: UserId | None = None
    """Whoever manages the account, if nobody is named."""
    due: date
    why: Why

    def reads(self) -> list[Stream]:
        """The deal and its tasks, the task, and the contract it is about."""
        contract = self.why.contract_id
        deal = [deals.of(self.opportunity_id), agendas.of(agenda_of(self.opportunity_id))]
        return [*deal, tasks.of(self.task_id), *(() if contract is None else (trouble.decider.of(contract),))]


class FollowUpQuote(Command):
    """Ask of which deal a quote is that expired."""

    quote_id: UUID
    today: date

    def reads(self) -> list[Stream]:
        """The quote, and the task to follow it up."""
        return [quotes.of(self.quote_id), tasks.of(task_id("quote_expired", self.quote_id))]


class TraceQuote(Command):
    """Find out of which deal a quote is that the customer got."""

    quote_id: UUID

    def reads(self) -> list[Stream]:
        """The quote, and the task to follow it up."""
        return [quotes.of(self.quote_id), tasks.of(task_id("quote_expired", self.quote_id))]


def raise_task(states: States, command: RaiseTask) -> list[Event]:
    if not isinstance(states.of(tasks, command.task_id), NotRaised):
        return []  # raised once
    deal = states.of(deals, command.opportunity_id)
    listed = states.of(agendas, agenda_of(command.opportunity_id))
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
    known, id = states.of(quotes, command.quote_id), task_id("quote_expired", command.quote_id)
    if not isinstance(known, Expired):
        return []
    before = states.of(tasks, id)
    if isinstance(before, NotRaised) and before.traced < known.content.sent:
        # Quotes are traced in the order in which they were sent: only then is it known whether another one came after this.
        return [FollowUpPutOff(task_id=id, quote_id=command.quote_id, due=command.today)]
    return [sought(command.quote_id, known.content.opportunity_id, command.today)]


def trace(states: States, command: TraceQuote) -> list[Event]:
    known, id = states.of(quotes, command.quote_id), task_id("quote_expired", command.quote_id)
    if isinstance(known, NoQuote):
        return []
    deal, before = known.content.opportunity_id, states.of(tasks, id)
    traced = QuoteTraced(task_id=id, opportunity_id=deal, quote_id=command.quote_id)
    if isinstance(before, NotRaised) and before.put_off is not None and before.traced + 1 >= known.content.sent:
        return [traced, sought(command.quote_id, deal, before.put_off)]
    return [traced]


def sought(quote_id: UUID, opportunity_id: UUID, due: date) -> TaskSought:
    id = task_id("quote_expired", quote_id)
    return TaskSought(task_id=id, opportunity_id=opportunity_id, kind="quote_expired", due=due, why=Why(quote_id=quote_id))
