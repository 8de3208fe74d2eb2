"""Of the quotes of a deal the customer wants one: whatever else was on offer is over, and stays so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .evidence import Evidence, Row
from .finding import Finding

SALES, CONTRACTS = "opportunity-svc", "contract-svc"


@dataclass
class _Quote:
    """A quote as its stream has it so far."""

    deal: str
    drafted: int
    """Position in the log, as the others are."""
    sent: int = 0
    accepted: bool = False
    superseded_by: str | None = None
    expired: bool = False

    @property
    def over(self) -> bool:
        return self.expired or self.superseded_by is not None


@dataclass
class _Deals:
    """All quotes, while the log is read."""

    quotes: dict[str, _Quote] = field(default_factory=dict)

    def left(self, chosen: str, *, won: bool) -> Iterator[str]:
        """What is on offer beside the one that was chosen, and was there before the customer had that.

        One drafted later may be a new offer, which whoever noted the choice had not seen (decision 0022). One that is accepted stands
        until the deal is won.
        """
        one = self.quotes[chosen]
        for quote_id, other in self.quotes.items():
            beside = quote_id != chosen and other.deal == one.deal and other.drafted < one.sent
            if beside and not other.over and (won or not other.accepted):
                yield quote_id

    def take(self, kind: str, row: Row, data: dict[str, Any]) -> None:
        """This has happened too."""
        id = str(data["quote_id"])
        match kind:
            case "quote-drafted":
                self.quotes[id] = _Quote(data["opportunity_id"], row["position"])
            case "quote-sent":
                self.quotes[id].sent = row["position"]
            case "quote-accepted":
                self.quotes[id].accepted = True
            case "quote-superseded":
                self.quotes[id].superseded_by = data["superseded_by"]
            case "quote-expired":
                self.quotes[id].expired = True
            case _:
                pass


def of_a_deal_one_quote_is_live(evidence: Evidence) -> list[Finding]:
    """When the customer has decided for a quote, by accepting it or by the win, no other that was there is on offer any more."""
    deals, found = _Deals(), list[str]()
    for rows in evidence.ledgers[SALES].effects.values():  # what one command decided happened at once
        told = [(row, kind, data) for row, kind, data in map(_said, rows) if kind.startswith("quote-") or kind == "won"]
        for row, kind, data in told:
            if row["stream"] == "quote":
                deals.take(kind, row, data)
        for _, kind, data in told:
            if kind in ("quote-accepted", "won"):
                left = deals.left(str(data["quote_id"]), won=kind == "won")
                found += [f"quote {each} is on offer beside {data['quote_id']}, {kind.removeprefix('quote-')}" for each in left]
    return [Finding("of_a_deal_one_quote_is_live", SALES, detail) for detail in found]


def superseded_quotes_are_over(evidence: Evidence) -> list[Finding]:
    """Nothing follows once a quote is superseded, no win and no contract; what took its place is an accepted quote of its deal."""
    deals, found = _Deals(), list[Finding]()
    for row, kind, data in map(_said, evidence.ledgers[SALES].own):
        if row["stream"] == "quote":
            before = deals.quotes.get(str(data["quote_id"]))
            if before is not None and before.superseded_by is not None:
                found.append(_over(SALES, f"quote {data['quote_id']} was superseded, and then: {kind}"))
            deals.take(kind, row, data)
        if kind == "quote-superseded" and not _took_its_place(deals, data):
            found.append(
                _over(SALES, f"quote {data['quote_id']} was superseded by {data['superseded_by']}, which was not accepted for its deal")
            )
        if kind == "won" and _is_over(deals, data["quote_id"]):
            found.append(_over(SALES, f"deal {data['opportunity_id']} was won with quote {data['quote_id']}, which is over"))
    for _, kind, data in map(_said, evidence.ledgers[CONTRACTS].own):
        quote = data["deal"]["quote_id"] if kind == "drafted" else data["quote_id"] if kind == "registered" else None
        if quote is not None and _is_over(deals, quote):
            found.append(_over(CONTRACTS, f"contract {data['contract_id']} was {kind} by quote {quote}, which is over"))
    return found


def _took_its_place(deals: _Deals, data: dict[str, Any]) -> bool:
    old, new = deals.quotes.get(data["quote_id"]), deals.quotes.get(data["superseded_by"])
    return old is not None and new is not None and new is not old and new.accepted and new.deal == old.deal


def _is_over(deals: _Deals, quote_id: str) -> bool:
    quote = deals.quotes.get(quote_id)
    return quote is None or quote.superseded_by is not None or not quote.accepted


def _over(service: str, detail: str) -> Finding:
    return Finding("superseded_quotes_are_over", service, detail)


def _said(row: Row) -> tuple[Row, str, dict[str, Any]]:
    kind = row["type"].split(".")[2]
    relevant = row["stream"] == "quote" or kind in ("won", "drafted", "registered")
    return row, kind, json.loads(row["data"]) if relevant else {}


CHECKS = (of_a_deal_one_quote_is_live, superseded_quotes_are_over)
