"""The HTTP API of a service.

A feature's ``api.py`` and ``read.py`` need `Api`, `Handle`, `Read`, `Body`, `View`, `Page` and `Paging`, and `Answer` where a route answers
with a file; the rest is for the runtime.
"""

from .api import Api
from .handle import Handle
from .operation import NaturalKey
from .pages import PREVIEW, AsColumns, Body, Page, Paging, View, matching
from .read import Read
from .responses import Answer
from .roles import EVERYONE, ROLES, Role
from .uploads import Upload

__all__ = [
    "EVERYONE", "PREVIEW", "ROLES", "Answer", "Api", "AsColumns", "Body", "Handle", "NaturalKey", "Page", "Paging", "Read", "Role",
    "Upload", "View", "matching",
]  # fmt: skip
