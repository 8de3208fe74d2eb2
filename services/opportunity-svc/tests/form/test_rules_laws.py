"""What holds for every form, whatever somebody writes into it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events.opportunity_forms import FormFilled
from opportunity_svc.deal.rules.history import filled_form
from opportunity_svc.form.rules import Form, errors_in, filled_in
from opportunity_svc.form_fill.read import as_json, values_of
from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

DEAL, NOW = UUID(int=1), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LABEL = {"en": "Field", "zh": "字段"}
CODES = ["a", "b", "c d", "E-5"]
WHOLE, DAYS = st.integers(-5, 5), st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(date.isoformat)


def between(low: str, high: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Two limits in their order, or none."""
    both = st.lists(values, min_size=2, max_size=2).map(sorted)
    return st.just({}) | both.map(lambda pair: {low: pair[0], high: pair[1]})


CHOICES = st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(
    lambda codes: {"choices": [{"code": code, "label": LABEL} for code in codes]}
)
LIMITS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "text": between("min_length", "max_length", st.integers(1, 6)),
    "long_text": between("min_length", "max_length", st.integers(1, 6)),
    "integer": between("min", "max", WHOLE),
    "decimal": between("min", "max", WHOLE),
    "money": st.tuples(between("min", "max", WHOLE), st.sampled_from([{}, {"currency": "CNY"}])).map(lambda both: both[0] | both[1]),
    "date": between("min", "max", DAYS),
    "boolean": st.just({}),
    "choice": CHOICES,
    "choices": CHOICES,
}
FIELD = st.sampled_from(sorted(LIMITS)).flatmap(lambda kind: LIMITS[kind].map(lambda says: {"type": kind, "label": LABEL, **says}))
FORM = st.lists(st.tuples(FIELD, st.booleans()), min_size=1, max_size=4).map(
    lambda fields: Form.model_validate(
        {"name": LABEL, "fields": [{**field, "key": f"f{at}", "required": must} for at, (field, must) in enumerate(fields)]}
    )
)
MONEY = st.fixed_dictionaries({"amount": WHOLE, "currency": st.sampled_from(["CNY", "USD"])})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text("ab ", max_size=7),
    "long_text": st.text("ab \n", max_size=7),
    "integer": WHOLE,
    "decimal": st.decimals(-6, 6, places=1).map(str) | WHOLE,
    "money": MONEY,
    "date": DAYS,
    "boolean": st.booleans(),
    "choice": st.sampled_from(CODES),
    "choices": st.lists(st.sampled_from(CODES), max_size=3, unique=True),
}


@st.composite
def filled_forms(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    """A form, and what somebody writes into it: mostly of the kind that is asked for, now and then anything at all."""
    form = draw(FORM)
    said = {field.key: draw(st.one_of(*[FITTING[field.type]] * 6, *FITTING.values(), JSON)) for field in form.fields}
    return form, said | draw(st.sampled_from([{}, {}, {"f9": 1}]))


FILLED = filled_forms()


def fill(form: Form, said: dict[str, Any]) -> FormFilled:
    return FormFilled(opportunity_id=DEAL, form="vision", form_version=1, fill=1, values=filled_in(form, said), filled_by="ann")


@settings(max_examples=100, deadline=None)
@given(FILLED)
def test_what_is_accepted_comes_back_equal_from_the_event_and_from_what_people_read(written: tuple[Form, dict[str, Any]]) -> None:
    form, said = written
    if errors_in(form, said):
        return
    event = fill(form, said)
    assert FormFilled.model_validate_json(event.model_dump_json()) == event
    shown = from_json(to_json(as_json(event)))
    assert errors_in(form, shown) == [], "what is read may be sent back"
    assert fill(form, shown) == event
    assert filled_form(fill(form, shown)) == filled_form(event), "and is the same words then"
    rows = values_of(event)
    searched = {each.key for each in event.values if each.type != "long_text"}
    assert {row["key"] for row in rows} == searched
    assert len({(row["key"], row["item"]) for row in rows}) == len(rows)


@settings(max_examples=100, deadline=None)
@given(FILLED)
def test_nothing_outside_its_definition_is_ever_accepted(written: tuple[Form, dict[str, Any]]) -> None:
    form, said = written
    if errors_in(form, said):
        return
    kept = {each.key: each.value for each in fill(form, said).values}
    assert kept.keys() == {key for key, value in said.items() if value is not None} <= {field.key for field in form.fields}
    for field in form.fields:
        if field.key in kept:
            assert is_within(TypeAdapter(Any).dump_python(field, mode="json"), TypeAdapter(Any).dump_python(kept[field.key], mode="json"))
        else:
            assert not field.required


def is_within(field: dict[str, Any], value: Any) -> bool:
    """The same rules, said another way."""
    match field["type"]:
        case "text" | "long_text":
            no_break = field["type"] == "long_text" or not re.search(r"[\x00-\x1f\x7f]", value)
            return bool(no_break and value == value.strip() and field["min_length"] <= len(value) <= field["max_length"])
        case "integer":
            return type(value) is int and bool(field["min"] <= value <= field["max"])
        case "decimal":
            low, high = (None if limit is None else Decimal(limit) for limit in (field["min"], field["max"]))
            places = len(value.partition(".")[2])
            return bool(places <= 2 and (low is None or low <= Decimal(value)) and (high is None or Decimal(value) <= high))
        case "money":
            return field["currency"] in (None, value["currency"]) and bool(field["min"] <= value["amount"] <= field["max"])
        case "date":
            return bool((field["min"] or value) <= date.fromisoformat(value).isoformat() == value <= (field["max"] or value))
        case "boolean":
            return type(value) is bool
        case "choice":
            return value in [choice["code"] for choice in field["choices"]]
        case _:
            codes = [choice["code"] for choice in field["choices"]]
            return bool(value) and value == [code for code in codes if code in value]
