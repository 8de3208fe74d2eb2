"""What finance does with money, and what anybody can ask about it."""

from .invoices import invoices
from .plans import plans
from .receipts import receipts
from .totals import totals

__all__ = ["invoices", "plans", "receipts", "totals"]
