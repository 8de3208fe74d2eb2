"""Who may act: the roles a token can carry."""

from typing import Literal, get_args

Role = Literal[
    "sales", "sales_manager", "solution", "fulfilment", "legal", "finance", "analyst", "operator", "importer", "service"
]  # fmt: skip

ROLES: frozenset[str] = frozenset(get_args(Role))

EVERYONE: tuple[Role, ...] = ("sales", "sales_manager", "solution", "fulfilment", "legal", "finance", "analyst", "operator")
"""All people, whatever their duty. ``service`` is a machine, and ``importer`` is no duty: held alone it allows nothing."""

IMPORTER: Role = "importer"
"""Held beside a duty role it allows the header ``LTC-Occurred-At``."""
