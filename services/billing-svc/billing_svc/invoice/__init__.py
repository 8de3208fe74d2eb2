"""Invoices: numbered without gaps per legal entity, paid in parts or at once."""

from ltc_events.policy import NamedPolicy
from ltc_runtime.service import Feature


def invoice() -> Feature:
    """The feature."""
    from ..plan.rules import InvoiceDue
    from .policies import issue_invoice
    from .read import invoice_list, invoices
    from .rules import decider, series

    return Feature(
        api=invoices,
        deciders=(decider, series.decider),
        policies=(NamedPolicy("issue_invoice", InvoiceDue, issue_invoice),),
        projections=(invoice_list,),
    )
