"""What people do with contracts, and what they can ask about them."""

from . import acting, asking
from .resource import contracts

__all__ = ["acting", "asking", "contracts"]
