"""The edge: how people and programs speak with a service over HTTP.

A service's ``api.py`` needs `Api`, `Handle`, `Read`, `Body`, `View`, `Page` and `Paging`, and `Answer` where it answers with a
file; the rest is for the runtime.
"""

from .api import Api
from .handle import Handle
from .operation import NaturalKey
from .pages import LISTED, AsColumns, Body, Page, Paging, View, matching
from .read import Read
from .responses import Answer
from .roles import EVERYONE, ROLES, Role
from .uploads import Upload

__all__ = [
    "EVERYONE", "LISTED", "ROLES", "Answer", "Api", "AsColumns", "Body", "Handle", "NaturalKey", "Page", "Paging", "Read", "Role", "Upload",
    "View", "matching",
]  # fmt: skip
