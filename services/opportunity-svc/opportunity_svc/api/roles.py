"""Who does what with deals."""

from ltc_runtime.http import Role

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
TRIANGLE: tuple[Role, ...] = (*WRITERS, "fulfilment")
MANAGERS: tuple[Role, ...] = ("sales_manager",)
DECIDERS: tuple[Role, ...] = (*TRIANGLE, "legal", "finance")
"""Whoever may hold a mandate; which of them does is not a matter of roles."""
