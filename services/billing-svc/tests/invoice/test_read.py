"""How an invoice is shown."""

from billing_facts import DAY, issued, paid, settled, shown
from billing_svc.invoice.read import InvoiceRow, invoice_list
from ltc_events import Event


def test_an_invoice_goes_from_open_to_settled() -> None:
    history: tuple[Event, ...] = (issued, paid(40, 10_00, 10_00), paid(41, 25_70, 35_70), settled)
    rows = [shown(invoice_list, InvoiceRow.table, history[: count + 1])[0] for count in (0, 1, 3)]
    assert [(row["status"], row["paid"], row["open"]) for row in rows] == [
        ("open", 0, 35_70),
        ("partly_paid", 10_00, 25_70),
        ("settled", 35_70, 0),
    ]
    assert (rows[-1]["settled_on"], rows[-1]["taxes"]) == (
        DAY,
        [{"rate": "0.19", "net": {"amount": 3000, "currency": "USD"}, "tax": {"amount": 570, "currency": "USD"}}],
    )
