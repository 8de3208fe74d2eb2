"""What a route's function asks for, read once, so that no request pays for finding out."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as FastUUID
from fastapi import Body as FastBody
from fastapi import Header, Path, Query
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from .pages import MAX_PAGE, Paging
from .problems import Invalid, field_errors

Source = Literal["path", "query", "body", "handle", "read", "paging", "upload"]

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before.")]
_paging: dict[str, TypeAdapter[Any]] = {"limit": TypeAdapter(Limit), "cursor": TypeAdapter(Cursor)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of the function."""

    name: str
    source: Source
    annotation: Any
    adapter: TypeAdapter[Any] | None = None
    required: bool = True
    default: Any = None
    many: bool = False
    plain_id: bool = False
    """A bare UUID, the commonest path parameter, has a short way."""


class Signature:
    """The arguments of a route's function, and how to get them out of a request."""

    def __init__(self, endpoint: Callable[..., Any], path: str) -> None:
        hints = get_type_hints(endpoint, include_extras=True)
        self.answer: Any = hints.pop("return", None)
        self.parameters = tuple(
            _parameter(name, hints[name], given.default, path) for name, given in inspect.signature(endpoint).parameters.items()
        )
        self.path = tuple(parameter for parameter in self.parameters if parameter.source == "path")
        self.query = {parameter.name: parameter for parameter in self.parameters if parameter.source == "query"}
        self.body = next((parameter for parameter in self.parameters if parameter.source == "body"), None)
        self.handle = next((parameter.name for parameter in self.parameters if parameter.source == "handle"), None)
        self.read = next((parameter.name for parameter in self.parameters if parameter.source == "read"), None)
        self.paging = next((parameter.name for parameter in self.parameters if parameter.source == "paging"), None)
        self.upload = next((parameter.name for parameter in self.parameters if parameter.source == "upload"), None)
        self.asks = bool(self.query) or self.paging is not None

    def bind_path(self, values: dict[str, str], arguments: dict[str, Any]) -> None:
        """Path parameters as the function wants them."""
        for parameter in self.path:
            text = values[parameter.name]
            if parameter.plain_id and len(text) == 36:
                try:
                    arguments[parameter.name] = FastUUID(text)
                    continue
                except ValueError:
                    pass
            arguments[parameter.name] = _convert(parameter.name, parameter.adapter, text)

    def bind_query(self, query: bytes, arguments: dict[str, Any]) -> None:
        """Query parameters as the function wants them; one it does not know is refused."""
        given: dict[str, list[str]] = {}
        for name, value in _pairs(query):
            given.setdefault(name, []).append(value)
        if self.paging is not None:
            asked = {name: _convert(name, _paging[name], _single(name, given.pop(name))) for name in ("limit", "cursor") if name in given}
            arguments[self.paging] = Paging(**asked)
        for parameter in self.query.values():
            values = given.pop(parameter.name, None)
            if values is not None:
                arguments[parameter.name] = _convert(
                    parameter.name, parameter.adapter, values if parameter.many else _single(parameter.name, values)
                )
            elif parameter.required:
                raise _wrong(parameter.name, "missing", "Field required")
        for name in given:
            raise _wrong(name, "extra_forbidden", "Unknown parameter")

    def described(self, headers: dict[str, Any]) -> inspect.Signature:
        """The same for FastAPI, which writes the OpenAPI page out of it: what is injected is left out, headers are added."""
        found: list[inspect.Parameter] = []
        for parameter in self.parameters:
            found += _described(parameter)
        found += [_keyword(name, annotation, None) for name, annotation in headers.items()]
        return inspect.Signature(found)


def _parameter(name: str, annotation: Any, default: Any, path: str) -> Parameter:
    required = default is inspect.Parameter.empty
    injected: Source | None = getattr(annotation, "injected_as", None)
    if injected is not None:
        return Parameter(name, injected, annotation)
    if f"{{{name}}}" in path:
        return Parameter(name, "path", annotation, TypeAdapter(annotation), plain_id=annotation is UUID)
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if _is_body(bare):
        return Parameter(name, "body", annotation, TypeAdapter(annotation), required, None if required else default)
    return Parameter(name, "query", annotation, TypeAdapter(annotation), required, None if required else default, many=_is_many(bare))


def _is_body(annotation: Any) -> bool:
    return any(isinstance(choice, type) and issubclass(choice, BaseModel) for choice in _choices(annotation))


def _is_many(annotation: Any) -> bool:
    return any(get_origin(choice) in (list, tuple, set, frozenset) for choice in _choices(annotation))


def _choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _is_described(annotation: Any) -> bool:
    return get_origin(annotation) is Annotated and any(isinstance(extra, FieldInfo) for extra in get_args(annotation)[1:])


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise Invalid(errors=[{"parameter": None, "code": "query_invalid", "detail": "The query string cannot be read"}]) from error
    for name, value in pairs:
        if "\x00" in value or "\x00" in name:
            raise _wrong(name.replace("\x00", ""), "nul", "NUL is not a character we store")
    return pairs


def _single(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise _wrong(name, "repeated", "Given more than once")
    return values[0]


def _convert(name: str, adapter: TypeAdapter[Any] | None, value: Any) -> Any:
    assert adapter is not None
    try:
        return adapter.validate_python(value) if isinstance(value, list) else adapter.validate_strings(value)
    except ValidationError as error:
        raise Invalid(errors=field_errors(error.errors(include_url=False, include_input=False), "parameter", name)) from None


def _wrong(name: str, code: str, detail: str) -> Invalid:
    return Invalid(errors=[{"parameter": name[:100], "code": code, "detail": detail}])


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _described(parameter: Parameter) -> list[inspect.Parameter]:
    empty = inspect.Parameter.empty
    default = empty if parameter.required else parameter.default
    match parameter.source:
        case "path":
            return [_keyword(parameter.name, Annotated[parameter.annotation, Path()], empty)]
        case "query":
            annotation = parameter.annotation if _is_described(parameter.annotation) else Annotated[parameter.annotation, Query()]
            return [_keyword(parameter.name, annotation, default)]
        case "body":
            return [_keyword(parameter.name, Annotated[parameter.annotation, FastBody()], default)]
        case "paging":
            return [_keyword("limit", Limit, 50), _keyword("cursor", Cursor, None)]
        case _:
            return []


def header(alias: str, description: str, pattern: str) -> Any:
    """A header parameter for the OpenAPI page."""
    return Annotated[str | None, Header(alias=alias, description=description, pattern=pattern)]
