"""How receipts and their applications are shown."""

from billing_facts import INVOICE, RECEIPT, applied, received, shown
from billing_svc.receipt.read import ApplicationRow, ReceiptRow, receipt_list
from ltc_events import Event


def test_a_receipt_goes_from_unapplied_to_applied() -> None:
    history: tuple[Event, ...] = (received, applied(40, 10_00, 30_00), applied(41, 30_00, 0))
    rows = [shown(receipt_list, ReceiptRow.table, history[: count + 1])[0] for count in range(3)]
    assert [(row["status"], row["unapplied"]) for row in rows] == [("unapplied", 40_00), ("partly_applied", 30_00), ("applied", 0)]


def test_every_application_is_shown() -> None:
    rows = shown(receipt_list, ApplicationRow.table, (received, applied(40, 10_00, 30_00), applied(41, 30_00, 0)))
    assert [(row["invoice_id"], row["receipt_id"], row["amount"]) for row in rows] == [(INVOICE, RECEIPT, 10_00), (INVOICE, RECEIPT, 30_00)]
