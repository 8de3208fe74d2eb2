"""Who does what with deals."""

from ltc_runtime.edge import Role

SALES: tuple[Role, ...] = ("sales", "sales_manager")
WRITERS: tuple[Role, ...] = (*SALES, "solution")
MANAGERS: tuple[Role, ...] = ("sales_manager",)
