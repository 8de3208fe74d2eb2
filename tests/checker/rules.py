"""Rules of the business that no later step may be trusted to have kept: who may allow what, and what must come before what."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .evidence import Evidence, Row
from .finding import Finding

SALES, CONTRACTS = "opportunity-svc", "contract-svc"


@dataclass
class _Quote:
    """What a quote says just now, and who had a hand in it."""

    said: dict[str, Any] = field(default_factory=dict)
    makers: set[str] = field(default_factory=set)

    @property
    def discount(self) -> Decimal:
        return max((Decimal(str(line["discount"])) for line in self.said.get("lines", [])), default=Decimal(0))


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
    """A discount was allowed by somebody whose grant, at that moment, covers its rate, the amount and the day."""
    found = []
    for row, data, quote, grants in _approvals(evidence):
        net = quote.said.get("net", {"amount": 0, "currency": ""})
        grant = grants.get(data["approved_by"], {}).get(net["currency"])
        if quote.discount > 0 and not _covers(grant, quote.discount, net["amount"], row["occurred_at"].date()):
            found.append(f"quote {data['quote_id']}: {data['approved_by']} allowed {quote.discount} on {net['amount']} and may not")
    return [Finding("approvals_are_within_authority", SALES, detail) for detail in found]


def _covers(grant: dict[str, Any] | None, discount: Decimal, amount: int, day: date) -> bool:
    if grant is None:
        return False
    begins, ends = date.fromisoformat(grant["valid_from"]), grant.get("valid_to")
    in_time = begins <= day and (ends is None or day <= date.fromisoformat(ends))
    return in_time and discount <= Decimal(str(grant["max_discount"])) and amount <= int(grant["max_amount"]["amount"])


Grants = dict[str, dict[str, dict[str, Any]]]
"""By person and currency."""


def _approvals(evidence: Evidence) -> list[tuple[Row, dict[str, Any], _Quote, Grants]]:
    """Every approval with the quote and the grants as they were then."""
    quotes: dict[str, _Quote] = {}
    grants: Grants = {}
    found = []
    for row in evidence.ledgers[SALES].own:
        if row["stream"] not in ("quote", "authority"):
            continue
        data = json.loads(row["data"])
        match row["type"].split(".")[2]:
            case "authority-granted":
                mine = {**grants.get(data["user"], {}), data["max_amount"]["currency"]: data}
                grants = {**grants, data["user"]: mine}
            case "authority-revoked":
                grants = {user: granted for user, granted in grants.items() if user != data["user"]}
            case "quote-drafted" | "quote-revised":
                makers = quotes.get(data["quote_id"], _Quote()).makers
                quotes[data["quote_id"]] = _Quote(data, makers | {row["actor"]})
            case "quote-approval-requested":
                quotes[data["quote_id"]].makers.add(row["actor"])
            case "quote-approved":
                quote = quotes.get(data["quote_id"], _Quote())
                found.append((row, data, _Quote(quote.said, set(quote.makers)), grants))
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
