"""Rules of the business that no later step may be trusted to have kept: who may allow what, and what must come before what."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .evidence import Evidence, Row
from .finding import Finding

SALES, CONTRACTS = "opportunity-svc", "contract-svc"


@dataclass
class _Quote:
    """What a quote says just now, and who had a hand in it."""

    said: dict[str, Any] = field(default_factory=dict)
    makers: set[str] = field(default_factory=set)
    combined: dict[str, Any] | None = None
    """What it comes to with the quotes it looks split from."""

    @property
    def asked(self) -> dict[str, Any]:
        """What whoever allows it must be allowed."""
        return self.combined or self.said.get("net", {"amount": 0, "currency": ""})

    @property
    def discount(self) -> Decimal:
        return max((Decimal(str(line["discount"])) for line in self.said.get("lines", [])), default=Decimal(0))

    @property
    def margin(self) -> Decimal | None:
        """What is left of the price, to four places; unknown, where the cost of a line is."""
        net: int = self.said["net"]["amount"]
        costs: dict[int, int] = {each["line"]: each["cost"]["amount"] for each in self.said.get("costs", [])}
        if net <= 0 or {line["line"] for line in self.said["lines"]} - set(costs):
            return None
        left = Decimal(net - sum(costs.values()))
        return (left / net).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def quotes_are_approved_by_others(evidence: Evidence) -> list[Finding]:
    """Whoever needs leave for a quote gets it from somebody else, for exactly what the quote says."""
    found = []
    for row, data, quote, _ in _approvals(evidence):
        who = data["approved_by"]
        if row["actor"] != who:
            found.append(f"quote {data['quote_id']} was approved by {row['actor']} in the name of {who}")
        if not data["within_own_authority"] and who in quote.makers:
            found.append(f"quote {data['quote_id']} was approved by {who}, who made it")
        if data["quote_hash"] != quote.said.get("quote_hash"):
            found.append(f"quote {data['quote_id']} was approved as something else than it says")
    return [Finding("quotes_are_approved_by_others", SALES, detail) for detail in found]


def approvals_are_within_authority(evidence: Evidence) -> list[Finding]:
    """A discount was allowed by somebody who may, at that moment, by a grant of their own or by the discount matrix that is live."""
    found = []
    for row, data, quote, allowed in _approvals(evidence):
        day, asked = row["occurred_at"].date(), quote.asked
        grant = allowed.grants.get(data["approved_by"], {}).get(asked["currency"])
        if quote.discount == 0 or _covers(grant, quote, day):
            continue
        if data.get("matrix_version") is None or not allowed.by_matrix(data["matrix_version"], row["roles"], quote, day):
            found.append(f"quote {data['quote_id']}: {data['approved_by']} allowed {quote.discount} on {asked['amount']} and may not")
    return [Finding("approvals_are_within_authority", SALES, detail) for detail in found]


def _covers(may: dict[str, Any] | None, quote: _Quote, day: date) -> bool:
    if may is None or may["max_amount"]["currency"] != quote.asked["currency"]:
        return False
    begins, ends, floor = date.fromisoformat(may["valid_from"]), may.get("valid_to"), may.get("min_margin")
    in_time = begins <= day and (ends is None or day <= date.fromisoformat(ends))
    enough = floor is None or (quote.margin is not None and quote.margin >= Decimal(str(floor)))
    return (
        in_time
        and enough
        and quote.discount <= Decimal(str(may["max_discount"]))
        and quote.asked["amount"] <= int(may["max_amount"]["amount"])
    )


@dataclass
class _Allowed:
    """Who may allow what, as it was then."""

    grants: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """By person and currency."""
    matrices: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    live: int | None = None
    book: str = ""

    def by_matrix(self, version: int, roles: Iterable[str], quote: _Quote, day: date) -> bool:
        """Whether this version was live, and has a row for one of the roles that covers it."""
        return version == self.live and any(row["role"] in roles and _covers(row, quote, day) for row in self.matrices.get(version, []))

    def after(self, kind: str, data: dict[str, Any]) -> "_Allowed":
        """The same when this has happened too."""
        match kind:
            case "authority-granted":
                mine = {**self.grants.get(data["user"], {}), data["max_amount"]["currency"]: data}
                return replace(self, grants={**self.grants, data["user"]: mine})
            case "authority-revoked":
                return replace(self, grants={user: granted for user, granted in self.grants.items() if user != data["user"]})
            case "rules-drafted" if data["book"] == "discount":
                drafted = {**self.matrices, data["version"]: data["discount"]["rows"]}
                return replace(self, matrices=drafted, book=data["book_id"])
            case "rules-activated" if data["book_id"] == self.book:
                return replace(self, live=data["version"])
        return self


def _approvals(evidence: Evidence) -> list[tuple[Row, dict[str, Any], _Quote, _Allowed]]:
    """Every approval with the quote, and what was allowed, as they were then."""
    quotes: dict[str, _Quote] = {}
    allowed = _Allowed()
    found = []
    for row in evidence.ledgers[SALES].own:
        if row["stream"] not in ("quote", "authority", "rule-book"):
            continue
        data, kind = json.loads(row["data"]), row["type"].split(".")[2]
        allowed = allowed.after(kind, data)
        match kind:
            case "quote-drafted" | "quote-revised":
                makers = quotes.get(data["quote_id"], _Quote()).makers
                quotes[data["quote_id"]] = _Quote(data, makers | {row["actor"]})
            case "quote-approval-requested":
                quotes[data["quote_id"]].makers.add(row["actor"])
                quotes[data["quote_id"]].combined = data.get("combined")
            case "quote-approved":
                quote = quotes.get(data["quote_id"], _Quote())
                found.append((row, data, replace(quote, makers=set(quote.makers)), allowed))
            case _:
                pass
    return found


def contracts_are_reviewed_and_signed(evidence: Evidence) -> list[Finding]:
    """What is registered was reviewed by somebody who did not sell it, then signed."""
    sellers: dict[str, str] = {}
    stages: dict[str, list[str]] = {}
    found = []
    for row in evidence.ledgers[CONTRACTS].own:
        if row["stream"] != "contract":
            continue
        data = json.loads(row["data"])
        passed = stages.setdefault(str(row["stream_id"]), [])
        match row["type"].split(".")[2]:
            case "drafted":
                sellers[data["contract_id"]] = data["deal"]["account_manager"]
            case "reviewed":
                if row["actor"] == sellers.get(data["contract_id"]):
                    found.append(f"contract {data['contract_id']} was reviewed by {row['actor']}, who sold it")
                passed.append(f"reviewed: {data['verdict']}")
            case "signed":
                passed.append("signed")
            case "registered" if passed != ["reviewed: approve", "signed"]:
                found.append(f"contract {data['contract_id']} was registered after {passed or 'nothing'}")
    return [Finding("contracts_are_reviewed_and_signed", CONTRACTS, detail) for detail in found]


def plans_sum_to_the_contract(evidence: Evidence) -> list[Finding]:
    """The payment plan bills what the contract is worth, in its currency, to the cent."""
    found = []
    for row in evidence.ledgers[CONTRACTS].own:
        if row["type"] != "ltc.contract.registered.v1":
            continue
        data = json.loads(row["data"])
        planned = sum(line["amount"]["amount"] for line in data["plan"])
        if planned != data["net"]["amount"] or {line["amount"]["currency"] for line in data["plan"]} - {data["net"]["currency"]}:
            found.append(f"contract {data['contract_no']} is worth {data['net']['amount']}, its plan {planned}")
    return [Finding("plans_sum_to_the_contract", CONTRACTS, detail) for detail in found]


CHECKS = (
    quotes_are_approved_by_others,
    approvals_are_within_authority,
    contracts_are_reviewed_and_signed,
    plans_sum_to_the_contract,
)
