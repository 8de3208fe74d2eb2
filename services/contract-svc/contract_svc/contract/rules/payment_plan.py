"""When the customer owes what: a plan must be worth exactly what the contract is worth, and leave no line out."""

from ltc_events import Money, Refusal, amount_text
from ltc_events.contract import PlanLine
from ltc_events.opportunity import PricedLine


class PlanLineTwice(Refusal):
    """The payment plan has two lines numbered {line}: give every plan line a number of its own."""


class PlanLineWithoutAmount(Refusal):
    """Plan line {line} bills {amount}: every plan line must bill more than nothing."""


class PlanInOtherCurrency(Refusal):
    """Plan line {line} is in {currency}, the contract is in {contract_currency}: a contract is billed in its own currency."""


class PlanDoesNotSum(Refusal):
    """The payment plan sums to {plan}, the contract is worth {net}: {difference} {direction}."""


class AdvanceNamesLines(Refusal):
    """Plan line {line} is an advance, which covers the whole contract: name no contract lines there."""


class AcceptanceNamesNoLines(Refusal):
    """Plan line {line} is billed on acceptance, but of nothing: name the contract lines it covers."""


class PlanNamesUnknownLine(Refusal):
    """Plan line {line} covers contract line {missing}, and the contract has no such line."""


class LinesNotCovered(Refusal):
    """No acceptance line of the payment plan covers contract line {lines}: name every contract line."""


def must_be_a_plan_for(plan: tuple[PlanLine, ...], lines: tuple[PricedLine, ...], net: Money) -> tuple[PlanLine, ...]:
    """The plan, if it bills the contract exactly."""
    known = {line.line for line in lines}
    for index, line in enumerate(plan):
        must_be_a_line(line, known, net.currency)
        if line.line in {earlier.line for earlier in plan[:index]}:
            raise PlanLineTwice(line=line.line)
    must_sum(plan, net)
    must_cover(plan, known)
    return plan


def must_be_a_line(line: PlanLine, known: set[int], currency: str) -> None:
    if line.amount.currency != currency:
        raise PlanInOtherCurrency(line=line.line, currency=line.amount.currency, contract_currency=currency)
    if line.amount.amount <= 0:
        raise PlanLineWithoutAmount(line=line.line, amount=str(line.amount))
    if line.kind == "advance" and line.covers:
        raise AdvanceNamesLines(line=line.line)
    if line.kind == "acceptance" and not line.covers:
        raise AcceptanceNamesNoLines(line=line.line)
    if missing := set(line.covers) - known:
        raise PlanNamesUnknownLine(line=line.line, missing=sorted(missing))


def must_sum(plan: tuple[PlanLine, ...], net: Money) -> None:
    planned = sum(line.amount.amount for line in plan)  # not Money: a plan of nonsense may exceed what Money can hold
    if planned != net.amount:
        raise PlanDoesNotSum(
            plan=amount_text(planned, net.currency),
            net=str(net),
            difference=amount_text(abs(net.amount - planned), net.currency),
            direction="is missing" if planned < net.amount else "is too much",
        )


def must_cover(plan: tuple[PlanLine, ...], known: set[int]) -> None:
    """Where anything is billed on acceptance, the acceptance of every line must bill; a contract paid in advance names none."""
    acceptances = [line for line in plan if line.kind == "acceptance"]
    if acceptances and (left_out := known - {line for each in acceptances for line in each.covers}):
        raise LinesNotCovered(lines=sorted(left_out))
