"""Rules of the business that do not hold."""

import time
from dataclasses import replace
from datetime import date
from typing import Any

from .plant import plant


@plant("ltc_events.values")
def float_money(values: Any) -> None:
    """Money is multiplied as a floating-point number, and what is behind the point is cut off."""
    values.Money.times = lambda money, factor: values.Money(amount=int(money.amount * float(factor)), currency=money.currency)


@plant("billing_svc.invoice.rules.series")
def number_from_a_list(series: Any) -> None:
    """The last invoice number is looked up in a list that is a moment old."""
    seen: dict[str, tuple[float, Any]] = {}
    take = series.take

    def stale(now: Any, legal_entity: str, invoice_id: Any) -> Any:
        if time.monotonic() - seen.get(legal_entity, (float("-inf"),))[0] > 0.5:
            seen[legal_entity] = (time.monotonic(), now)
        return take(seen[legal_entity][1], legal_entity, invoice_id)

    series.take = stale


@plant("billing_svc.receipt.rules")
def limit_read_before(rules: Any) -> None:
    """What a receipt still holds is read before the decision, and may have been spent by then."""
    read: dict[Any, Any] = {}
    decide, must_hold, decider = rules.decide, rules.must_hold, rules.decider

    def decided(states: Any, command: Any) -> Any:
        balance = read.setdefault(command.receipt_id, states.of(decider, command.receipt_id))
        rules.must_hold = lambda _now, asked: must_hold(balance, asked)
        return decide(states, command)

    rules.decider = replace(decider, decide_many=decided)


@plant("opportunity_svc.quote.rules.approval")
def own_approval(approval: Any) -> None:
    """Whoever wrote a quote may approve it."""
    approve = approval.approve

    def with_two_eyes(quote: Any, authority: Any, command: Any) -> Any:
        return approve(replace(quote, requested_by="", content=replace(quote.content, makers=frozenset())), authority, command)

    approval.approve = with_two_eyes


@plant("opportunity_svc.authority_grant.rules")
def authority_not_asked(authority: Any) -> None:
    """Any discount on any amount may be allowed by anybody."""
    authority.Authority.covers = lambda _authority, _discount, _net, _day: True


@plant("opportunity_svc.quote.rules.supersession")
def others_stay_on_offer(superseding: Any) -> None:
    """Whatever the customer decides for, the other quotes of the deal stay as they are."""
    superseding.supersede = lambda _others, _opportunity_id, _chosen, *, won=False: []


@plant("opportunity_svc.quote.rules.gates")
def superseded_is_accepted(gates: Any) -> None:
    """The customer may accept a quote after they decided for another one."""
    must_be_sent = gates.must_be_sent

    def or_superseded(quote: Any, today: date) -> Any:
        return gates.Sent(quote.content) if isinstance(quote, gates.Superseded) else must_be_sent(quote, today)

    gates.must_be_sent = or_superseded


@plant("contract_svc.contract.rules.paper")
def review_of_own_deal(paper: Any) -> None:
    """The account manager reviews the contract of their own deal."""
    review = paper.review

    def by_anybody(draft: Any, command: Any) -> Any:
        return review(replace(draft, deal=draft.deal.model_copy(update={"account_manager": ""})), command)

    paper.review = by_anybody


@plant("contract_svc.contract.rules.paper")
def registered_unsigned(paper: Any) -> None:
    """A contract comes into force as soon as it was reviewed."""
    must_be_signed = paper.must_be_signed

    def or_approved(stage: Any) -> Any:
        return paper.Signed(stage.deal, date(2000, 1, 1)) if isinstance(stage, paper.Approved) else must_be_signed(stage)

    paper.must_be_signed = or_approved


@plant("contract_svc.contract.rules.payment_plan")
def plan_does_not_sum(payment_plan: Any) -> None:
    """A payment plan need not be worth what the contract is."""
    payment_plan.must_sum = lambda _plan, _net: None
