"""Deals found by fields of the forms that are filled in for them, and shown with such fields."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias, get_args
from uuid import UUID

from fastapi import Query
from ltc_events.opportunity_forms import FIELD_KEY, FORM_CODE
from ltc_runtime.http import Read
from ltc_runtime.http.problems import Invalid
from pydantic import StringConstraints
from sqlalchemy import ColumnElement, and_, case, select

from ..deal.read import OpportunityRow
from ..form.read import FormRow
from ..form.rules import Form
from ..form.rules.fields import Fields
from ..form_fill.read import FilledForm, FilledFormRow, FormValueRow

NAME = rf"{FORM_CODE.pattern}\.{FIELD_KEY.pattern}"
Comparison = Literal["eq", "ge", "le"]
Parameter = Literal["where", "show"]

Where = Annotated[
    list[Annotated[str, StringConstraints(max_length=300, pattern=rf"^{NAME}:(eq|ge|le):.+$")]] | None,
    Query(
        max_length=10,
        description="A field of a filled form, a comparison and a value; several are all to hold: `vision.segment:eq:water`, "
        "`vision.sites:ge:4`, `vision.budget:le:100000 CNY` (minor units), `vision.decided_on:ge:2026-10-01`. `ge` and `le` are for "
        "numbers, money and days; of several choices one has to be the one that is asked for; long text is not searched.",
    ),
]
Show = Annotated[
    list[Annotated[str, StringConstraints(max_length=80, pattern=rf"^{NAME}$")]] | None,
    Query(max_length=20, description="Fields of filled forms to show of each deal, in a file as columns of their own: `vision.budget`."),
]
Cell: TypeAlias = bool | int | Decimal | str | list[str] | None
Named: TypeAlias = tuple[str, str]
"""A form, and the key of a field of it."""

_MONEY = re.compile(r"(-?[0-9]{1,16}) ([A-Z]{3})")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a field is to be."""

    named: Named
    comparison: Comparison
    value: str


async def holding(where: Sequence[str] | None, read: Read) -> list[ColumnElement[bool]]:
    """Conditions on the list of deals: all that is asked of the fields of their forms."""
    asked = [asked_in(each) for each in where or ()]
    fields = await fields_of("where", [each.named for each in asked], read)
    # Found by themselves first: how many there are is what the planner guesses badly, and walking the list for them takes seconds.
    found = [deals_with(each, fields[each.named]).cte(f"asked_{at}").prefix_with("MATERIALIZED") for at, each in enumerate(asked)]
    return [OpportunityRow.table.c.opportunity_id.in_(select(each.c.opportunity_id)) for each in found]


def asked_in(text: str) -> Asked:
    name, comparison, value = text.split(":", 2)
    found: Comparison = next(each for each in get_args(Comparison) if each == comparison)
    return Asked(named(name), found, value)


def named(name: str) -> Named:
    form, key = name.split(".")
    return form, key


def deals_with(asked: Asked, field: Fields) -> Any:
    """The deals whose form says so now."""
    says, last = FormValueRow.table.c, FilledForm.table.c
    now = and_(last.opportunity_id == says.opportunity_id, last.form == says.form, last.fill == says.fill)
    joined = select(says.opportunity_id).select_from(FormValueRow.table.join(FilledForm.table, now))
    return joined.where(says.form == asked.named[0], says.key == asked.named[1], *compared(asked, field))


def compared(asked: Asked, field: Fields) -> list[ColumnElement[bool]]:
    """The value of a field against what is asked, by the column that holds its kind of values."""
    says, value = FormValueRow.table.c, asked.value
    match field.type:
        case "integer" | "decimal":
            return [against(asked, says.number, Decimal(matched(_NUMBER, asked, "a number")[0]))]
        case "money":
            amount, currency = matched(_MONEY, asked, "an amount in minor units and its currency, such as 100000 CNY").groups()
            return [against(asked, says.number, Decimal(amount)), says.text == currency]
        case "date":
            return [against(asked, says.day, day(asked))]
        case "long_text":
            raise wrong("where", asked.named, "is long text, which is not searched")
        case "boolean" if value not in ("true", "false"):
            raise wrong("where", asked.named, "is true or false")
        case _ if asked.comparison != "eq":
            raise wrong("where", asked.named, "has no order: compare it with eq")
        case _:
            return [says.text == value]


def against(asked: Asked, column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    compare: Callable[[Any, Any], ColumnElement[bool]] = {"eq": operator.eq, "ge": operator.ge, "le": operator.le}[asked.comparison]
    return compare(column, value)


def matched(pattern: re.Pattern[str], asked: Asked, what: str) -> re.Match[str]:
    found = pattern.fullmatch(asked.value)
    if found is None:
        raise wrong("where", asked.named, f"is compared with {what}")
    return found


def day(asked: Asked) -> date:
    try:
        return date.fromisoformat(matched(_DAY, asked, "a day, such as 2026-12-24")[0])
    except ValueError:
        raise wrong("where", asked.named, "is compared with a day, such as 2026-12-24") from None


def wrong(parameter: Parameter, field: Named, what: str) -> Invalid:
    return Invalid(errors=[{"parameter": parameter, "code": "form_field", "detail": f"{'.'.join(field)} {what}"}])


async def fields_of(parameter: Parameter, asked: Sequence[Named], read: Read) -> dict[Named, Fields]:
    """These fields as the live version of their form has them; one it has no more, as the newest version did that had it.

    Raises:
        Invalid: no version that ever counted has such a field.
    """
    if not asked:
        return {}
    table = FormRow.table.c
    counted = select(table.code, table.form).where(table.code.in_(sorted({form for form, _ in asked})), table.status != "draft")
    rows = await read.all(counted.order_by(case((table.status == "live", 1), else_=0), table.version))
    fields = {(row["code"], field.key): field for row in rows for field in Form.model_validate(row["form"]).fields}
    for each in asked:
        if each not in fields:
            raise wrong(parameter, each, "is no field of a form that was ever live")
    return {each: fields[each] for each in asked}


async def shown_fields(deals: Iterable[UUID], show: Sequence[str] | None, read: Read) -> Mapping[UUID, dict[str, Cell]]:
    """What the forms of these deals say in the fields that are to be shown; null, where nothing."""
    asked = {name: named(name) for name in show or ()}
    fields = await fields_of("show", list(asked.values()), read)
    says = await values_of(deals, {form for form, _ in fields}, read)
    return {deal: {k: v for each in fields for k, v in cells(fields[each], each, forms).items()} for deal, forms in says.items()}


Says: TypeAlias = Mapping[str, Mapping[str, Any]]
"""What is filled in: by form, and by field."""


async def values_of(deals: Iterable[UUID], forms: set[str], read: Read) -> dict[UUID, dict[str, dict[str, Any]]]:
    """What is filled in for each of these deals now."""
    found: dict[UUID, dict[str, dict[str, Any]]] = {deal: {} for deal in deals}
    if not forms:
        return found
    last, all_ = FilledForm.table.c, FilledFormRow.table.c
    now = and_(all_.opportunity_id == last.opportunity_id, all_.form == last.form, all_.fill == last.fill)
    joined = select(last.opportunity_id, last.form, all_["values"]).select_from(FilledForm.table.join(FilledFormRow.table, now))
    for row in await read.all(joined.where(last.form.in_(sorted(forms)), last.opportunity_id.in_(list(found)))):
        found[row["opportunity_id"]][row["form"]] = row["values"]
    return found


def cells(field: Fields, name: Named, says: Says) -> dict[str, Cell]:
    """A field as columns: an amount of money is two, as everywhere in files."""
    value, column = says.get(name[0], {}).get(name[1]), ".".join(name)
    match field.type:
        case "money":
            money = value if isinstance(value, dict) else {}
            return {f"{column}.{part}": money.get(part) for part in ("amount", "currency")}
        case "decimal" if isinstance(value, str) and _NUMBER.fullmatch(value):
            return {column: Decimal(value)}
        case _:
            return {column: value if not isinstance(value, dict) else None}
