"""An agenda: the open tasks of a deal, or about one of us, so that they end when their reason does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, States, Stream, UserId, derive_id
from ltc_events.opportunity_gates import Gate, Round
from ltc_events.opportunity_tasks import Why

from ...deal.rules.history import history as deals
from ...deal.rules.states import Closed, Open, Opportunity
from ...mandate.rules import index as register
from ...mandate.rules.index import REGISTER, Register
from .states import OF_THE_MANAGER


def agenda_of(deal_or_user: UUID | str) -> UUID:
    """The stream of the agenda of a deal, or about one of us."""
    return derive_id("agenda", deal_or_user)


class ListTask(Command):
    """Note that the task is open, and whose it is."""

    agenda_id: UUID
    task_id: UUID
    kind: Code
    owner: UserId
    why: Why | None = None
    """As before, if nothing is said."""


class UnlistTask(Command):
    """Note that it is over."""

    agenda_id: UUID
    task_id: UUID


class ListQuote(Command):
    """Note the newest quote of the deal, or the last one the customer got: nobody has to see to those before."""

    agenda_id: UUID
    quote_id: UUID
    sent: bool = False


class SettleTasks(Command):
    """Let tasks end whose reason is gone: those of these kinds (of all, if none is named), raised for these facts."""

    agenda_id: UUID
    kinds: tuple[Code, ...] = ()
    about: Why = Why()
    unless_day: date | None = None
    unless_quote: UUID | None = None
    reason: Code


class MoveAccount(Command):
    """Let the tasks of whoever managed the account go to whoever does now."""

    agenda_id: UUID
    owner: UserId
    to: UserId


class SeekDeciders(Command):
    """Find out who may decide what nobody decided in time."""

    opportunity_id: UUID
    gate: Gate
    round: Round
    due: date
    today: date

    def reads(self) -> list[Stream]:
        """The deal, its tasks, and the index of mandates."""
        return [deals.of(self.opportunity_id), decider.of(agenda_of(self.opportunity_id)), register.decider.of(REGISTER)]


class VacateSeats(Command):
    """Note that nobody holds a seat of a deal that is decided."""

    opportunity_id: UUID

    def reads(self) -> list[Stream]:
        """The deal and its tasks."""
        return [deals.of(self.opportunity_id), decider.of(agenda_of(self.opportunity_id))]


class TaskListed(Event, type="ltc.opportunity.task-listed.v1"):
    """The task is open."""

    agenda_id: UUID
    task_id: UUID
    kind: Code
    owner: UserId
    why: Why


class TaskUnlisted(Event, type="ltc.opportunity.task-unlisted.v1"):
    """The task is over."""

    agenda_id: UUID
    task_id: UUID


class QuoteListed(Event, type="ltc.opportunity.quote-listed.v1"):
    """This is the newest quote of the deal, or the last one the customer got."""

    agenda_id: UUID
    quote_id: UUID
    sent: bool = False


class TasksSettled(Event, type="ltc.opportunity.tasks-settled.v1"):
    """The reason of these tasks is gone; each is dropped by itself."""

    agenda_id: UUID
    task_ids: tuple[UUID, ...]
    reason: Code


class AccountMoved(Event, type="ltc.opportunity.account-moved.v1"):
    """These tasks go with the account; each by itself."""

    agenda_id: UUID
    task_ids: tuple[UUID, ...]
    owner: UserId
    to: UserId


class DecidersFound(Event, type="ltc.opportunity.deciders-found.v1"):
    """These may decide what nobody decided in time."""

    agenda_id: UUID
    opportunity_id: UUID
    due: date
    why: Why
    users: tuple[UserId, ...]


class SeatsVacated(Event, type="ltc.opportunity.seats-vacated.v1"):
    """The deal is decided: these no longer hold a seat of an open deal."""

    agenda_id: UUID
    opportunity_id: UUID
    people: tuple[UserId, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """An open task."""

    kind: str
    owner: str
    why: Why


@dataclass(frozen=True, slots=True)
class Agenda:
    """The open tasks, and the quotes that count."""

    tasks: Mapping[UUID, Listed] = field(default_factory=dict)
    drafted: UUID | None = None
    """The newest."""
    sent: UUID | None = None
    """The last one the customer got."""
    vacated: bool = False

    def is_about(self, quote_id: UUID | None) -> bool:
        """Whether this is the quote the deal is about: the last one the customer got, or the newest where they got none."""
        return (self.sent or self.drafted) in (None, quote_id)


AgendaCommand: TypeAlias = ListTask | UnlistTask | ListQuote | SettleTasks | MoveAccount | SeekDeciders | VacateSeats
AgendaEvent: TypeAlias = TaskListed | TaskUnlisted | QuoteListed | TasksSettled | AccountMoved | DecidersFound | SeatsVacated


def decide(states: States, command: AgendaCommand) -> Sequence[Event]:
    match command:
        case ListTask():
            return list_task(states.of(decider, command.agenda_id), command)
        case UnlistTask():
            return [TaskUnlisted(**dict(command))] if command.task_id in states.of(decider, command.agenda_id).tasks else []
        case ListQuote():
            return list_quote(states.of(decider, command.agenda_id), command)
        case SettleTasks():
            return settle(states.of(decider, command.agenda_id), command)
        case MoveAccount():
            return move_account(states.of(decider, command.agenda_id), command)
        case SeekDeciders():
            return seek(states.of(deals, command.opportunity_id), states.of(register.decider, REGISTER), command)
        case VacateSeats():
            agenda = states.of(decider, agenda_of(command.opportunity_id))
            return vacate(states.of(deals, command.opportunity_id), agenda, command)


def list_quote(agenda: Agenda, command: ListQuote) -> list[AgendaEvent]:
    known = agenda.sent if command.sent else agenda.drafted
    return [] if command.quote_id == known else [QuoteListed(**dict(command))]


def settle(agenda: Agenda, command: SettleTasks) -> list[AgendaEvent]:
    ids = tuple(id for id, task in agenda.tasks.items() if is_meant(task, command))
    return [TasksSettled(agenda_id=command.agenda_id, task_ids=ids, reason=command.reason)] if ids else []


def move_account(agenda: Agenda, command: MoveAccount) -> list[AgendaEvent]:
    ids = tuple(id for id, task in agenda.tasks.items() if goes_with_account(task, command))
    return [AccountMoved(**dict(command), task_ids=ids)] if ids else []


def list_task(agenda: Agenda, command: ListTask) -> list[AgendaEvent]:
    before = agenda.tasks.get(command.task_id)
    why = command.why or (before.why if before else None)
    if why is None or before == Listed(command.kind, command.owner, why):
        return []  # it is over, or listed so
    listed = TaskListed(agenda_id=command.agenda_id, task_id=command.task_id, kind=command.kind, owner=command.owner, why=why)
    if why.quote_id is None or agenda.is_about(why.quote_id):
        return [listed]
    # The deal was about another quote already as the task was raised.
    return [listed, TasksSettled(agenda_id=command.agenda_id, task_ids=(command.task_id,), reason="quoted")]


def is_meant(task: Listed, command: SettleTasks) -> bool:
    """Whether a task was raised for these facts."""
    if command.kinds and task.kind not in command.kinds:
        return False
    if command.unless_day is not None and task.why.day == command.unless_day:
        return False
    if command.unless_quote is not None and task.why.quote_id == command.unless_quote:
        return False
    return all(getattr(task.why, name) == fact for name, fact in said(command.about))


def said(about: Why) -> Iterable[tuple[str, object]]:
    return ((name, fact) for name, fact in dict(about).items() if fact is not None)


def goes_with_account(task: Listed, command: MoveAccount) -> bool:
    return task.owner == command.owner and task.kind in OF_THE_MANAGER and not task.why.may_decide


def seek(deal: Opportunity, mandates: Register, command: SeekDeciders) -> list[AgendaEvent]:
    asked = deal.decisions(command.gate).asked if isinstance(deal, Open) else None
    if not isinstance(deal, Open) or asked is None or asked.round != command.round:
        return []  # it was decided meanwhile
    makers = frozenset((asked.requested_by, deal.account_manager))
    users = mandates.may_decide(command.gate, asked.amount, command.today, makers)
    if not users:
        return []
    why = Why(gate=command.gate, round=command.round, requested_by=asked.requested_by, may_decide=True)
    id = agenda_of(command.opportunity_id)
    return [DecidersFound(agenda_id=id, opportunity_id=command.opportunity_id, due=command.due, why=why, users=users)]


def vacate(deal: Opportunity, agenda: Agenda, command: VacateSeats) -> list[AgendaEvent]:
    if not isinstance(deal, Closed) or agenda.vacated:
        return []
    return [SeatsVacated(agenda_id=agenda_of(command.opportunity_id), opportunity_id=command.opportunity_id, people=deal.people)]


def evolve(agenda: Agenda, event: AgendaEvent) -> Agenda:
    match event:
        case TaskListed():
            return replace(agenda, tasks={**agenda.tasks, event.task_id: Listed(event.kind, event.owner, event.why)})
        case TaskUnlisted(task_id=task_id):
            return replace(agenda, tasks={id: task for id, task in agenda.tasks.items() if id != task_id})
        case QuoteListed(quote_id=quote_id):
            return replace(agenda, sent=quote_id) if event.sent else replace(agenda, drafted=quote_id)
        case SeatsVacated():
            return replace(agenda, vacated=True)
        case TasksSettled() | AccountMoved() | DecidersFound():
            return agenda  # each task says itself what becomes of it


decider: Decider[Agenda, AgendaCommand, AgendaEvent] = Decider(
    kind="agenda",
    id="agenda_id",
    initial=Agenda(),
    decide_many=decide,
    evolve=evolve,
    commands=AgendaCommand,
    events=AgendaEvent,
    also=(deals, register.decider),
    shared=True,
)
