"""A small sound world in memory, written by the formats' document alone: what the checks are tried on before real parts are."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from .chain import GENESIS, digest
from .evidence import Attempt, Evidence, Ledger, Message, Row, topic_of
from .ids import derived

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, UTC)
LATER = ("origin", "origin_log", "origin_position", "origin_prev", "origin_hash", "origin_partition", "causation_id", "command_id",
         "traceparent", "authority", "partition", "prev")  # fmt: skip
DEAL = UUID(int=7)


@dataclass
class Teller:
    """One service's log while it is written."""

    service: str
    log: list[Row] = field(default_factory=list)
    tails: list[int] = field(default_factory=lambda: [0, 0, 0])
    heard: dict[tuple[UUID, int], Row] = field(default_factory=dict)
    policies: set[str] = field(default_factory=set)
    answers: list[Row] = field(default_factory=list)

    @property
    def log_id(self) -> UUID:
        """Its identity."""
        return derived("log", self.service)

    def decide(
        self, stream: str, id: UUID, type: str, said: dict[str, Any], command: UUID, cause: UUID | None = None, index: int = 0,
        actor: str = "ann", private: bool = False,
    ) -> Row:  # fmt: skip
        """Append a fact of its own."""
        version = 1 + sum(row["origin"] is None and row["stream_id"] == id for row in self.log)
        partition = id.int % len(self.tails)
        actor = actor if cause is None else f"service:{self.service}"
        row = self._row(derived(command, index), stream, id, version, type, json.dumps(said), actor)
        row |= {"command_id": command, "causation_id": cause}
        if not private:
            row |= {"partition": partition, "prev": self.tails[partition]}
            self.tails[partition] = row["position"]
        return self._append(row)

    def react(self, policy: str, cause: Row, stream: str, id: UUID, type: str, said: dict[str, Any], private: bool = False) -> Row:
        """Append what a policy does about a fact."""
        self.policies.add(policy)
        command = derived(cause["event_id"], policy, 0)
        return self.decide(stream, id, type, said, command, cause["event_id"], private=private)

    def note(self, stream: str, id: UUID, type: str, said: dict[str, Any], command: UUID, actor: str) -> Row:
        """Append a fact of its own that nobody else is told."""
        return self.decide(stream, id, type, said, command, actor=actor, private=True)

    def hear(self, teller: "Teller", told: Row) -> Row:
        """Append a copy of what another told."""
        row = self._row(told["event_id"], told["stream"], told["stream_id"], told["version"], told["type"], told["data"], told["actor"])
        row |= {"origin": teller.service, "origin_log": teller.log_id, "origin_position": told["position"], "origin_prev": told["prev"]}
        row |= {"origin_hash": told["hash"], "origin_partition": told["partition"], "causation_id": told["causation_id"]}
        self.heard[teller.log_id, told["partition"]] = {
            "log_id": teller.log_id, "origin": teller.service, "partition": told["partition"], "position": told["position"],
        }  # fmt: skip
        return self._append(row)

    @property
    def told(self) -> list[Row]:
        """What others are told."""
        return [row for row in self.log if row["partition"] is not None]

    def ledger(self) -> Ledger:
        """What is in its database."""
        last = self.log[-1] if self.log else {"position": 0, "hash": GENESIS}
        side = {
            "head": [{"position": last["position"], "hash": last["hash"], "log_id": self.log_id, "tails": list(self.tails)}],
            "heard": list(self.heard.values()),
            "checkpoint": [{"name": f"react:{name}", "position": last["position"]} for name in sorted(self.policies)],
            "answer": list(self.answers),
            "parked": [],
            "set_aside": [],
        }
        return Ledger(self.service, self.log, side, {"list": [{"id": row["stream_id"], "version": row["version"]} for row in self.log]})

    def _row(self, event: UUID, stream: str, id: UUID, version: int, type: str, data: str, actor: str) -> Row:
        return dict.fromkeys(LATER) | {
            "position": len(self.log) + 1, "event_id": event, "stream": stream, "stream_id": id, "version": version, "type": type,
            "actor": actor, "roles": ["sales"], "correlation_id": DEAL, "occurred_at": NOW, "recorded_at": NOW, "tags": [], "data": data,
        }  # fmt: skip

    def _append(self, row: Row) -> Row:
        row["hash"] = digest(self.log[-1]["hash"] if self.log else GENESIS, row)
        self.log.append(row)
        return row


def usd(amount: int) -> dict[str, Any]:
    """An amount of money."""
    return {"amount": amount, "currency": "USD"}


def world() -> Evidence:
    """Two deals from lead to cash; one receipt pays the first invoice, and part of the second."""
    tellers = {name: Teller(name) for name in ("lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc")}
    journal: list[Attempt] = []
    for number in (1, 2):
        _deal(tellers, number, journal)
    for row in tellers["opportunity-svc"].told:
        tellers["lead-svc"].hear(tellers["opportunity-svc"], row)
    _cash(tellers["billing-svc"], tellers["contract-svc"])
    for row in tellers["contract-svc"].told:
        tellers["lead-svc"].hear(tellers["contract-svc"], row)
        tellers["opportunity-svc"].hear(tellers["contract-svc"], row)
    ledgers = {name: teller.ledger() for name, teller in tellers.items()}
    messages = [message(ledger, row, offset) for ledger in ledgers.values() for offset, row in enumerate(ledger.told)]
    rebuilt = {name: {"list": list(ledger.models["list"])} for name, ledger in ledgers.items()}
    return Evidence(ledgers, messages, journal, rebuilt, people=frozenset({"Jo Doe"}))


def _deal(tellers: dict[str, Teller], number: int, journal: list[Attempt]) -> None:
    lead, opportunity, contract, order, billing = tellers.values()
    ids = {word: derived(word, number) for word in ("lead", "opportunity", "quote", "contract", "order", "acceptance", "invoice")}
    text = {f"{word}_id": str(id) for word, id in ids.items()}
    command = derived("command", "lead-svc", "ann", "capture_lead", f"key-{number}")
    lead.decide("lead", ids["lead"], "ltc.lead.captured.v1", text, command)
    lead.answers.append({"subject": "ann", "operation": "capture_lead", "key": f"key-{number}", "command_id": command, "status": 201})
    asked: dict[str, Any] = {"service": "lead-svc", "operation": "capture_lead", "subject": "ann"}
    journal.append(Attempt(**asked, key=f"key-{number}", outcome="unknown"))
    journal.append(Attempt(**asked, key=f"key-{number}", outcome="ok", status=201, position=len(lead.log), body="same"))
    journal.append(Attempt(**asked, key=f"refused-{number}", outcome="refused", status=409))
    converted = lead.decide("lead", ids["lead"], "ltc.lead.converted.v1", text, derived("convert", number))
    for told in lead.log[-2:]:
        heard = opportunity.hear(lead, told)
    opened = opportunity.react("open_opportunity", heard, "opportunity", ids["opportunity"], "ltc.opportunity.opened.v1", text)
    assert converted["event_id"] == heard["event_id"]
    _quote(opportunity, number)
    _chosen(opportunity, number)
    won = opportunity.decide("opportunity", ids["opportunity"], "ltc.opportunity.won.v1", text, derived("win", number))
    for told in opportunity.told[-2:]:
        drafted = contract.hear(opportunity, told)
    assert {opened["event_id"], won["event_id"]} == {row["event_id"] for row in opportunity.told[-2:]}
    _paper(contract, drafted, ids["contract"], text)
    plan = {
        **text,
        "contract_no": f"C-{number}",
        "net": usd(1000),
        "plan": [{"line": 1, "kind": "acceptance", "amount": usd(1000), "covers": [1]}],
    }
    registered = contract.decide("contract", ids["contract"], "ltc.contract.registered.v1", plan, derived("register", number))
    received = order.react("receive_order", order.hear(contract, registered), "order", ids["order"], "ltc.order.received.v1", text)
    accepted_line = {"line": 1, "accepted": "2", "ordered": "2", "quantity": "2"}
    accepted = order.decide(
        "order", ids["order"], "ltc.order.delivery-accepted.v1", {**text, "lines": [accepted_line]}, derived("ok", number)
    )
    billing.hear(contract, registered)
    for told in (received, accepted):
        contract.hear(order, told)
        due = billing.hear(order, told)
    invoice = {
        **text, "number": f"LE-{number:06}", "legal_entity": "LE", "plan_line": 1, "currency": "USD", "net": usd(1000), "tax": usd(65),
        "gross": usd(1065), "taxes": [{"rate": "0.065", "net": usd(1000), "tax": usd(65)}],
    }  # fmt: skip
    issued = billing.react("bill_acceptance", due, "invoice", ids["invoice"], "ltc.billing.invoice-issued.v1", invoice)
    contract.hear(billing, issued)


def _quote(opportunity: Teller, number: int) -> None:
    """With a discount, asked for by one and allowed by another: by a grant of their own, and the second by the discount matrix."""
    quote, max_ = derived("quote", number), derived("authority", "max")
    grant = {"user": "max", "max_discount": "0.2", "max_amount": usd(5000), "valid_from": "2026-01-01", "valid_to": None}
    said: dict[str, Any] = {"quote_id": str(quote), "quote_hash": f"hash-{number}"}
    costs = [{"line": 1, "cost": usd(4000)}, {"line": 2, "cost": usd(500)}]
    deal = {"opportunity_id": str(derived("opportunity", number))}
    content = {**said, **deal, "lines": [{"line": 1, "discount": "0.1"}, {"line": 2, "discount": "0"}], "net": usd(1000)}
    approved = {**said, "approved_by": "max", "within_own_authority": False}
    if number == 2:
        content |= {"net": usd(6000), "costs": costs}
        approved |= {"matrix_version": 1}
        _matrix(opportunity)
    else:
        opportunity.note("authority", max_, "ltc.opportunity.authority-granted.v1", grant, derived("grant"), "boss")
    opportunity.note("quote", quote, "ltc.opportunity.quote-drafted.v1", content, derived("draft", number), "ann")
    opportunity.note("quote", quote, "ltc.opportunity.quote-approval-requested.v1", said, derived("submit", number), "ann")
    opportunity.note("quote", quote, "ltc.opportunity.quote-approved.v1", approved, derived("approve", number), "max")


def _chosen(opportunity: Teller, number: int) -> None:
    """The customer has the quote, and decides for it; of the second deal there was another one beside it."""
    quote, other = derived("quote", number), derived("alternative", number)
    said, accepting = {"quote_id": str(quote)}, derived("accept", number)
    if number == 2:
        deal = {"opportunity_id": str(derived("opportunity", number))}
        content = {"quote_id": str(other), "quote_hash": "another", **deal, "lines": [], "net": usd(1)}
        opportunity.note("quote", other, "ltc.opportunity.quote-drafted.v1", content, derived("draft", "other"), "ann")
    opportunity.note("quote", quote, "ltc.opportunity.quote-sent.v1", said, derived("send", number), "ann")
    opportunity.note("quote", quote, "ltc.opportunity.quote-accepted.v1", said, accepting, "ann")
    if number == 2:
        over = {"quote_id": str(other), "superseded_by": str(quote)}
        opportunity.decide("quote", other, "ltc.opportunity.quote-superseded.v1", over, accepting, index=1, private=True)


def _matrix(opportunity: Teller) -> None:
    """What a role may allow, beyond what one of them was granted."""
    book = derived("rules", "discount")
    may = {"role": "sales", "max_discount": "0.15", "max_amount": usd(6000), "min_margin": "0.25", "valid_from": "2026-01-01"}
    drafted = {"book_id": str(book), "book": "discount", "version": 1, "discount": {"rows": [may], "split_days": 0}}
    opportunity.note("rule-book", book, "ltc.opportunity.rules-drafted.v1", drafted, derived("draft", "rules"), "mia")
    live = {"book_id": str(book), "version": 1, "activated_by": "boss"}
    opportunity.note("rule-book", book, "ltc.opportunity.rules-activated.v1", live, derived("activate", "rules"), "boss")


def _paper(contract: Teller, won: Row, id: UUID, text: dict[str, Any]) -> None:
    """Drafted, reviewed by somebody who did not sell it, signed."""
    drafted = {**text, "deal": {"account_manager": "ann", "quote_id": text["quote_id"]}}
    contract.react("draft_contract", won, "contract", id, "ltc.contract.drafted.v1", drafted, private=True)
    contract.note("contract", id, "ltc.contract.reviewed.v1", {**text, "verdict": "approve"}, derived("review", id), "lea")
    contract.note("contract", id, "ltc.contract.signed.v1", text, derived("sign", id), "max")


def _cash(billing: Teller, contract: Teller) -> None:
    receipt, one, two = (derived(*parts) for parts in (("receipt", 1), ("invoice", 1), ("invoice", 2)))
    parts = [
        {"invoice_id": str(one), "amount": usd(1065), "open": usd(0)},
        {"invoice_id": str(two), "amount": usd(900), "open": usd(165)},
    ]
    said = {"receipt_id": str(receipt), "amount": usd(2000)}
    told = [
        billing.decide("receipt", receipt, "ltc.billing.payment-received.v1", said, derived("receive")),
        billing.decide(
            "receipt", receipt, "ltc.billing.cash-applied.v1", {**said, "applications": parts, "unapplied": usd(35)}, derived("a")
        ),
        billing.decide("invoice", one, "ltc.billing.invoice-settled.v1", {"invoice_id": str(one)}, derived("a"), index=1),
    ]
    for row in told:
        contract.hear(billing, row)


def message(ledger: Ledger, row: Row, offset: int) -> Message:
    """What the relay makes of a row."""
    headers = {
        "ce_id": str(row["event_id"]), "ce_type": row["type"], "ce_position": str(row["position"]), "ce_prev": str(row["prev"]),
        "ce_hash": row["hash"].hex(), "ce_streamkind": row["stream"], "ce_sequence": str(row["version"]),
        "ce_correlationid": str(row["correlation_id"]),
    }  # fmt: skip
    key = str(row["stream_id"]).encode()
    return Message(topic_of(ledger.service), row["partition"], offset, key, headers, row["data"].encode())
