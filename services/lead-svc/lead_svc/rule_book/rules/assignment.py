"""Who gets which lead, and what the public pool (公海) allows: rules that are data."""

from typing import Annotated

from ltc_events import Code, Name, UserId
from ltc_events.lead import Channel
from pydantic import Field

from .scoring import Part

Limit = Annotated[int, Field(ge=1, le=10_000)]
Told = Annotated[tuple[UserId, ...], Field(max_length=50)]
DayCount = Annotated[int, Field(ge=1, le=3650)]


class AssignmentRule(Part):
    """Whose leads of one sort are. What is left empty fits every lead."""

    name: Name
    channels: tuple[Channel, ...] = ()
    territories: tuple[Code, ...] = ()
    need_words: tuple[Name, ...] = ()
    """One of them stands in the need, whatever its case: a product, a use."""
    owners: Annotated[tuple[UserId, ...], Field(min_length=1, max_length=50)]
    """They take turns."""


class AssignmentRules(Part):
    """The first rule that fits assigns the lead: to the owner with room whose last turn is the longest ago."""

    rules: Annotated[tuple[AssignmentRule, ...], Field(min_length=1, max_length=200)]
    capacity: Limit | None = None
    """So many open leads one person has at most; no limit, if nothing is said."""
    capacities: dict[UserId, Limit] = {}
    """The same for some by name."""
    alarm_to: Told = ()
    """The users who get a notice of a lead for which these rules find no owner."""


class PoolRules(Part):
    """What may be taken out of the pool, and what goes back into it."""

    claim_limit: Limit | None = None
    """So many claimed leads one person has open at most."""
    untouched_days: DayCount | None = None
    """A lead whose owner was not in touch for so long goes to the pool."""
    no_return_days: Annotated[int, Field(ge=0, le=3650)] = 0
    """So long it does not come back to that owner."""


def first_fit(rules: AssignmentRules, channel: str, territory: str | None, need: str | None) -> tuple[AssignmentRule, str] | None:
    """The first rule that fits, and why it does."""
    for rule in rules.rules:
        why = fit(rule, channel, territory, need)
        if why is not None:
            return rule, f"{rule.name}: {', '.join(why) or 'every lead'}"
    return None


def fit(rule: AssignmentRule, channel: str, territory: str | None, need: str | None) -> list[str] | None:
    """What makes the rule fit; none, it does not."""
    why = []
    if rule.channels:
        if channel not in rule.channels:
            return None
        why.append(f"channel {channel}")
    if rule.territories:
        if territory not in rule.territories:
            return None
        why.append(f"territory {territory}")
    if rule.need_words:
        said = (need or "").casefold()
        word = next((word for word in rule.need_words if word.casefold() in said), None)
        if word is None:
            return None
        why.append(f"need {word}")
    return why
