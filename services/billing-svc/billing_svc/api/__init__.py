"""What finance does with money, and what anybody can ask about it."""

from ..invoice.read import invoices
from ..plan.read import plans
from ..receipt.api import receipts
from ..totals.read import totals

__all__ = ["invoices", "plans", "receipts", "totals"]
