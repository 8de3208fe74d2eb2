"""Criteria: what a stage may ask for, each a check of what is known about a deal, with who can see to it and how."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from uuid import UUID

from ltc_events import Money, Name, Text, UserId, Value
from ltc_events.opportunity_gates import Gate

from ...finding.rules import (
    Bid,
    BidTerms,
    ChainMember,
    Competitor,
    FilledForm,
    Findings,
    FrozenEstimate,
    Initiation,
    Meddicc,
    Pain,
    PlanStep,
    Poc,
    Requirement,
)
from ...pipeline.rules import Check, Criterion, Stage

Seat = Literal["account_manager", "solution_manager", "fulfilment_manager"]


@dataclass(frozen=True, slots=True)
class QuoteSeen:
    """An approved quote, as far as a criterion looks at it."""

    quote_id: UUID
    hash: str
    net: Money


@dataclass(frozen=True, slots=True)
class Known:
    """What criteria look at."""

    triangle: Mapping[Seat, str]
    findings: Findings
    quote: QuoteSeen | None = None
    gate: Gate | None = None
    """Of the stage that asks."""


class Unmet(Value):
    """Something that is missing, and who can see to it."""

    criterion: Name
    stage: Name | None = None
    gate: Gate | None = None
    needs: Text
    who: Name
    """The seat in the deal, or whose decision it is."""
    user: UserId | None = None
    """Who has that seat."""
    operation: Name
    """What they do, by the name the API gives it."""

    def __str__(self) -> str:
        return self.needs


Met: TypeAlias = Callable[[Known, Criterion], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check: what it wants, of whom, and whether a deal has it."""

    needs: str
    seat: Seat
    operation: str
    met: Met


def triangle_named(known: Known, _: Criterion) -> bool:
    return len({user for user in known.triangle.values() if user}) == 3


def pain_confirmed(known: Known, _: Criterion) -> bool:
    return any(pain.confirmed for pain in known.findings.all(Pain))


def requirements_answered(known: Known, _: Criterion) -> bool:
    asked = known.findings.all(Requirement)
    return bool(asked) and all(requirement.compliance != "open" for requirement in asked)


def economic_buyer_named(known: Known, _: Criterion) -> bool:
    return any(member.role == "economic_buyer" for member in known.findings.all(ChainMember))


def meddicc_complete(known: Known, criterion: Criterion) -> bool:
    """Metrics, economic buyer, decision criteria, decision process, identified pain, champion, competition."""
    champion = any(member.attitude == "champion" for member in known.findings.all(ChainMember))
    texts = known.findings.one(Meddicc) is not None
    people = champion and economic_buyer_named(known, criterion)
    return texts and people and pain_confirmed(known, criterion) and bool(known.findings.all(Competitor))


def price_at_floor(known: Known, _: Criterion) -> bool:
    terms = known.findings.one(BidTerms)
    if known.quote is None or terms is None:
        return False
    net, floor = known.quote.net, terms.price_floor
    return net.currency == floor.currency and net >= floor


def estimate_frozen(known: Known, _: Criterion) -> bool:
    """For the gate of the stage, where it has one."""
    return any(known.gate in (None, estimate.code) for estimate in known.findings.all(FrozenEstimate))


def noted(kind: type[Value]) -> Met:
    return lambda known, _: bool(known.findings.all(kind))


RULES: Mapping[Check, Rule] = {
    "triangle_named": Rule("three different people named as AR, SR and FR", "account_manager", "change_opportunity", triangle_named),
    "initiation_described": Rule("goal, scope and resources", "account_manager", "note_initiation", noted(Initiation)),
    "plan_present": Rule("a step of the sales plan", "account_manager", "note_plan_step", noted(PlanStep)),
    "pain_confirmed": Rule("a pain the customer confirmed", "solution_manager", "note_pain", pain_confirmed),
    "requirements_answered": Rule(
        "the customer's requirements, each with how far we comply", "solution_manager", "note_requirement", requirements_answered
    ),
    "economic_buyer_named": Rule("the economic buyer in the decision chain", "account_manager", "note_chain_member", economic_buyer_named),
    "meddicc_complete": Rule(
        "MEDDICC: metrics, economic buyer, decision criteria and process, a confirmed pain, a champion, the competition",
        "account_manager",
        "note_meddicc",
        meddicc_complete,
    ),
    "competitors_answered": Rule("a competitor, and how we win against them", "account_manager", "note_competitor", noted(Competitor)),
    "poc_passed": Rule(
        "a proof of concept that was passed",
        "solution_manager",
        "note_poc",
        lambda known, _: any(poc.result == "passed" for poc in known.findings.all(Poc)),
    ),
    "bid_terms_named": Rule("price floor, deadline and bond of the bid", "account_manager", "note_bid_terms", noted(BidTerms)),
    "bid_submitted": Rule("the bid with the customer", "account_manager", "submit_bid", noted(Bid)),
    "estimate_frozen": Rule("an estimate frozen by a sales manager or finance", "fulfilment_manager", "draft_estimate", estimate_frozen),
    "quote_approved": Rule(
        "an approved quote of this deal: name it", "account_manager", "submit_quote", lambda known, _: known.quote is not None
    ),
    "price_at_floor": Rule("a quote that is not below the price floor of the bid", "account_manager", "revise_quote", price_at_floor),
    "form_filled": Rule(
        "a form that is filled in: {form}",
        "account_manager",
        "fill_form",
        lambda known, criterion: any(form.code == criterion.form for form in known.findings.all(FilledForm)),
    ),
}

GATE_ASKS: Mapping[Gate, tuple[Check, ...]] = {
    "ATI": ("triangle_named",),
    "ATB": ("triangle_named", "meddicc_complete", "economic_buyer_named", "bid_terms_named"),
    "ATC": ("triangle_named", "quote_approved"),
}
"""What a gate asks for wherever it stands, whatever a pipeline says."""


def criteria_of(stage: Stage) -> list[Criterion]:
    """All that has to be there before the stage is left."""
    gate = GATE_ASKS[stage.gate] if stage.gate is not None else ()
    asked = (*(Criterion(check=check) for check in gate), *stage.criteria)
    return list(dict.fromkeys(asked))


def unmet(stages: Iterable[Stage], known: Known) -> list[Unmet]:
    """What these stages ask for and the deal has not."""
    return [
        missing(stage, criterion, known)
        for stage in stages
        for criterion in criteria_of(stage)
        if not RULES[criterion.check].met(replace(known, gate=stage.gate), criterion)
    ]


def missing(stage: Stage, criterion: Criterion, known: Known) -> Unmet:
    rule = RULES[criterion.check]
    return Unmet(
        criterion=criterion.check,
        stage=stage.code,
        gate=stage.gate,
        needs=rule.needs.format(form=criterion.form),
        who=rule.seat,
        user=known.triangle[rule.seat] or None,
        operation=rule.operation,
    )
