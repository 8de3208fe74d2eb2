"""A lead joins a deal while the deal ends: whichever comes first, the lead is part of an open deal or still ours to work on."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from ltc_events import At, Event, Fact, Money, Refusal
from ltc_events.lead import Bant
from ltc_events.vocabulary import wants_fact
from ltc_runtime.service import Service, load

from .test_any_order import Flow

NOON, DAY = datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 24)
TRIANGLE = {"account_manager": "ann", "solution_manager": "sam", "fulfilment_manager": "fay"}
BANT = Bant(need="Cards", budget=Money(amount=7, currency="USD"), authority="Board", timing=DAY)
LOADED: dict[str, Service] = {name: load(name) for name in ("lead-svc", "opportunity-svc")}
FIRST, SECOND = UUID(int=1), UUID(int=2)


class Sales(Flow):
    """lead-svc and opportunity-svc in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.services = LOADED

    def act(self, name: str, kind: str, **said: Any) -> bool:
        """Decide a command by its name; whether it was not refused."""
        known = next(command for command in LOADED[name].decider_of if command.__name__ == kind)
        try:
            self.decide(name, known(**said))
        except Refusal:
            return False
        return True

    def _react(self, name: str, event: Event) -> None:
        fact = Fact(1, "", FIRST, 1, NOON, NOON, "ann", FIRST)
        for policy in self.services[name].policies_of.get(type(event), ()):
            for wanted in policy(event, fact) if wants_fact(policy) else policy(event):
                if not isinstance(wanted, At):
                    self.decide(name, wanted)

    def settle(self) -> None:
        """Everything on its way arrives."""
        while ways := [way for way, facts in self.ways.items() if facts]:
            self.arrive(ways[0])


def qualified(flow: Sales, lead_id: UUID) -> None:
    """A lead that sales may have."""
    flow.act("lead-svc", "CaptureLead", lead_id=lead_id, company="Acme", channel="site")
    flow.act("lead-svc", "AssignLead", lead_id=lead_id, owner="ann")
    flow.act("lead-svc", "QualifyLead", lead_id=lead_id, **dict(BANT))


@given(st.permutations(["join", "end", "deliver"]), st.sampled_from(["price", "no_budget", "cancelled"]))
def test_a_lead_is_never_lost_between_joining_a_deal_and_its_end(order: list[str], reason: str) -> None:
    flow = Sales()
    qualified(flow, FIRST)
    qualified(flow, SECOND)
    flow.act("lead-svc", "ConvertLead", lead_id=FIRST, **TRIANGLE)
    flow.settle()
    (opened,) = flow.of("OpportunityOpened")
    joins = False
    for step in order:
        match step:
            case "join":
                joins = flow.act("lead-svc", "JoinDeal", lead_id=SECOND, opportunity_id=opened.opportunity_id)
            case "end" if reason == "cancelled":
                gone = {"reason": "duplicate", "note": "Twice", "cancelled_on": DAY, "actor": "ann"}
                assert flow.act("opportunity-svc", "CancelOpportunity", opportunity_id=opened.opportunity_id, **gone)
            case "end":
                lost = {"reason": reason, "lesson": "Ask earlier", "lost_on": DAY}
                assert flow.act("opportunity-svc", "LoseOpportunity", opportunity_id=opened.opportunity_id, **lost)
            case _:
                flow.settle()
    flow.settle()
    joined, late = flow.of("OpportunityJoined"), flow.of("OpportunityJoinRefused")
    assert len(joined) + len(late) == joins
    back = [lead for lead in flow.of("LeadCaptured") if lead.returned_from]
    assert {lead.returned_from for lead in back} == ({FIRST} if reason == "no_budget" else set()) | ({SECOND} if late else set())
    still_qualified = {lead.lead_id for lead in flow.of("LeadQualified")} - {FIRST, SECOND}
    assert still_qualified == {lead.lead_id for lead in back if lead.returned_from == SECOND}
    assert joins or flow.act("lead-svc", "ConvertLead", lead_id=SECOND, **TRIANGLE), "who was refused is converted into a deal of its own"
