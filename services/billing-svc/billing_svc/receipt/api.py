"""What finance does with receipts."""

from ltc_events import Refusal
from ltc_runtime.http import Api, Role

from ..invoice.rules import InvoiceAlreadySettled, InvoiceInOtherCurrency, MoreThanOpen, NoInvoiceToPay
from .rules import (
    ApplyCash,
    InvoiceNamedTwice,
    MoreThanUnapplied,
    NothingApplied,
    NothingReceived,
    RecordPayment,
    UnknownReceipt,
    decider,
)

FINANCE: tuple[Role, ...] = ("finance",)
NOT_APPLICABLE: tuple[type[Refusal], ...] = (
    NoInvoiceToPay,
    InvoiceAlreadySettled,
    MoreThanOpen,
    MoreThanUnapplied,
    InvoiceInOtherCurrency,
    InvoiceNamedTwice,
    NothingApplied,
)

receipts = Api("/receipts", stream=decider)
receipts.create("", RecordPayment, roles=FINANCE, refuses=(NothingReceived,), money=True)
receipts.act("/{receipt_id}/applications", ApplyCash, roles=FINANCE, refuses=(UnknownReceipt, *NOT_APPLICABLE), money=True)
