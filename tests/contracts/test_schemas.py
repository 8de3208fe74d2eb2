"""Every event ever written or told can still be read: its frozen schema only grew, its golden file still loads."""

import json
from typing import Any

import pytest
from ltc_events import Event

from .frozen import GOLDEN, SCHEMAS, events, frozen, schema
from .growth import breaks

EVENTS = events()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_what_was_frozen_or_more(name: str) -> None:
    path = SCHEMAS / f"{name}.json"
    assert path.exists(), f"{name} is new: freeze it with `python -m tests.contracts`"
    assert breaks(json.loads(path.read_text()), schema(EVENTS[name])) == []


def test_no_frozen_event_was_given_up() -> None:
    assert frozen(SCHEMAS).keys() - EVENTS.keys() == set()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_as_first_stored_still_loads_and_keeps_what_it_said(name: str) -> None:
    stored = (GOLDEN / f"{name}.json").read_text()
    event: Event = EVENTS[name].model_validate_json(stored)
    said, now = json.loads(stored), json.loads(event.model_dump_json())
    assert kept(said, now)


def kept(said: Any, now: Any) -> bool:
    """Whether all that was said is there; parts may have grown as the whole may."""
    match said:
        case dict():
            return isinstance(now, dict) and all(field in now and kept(value, now[field]) for field, value in said.items())
        case list():
            return isinstance(now, list) and len(said) == len(now) and all(kept(*pair) for pair in zip(said, now, strict=True))
        case _:
            return bool(said == now)


@pytest.mark.parametrize("name", EVENTS)
def test_a_reader_ignores_fields_it_does_not_know(name: str) -> None:
    stored = json.loads((GOLDEN / f"{name}.json").read_text())
    event = EVENTS[name]
    assert event.model_validate_json(json.dumps({**stored, "said_by_a_newer_version": 1})) == event.model_validate_json(json.dumps(stored))
