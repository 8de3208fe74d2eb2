"""What goes with what: rules that are data, and why a set of lines breaks them and what would mend it. Pure; linear in rules and lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from ltc_events import Code, Name, Quantity, Refusal, Value
from pydantic import ConfigDict, Field, model_validator

MOST_RULES = 2_000
Products = Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]


class Rule(Value):
    """What every rule has."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    product: Code
    """Where it is not in a quote, the rule says nothing; only a group is chosen from without it."""


class Requires(Rule):
    """Whoever takes the product takes one of the others too; an option that depends on its base product is one that requires it."""

    kind: Literal["requires"]
    any_of: Products


class Excludes(Rule):
    """Nobody has the product together with any of the others."""

    kind: Literal["excludes"]
    none_of: Products


class Amount(Rule):
    """How many there may be, over all lines."""

    kind: Literal["quantity"]
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    multiple_of: Quantity | None = None

    @model_validator(mode="after")
    def can_be_kept(self) -> "Amount":
        """A rule nobody can keep is a mistake."""
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most")
        return self


class Ratio(Rule):
    """How many there must be, and may be, for each one of another product."""

    kind: Literal["ratio"]
    to: Code
    at_least: Quantity | None = None
    at_most: Quantity | None = None


class Choice(Rule):
    """With the product, so many different ones of a group are chosen: exactly one power supply with each server."""

    kind: Literal["choice"]
    options: Products
    at_least: Annotated[int, Field(ge=0)] = 1
    at_most: Annotated[int, Field(ge=1)] = 1


AnyRule = Annotated[Requires | Excludes | Amount | Ratio | Choice, Field(discriminator="kind")]


class ConfigurationRules(Value):
    """Everything that must hold of the lines of a quote."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[tuple[AnyRule, ...], Field(max_length=MOST_RULES)]


class Violation(Value):
    """A rule that does not hold."""

    rule: str
    kind: str
    lines: tuple[int, ...]
    """Those at fault, in order."""
    why: str
    remedy: str
    """What would make it valid."""


class ConfigurationInvalid(Refusal):
    """These lines cannot be delivered together: {why}."""

    @classmethod
    def of(cls, violations: tuple["Violation", ...]) -> "ConfigurationInvalid":
        """With each rule that does not hold, and what would mend it."""
        why = [f"{each.why} ({each.remedy})" for each in violations]
        return cls(why=why, violations=[each.model_dump(mode="json") for each in violations])


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many of a product a quote has, and on which lines."""

    quantity: Decimal
    lines: tuple[int, ...]


Lines: TypeAlias = Iterable[tuple[int, str, Decimal]]
"""Number, product, quantity."""


def check(rules: ConfigurationRules | None, lines: Lines) -> tuple[Violation, ...]:
    """Every rule that does not hold, in the order of the rules; without rules everything holds."""
    if rules is None or not rules.rules:
        return ()
    chosen = gathered(lines)
    found = (broken(rule, chosen) for rule in rules.rules)
    return tuple(violation for violation in found if violation is not None)


def gathered(lines: Lines) -> dict[str, Chosen]:
    """Lines by product."""
    quantities: dict[str, Decimal] = {}
    numbers: dict[str, list[int]] = {}
    for number, product, quantity in lines:
        quantities[product] = quantities.get(product, Decimal(0)) + quantity
        numbers.setdefault(product, []).append(number)
    return {product: Chosen(quantity, tuple(sorted(numbers[product]))) for product, quantity in quantities.items()}


def broken(rule: AnyRule, chosen: Mapping[str, Chosen]) -> Violation | None:
    if rule.product not in chosen:
        return None
    match rule:
        case Requires():
            return requires(rule, chosen)
        case Excludes():
            return excludes(rule, chosen)
        case Amount():
            return amount(rule, chosen[rule.product])
        case Ratio():
            return ratio(rule, chosen)
        case Choice():
            return choice(rule, chosen)


def requires(rule: Requires, chosen: Mapping[str, Chosen]) -> Violation | None:
    if any(product in chosen for product in rule.any_of):
        return None
    wanted = " or ".join(rule.any_of)
    return violated(rule, chosen[rule.product].lines, f"{rule.product} needs {wanted}", f"add {wanted}, or take {rule.product} out")


def excludes(rule: Excludes, chosen: Mapping[str, Chosen]) -> Violation | None:
    clashing = [product for product in rule.none_of if product in chosen]
    if not clashing:
        return None
    lines = [*chosen[rule.product].lines, *(line for product in clashing for line in chosen[product].lines)]
    others = ", ".join(clashing)
    return violated(rule, lines, f"{rule.product} does not go with {others}", f"take out {rule.product}, or {others}")


def amount(rule: Amount, found: Chosen) -> Violation | None:
    return within(rule, found, rule.at_least, rule.at_most, rule.multiple_of, "in all")


def ratio(rule: Ratio, chosen: Mapping[str, Chosen]) -> Violation | None:
    base = chosen[rule.to].quantity if rule.to in chosen else Decimal(0)
    least = None if rule.at_least is None else rule.at_least * base
    most = None if rule.at_most is None else rule.at_most * base
    return within(rule, chosen[rule.product], least, most, None, f"for {plain(base)} {rule.to}")


def within(
    rule: AnyRule, found: Chosen, least: Decimal | None, most: Decimal | None, multiple: Decimal | None, of: str
) -> Violation | None:
    too_few, too_many = least is not None and found.quantity < least, most is not None and found.quantity > most
    if not too_few and not too_many and (multiple is None or found.quantity % multiple == 0):
        return None
    wanted = [f"at least {plain(least)}"] if least is not None else []
    wanted += [f"at most {plain(most)}"] if most is not None else []
    wanted += [f"a multiple of {plain(multiple)}"] if multiple is not None else []
    asked = f"{' and '.join(wanted)} {of}"
    have = plain(found.quantity)
    return violated(rule, found.lines, f"{have} {rule.product} are quoted, {asked} are allowed", f"make it {asked} instead of {have}")


def choice(rule: Choice, chosen: Mapping[str, Chosen]) -> Violation | None:
    taken = [option for option in rule.options if option in chosen]
    if rule.at_least <= len(taken) <= rule.at_most:
        return None
    lines = [*chosen[rule.product].lines, *(line for option in taken for line in chosen[option].lines)]
    number = str(rule.at_least) if rule.at_least == rule.at_most else f"{rule.at_least} to {rule.at_most}"
    group = ", ".join(rule.options)
    short = len(taken) < rule.at_least
    remedy = f"add {rule.at_least - len(taken)} of {group}" if short else f"take out {len(taken) - rule.at_most} of {', '.join(taken)}"
    return violated(rule, lines, f"{rule.product} is sold with {number} of {group}, here with {len(taken)}", remedy)


def violated(rule: AnyRule, lines: Iterable[int], why: str, remedy: str) -> Violation:
    return Violation(rule=rule.name, kind=rule.kind, lines=tuple(sorted(set(lines))), why=why, remedy=remedy)


def plain(number: Decimal) -> str:
    """3, not 3.000000."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
