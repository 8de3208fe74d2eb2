"""The small world with one thing wrong in it: by check, everything that the check is to find."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from .altered import by_another, ledger, rechained, retyped, said
from .evidence import MARK, Evidence, Message
from .ids import derived
from .world import usd

Spoil = Callable[[Evidence], Evidence | None]


def matrix(evidence: Evidence, **changes: Any) -> Evidence:
    """The discount matrix has another row than the one that allowed it."""
    return said(evidence, "ltc.opportunity.rules-drafted.v1", lambda data: data["discount"]["rows"][0].update(changes))


OTHER_ROWS: tuple[dict[str, Any], ...] = (
    {"role": "legal"}, {"max_discount": "0.09"}, {"max_amount": usd(5999)}, {"max_amount": {"amount": 6000, "currency": "EUR"}},
    {"min_margin": "0.2501"}, {"valid_to": "2026-11-23"},
)  # fmt: skip


def sent_all_the_same(evidence: Evidence) -> Evidence:
    """A superseded quote is sent to the customer."""
    old = evidence.ledgers["opportunity-svc"]
    over = next(row for row in old.own if row["type"] == "ltc.opportunity.quote-superseded.v1")
    sent = {**over, "type": "ltc.opportunity.quote-sent.v1", "position": old.log[-1]["position"] + 1, "version": over["version"] + 1}
    return replace(evidence, ledgers={**evidence.ledgers, "opportunity-svc": rechained(old, [*old.log, sent])})


def never_signed(evidence: Evidence) -> None:
    """A contract is in force that nobody signed."""
    row = next(row for row in evidence.ledgers["contract-svc"].own if row["type"] == "ltc.contract.signed.v1")
    row["type"] = "ltc.contract.remembered.v1"


def unanswered(evidence: Evidence) -> None:
    """Events are there, and the answer that belongs to them is not."""
    del evidence.ledgers["lead-svc"].side["answer"][0]


def with_stranger(evidence: Evidence, *listeners: str, marked: str = "strange") -> Evidence:
    """A stranger sent something to the topic of orders, which these set aside."""
    strange = Message("ltc.order.v1", 0, 99, None, {MARK: "strange"}, b"rubbish")
    aside = {"topic": strange.topic, "reason": "no value", "headers": json.dumps({"key": None, "headers": [[MARK, marked]]})}
    for service in listeners:
        evidence.ledgers[service].side["set_aside"].append(aside)
    return replace(evidence, messages=[*(evidence.messages or []), strange], marks=frozenset({"strange"}))


def unsettled(evidence: Evidence) -> Evidence:
    """Something never came to rest."""
    return replace(evidence, lag=("order-svc heard 1 of 2",))


def packed(evidence: Evidence) -> None:
    """A sealed text is only packed."""
    evidence.ledgers["lead-svc"].models["list"][0]["name"] = "sealed.v1." + str(UUID(int=1)) + ".Sm8gRG9lICAgICAgICAgICAgICAgICAgICAgICAg"


def clear(evidence: Evidence) -> Evidence:
    """A message names a person."""
    first, *rest = evidence.messages or []
    return replace(evidence, messages=[replace(first, value=b'{"contact": "Jo Doe"}'), *rest])


def without_row(evidence: Evidence) -> Evidence:
    """A row in the middle is gone."""
    log = evidence.ledgers["lead-svc"].log
    return ledger(evidence, "lead-svc", log=log[:1] + log[2:])


def without_tail(evidence: Evidence) -> Evidence:
    """The last row it decided is gone with all behind it, and the head set back: the chain alone cannot see it."""
    old = evidence.ledgers["lead-svc"]
    return replace(evidence, ledgers={**evidence.ledgers, "lead-svc": rechained(old, old.log[: old.own[-1]["position"] - 1])})


def without_half(evidence: Evidence) -> Evidence:
    """The second half of the log is gone, with it what was acknowledged."""
    return without_tail(without_tail(evidence))


def edited(evidence: Evidence) -> None:
    """A row says something else than it was chained with."""
    evidence.ledgers["lead-svc"].log[0]["actor"] = "mallory"


def version_twice(evidence: Evidence) -> None:
    """A version of a stream is there twice."""
    evidence.ledgers["lead-svc"].log[1]["version"] = 1


def unlinked(evidence: Evidence) -> None:
    """A told event forgets the one before it."""
    row = next(row for row in evidence.ledgers["lead-svc"].log if row["prev"])
    row["prev"] = 0


def lost_ack(evidence: Evidence) -> Evidence:
    """A command was acknowledged that is nowhere."""
    return replace(evidence, journal=[*evidence.journal, replace(evidence.journal[1], key="never")])


def refused_yet_done(evidence: Evidence) -> Evidence:
    """A command that was refused took effect."""
    return replace(evidence, journal=[replace(attempt, outcome="refused") for attempt in evidence.journal])


def answered_twice(evidence: Evidence) -> Evidence:
    """A retry was answered otherwise."""
    return replace(evidence, journal=[*evidence.journal, replace(evidence.journal[1], body="other")])


def answer_without_effect(evidence: Evidence) -> None:
    """An answer was stored outside the transaction of its events."""
    evidence.ledgers["lead-svc"].side["answer"].append(
        {"subject": "ann", "operation": "capture_lead", "key": "x", "command_id": UUID(int=1), "status": 201}
    )


def created_twice(evidence: Evidence) -> None:
    """Two commands created one stream."""
    evidence.ledgers["lead-svc"].log[1]["version"] = 1


def unpublished(evidence: Evidence) -> Evidence:
    """A message is not on the topic."""
    return replace(evidence, messages=(evidence.messages or [])[1:])


def phantom(evidence: Evidence) -> Evidence:
    """A message is in no log."""
    first = (evidence.messages or [])[0]
    return replace(evidence, messages=[*(evidence.messages or []), replace(first, headers={**first.headers, "ce_id": str(UUID(int=3))})])


def reordered(evidence: Evidence) -> Evidence:
    """A topic tells a partition backwards."""
    return replace(evidence, messages=list(reversed(evidence.messages or [])))


def unheard(evidence: Evidence) -> Evidence:
    """A listener never heard the first fact."""
    log = evidence.ledgers["opportunity-svc"].log
    return ledger(evidence, "opportunity-svc", log=log[1:])


def retold(evidence: Evidence) -> None:
    """The teller rewrote history; its listeners remember."""
    old = evidence.ledgers["contract-svc"]
    registered = next(row for row in old.told if "C-1" in row["data"])
    registered["data"] = registered["data"].replace("C-1", "C-9")
    rechained(old, old.log)


def tail_ahead(evidence: Evidence) -> None:
    """The note of how far was heard is ahead of the log: the next restart skips."""
    evidence.ledgers["opportunity-svc"].side["heard"][0]["position"] += 1


def checkpoint_ahead(evidence: Evidence) -> None:
    """A checkpoint is beyond the log."""
    evidence.ledgers["order-svc"].side["checkpoint"][0]["position"] += 1


def without_cause(evidence: Evidence) -> None:
    """A reaction names a cause that never was."""
    next(row for row in evidence.ledgers["order-svc"].own if row["causation_id"])["causation_id"] = UUID(int=5)


def doubled(evidence: Evidence) -> Evidence:
    """A reaction happened again under another id."""
    rows = evidence.ledgers["order-svc"].log
    reaction = next(row for row in rows if row["causation_id"])
    again = {**reaction, "event_id": UUID(int=8), "command_id": UUID(int=9), "stream_id": UUID(int=10), "position": len(rows) + 1}
    return ledger(evidence, "order-svc", log=[*rows, again])


def parked(evidence: Evidence) -> None:
    """A reaction waits for an operator."""
    evidence.ledgers["order-svc"].side["parked"].append({"state": "parked", "error": "boom"})


def stale_model(evidence: Evidence) -> None:
    """A row people read is not what the log says."""
    evidence.ledgers["lead-svc"].models["list"][0] = {"id": 1, "version": 9}


SPOILED: dict[str, tuple[Spoil, ...]] = {
    "positions_are_dense": (without_row,),
    "streams_are_contiguous": (version_twice,),
    "chain_verifies": (edited, version_twice),
    "partitions_are_linked": (unlinked,),
    "acknowledged_commands_are_present": (lost_ack, without_half),
    "refused_commands_have_no_effect": (refused_yet_done,),
    "keys_have_one_answer": (answered_twice, answer_without_effect),
    "effects_have_their_answer": (unanswered,),
    "effects_are_as_many_as_commands": (created_twice,),
    "told_is_on_the_topic": (unpublished,),
    "nothing_else_is_on_the_topic": (phantom, without_tail),
    "strangers_are_set_aside": (
        lambda evidence: with_stranger(evidence, "contract-svc"),
        lambda evidence: with_stranger(evidence, "contract-svc", "billing-svc", marked="another"),
    ),
    "topics_keep_the_order": (reordered,),
    "heard_is_what_was_told": (unheard, retold, without_tail),
    "tails_match_what_was_heard": (tail_ahead,),
    "checkpoints_are_within_the_log": (checkpoint_ahead,),
    "reactions_have_one_cause": (without_cause, doubled),
    "commands_took_effect_once": (doubled,),
    "causes_have_their_reaction": (doubled, without_cause),
    "deals_are_carried_through": (doubled,),
    "nothing_is_stuck": (parked, unsettled),
    "models_equal_a_rebuild": (stale_model,),
    "invoices_add_up": (lambda evidence: said(evidence, "ltc.billing.invoice-issued.v1", lambda data: data.update(gross=usd(1066))),),
    "invoice_numbers_are_gapless": (
        lambda evidence: said(evidence, "ltc.billing.invoice-issued.v1", lambda data: data.update(number="LE-000003"), 1),
        lambda evidence: said(evidence, "ltc.billing.invoice-issued.v1", lambda data: data.update(number="LE-000001"), 1),
    ),
    "cash_is_conserved": (
        lambda evidence: said(evidence, "ltc.billing.payment-received.v1", lambda data: data.update(amount=usd(1900))),
        lambda evidence: said(evidence, "ltc.billing.cash-applied.v1", lambda data: data.update(unapplied=usd(36))),
    ),
    "invoiced_minus_paid_is_open": (
        lambda evidence: said(evidence, "ltc.billing.cash-applied.v1", lambda data: data["applications"][1].update(open=usd(0))),
        lambda evidence: said(evidence, "ltc.billing.cash-applied.v1", lambda data: data["applications"][0].update(amount=usd(1066))),
    ),
    "plan_lines_are_not_overbilled": (
        lambda evidence: said(evidence, "ltc.billing.invoice-issued.v1", lambda data: data.update(net=usd(1001))),
        lambda evidence: said(evidence, "ltc.billing.invoice-issued.v1", lambda data: data.update(net=usd(999))),
    ),
    "quotes_are_approved_by_others": (
        lambda evidence: by_another(evidence, "ltc.opportunity.quote-approved.v1", "ann", approved_by="ann"),
        lambda evidence: by_another(evidence, "ltc.opportunity.quote-approved.v1", "ann"),
        lambda evidence: by_another(evidence, "ltc.opportunity.quote-approved.v1", "max", quote_hash="another"),
    ),
    "approvals_are_within_authority": (
        lambda evidence: by_another(evidence, "ltc.opportunity.quote-approved.v1", "eve", approved_by="eve"),
        lambda evidence: by_another(evidence, "ltc.opportunity.authority-granted.v1", "boss", max_discount="0.09"),
        lambda evidence: by_another(evidence, "ltc.opportunity.authority-granted.v1", "boss", max_amount=usd(999)),
        lambda evidence: by_another(evidence, "ltc.opportunity.authority-granted.v1", "boss", valid_to="2026-11-23"),
        *(partial(matrix, **change) for change in OTHER_ROWS),
        lambda evidence: said(evidence, "ltc.opportunity.quote-drafted.v1", lambda data: data["costs"].pop(), 1),
        *(partial(by_another, type="ltc.opportunity.quote-approved.v1", actor="max", nth=1, matrix_version=each) for each in (2, None)),
        partial(by_another, type="ltc.opportunity.quote-approval-requested.v1", actor="ann", nth=1, combined=usd(6001)),
        lambda evidence: by_another(evidence, "ltc.opportunity.rules-activated.v1", "boss", version=2),
    ),
    "contracts_are_reviewed_and_signed": (
        lambda evidence: by_another(evidence, "ltc.contract.reviewed.v1", "ann"),
        lambda evidence: by_another(evidence, "ltc.contract.reviewed.v1", "lea", verdict="reject"),
        never_signed,
    ),
    "plans_sum_to_the_contract": (lambda evidence: said(evidence, "ltc.contract.registered.v1", lambda data: data.update(net=usd(1001))),),
    "of_a_deal_one_quote_is_live": (
        partial(retyped, type="ltc.opportunity.quote-superseded.v1", to="ltc.opportunity.quote-remembered.v1"),
        partial(retyped, type="ltc.opportunity.quote-superseded.v1", to="ltc.opportunity.quote-accepted.v1"),
    ),
    "superseded_quotes_are_over": (
        partial(by_another, type="ltc.opportunity.quote-superseded.v1", actor="ann", superseded_by=str(UUID(int=9))),
        partial(by_another, type="ltc.opportunity.quote-superseded.v1", actor="ann", superseded_by=str(derived("quote", 1))),
        partial(by_another, type="ltc.opportunity.won.v1", actor="ann", nth=1, quote_id=str(derived("alternative", 2))),
        partial(by_another, type="ltc.contract.registered.v1", actor="ann", nth=1, quote_id=str(derived("alternative", 2))),
        partial(by_another, type="ltc.contract.drafted.v1", actor="ann", nth=1, deal={"quote_id": str(derived("alternative", 2))}),
        partial(retyped, type="ltc.opportunity.quote-accepted.v1", to="ltc.opportunity.quote-remembered.v1", nth=1),
        sent_all_the_same,
    ),
    "people_are_sealed": (packed, clear),
}
