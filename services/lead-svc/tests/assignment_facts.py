"""Assignment rules, and leads that they find an owner for."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lead_svc.lead.rules.assignment import OfferLead
from lead_svc.lead.rules.events import LeadRouted
from lead_svc.rule_book.rules import RulesActivated, RulesDrafted, book_id
from lead_svc.rule_book.rules.assignment import AssignmentRule, AssignmentRules
from lead_svc.workload.rules import LeadTaken, workload_of
from ltc_events import Event
from ltc_events.lead import LeadAssigned, LeadCaptured, LeadPooled

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


LEAD = UUID(int=1)


RULES = AssignmentRules(
    rules=(
        AssignmentRule(name="Servers in Shanghai", territories=("CN-SH",), need_words=("server",), owners=("ann", "bob", "cem")),
        AssignmentRule(name="Exhibitions", channels=("exhibition",), owners=("dee",)),
    ),
    capacity=2,
    capacities={"cem": 1},
)


captured = LeadCaptured(lead_id=LEAD, party_id=LEAD, company="Acme", channel="site", need="Servers", territory="CN-SH")


routed = LeadRouted(
    lead_id=LEAD, rules_version=1, rule="Servers in Shanghai", reason="Servers in Shanghai: territory CN-SH, need server",
    candidates=("ann", "bob", "cem"), limits={"ann": 2, "bob": 2, "cem": 1},
)  # fmt: skip


offer = OfferLead(**routed.model_dump(), at=NOON)


alarmed = LeadPooled(lead_id=LEAD, reason="no assignment rule fits", alarm=True)


pooled = LeadPooled(lead_id=LEAD, reason="Not my trade", previous_owner="ann", alarm=False)


def live(book: Any, **rules: Any) -> tuple[Event, ...]:
    id = book_id(book)
    drafted = RulesDrafted(book_id=id, book=book, version=1, drafted_by="max", **rules)
    return drafted, RulesActivated(book_id=id, version=1, activated_by="max")


def taken(owner: str, number: int, **changes: Any) -> LeadTaken:
    return LeadTaken(**{"desk_id": workload_of(owner), "owner": owner, "lead_id": UUID(int=number), "how": "by_hand", **changes})


def given_to(owner: str, turn: int) -> tuple[LeadAssigned, LeadTaken]:
    by_rule = LeadAssigned(
        lead_id=LEAD, owner=owner, how="rule", rule="Servers in Shanghai", rules_version=1, reason=routed.reason
    )  # fmt: skip
    return by_rule, taken(owner, 1, how="rule", turn=turn)
