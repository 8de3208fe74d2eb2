"""A billing plan: turns a contract and its acceptances into invoices that are due, to the last cent, in whichever order they arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Money, Quantity, Refusal, Value, derive_id
from ltc_events.contract import PlanLine
from ltc_events.opportunity import LineNo

from .bill import Bill, Terms, bill, share

# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class AcceptedQuantity(Value):
    """How much of a line one acceptance accepted."""

    line: LineNo
    quantity: Quantity


class OpenPlan(Command):
    """Bill this contract from now on."""

    contract_id: UUID
    terms: Terms


class BillAcceptance(Command):
    """Bill what the customer accepted."""

    contract_id: UUID
    acceptance_id: UUID
    lines: tuple[AcceptedQuantity, ...]
    accepted_on: date


# ── private events ────────────────────────────────────────────────────────────────────────────────────────────────────


class PlanOpened(Event, type="ltc.billing.plan-opened.v1"):
    """What is billed, and when, is known."""

    contract_id: UUID
    terms: Terms


class AcceptanceNoted(Event, type="ltc.billing.acceptance-noted.v1"):
    """What the customer accepted is known."""

    contract_id: UUID
    acceptance_id: UUID
    lines: tuple[AcceptedQuantity, ...]
    accepted_on: date


class InvoiceDue(Event, type="ltc.billing.invoice-due.v1"):
    """An invoice over this amount is due."""

    contract_id: UUID
    invoice_id: UUID
    bill: Bill


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class UnknownPlan(Refusal):
    """There is no billing plan for this contract."""

    status = 404


# ── states ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Waiting:
    """The contract is not known yet; the plan keeps early acceptances."""

    acceptances: tuple[AcceptanceNoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """The contract is known: each acceptance is billed when it arrives."""

    terms: Terms
    seen: frozenset[UUID] = frozenset()
    accepted: Mapping[int, Decimal] = field(default_factory=dict)
    """Quantities by contract line."""
    billed: Mapping[int, int] = field(default_factory=dict)
    """Minor units by plan line."""


Plan: TypeAlias = Waiting | Running
PlanCommand: TypeAlias = OpenPlan | BillAcceptance
PlanEvent: TypeAlias = PlanOpened | AcceptanceNoted | InvoiceDue


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(plan: Plan, command: PlanCommand) -> list[PlanEvent]:
    match command:
        case OpenPlan():
            return open_plan(plan, command)
        case BillAcceptance():
            return bill_acceptance(plan, command)


def open_plan(plan: Plan, command: OpenPlan) -> list[PlanEvent]:
    if isinstance(plan, Running):
        return []  # consumed twice, opened once
    advances = bill_advances(command)
    running, dues = Running(command.terms), list[InvoiceDue]()
    for acceptance in plan.acceptances:  # came before the contract; billed now
        running, due = billed(running, acceptance)
        dues += due
    return [PlanOpened(contract_id=command.contract_id, terms=command.terms), *advances, *dues]


def bill_advances(command: OpenPlan) -> list[InvoiceDue]:
    terms = command.terms
    return [
        InvoiceDue(
            contract_id=command.contract_id,
            invoice_id=derive_id(command.contract_id, line.line, "advance"),
            bill=bill(command.contract_id, terms, line, line.amount, terms.registered_on),
        )
        for line in terms.plan
        if line.kind == "advance" and line.amount.amount > 0
    ]


def bill_acceptance(plan: Plan, command: BillAcceptance) -> list[PlanEvent]:
    if is_known(plan, command.acceptance_id):
        return []  # consumed twice, billed once
    noted = AcceptanceNoted(**dict(command))
    match plan:
        case Waiting():
            return [noted]
        case Running():
            return [noted, *billed(plan, noted)[1]]


def is_known(plan: Plan, acceptance_id: UUID) -> bool:
    match plan:
        case Waiting():
            return any(each.acceptance_id == acceptance_id for each in plan.acceptances)
        case Running():
            return acceptance_id in plan.seen


def billed(plan: Running, acceptance: AcceptanceNoted) -> tuple[Running, list[InvoiceDue]]:
    """What an acceptance makes due, plan line by plan line, and the plan after it."""
    after = accept(plan, acceptance.acceptance_id, acceptance.lines)
    dues: list[InvoiceDue] = []
    for line in plan.terms.plan:
        amount = due_of(after, line, acceptance) if line.kind == "acceptance" else 0
        if amount > 0:
            net = Money(amount=amount, currency=plan.terms.currency)
            due = InvoiceDue(
                contract_id=acceptance.contract_id,
                invoice_id=derive_id(acceptance.contract_id, line.line, acceptance.acceptance_id),
                bill=bill(acceptance.contract_id, plan.terms, line, net, acceptance.accepted_on),
            )
            dues.append(due)
            after = charge(after, due)
    return after, dues


def due_of(after: Running, plan_line: PlanLine, acceptance: AcceptanceNoted) -> int:
    """The share of this acceptance; the one that completes the lines of the plan line makes all the rest due."""
    lines = after.terms.covered(plan_line)
    rest = plan_line.amount.amount - after.billed.get(plan_line.line, 0)
    if all(after.accepted.get(line.line, Decimal(0)) >= line.quantity for line in lines):
        return rest
    return min(rest, share(plan_line, lines, quantities(acceptance.lines)))


def quantities(lines: Sequence[AcceptedQuantity]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for each in lines:
        found[each.line] = found.get(each.line, Decimal(0)) + each.quantity
    return found


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    match event:
        case PlanOpened(terms=terms):
            assert isinstance(plan, Waiting), "a plan is opened once"
            running = Running(terms)
            for early in plan.acceptances:
                running = accept(running, early.acceptance_id, early.lines)
            return running
        case AcceptanceNoted():
            return Waiting((*plan.acceptances, event)) if isinstance(plan, Waiting) else accept(plan, event.acceptance_id, event.lines)
        case InvoiceDue():
            assert isinstance(plan, Running), "only a known contract makes invoices due"
            return charge(plan, event)


def accept(plan: Running, acceptance_id: UUID, lines: Sequence[AcceptedQuantity]) -> Running:
    accepted = dict(plan.accepted)
    for line, quantity in quantities(lines).items():
        accepted[line] = accepted.get(line, Decimal(0)) + quantity
    return replace(plan, seen=plan.seen | {acceptance_id}, accepted=accepted)


def charge(plan: Running, due: InvoiceDue) -> Running:
    line = due.bill.plan_line
    return replace(plan, billed={**plan.billed, line: plan.billed.get(line, 0) + due.bill.net.amount})


decider: Decider[Plan, PlanCommand, PlanEvent] = Decider(
    kind="plan",
    id="contract_id",
    initial=Waiting(),
    decide=decide,
    evolve=evolve,
    commands=PlanCommand,
    events=PlanEvent,
)
