"""How far a deal came, with the ids from the answers."""

from dataclasses import dataclass, field

from .deal import Deal


@dataclass
class Invoice:
    """An invoice of a deal, as billing-svc shows it."""

    invoice_id: str
    number: str
    net: int
    gross: int


@dataclass
class DealOutcome:
    """One deal on its way."""

    deal: Deal
    lead_id: str = ""
    opportunity_id: str = ""
    quote_id: str = ""
    contract_id: str = ""
    order_id: str = ""
    invoices: list[Invoice] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    paid: int = 0
    """What was received for it, in minor units."""
    failure: str = ""
    """Why it stopped, if it did."""
