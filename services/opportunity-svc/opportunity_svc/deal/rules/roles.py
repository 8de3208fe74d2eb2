"""The roles that work on deals, by what they do."""

from typing import Final

SALES: Final = ("sales", "sales_manager")
MANAGERS: Final = ("sales_manager",)
WRITERS: Final = (*SALES, "solution")
TRIANGLE: Final = (*WRITERS, "fulfilment")
DECIDERS: Final = (*TRIANGLE, "legal", "finance")
"""Roles that may hold a mandate; who holds one is not a matter of roles."""
