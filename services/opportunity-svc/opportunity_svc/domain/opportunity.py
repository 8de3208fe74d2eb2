"""An opportunity: a deal sales works on until it is won or lost."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Money, Name, Refusal, Text, UserId
from ltc_events.opportunity import LossReason, OpportunityJoined, OpportunityJoinRefused, OpportunityLost, OpportunityOpened, OpportunityWon

# ── commands (a deal is won together with its quote: winning.py) ──────────────────────────────────────────────────────


class OpenOpportunity(Command):
    """Begin to work on a deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    company: Name
    need: Text
    value: Money
    account_manager: UserId
    solution_manager: UserId
    fulfilment_manager: UserId
    expected_close: date


class JoinOpportunity(Command):
    """Let a further lead belong to the deal."""

    opportunity_id: UUID
    lead_id: UUID
    party_id: UUID
    need: Text
    value: Money


class LoseOpportunity(Command):
    """Give the deal up, and say what we learn from it."""

    opportunity_id: UUID
    reason: LossReason
    lesson: Text
    competitor: Code | None = None
    lost_on: date
    today: date


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownOpportunity(Refusal):
    """There is no such opportunity."""

    status = 404


class OpportunityClosed(Refusal):
    """This opportunity is decided: it was {ended}."""


class DayInTheFuture(Refusal):
    """{day} has not come yet: say when it happened."""


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────

OpportunityStatus = Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class Nobody:
    """No lead was converted into it yet."""


@dataclass(frozen=True, slots=True)
class Open:
    """Sales works on it."""

    lead_id: UUID
    party_id: UUID
    company: str
    account_manager: str
    solution_manager: str
    fulfilment_manager: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The customer decided."""

    status: Literal["won", "lost"]


Opportunity: TypeAlias = Nobody | Open | Closed
OpportunityCommand: TypeAlias = OpenOpportunity | JoinOpportunity | LoseOpportunity
OpportunityEvent: TypeAlias = OpportunityOpened | OpportunityJoined | OpportunityJoinRefused | OpportunityWon | OpportunityLost


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(opportunity: Opportunity, command: OpportunityCommand) -> list[OpportunityEvent]:
    match command:
        case OpenOpportunity():
            return open_(opportunity, command)
        case JoinOpportunity():
            return join(opportunity, command)
        case LoseOpportunity():
            return lose(must_be_open(opportunity), command)


def open_(opportunity: Opportunity, command: OpenOpportunity) -> list[OpportunityEvent]:
    if not isinstance(opportunity, Nobody):
        return []  # heard twice, opened once
    return [OpportunityOpened(**dict(command))]


def join(opportunity: Opportunity, command: JoinOpportunity) -> list[OpportunityEvent]:
    """Answered, never refused: lead-svc waits for it, and takes the lead up again that came too late."""
    if isinstance(opportunity, Open):
        return [OpportunityJoined(**dict(command))]
    ended = opportunity.status if isinstance(opportunity, Closed) else "unknown"
    return [OpportunityJoinRefused(opportunity_id=command.opportunity_id, lead_id=command.lead_id, ended=ended)]


def lose(opportunity: Open, command: LoseOpportunity) -> list[OpportunityEvent]:
    must_have_come(command.lost_on, command.today)
    lost = OpportunityLost(
        opportunity_id=command.opportunity_id,
        lead_id=opportunity.lead_id,
        reason=command.reason,
        lesson=command.lesson,
        competitor=command.competitor,
        lost_on=command.lost_on,
    )
    return [lost]


# ── gates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def must_be_open(opportunity: Opportunity) -> Open:
    match opportunity:
        case Open():
            return opportunity
        case Nobody():
            raise UnknownOpportunity
        case Closed(status=status):
            raise OpportunityClosed(ended=status)


def must_have_come(day: date, today: date) -> None:
    if day > today:
        raise DayInTheFuture(day=day.isoformat())


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(opportunity: Opportunity, event: OpportunityEvent) -> Opportunity:
    match event:
        case OpportunityOpened():
            return Open(
                event.lead_id,
                event.party_id,
                event.company,
                event.account_manager,
                event.solution_manager,
                event.fulfilment_manager,
            )
        case OpportunityJoined() | OpportunityJoinRefused():
            return opportunity
        case OpportunityWon():
            return Closed("won")
        case OpportunityLost():
            return Closed("lost")


def possible(status: OpportunityStatus) -> tuple[str, ...]:
    """What may be done with a deal of this status, by the names the API gives it."""
    match status:
        case "open":
            return ("draft_quote", "win_opportunity", "lose_opportunity")
        case "won" | "lost":
            return ()


decider: Decider[Opportunity, OpportunityCommand, OpportunityEvent] = Decider(
    kind="opportunity",
    id="opportunity_id",
    initial=Nobody(),
    decide=decide,
    evolve=evolve,
    commands=OpportunityCommand,
    events=OpportunityEvent,
)
