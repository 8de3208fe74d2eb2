"""Issuing an invoice: it gets the next number of its legal entity, in one decision, so that no number is lost or given twice."""

from uuid import UUID

from ltc_events import Command, Event, JointDecider, States, Stream
from ltc_events.billing import InvoiceIssued

from .. import rules as invoice
from ...plan import rules as plan
from . import series
from ...plan.rules.bill import Bill


class IssueInvoice(Command):
    """Send the customer a bill."""

    invoice_id: UUID
    bill: Bill


def streams(command: IssueInvoice) -> list[Stream]:
    """The plan comes first: it says which deal the invoice belongs to; the series belongs to all of them."""
    return [
        plan.decider.of(command.bill.contract_id),
        invoice.decider.of(command.invoice_id),
        series.decider.of(series.series_id(command.bill.legal_entity)),
    ]


def decide(states: States, command: IssueInvoice) -> list[Event]:
    if not isinstance(states.of(invoice.decider, command.invoice_id), invoice.Nobody):
        return []  # asked twice, issued once, and no number is spent
    entity = command.bill.legal_entity
    taken = series.take(states.of(series.decider, series.series_id(entity)), entity, command.invoice_id)
    return [taken, InvoiceIssued(**dict(command.bill), invoice_id=command.invoice_id, number=series.written(taken))]


decider: JointDecider[IssueInvoice] = JointDecider(
    commands=IssueInvoice, streams=streams, decide=decide, over=(plan.decider, invoice.decider, series.decider)
)
