"""No way leads to a won deal that goes around a gate of its pipeline, whatever is tried in whatever order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ltc_events import Command, Event, GivenStates, Money, Refusal, Stream
from ltc_events.opportunity import OpportunityOpened, OpportunityWon
from ltc_events.opportunity_gates import (
    Condition,
    ConditionFulfilled,
    DecisionMade,
    DecisionRequested,
    OpportunityCancelled,
    OpportunityChanged,
    OpportunityResumed,
    OpportunitySuspended,
)
from opportunity_svc.deal.rules.bid_costs import BookBidCost
from opportunity_svc.deal.rules.criteria import Unmet
from opportunity_svc.deal.rules.decisions import DecideGate, FulfilCondition, RequestDecision, Verdict, WithdrawRequest
from opportunity_svc.deal.rules.events import DecisionLapsed, PipelineChosen
from opportunity_svc.deal.rules.findings import NoteFinding, StrikeFinding, SubmitBid
from opportunity_svc.deal.rules.opened import ChoosePipeline, OpenOpportunity
from opportunity_svc.deal.rules.outcome import CancelOpportunity, ResumeOpportunity, SuspendOpportunity, WinOpportunity
from opportunity_svc.deal.rules.stages import EnterStage
from opportunity_svc.deal.rules.terms import ChangeOpportunity
from opportunity_svc.finding.rules import (
    BidTerms,
    ChainMember,
    Competitor,
    FrozenEstimate,
    Initiation,
    Meddicc,
    Notable,
    Pain,
    PlanStep,
    Requirement,
)
from opportunity_svc.mandate.rules import DelegateMandate, GrantMandate, mandate_id
from opportunity_svc.pipeline.rules import LIGHT, PROJECT, ActivatePipeline, DraftPipeline, Pipeline, pipeline_id
from opportunity_svc.price_book.rules import PriceItem, SetPriceBook
from opportunity_svc.quote.rules.approval import SubmitQuote
from opportunity_svc.quote.rules.draft import DraftQuote, ReviseQuote
from opportunity_svc.quote.rules.offer import AcceptQuote, SendQuote
from opportunity_svc.quote.rules.price import AskedLine
from opportunity_svc.service import service
from opportunity_svc.swap.rules import ApproveSwap, ProposeSwap

PARTY = UUID(int=4)
DEAL, QUOTE, OTHER = UUID(int=1), UUID(int=2), UUID(int=5)
TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
GATES = ("ATI", "ATB", "ATC")
BOND = Condition(text="A bond", owner="ann", due=TODAY)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def pumps(quantity: int) -> tuple[AskedLine, ...]:
    return (AskedLine(product="P", quantity=Decimal(quantity)),)


def with_gates(*gates: str) -> Pipeline:
    """The light pipeline with these gates on its last stages."""
    plain, last = LIGHT.stages[: -len(gates)], LIGHT.stages[-len(gates) :]
    gated = [stage.model_copy(update={"gate": gate}) for stage, gate in zip(last, gates, strict=True)]
    return Pipeline(name="Light with gates", profile="light", stages=(*plain, *gated))


WAYS = (LIGHT, PROJECT, with_gates("ATC"), with_gates("ATI", "ATB"), with_gates("ATB", "ATC"))


class Firm:
    """Everything that was decided, in memory."""

    def __init__(self) -> None:
        self.states: dict[Stream, Any] = {}
        self.history: list[Event] = []

    def do(self, command: Command, *, only_ask: bool = False) -> Refusal | None:
        """Decide a command; what refused it, if anything did."""
        decider = service.decider_of[type(command)]
        initials = {kind: each.initial for kind, each in service.kinds.items()}
        named = {stream: self.states.get(stream, initials[stream.kind]) for stream in decider.streams(command)}
        try:
            events = decider.decide_on(GivenStates(named), command)
        except Refusal as refusal:
            return refusal
        for event in () if only_ask else events:
            owner = service.owner_of[type(event)]
            stream = owner.of(getattr(event, owner.id))
            self.states[stream] = owner.evolve(self.states.get(stream, owner.initial), event)
            self.history.append(event)
        return None

    @property
    def won(self) -> OpportunityWon | None:
        """The deal, if it is won."""
        return next((event for event in self.history if isinstance(event, OpportunityWon)), None)


def quoted(quote: UUID) -> list[Command]:
    """What makes the customer accept a quote."""
    return [
        SubmitQuote(quote_id=quote, opportunity_id=DEAL, party_id=PARTY, actor="ann", today=TODAY),
        SendQuote(quote_id=quote, opportunity_id=DEAL, actor="ann", today=TODAY),
        AcceptQuote(quote_id=quote, opportunity_id=DEAL, accepted_on=TODAY, today=TODAY),
    ]


def win(quote: UUID) -> WinOpportunity:
    return WinOpportunity(opportunity_id=DEAL, quote_id=quote, won_on=TODAY, today=TODAY)


def begin(firm: Firm, live: Pipeline | None) -> None:
    """A price book, a mandate and its delegate, perhaps a pipeline of our own, and a deal with a quote."""
    item = PriceItem(product="P", description="Pump", unit="piece", list_price=usd(1_000), tax_rate=Decimal(0))
    everything = {"gates": GATES, "max_amount": usd(10**9), "valid_from": TODAY}
    for_today = {**everything, "valid_to": TODAY}
    drafted = {"pipeline_id": pipeline_id("light"), "code": "light"}
    commands: list[Command] = [
        SetPriceBook(code="list", currency="USD", items=(item,), valid_from=TODAY, set_by="mia"),
        GrantMandate(mandate_id=mandate_id("mia"), grant_id=UUID(int=7), user="mia", granted_by="max", **everything),
        GrantMandate(mandate_id=mandate_id("ann"), grant_id=UUID(int=9), user="ann", granted_by="max", **everything),
        *(
            DelegateMandate(mandate_id=mandate_id(user), delegation_id=UUID(int=id), user=user, to="dan", actor=user, **for_today)
            for user, id in (("mia", 8), ("ann", 10))
        ),
    ]
    if live is not None:
        commands += [
            DraftPipeline(pipeline=live, drafted_by="mia", **drafted),
            ActivatePipeline(version=1, activated_by="mia", **drafted),
        ]
    commands += [
        OpenOpportunity(
            opportunity_id=DEAL, lead_id=UUID(int=3), party_id=PARTY, company="Acme", need="Pumps", value=usd(5_000),
            account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=TODAY,
        ),
        DraftQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=pumps(2), actor="ann", today=TODAY),
        DraftQuote(quote_id=OTHER, opportunity_id=DEAL, price_book="list", lines=pumps(3), actor="ann", today=TODAY),
        *quoted(OTHER),
    ]  # fmt: skip
    for command in commands:
        assert firm.do(command) is None


def noted(*findings: Notable) -> list[Command]:
    return [NoteFinding(opportunity_id=DEAL, finding=finding, actor="ann") for finding in findings]


TERMS = BidTerms(price_floor=usd(1), deadline=TODAY, bond=usd(0))
PAIN = Pain(code="P1", text="Leaks", owner="Head of works", confirmed=True)
BUYER = ChainMember(code="cfo", role="economic_buyer", influence="high", attitude="champion")
RIVAL = Competitor(code="Rival", strategy="Faster service")
ADVICE: dict[str, list[Command]] = {
    "note_initiation": noted(Initiation(goal="Grow", scope="Pumps", resources="Two people")),
    "note_plan_step": noted(PlanStep(code="S1", what="Visit", owner="ann", due=TODAY)),
    "note_pain": noted(PAIN),
    "note_requirement": noted(Requirement(code="R1", text="Quiet", compliance="full")),
    "note_chain_member": noted(BUYER),
    "note_meddicc": noted(Meddicc(metrics="30 %", decision_criteria="Price", decision_process="Board"), PAIN, BUYER, RIVAL),
    "note_competitor": noted(RIVAL),
    "draft_estimate": noted(*(FrozenEstimate(code=gate, estimate_id=UUID(int=6), version=1) for gate in GATES)),
    "note_bid_terms": noted(TERMS),
    "revise_quote": noted(TERMS),  # it is accepted already: the floor moves instead
    "submit_bid": [SubmitBid(opportunity_id=DEAL, proposal="v1", submitted_on=TODAY, actor="ann")],
}


def request(gate: str) -> RequestDecision:
    return RequestDecision(opportunity_id=DEAL, gate=gate, business_case="It pays", quote_id=QUOTE, actor="ann", now=NOW)


class How(NamedTuple):
    """How decisions are made: by whom, in whose place, and what."""

    actor: str = "mia"
    behalf: str | None = None
    verdict: Verdict = Verdict(outcome="approved")


def decision(firm: Firm, gate: str, how: How) -> DecideGate:
    rounds = [event.round for event in firm.history if isinstance(event, DecisionRequested) and event.gate == gate]
    return DecideGate(
        opportunity_id=DEAL,
        gate=gate,
        round=max(rounds, default=1),
        verdict=how.verdict,
        actor=how.actor,
        on_behalf_of=how.behalf,
        today=TODAY,
    )


def do_as_told(firm: Firm, how: How) -> None:
    """One step towards winning, by what the refusal says is missing."""
    for command in quoted(QUOTE):
        firm.do(command)
    refusal = firm.do(win(QUOTE), only_ask=True)
    while refusal is not None and (told := refusal.details.get("unmet")):
        refusal = heed(firm, told, how)


def heed(firm: Firm, told: Sequence[Unmet], how: How) -> Refusal | None:
    """Do the first thing that is missing; what refused it, if it asks for more first."""
    first = told[0]
    match first.operation:
        case "request_decision":
            assert first.gate is not None
            refused = firm.do(request(first.gate))
            return firm.do(EnterStage(opportunity_id=DEAL, actor="ann")) if type(refused).__name__ == "GateNotReached" else refused
        case "decide_gate":
            assert first.gate is not None
            return firm.do(decision(firm, first.gate, how))
        case "fulfil_condition":
            assert first.gate is not None
            return firm.do(FulfilCondition(opportunity_id=DEAL, gate=first.gate, number=1, evidence="Here", actor="ann"))
        case operation:
            return next((refused for command in ADVICE[operation] if (refused := firm.do(command)) is not None), None)


def test_who_does_what_refusals_ask_for_wins_a_project() -> None:
    firm = Firm()
    begin(firm, None)
    assert firm.do(ChoosePipeline(opportunity_id=DEAL, pipeline="project", actor="ann")) is None
    for _ in range(20):
        do_as_told(firm, How())
    assert firm.do(win(QUOTE)) is None
    assert [event.gate for event in firm.history if isinstance(event, DecisionMade)] == list(GATES)


VERDICTS = (
    Verdict(outcome="approved"),
    Verdict(outcome="conditional", conditions=(BOND,)),
    Verdict(outcome="rejected", reason="No"),
)
WHO = [("mia", None), ("mia", None), ("dan", "mia"), ("dan", "ann"), ("ann", None), ("sam", None)]
HOW = st.builds(lambda who, verdict: How(who[0], who[1], verdict), st.sampled_from(WHO), st.sampled_from(VERDICTS))


class Frontline(RuleBasedStateMachine):
    """People who try everything."""

    @initialize(live=st.none() | st.sampled_from(WAYS), other=st.sampled_from([None, "project"]))
    def begin(self, live: Pipeline | None, other: str | None) -> None:
        self.firm = Firm()
        begin(self.firm, live)
        if other is not None:
            self.firm.do(ChoosePipeline(opportunity_id=DEAL, pipeline=other, actor="ann"))

    @rule(how=HOW, times=st.integers(1, 5))
    def do_as_told(self, how: How, times: int) -> None:
        for _ in range(times):
            do_as_told(self.firm, how)

    @rule(quote=st.sampled_from([QUOTE, OTHER]))
    def win(self, quote: UUID) -> None:
        self.firm.do(win(quote))

    @rule(how=HOW, quote=st.sampled_from([QUOTE, OTHER]))
    def finish(self, how: How, quote: UUID) -> None:
        for each in (how, *[How()] * 15):
            do_as_told(self.firm, each)
        self.firm.do(win(quote))

    @rule(stage=st.none() | st.sampled_from([stage.code for way in (LIGHT, PROJECT) for stage in way.stages]))
    def go_on(self, stage: str | None) -> None:
        self.firm.do(EnterStage(opportunity_id=DEAL, stage=stage, quote_id=QUOTE, actor="sam"))

    @rule(gate=st.sampled_from(GATES))
    def ask(self, gate: str) -> None:
        self.firm.do(request(gate))

    @rule(gate=st.sampled_from(GATES), how=HOW)
    def decide(self, gate: str, how: How) -> None:
        self.firm.do(decision(self.firm, gate, how))

    @rule(gate=st.sampled_from(GATES))
    def fulfil(self, gate: str) -> None:
        self.firm.do(FulfilCondition(opportunity_id=DEAL, gate=gate, number=1, evidence="Here", actor="ann"))

    @rule(gate=st.sampled_from(GATES))
    def withdraw(self, gate: str) -> None:
        self.firm.do(WithdrawRequest(opportunity_id=DEAL, gate=gate, actor="ann"))

    @rule(floor=st.integers(1, 3_000))
    def move_the_floor(self, floor: int) -> None:
        self.firm.do(noted(BidTerms(price_floor=usd(floor), deadline=TODAY, bond=usd(0)))[0])

    @rule(kind=st.sampled_from(["bid_terms", "initiation", "meddicc"]))
    def strike(self, kind: Any) -> None:
        self.firm.do(StrikeFinding(opportunity_id=DEAL, kind=kind, code="", actor="ann"))

    @rule(pipeline=st.sampled_from(["light", "project"]))
    def choose(self, pipeline: str) -> None:
        self.firm.do(ChoosePipeline(opportunity_id=DEAL, pipeline=pipeline, actor="ann"))

    @rule(way=st.sampled_from(WAYS), version=st.integers(1, 3))
    def change_the_pipeline(self, way: Pipeline, version: int) -> None:
        of = {"pipeline_id": pipeline_id("light"), "code": "light"}
        self.firm.do(DraftPipeline(pipeline=way, drafted_by="mia", **of))
        self.firm.do(ActivatePipeline(version=version, activated_by="mia", **of))

    @rule(quantity=st.integers(1, 3))
    def revise(self, quantity: int) -> None:
        self.firm.do(ReviseQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=pumps(quantity), actor="ann", today=TODAY))

    @rule(value=st.none() | st.sampled_from([1_000, 10**9, 10**9 + 1]), manager=st.none() | st.sampled_from(["ann", "mia", "dan", "bob"]))
    def change(self, value: int | None, manager: str | None) -> None:
        worth = None if value is None else usd(value)
        change = {"value": worth, "account_manager": manager, "reason": "So it is", "actor": "ann", "today": TODAY}
        self.firm.do(ChangeOpportunity(opportunity_id=DEAL, **change))

    @rule(id=st.integers(20, 22))
    def book(self, id: int) -> None:
        spent = {"kind": "travel", "amount": usd(1), "spent_on": TODAY, "what_for": "A visit", "actor": "ann", "today": TODAY}
        self.firm.do(BookBidCost(opportunity_id=DEAL, cost_id=UUID(int=id), **spent))

    @rule(quote=st.none() | st.sampled_from([QUOTE, OTHER]), actor=st.sampled_from(["sam", "mia"]))
    def swap(self, quote: UUID | None, actor: str) -> None:
        of = {"opportunity_id": DEAL, "quote_id": quote, "actor": actor, "today": TODAY}
        proposed = self.firm.do(ProposeSwap(line=1, product="Q", reason="It costs less", **of))
        assert self.firm.won is not None or proposed is not None, "nothing is swapped before the win"
        self.firm.do(ApproveSwap(number=1, **of))

    @rule(how=st.sampled_from(["suspend", "resume", "resume", "cancel"]))
    def pause(self, how: str) -> None:
        of = {"opportunity_id": DEAL, "note": "So it is", "actor": "ann"}
        commands: dict[str, Command] = {
            "suspend": SuspendOpportunity(reason="other", **of),
            "resume": ResumeOpportunity(**of),
            "cancel": CancelOpportunity(reason="other", cancelled_on=TODAY, **of),
        }
        self.firm.do(commands[how])

    @rule(command=st.sampled_from(quoted(QUOTE)))
    def quote(self, command: Command) -> None:
        self.firm.do(command)

    @precondition(lambda self: hasattr(self, "firm") and self.firm.won is not None)
    @invariant()
    def every_gate_was_passed(self) -> None:
        won = self.firm.won
        assert won is not None
        still = [
            event for event in self.firm.history if isinstance(event, OpportunitySuspended | OpportunityResumed | OpportunityCancelled)
        ]
        assert not still or isinstance(still[-1], OpportunityResumed)
        before = self.firm.history[: self.firm.history.index(won)]
        chosen = [event.pipeline for event in before if isinstance(event, PipelineChosen)]
        for stage in (chosen[-1] if chosen else LIGHT).stages:
            if stage.gate is not None:
                passed(before, stage.gate, won)


WORTH = (OpportunityOpened, OpportunityChanged)


def passed(before: Sequence[Event], gate: str, won: OpportunityWon) -> None:
    """The gate was decided by somebody who may, nothing it was about changed, and its conditions were fulfilled."""
    lapsed = {event.round for event in before if isinstance(event, DecisionLapsed) and event.gate == gate}
    yes = [event for event in before if isinstance(event, DecisionMade) and event.gate == gate and event.outcome != "rejected"]
    made = yes[-1]
    assert made.round not in lapsed
    (asked,) = (event for event in before if isinstance(event, DecisionRequested) and (event.gate, event.round) == (gate, made.round))
    assert made.decided_by not in (asked.requested_by, won.account_manager)
    assert made.on_behalf_of not in (asked.requested_by, won.account_manager)
    assert made.authority_ref in (UUID(int=7), UUID(int=8))
    worth = [event.after.value if isinstance(event, OpportunityChanged) else event.value for event in before if isinstance(event, WORTH)]
    assert gate == "ATC" or (made.limit is not None and made.limit >= worth[-1]), "the deal did not grow beyond the mandate"
    done = {event.number for event in before if isinstance(event, ConditionFulfilled) and (event.gate, event.round) == (gate, made.round)}
    assert done == set(range(1, len(made.conditions) + 1))
    if gate == "ATC":
        assert asked.quote_hash == won.quote_hash


Frontline.TestCase.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)
test_no_way_to_a_won_deal_goes_around_a_gate = Frontline.TestCase
