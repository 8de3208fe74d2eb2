"""What goes in and comes out over HTTP: bodies, views, and lists page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ColumnElement


class Body(BaseModel):
    """What a request says. A field we do not know is refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(frozen=True)


ViewT = TypeVar("ViewT")


class Page(BaseModel, Generic[ViewT]):
    """Some of a list, and where the rest begins."""

    data: list[ViewT]
    next_cursor: str | None = None
    """Give it back as ``cursor`` for the next page; ``null`` on the last one."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page was asked for."""

    injected_as: ClassVar = "paging"

    limit: int = 50
    cursor: str | None = None


MAX_PAGE = 200

PREVIEW = 50
"""So many of each are shown on the page of one; lists have them all."""


@dataclass(frozen=True, slots=True)
class AsColumns:
    """Marks a map in a row of a list: in a file each key is a column. All rows of one answer have the same keys."""


def matching(asked: Mapping[Column[Any], Any]) -> list[ColumnElement[bool]]:
    """The filters of a list: each column equals what was asked of it, and is free where nothing was."""
    return [column == value for column, value in asked.items() if value is not None]


def listed_in(page: Any) -> type[BaseModel] | None:
    """What a kind of page lists."""
    arguments = getattr(page, "__pydantic_generic_metadata__", {}).get("args", ())
    return arguments[0] if arguments else None
