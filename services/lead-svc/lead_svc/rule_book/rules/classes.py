"""Classing: of which segment a lead is, and of which tier, by rules that are data."""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from ltc_events import Code, Money, Name, Value
from ltc_events.lead import Bant, Channel
from pydantic import ConfigDict, Field

AtLeast = Annotated[int, Field(ge=1, le=10_000)]


class ClassRule(Value):
    """Which leads are of this class: those of whom all that is said here holds. What is left empty holds of every lead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    channels: tuple[Channel, ...] = ()
    campaigns: tuple[Code, ...] = ()
    territories: tuple[Code, ...] = ()
    need_words: tuple[Name, ...] = ()
    """One of them stands in the need, whatever its case."""
    budget: Money | None = None
    """Their budget is at least this, in this currency: their purchasing power (购买力)."""
    touches: AtLeast | None = None
    """We were in touch at least so often: their behaviour."""
    score: AtLeast | None = None
    """Their score is at least this."""


class Placed(NamedTuple):
    """The class a lead is of, and why."""

    name: str
    reason: str


class Described(NamedTuple):
    """What of a lead decides on its class."""

    channel: str
    campaign: str | None
    territory: str | None
    need: str | None
    bant: Bant | None
    touches: int
    score: int


def place(rules: Sequence[ClassRule], lead: Described) -> Placed | None:
    """The first class that fits, with all that makes it fit; none, if none does."""
    for rule in rules:
        checked = list(checks(rule, lead))
        if all(holds for holds, _ in checked):
            return Placed(rule.name, ", ".join(why for _, why in checked) or "every lead")
    return None


def checks(rule: ClassRule, lead: Described) -> Iterator[tuple[bool, str]]:
    """All conditions of the rule: whether each holds, and its text."""
    if rule.channels:
        yield lead.channel in rule.channels, f"channel {lead.channel}"
    if rule.campaigns:
        yield lead.campaign in rule.campaigns, f"campaign {lead.campaign}"
    if rule.territories:
        yield lead.territory in rule.territories, f"territory {lead.territory}"
    if rule.need_words:
        said = (lead.bant.need if lead.bant else lead.need or "").casefold()
        word = next((word for word in rule.need_words if word.casefold() in said), None)
        yield word is not None, f"need {word}"
    if rule.budget is not None:
        budget = lead.bant.budget if lead.bant else None
        enough = budget is not None and budget.currency == rule.budget.currency and budget >= rule.budget
        yield enough, f"budget of {rule.budget} or more"
    if rule.touches is not None:
        yield lead.touches >= rule.touches, f"{rule.touches} touches or more"
    if rule.score is not None:
        yield lead.score >= rule.score, f"score of {rule.score} or more"
