"""What people do with contracts, and what they can ask about them."""

from ..contract import api as acting
from ..contract import read as asking
from .resource import contracts

__all__ = ["acting", "asking", "contracts"]
