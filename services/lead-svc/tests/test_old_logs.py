"""Facts as they were written first, with nothing that was added to them since, are folded, shown and reacted to."""

import inspect
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lead_svc.lead import rules as lead
from lead_svc.lead.rules.merge import still_due
from lead_svc.lead.rules.states import Absorbed, Assigned
from lead_svc.rule_book.rules import RulesDrafted
from lead_svc.service import service
from ltc_events import Event, Fact
from ltc_events.testing import fold
from ltc_events.vocabulary import members

GOLDEN = Path(__file__).parents[3] / "tests" / "contracts" / "golden"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ID, OTHER = UUID(int=1), UUID(int=2)
DECIDERS = service.deciders
OWN = sorted(
    {event for decider in DECIDERS for event in members(decider.events) if issubclass(event, Event)}, key=lambda event: event.event_type
)


def fact(event: Event, version: int = 1) -> Fact:
    return Fact(1, "lead", ID, version, NOON, NOON, "service:lead-svc", ID)


def as_first_written(event: type[Event]) -> Event:
    """With what it cannot be without, and nothing else."""
    said = json.loads((GOLDEN / f"{event.event_type}.json").read_text())
    needed = event.model_fields if event is RulesDrafted else [name for name, field in event.model_fields.items() if field.is_required()]
    return event.model_validate(
        {name: said[name] for name in needed if name in said}
    )  # of rules that are drafted one is always there, whichever


@pytest.mark.parametrize("event", OWN, ids=lambda event: event.event_type)
def test_a_fact_without_what_was_added_since_is_folded_shown_and_reacted_to(event: type[Event]) -> None:
    old = as_first_written(event)
    fold(DECIDERS, (old,))
    for shown in service.projections:
        for verb in (verb for on in shown.ons if on.event is event for verb in on.verbs):
            assert isinstance(verb.rows(old, fact(old)), list | tuple)
    for policy in service.policies_of.get(event, ()):
        asked: Any = policy
        known = (old, fact(old)) if len(inspect.signature(asked).parameters) == 2 else (old,)
        assert isinstance(asked(*known), list)


def test_a_lead_of_an_old_log_is_merged_and_undone_as_any_other() -> None:
    """Its facts as JSON of before alarms, escalation, merges, consent of people and what came with them."""
    written: dict[str, dict[str, Any]] = {
        "ltc.lead.captured.v1": {"party_id": str(OTHER), "company": "Acme", "channel": "site"},
        "ltc.lead.response-awaited.v1": {"due": NOON.isoformat(), "working_minutes": 240, "rules_version": 1},
        "ltc.lead.routed.v1": {"rules_version": 1, "rule": "All", "reason": "All", "candidates": ["ann"], "limits": {}},
        "ltc.lead.assigned.v1": {"owner": "ann"},
        "ltc.lead.consent-recorded.v1": {"given": True, "source": "Form"},
        "ltc.lead.merged.v1": {"into": str(OTHER), "merge_id": str(OTHER), "reason": "Asked twice"},
    }
    types = {event.event_type: event for event in OWN}
    history = tuple(types[name].model_validate({"lead_id": str(ID), **said}) for name, said in written.items())
    merged = fold((lead.decider,), history)[lead.decider.of(ID)]
    assert isinstance(merged, Absorbed)
    assert still_due(merged.before) == NOON
    said = {"previously_into": str(OTHER), "merge_id": str(OTHER), "reason": "Two plants", "status": "assigned"}
    undone = types["ltc.lead.unmerged.v1"].model_validate({"lead_id": str(ID), **said})
    now = fold((lead.decider,), (*history, undone))[lead.decider.of(ID)]
    assert isinstance(now, Assigned)
    assert (now.owner, now.trail.consent is not None, now.trail.said_no) == ("ann", True, False)
