"""What a stage and a gate ask for, who decides, and what is refused: rule by rule."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from ltc_events import Event, Money
from ltc_events.opportunity import OpportunityOpened
from ltc_events.opportunity_gates import (
    BidSubmitted,
    Condition,
    ConditionFulfilled,
    DecisionEscalated,
    DecisionMade,
    DecisionRequested,
    OpportunityDeclined,
    StageEntered,
)
from ltc_events.testing import given
from opportunity_svc.deal import rules as opportunity
from opportunity_svc.deal.rules.decisions import (
    AlreadyPassed,
    AlreadyRequested,
    AuthorityBackToMaker,
    BeyondMandate,
    DecideGate,
    DeciderIsMaker,
    EscalateDecision,
    FulfilCondition,
    GateNotReached,
    GateNotReady,
    NothingRequested,
    NotYourRequest,
    RequestDecision,
    RequestHasChanged,
    UnknownCondition,
    UnknownGate,
    Verdict,
    WithdrawRequest,
)
from opportunity_svc.deal.rules.events import (
    BidDeadlineNeared,
    DecisionLapsed,
    FindingNoted,
    FindingStruck,
    MemberForgotten,
    PipelineChosen,
)
from opportunity_svc.deal.rules.findings import (
    BidNotReady,
    BidTooLate,
    ForgetMember,
    NoteFinding,
    PainCausesItself,
    RemindOfBid,
    StrikeFinding,
    SubmitBid,
    UnknownFinding,
    UnknownMember,
)
from opportunity_svc.deal.rules.opened import ChoosePipeline, DealUnderWay
from opportunity_svc.deal.rules.outcome import AlreadyAdmitted, DeclineOpportunity, FailureSummaryMissing, LoseOpportunity
from opportunity_svc.deal.rules.stages import EnterStage, LastStage, StageBehind, StageNotDone, UnknownStage
from opportunity_svc.deal.rules.states import OpportunityClosed
from opportunity_svc.finding.rules import BidTerms, ChainMember, FilledForm, FrozenEstimate, Initiation, Notable, Pain, PlanStep
from opportunity_svc.mandate.rules import MandateDelegated, MandateGranted, MandateRevoked, Scope, mandate_id
from opportunity_svc.pipeline import rules as pipeline
from opportunity_svc.pipeline.rules import (
    LIGHT,
    PROJECT,
    ActivatePipeline,
    Criterion,
    DraftPipeline,
    Pipeline,
    PipelineActivated,
    PipelineDrafted,
    PipelineUnsound,
    Stage,
    UnknownPipeline,
    pipeline_id,
)
from pydantic import ValidationError

DEAL = UUID(int=1)
TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=UUID(int=5), company="Acme", need="Pumps", value=usd(500_000),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=TODAY,
)  # fmt: skip
chosen = PipelineChosen(opportunity_id=DEAL, code="project", version=0, pipeline=PROJECT, chosen_by="ann")
verifying = StageEntered(
    opportunity_id=DEAL, pipeline="project", pipeline_version=0, profile="project", stage="verifying", number=1, weighted=usd(50_000),
    entered_by="ann",
)  # fmt: skip
guiding = verifying.model_copy(update={"stage": "guiding", "previous": "verifying", "number": 2, "weighted": usd(125_000)})
PROJECT_DEAL = (opened, chosen, verifying)


def noted(*findings: Notable) -> tuple[FindingNoted, ...]:
    return tuple(FindingNoted(opportunity_id=DEAL, finding=finding, noted_by="ann") for finding in findings)


ESTIMATE = FrozenEstimate(code="ATI", estimate_id=UUID(int=9), version=1)
initiated = noted(
    Initiation(goal="Grow", scope="Pumps", resources="Two"), PlanStep(code="S1", what="Visit", owner="ann", due=TODAY), ESTIMATE
)
request = RequestDecision(opportunity_id=DEAL, gate="ATI", business_case="It pays", actor="sam", now=NOW)
requested = DecisionRequested(
    opportunity_id=DEAL, gate="ATI", round=1, amount=usd(500_000), business_case="It pays", requested_by="sam", due=NOW + timedelta(days=2)
)
GRANT, LENT = UUID(int=7), UUID(int=8)
granted = MandateGranted(
    mandate_id=mandate_id("mia"), grant_id=GRANT, user="mia", gates=("ATI",), max_amount=usd(500_000), valid_from=TODAY, valid_to=TODAY,
    granted_by="max",
)  # fmt: skip
delegated = MandateDelegated(
    mandate_id=mandate_id("mia"), delegation_id=LENT, user="mia", to="dan", gates=("ATI",), max_amount=usd(500_000), valid_from=TODAY,
    valid_to=TODAY,
)  # fmt: skip
YES = Verdict(outcome="approved")
IF = Verdict(outcome="conditional", conditions=(Condition(text="A bond", owner="fay", due=TODAY),))
decide = DecideGate(opportunity_id=DEAL, gate="ATI", round=1, verdict=YES, actor="mia", today=TODAY)
made = DecisionMade(opportunity_id=DEAL, gate="ATI", round=1, outcome="approved", decided_by="mia", authority_ref=GRANT, limit=usd(500_000))
made_if = made.model_copy(update={"outcome": "conditional", "conditions": IF.conditions})
ASKED = (*PROJECT_DEAL, *initiated, requested)
enter = EnterStage(opportunity_id=DEAL, actor="ann")

# ── pipelines ─────────────────────────────────────────────────────────────────────────────────────────────────────────

drafted = PipelineDrafted(pipeline_id=pipeline_id("project"), code="project", version=1, pipeline=LIGHT, drafted_by="mia")
activated = PipelineActivated(pipeline_id=pipeline_id("project"), code="project", version=1, activated_by="mia")
choose = ChoosePipeline(opportunity_id=DEAL, pipeline="project", actor="ann")


def test_a_deal_goes_by_the_version_that_counts_when_it_begins() -> None:
    given(opportunity.decider, opened).when(choose).then(chosen, verifying)
    given(opportunity.decider, opened, drafted).when(choose).then(chosen, verifying)
    newer = chosen.model_copy(update={"version": 1, "pipeline": LIGHT})
    there = verifying.model_copy(update={"pipeline_version": 1, "profile": "light"})
    given(opportunity.decider, opened, drafted, activated).when(choose).then(newer, there)


def test_a_deal_that_moved_keeps_its_version() -> None:
    given(opportunity.decider, *PROJECT_DEAL).when(choose).then_nothing()
    given(opportunity.decider, *ASKED, drafted, activated).when(choose).then_refused(DealUnderWay, pipeline="project")
    given(opportunity.decider, *PROJECT_DEAL, guiding).when(choose.model_copy(update={"pipeline": "light"})).then_refused(DealUnderWay)


def test_a_pipeline_nobody_made_live_is_not_chosen() -> None:
    given(opportunity.decider, opened).when(choose.model_copy(update={"pipeline": "mine"})).then_refused(UnknownPipeline)


def draft_of(*stages: Stage, profile: str = "light") -> DraftPipeline:
    way = Pipeline(name="Mine", profile=profile, stages=stages)
    return DraftPipeline(pipeline_id=pipeline_id("project"), code="project", pipeline=way, drafted_by="mia")


@pytest.mark.parametrize(
    ("profile", "gates"), [("project", ("ATI", "ATB", None)), ("light", ("ATB", "ATI", None)), ("light", ("ATI", "ATI", None))]
)
def test_gates_come_in_order_and_a_project_has_all(profile: str, gates: tuple[str | None, ...]) -> None:
    stages = [Stage(code=f"s{number}", name="A stage", probability="0.5", gate=gate) for number, gate in enumerate(gates)]
    given(pipeline.decider).when(draft_of(*stages, profile=profile)).then_refused(PipelineUnsound)


@pytest.mark.parametrize(
    "criterion",
    [Criterion(check="form_filled"), Criterion(check="plan_present", form="vision"), Criterion(check="form_filled", form="No such name")],
)
def test_a_form_is_named_where_one_is_asked_for_and_nowhere_else(criterion: Criterion) -> None:
    stage = Stage(code="one", name="One", probability="0.5", criteria=(criterion,))
    given(pipeline.decider).when(draft_of(stage)).then_refused(PipelineUnsound)


def test_a_pipeline_is_drafted_version_by_version_and_each_stage_once() -> None:
    draft = draft_of(*LIGHT.stages).model_copy(update={"pipeline": LIGHT})
    given(pipeline.decider).when(draft).then(drafted)
    given(pipeline.decider, drafted).when(draft).then_nothing()
    given(pipeline.decider).when(draft_of(LIGHT.stages[0], LIGHT.stages[0])).then_refused(PipelineUnsound)


def test_a_version_counts_when_it_is_activated() -> None:
    activate = ActivatePipeline(pipeline_id=pipeline_id("project"), code="project", version=1, activated_by="mia")
    given(pipeline.decider, drafted).when(activate).then(activated)
    given(pipeline.decider, drafted, activated).when(activate).then_nothing()
    given(pipeline.decider).when(activate).then_refused(UnknownPipeline)


# ── stages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_light_deal_goes_on_without_further_ado() -> None:
    lightly = {"pipeline": "light", "profile": "light", "previous": "verifying", "entered_by": "ann"}
    proposing = verifying.model_copy(update={**lightly, "stage": "proposing", "number": 3, "weighted": usd(250_000)})
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "proposing"})).then(proposing)


def test_a_deal_goes_forward_only_and_no_further_than_the_last_stage() -> None:
    closing = verifying.model_copy(update={"pipeline": "light", "stage": "closing", "number": 5})
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "verifying"})).then_refused(StageBehind)
    given(opportunity.decider, opened).when(enter.model_copy(update={"stage": "nowhere"})).then_refused(UnknownStage)
    given(opportunity.decider, opened, closing).when(enter).then_refused(LastStage)


def test_a_stage_is_left_when_all_is_there_and_its_gate_passed() -> None:
    refusal = given(opportunity.decider, *PROJECT_DEAL).when(enter).refusal
    assert isinstance(refusal, StageNotDone)
    assert [(each.criterion, each.user) for each in refusal.details["unmet"]] == [
        ("initiation_described", "ann"), ("plan_present", "ann"), ("estimate_frozen", "fay"), ("gate_passed", "ann"),
    ]  # fmt: skip
    given(opportunity.decider, *ASKED, made).when(enter).then(guiding)
    given(opportunity.decider, *ASKED, made_if).when(enter).then(guiding)
    rejected = made.model_copy(update={"outcome": "rejected", "reason": "No"})
    given(opportunity.decider, *ASKED, rejected).when(enter).then_refused(StageNotDone)


def test_a_form_and_an_estimate_count_when_they_are_noted() -> None:
    asks = (Criterion(check="form_filled", form="vision"), Criterion(check="estimate_frozen"))
    way = Pipeline(
        name="Forms",
        profile="light",
        stages=(Stage(code="one", name="One", probability="0.5", criteria=asks), Stage(code="two", name="Two", probability="0.5")),
    )
    begun = (opened, chosen.model_copy(update={"pipeline": way}))
    refusal = given(opportunity.decider, *begun, *noted(FilledForm(code="other"))).when(enter).refusal
    assert refusal is not None
    assert [each.needs for each in refusal.details["unmet"]] == [
        "a form that is filled in: vision",
        "an estimate frozen by a sales manager or finance",
    ]
    done = noted(FilledForm(code="vision"), ESTIMATE)
    assert given(opportunity.decider, *begun, *done).when(enter).refusal is None


# ── decisions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_is_asked_for_when_its_gate_is_ready() -> None:
    given(opportunity.decider, *PROJECT_DEAL, *initiated).when(request).then(requested)
    refusal = given(opportunity.decider, *PROJECT_DEAL).when(request).refusal
    assert isinstance(refusal, GateNotReady)
    assert [each.criterion for each in refusal.details["unmet"]] == ["initiation_described", "plan_present", "estimate_frozen"]


def test_the_estimate_of_another_gate_is_none_of_this_one() -> None:
    other = noted(ESTIMATE.model_copy(update={"code": "ATB"}))
    refusal = given(opportunity.decider, *PROJECT_DEAL, *initiated[:2], *other).when(request).refusal
    assert refusal is not None
    assert [each.criterion for each in refusal.details["unmet"]] == ["estimate_frozen"]


def test_what_was_found_for_a_deal_that_is_over_comes_too_late() -> None:
    found = NoteFinding(opportunity_id=DEAL, finding=ESTIMATE)
    given(opportunity.decider, opened).when(found).then(FindingNoted(opportunity_id=DEAL, finding=ESTIMATE))
    given(opportunity.decider, opened, declined).when(found).then_nothing()


def test_no_gate_passes_without_three_people() -> None:
    two = opened.model_copy(update={"solution_manager": "ann"})
    refusal = given(opportunity.decider, two, chosen, verifying, *initiated).when(request).refusal
    assert isinstance(refusal, GateNotReady)
    assert [each.criterion for each in refusal.details["unmet"]] == ["triangle_named"]


def test_a_gate_is_asked_for_in_its_place_and_once() -> None:
    given(opportunity.decider, opened).when(request).then_refused(UnknownGate, gate="ATI")
    given(opportunity.decider, *PROJECT_DEAL).when(request.model_copy(update={"gate": "ATB"})).then_refused(GateNotReached, stage="bidding")
    given(opportunity.decider, *ASKED).when(request).then_refused(AlreadyRequested)
    given(opportunity.decider, *ASKED, made).when(request).then_refused(AlreadyPassed)


def test_a_rejected_request_is_made_anew() -> None:
    rejected = made.model_copy(update={"outcome": "rejected", "reason": "No"})
    given(opportunity.decider, *ASKED, rejected).when(request).then(requested.model_copy(update={"round": 2}))


def test_who_holds_a_mandate_decides() -> None:
    given(opportunity.decider, *ASKED, granted).when(decide).then(made)
    given(opportunity.decider, *ASKED, granted).when(decide.model_copy(update={"verdict": IF})).then(made_if)


@pytest.mark.parametrize(
    "mandate",
    [
        (),
        (granted.model_copy(update={"max_amount": usd(499_999)}),),
        (granted.model_copy(update={"max_amount": Money(amount=10**9, currency="CNY")}),),
        (granted.model_copy(update={"gates": ("ATB",)}),),
        (granted.model_copy(update={"valid_from": date(2026, 11, 25), "valid_to": None}),),
        (granted.model_copy(update={"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 23)}),),
        (granted, MandateRevoked(mandate_id=mandate_id("mia"), user="mia", scopes=(Scope(gate="ATI", currency="USD"),), revoked_by="max")),
    ],
)
def test_whose_mandate_does_not_cover_it_does_not_decide(mandate: tuple[Event, ...]) -> None:
    given(opportunity.decider, *ASKED, *mandate).when(decide).then_refused(BeyondMandate)


def test_nobody_decides_what_they_asked_for_or_manage() -> None:
    for maker in ("sam", "ann"):
        own = granted.model_copy(update={"mandate_id": mandate_id(maker), "user": maker})
        given(opportunity.decider, *ASKED, own).when(decide.model_copy(update={"actor": maker})).then_refused(DeciderIsMaker)


def test_a_delegate_decides_within_both_mandate_and_delegation() -> None:
    by_dan = decide.model_copy(update={"actor": "dan", "on_behalf_of": "mia"})
    for_mia = made.model_copy(update={"decided_by": "dan", "on_behalf_of": "mia", "authority_ref": LENT})
    given(opportunity.decider, *ASKED, granted, delegated).when(by_dan).then(for_mia)
    given(opportunity.decider, *ASKED, granted).when(by_dan).then_refused(BeyondMandate)
    less = delegated.model_copy(update={"max_amount": usd(499_999)})
    given(opportunity.decider, *ASKED, granted, less).when(by_dan).then_refused(BeyondMandate)
    ended = delegated.model_copy(update={"valid_to": date(2026, 11, 23), "valid_from": date(2026, 11, 1)})
    given(opportunity.decider, *ASKED, granted, ended).when(by_dan).then_refused(BeyondMandate)
    over = granted.model_copy(update={"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 23)})
    given(opportunity.decider, *ASKED, over, delegated).when(by_dan).then_refused(BeyondMandate)


def test_authority_does_not_come_back_to_the_maker() -> None:
    of_sam = {"mandate_id": mandate_id("sam"), "user": "sam"}
    history = (*ASKED, granted.model_copy(update=of_sam), delegated.model_copy(update=of_sam))
    by_dan = decide.model_copy(update={"actor": "dan", "on_behalf_of": "sam"})
    given(opportunity.decider, *history).when(by_dan).then_refused(AuthorityBackToMaker, holder="sam")


def test_one_decides_on_what_one_has_read_and_on_what_is_still_there() -> None:
    given(opportunity.decider, *PROJECT_DEAL, granted).when(decide).then_refused(NothingRequested)
    given(opportunity.decider, *ASKED, granted).when(decide.model_copy(update={"round": 2})).then_refused(RequestHasChanged)
    struck = FindingStruck(opportunity_id=DEAL, kind="initiation", code="", struck_by="ann")
    given(opportunity.decider, *ASKED, struck, granted).when(decide).then_refused(GateNotReady)
    no = decide.model_copy(update={"verdict": Verdict(outcome="rejected", reason="Too thin")})
    assert given(opportunity.decider, *ASKED, struck, granted).when(no).refusal is None, "what is not ready can be rejected"


def test_a_verdict_is_whole() -> None:
    for wrong in ({"outcome": "conditional"}, {"outcome": "approved", "conditions": IF.conditions}, {"outcome": "rejected"}):
        with pytest.raises(ValidationError):
            Verdict(**wrong)


def test_conditions_are_fulfilled_once_each() -> None:
    fulfil = FulfilCondition(opportunity_id=DEAL, gate="ATI", number=1, evidence="Here", actor="fay")
    fulfilled = ConditionFulfilled(opportunity_id=DEAL, gate="ATI", round=1, number=1, evidence="Here", fulfilled_by="fay")
    given(opportunity.decider, *ASKED, made_if).when(fulfil).then(fulfilled)
    given(opportunity.decider, *ASKED, made_if, fulfilled).when(fulfil).then_nothing()
    given(opportunity.decider, *ASKED, made).when(fulfil).then_refused(UnknownCondition)
    given(opportunity.decider, *ASKED, made_if).when(fulfil.model_copy(update={"number": 0})).then_refused(UnknownCondition)


def test_a_request_is_withdrawn_by_who_made_it_or_manages_the_account() -> None:
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1)
    withdraw = WithdrawRequest(opportunity_id=DEAL, gate="ATI", actor="sam")
    given(opportunity.decider, *ASKED).when(withdraw).then(lapsed)
    given(opportunity.decider, *ASKED).when(withdraw.model_copy(update={"actor": "ann"})).then(lapsed)
    given(opportunity.decider, *ASKED).when(withdraw.model_copy(update={"actor": "bob"})).then_refused(NotYourRequest)
    given(opportunity.decider, *PROJECT_DEAL).when(withdraw).then_refused(NothingRequested)


def test_what_nobody_decided_in_time_is_escalated_once() -> None:
    escalate = EscalateDecision(opportunity_id=DEAL, gate="ATI", round=1)
    escalated = DecisionEscalated(opportunity_id=DEAL, gate="ATI", round=1, requested_by="sam", due=requested.due)
    given(opportunity.decider, *ASKED).when(escalate).then(escalated)
    given(opportunity.decider, *ASKED, escalated).when(escalate).then_nothing()
    given(opportunity.decider, *ASKED, made).when(escalate).then_nothing()
    given(opportunity.decider, *ASKED).when(escalate.model_copy(update={"round": 2})).then_nothing()
    given(opportunity.decider).when(escalate).then_nothing()


# ── findings and the bid ──────────────────────────────────────────────────────────────────────────────────────────────

TERMS = BidTerms(price_floor=usd(1), deadline=date(2026, 12, 1), bond=usd(0))
bid_asked = requested.model_copy(update={"gate": "ATB"})
bid_made = made.model_copy(update={"gate": "ATB"})
submit = SubmitBid(opportunity_id=DEAL, proposal="v3", submitted_on=TODAY, actor="ann")
submitted = BidSubmitted(
    opportunity_id=DEAL, proposal="v3", deadline=TERMS.deadline, bond=TERMS.bond, submitted_on=TODAY, submitted_by="ann"
)


def note(finding: Notable) -> NoteFinding:
    return NoteFinding(opportunity_id=DEAL, finding=finding, actor="ann")


def test_the_same_finding_is_noted_once() -> None:
    given(opportunity.decider, opened).when(note(TERMS)).then(*noted(TERMS))
    given(opportunity.decider, opened, *noted(TERMS)).when(note(TERMS)).then_nothing()


def test_new_terms_void_what_was_asked_and_decided_on_the_old() -> None:
    new = TERMS.model_copy(update={"price_floor": usd(2)})
    lapsed = DecisionLapsed(opportunity_id=DEAL, gate="ATB", round=1)
    for history in ((bid_asked,), (bid_asked, bid_made)):
        given(opportunity.decider, opened, *noted(TERMS), *history).when(note(new)).then(*noted(new), lapsed)
    strike = StrikeFinding(opportunity_id=DEAL, kind="bid_terms", code="", actor="ann")
    struck = FindingStruck(opportunity_id=DEAL, kind="bid_terms", code="", struck_by="ann")
    given(opportunity.decider, opened, *noted(TERMS), bid_asked, bid_made).when(strike).then(struck, lapsed)
    given(opportunity.decider, opened).when(strike).then_refused(UnknownFinding)


def test_a_chain_of_pains_has_a_beginning() -> None:
    first, second = (Pain(code=code, text="It hurts", owner="CFO", because_of=cause) for code, cause in (("P1", None), ("P2", "P1")))
    given(opportunity.decider, opened, *noted(first)).when(note(second)).then(*noted(second))
    given(opportunity.decider, opened).when(note(second)).then_refused(UnknownFinding)
    circle = first.model_copy(update={"because_of": "P2"})
    given(opportunity.decider, opened, *noted(first, second)).when(note(circle)).then_refused(PainCausesItself)
    given(opportunity.decider, opened).when(note(first.model_copy(update={"because_of": "P1"}))).then_refused(PainCausesItself)


def test_a_seat_reports_to_a_seat_that_is_there() -> None:
    head = ChainMember(code="head", role="user_buyer", influence="low", reports_to="cfo")
    given(opportunity.decider, opened).when(note(head)).then_refused(UnknownFinding)


def test_a_bid_is_submitted_on_its_terms_in_time_and_when_it_was_decided() -> None:
    given(opportunity.decider, opened, *noted(TERMS)).when(submit).then(submitted)
    given(opportunity.decider, opened, *noted(TERMS), submitted).when(submit).then_nothing()
    given(opportunity.decider, opened).when(submit).then_refused(BidNotReady)
    refusal = given(opportunity.decider, *PROJECT_DEAL, *noted(TERMS)).when(submit).refusal
    assert isinstance(refusal, BidNotReady)
    assert [each.gate for each in refusal.details["unmet"]] == ["ATB"]
    given(opportunity.decider, *PROJECT_DEAL, *noted(TERMS), bid_asked, bid_made).when(submit).then(submitted)
    late = submit.model_copy(update={"submitted_on": date(2026, 12, 2)})
    given(opportunity.decider, opened, *noted(TERMS)).when(late).then_refused(BidTooLate, deadline="2026-12-01")


def test_a_bid_that_is_due_is_remembered_until_it_is_submitted() -> None:
    remind = RemindOfBid(opportunity_id=DEAL, deadline=TERMS.deadline, days=7)
    neared = BidDeadlineNeared(opportunity_id=DEAL, deadline=TERMS.deadline, days=7, account_manager="ann")
    given(opportunity.decider, opened, *noted(TERMS)).when(remind).then(neared)
    given(opportunity.decider, opened, *noted(TERMS), submitted).when(remind).then_nothing()
    given(opportunity.decider, opened, *noted(TERMS)).when(remind.model_copy(update={"deadline": TODAY})).then_nothing()
    given(opportunity.decider, opened).when(remind).then_nothing()


def test_somebody_in_the_decision_chain_is_forgotten_even_when_the_deal_is_over() -> None:
    forget = ForgetMember(opportunity_id=DEAL, subject_id=UUID(int=6), known=True)
    forgotten = MemberForgotten(opportunity_id=DEAL, subject_id=UUID(int=6))
    given(opportunity.decider, opened, declined).when(forget).then(forgotten)
    given(opportunity.decider, opened).when(forget.model_copy(update={"known": False})).then_refused(UnknownMember)


# ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

decline = DeclineOpportunity(
    opportunity_id=DEAL, how="not_admitted", reason="out_of_scope", note="Not ours", declined_on=TODAY, actor="ann"
)
declined = OpportunityDeclined(
    **decline.model_dump(include={"opportunity_id", "how", "reason", "note", "declined_on"}), lead_id=UUID(int=4), declined_by="ann"
)


def test_a_deal_is_not_let_in_or_not_bid_for() -> None:
    given(opportunity.decider, opened).when(decline).then(declined)
    given(opportunity.decider, *ASKED).when(decline).then(DecisionLapsed(opportunity_id=DEAL, gate="ATI", round=1), declined)
    given(opportunity.decider, *ASKED, made).when(decline).then_refused(AlreadyAdmitted)
    no_bid = decline.model_copy(update={"how": "no_bid"})
    given(opportunity.decider, *ASKED, made, guiding).when(no_bid).then(declined.model_copy(update={"how": "no_bid"}))
    given(opportunity.decider, opened, declined).when(no_bid).then_refused(OpportunityClosed, ended="not admitted")


def test_a_project_is_lost_with_a_failure_summary_and_what_was_asked_lapses() -> None:
    lose = LoseOpportunity(opportunity_id=DEAL, reason="price", lesson="Ask first", lost_on=TODAY)
    given(opportunity.decider, *PROJECT_DEAL).when(lose).then_refused(FailureSummaryMissing)
