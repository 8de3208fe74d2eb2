"""Findings: what we know and mean to do about a deal; noted under a code, and noted again where it changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias, TypeVar
from uuid import UUID

from ltc_events import Code, Money, Name, Personal, Sha256, Text, UserId, Value
from ltc_events.opportunity_gates import Gate
from pydantic import ConfigDict, Field

EXACT = ConfigDict(frozen=True, extra="forbid")


class Initiation(Value):
    """What the deal is to us as a project of our own (立项): goal, scope and resources."""

    model_config = EXACT
    kind: Literal["initiation"] = "initiation"
    goal: Text
    scope: Text
    resources: Text


class PlanStep(Value):
    """A step of the sales plan (销售计划)."""

    model_config = EXACT
    kind: Literal["plan_step"] = "plan_step"
    code: Code
    what: Text
    owner: UserId
    due: date
    done_on: date | None = None


class Pain(Value):
    """What hurts the customer, whom it hurts, and whether they said so themselves (痛点链)."""

    model_config = EXACT
    kind: Literal["pain"] = "pain"
    code: Code
    text: Text
    owner: Name
    """The role at the customer that has it, not a person's name."""
    because_of: Code | None = None
    """The pain of somebody else that causes it: so they form a chain."""
    confirmed: bool = False


class Requirement(Value):
    """What the customer asks for, and how far we comply with it."""

    model_config = EXACT
    kind: Literal["requirement"] = "requirement"
    code: Code
    text: Text
    compliance: Literal["open", "full", "partial", "none"] = "open"
    answer: Text | None = None
    """How we meet it, or what we offer instead."""


class ChainMember(Value):
    """Somebody who has a say at the customer (决策链). The name is sealed."""

    model_config = EXACT
    kind: Literal["chain_member"] = "chain_member"
    code: Code
    """The seat: `cfo`, `head-of-works`."""
    name: Personal[str] | None = None
    role: Literal["economic_buyer", "technical_buyer", "user_buyer", "coach", "gatekeeper"]
    influence: Literal["high", "medium", "low"]
    attitude: Literal["champion", "supporter", "neutral", "opponent", "unknown"] = "unknown"
    reports_to: Code | None = None
    """The seat above."""


class Competitor(Value):
    """Who else wants the deal, and how we win against them."""

    model_config = EXACT
    kind: Literal["competitor"] = "competitor"
    code: Code
    strengths: Text | None = None
    strategy: Text


class Meddicc(Value):
    """What the texts of MEDDICC say; its people, pains and competitors are findings of their own."""

    model_config = EXACT
    kind: Literal["meddicc"] = "meddicc"
    metrics: Text
    decision_criteria: Text
    decision_process: Text


class Poc(Value):
    """A proof of concept or technical evaluation, asked for and ended somehow."""

    model_config = EXACT
    kind: Literal["poc"] = "poc"
    code: Code
    scope: Text
    result: Literal["requested", "passed", "failed"] = "requested"
    ended_on: date | None = None


class BidTerms(Value):
    """What we bid on: the lowest price, until when, and with which bond. A decision to bid is about exactly these."""

    model_config = EXACT
    kind: Literal["bid_terms"] = "bid_terms"
    price_floor: Money
    deadline: date
    bond: Money


class FilledForm(Value):
    """A form of the deal is filled in; what it says is kept with the form."""

    model_config = EXACT
    kind: Literal["form"] = "form"
    code: Code
    version: int | None = None
    """Of the form; none, where it was noted by hand before forms were kept. So are those below."""
    fill: int | None = None
    """How often it was filled in."""
    says: Sha256 | None = None
    """Digest of its values."""


class FrozenEstimate(Value):
    """An estimate (概算) of the deal is frozen for a gate; what it says is kept with the estimate."""

    model_config = EXACT
    kind: Literal["estimate"] = "estimate"
    code: Gate
    estimate_id: UUID
    version: int


class Bid(Value):
    """Our bid is with the customer."""

    model_config = EXACT
    kind: Literal["bid"] = "bid"
    proposal: Name
    submitted_on: date


AnyNotable: TypeAlias = (
    Initiation | PlanStep | Pain | Requirement | ChainMember | Competitor | Meddicc | Poc | BidTerms | FilledForm | FrozenEstimate
)  # fmt: skip
Notable = Annotated[AnyNotable, Field(discriminator="kind")]
"""What can be noted; that a bid was submitted is a fact of its own."""

AnyFinding: TypeAlias = AnyNotable | Bid
StruckKind = Literal["initiation", "plan_step", "pain", "requirement", "chain_member", "competitor", "meddicc", "poc", "bid_terms"]
"""What can be struck again; a form, an estimate and a bid stay."""

F = TypeVar("F", bound=Value)
Key: TypeAlias = tuple[str, str]


def key_of(finding: AnyFinding) -> Key:
    """What a finding is noted under: its kind and code; of some kinds a deal has but one."""
    return finding.kind, getattr(finding, "code", "")


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything noted about a deal."""

    noted: Mapping[Key, AnyFinding]

    def all(self, kind: type[F]) -> list[F]:
        """Everything of one kind."""
        return [finding for finding in self.noted.values() if isinstance(finding, kind)]

    def one(self, kind: type[F]) -> F | None:
        """What a deal has but one of."""
        return next(iter(self.all(kind)), None)

    def has(self, finding: AnyFinding) -> bool:
        """Whether exactly this is noted."""
        return self.noted.get(key_of(finding)) == finding

    def under(self, finding: AnyFinding) -> "Findings":
        """With this noted, whatever was noted in its place."""
        return Findings({**self.noted, key_of(finding): finding})

    def without(self, kind: str, code: str) -> "Findings":
        """With this struck."""
        return Findings({key: finding for key, finding in self.noted.items() if key != (kind, code)})


NOTHING_NOTED = Findings({})


def findings_of(noted: Iterable[AnyFinding]) -> Findings:
    """These, each under its key."""
    return Findings({key_of(finding): finding for finding in noted})
