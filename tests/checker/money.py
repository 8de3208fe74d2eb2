"""Money is conserved: what was invoiced, paid and is open agree to the cent."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .evidence import Evidence, Row
from .finding import Finding

BILLING = "billing-svc"


def facts(rows: list[Row], event_type: str) -> Iterator[tuple[Row, dict[str, Any]]]:
    """The events of one type with their content, money amounts as written."""
    return ((row, json.loads(row["data"])) for row in rows if row["type"] == event_type)


def invoices(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Every invoice ever issued, by id."""
    return {data["invoice_id"]: data for _, data in facts(evidence.ledgers[BILLING].own, "ltc.billing.invoice-issued.v1")}


def invoices_add_up(evidence: Evidence) -> list[Finding]:
    """An invoice is the sum of its tax subtotals; tax is rounded half up per rate; whole minor units of one currency."""
    found = []
    for invoice in invoices(evidence).values():
        subtotals = invoice["taxes"]
        amounts = [invoice[part] for part in ("net", "tax", "gross")] + [part for sub in subtotals for part in (sub["net"], sub["tax"])]
        if any(type(amount["amount"]) is not int or amount["currency"] != invoice["currency"] for amount in amounts):
            found.append(f"{invoice['number']}: an amount is no integer of {invoice['currency']}")
            continue
        net, tax, gross = (invoice[part]["amount"] for part in ("net", "tax", "gross"))
        if (sum(sub["net"]["amount"] for sub in subtotals), sum(sub["tax"]["amount"] for sub in subtotals)) != (
            net,
            tax,
        ) or net + tax != gross:
            found.append(f"{invoice['number']}: subtotals, net, tax and gross disagree")
        for sub in subtotals:
            exact = (Decimal(sub["net"]["amount"]) * Decimal(str(sub["rate"]))).quantize(Decimal(1), ROUND_HALF_UP)
            if sub["tax"]["amount"] != int(exact):
                found.append(f"{invoice['number']}: tax at {sub['rate']} is {sub['tax']['amount']}, not {exact}")
    return [Finding("invoices_add_up", BILLING, detail) for detail in found]


def invoice_numbers_are_gapless(evidence: Evidence) -> list[Finding]:
    """Numbers are unique and run 1, 2, 3 … within a legal entity, in the order of the log."""
    numbers: dict[str, list[int]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    for _, invoice in facts(evidence.ledgers[BILLING].own, "ltc.billing.invoice-issued.v1"):
        digits = re.search(r"(\d+)$", invoice["number"])
        numbers[invoice["legal_entity"]].append(int(digits.group(1)) if digits else -1)
        texts[invoice["legal_entity"]].append(invoice["number"])
    return [
        Finding("invoice_numbers_are_gapless", BILLING, f"{entity}: {_first_break(series)} in a series of {len(series)}")
        for entity, series in numbers.items()
        if series != list(range(1, len(series) + 1)) or len(set(texts[entity])) != len(series)
    ]


def _first_break(series: list[int]) -> str:
    return next((f"{number} where {index} was due" for index, number in enumerate(series, 1) if number != index), "a text used twice")


def cash_is_conserved(evidence: Evidence) -> list[Finding]:
    """Σ applied + unapplied = received, per receipt and step; nothing is applied that was not received."""
    received: dict[str, int] = {}
    currency: dict[str, str] = {}
    left: dict[str, int] = {}
    found = []
    for row in evidence.ledgers[BILLING].own:
        data = json.loads(row["data"])
        if row["type"] == "ltc.billing.payment-received.v1":
            if data["receipt_id"] in received:
                found.append(f"receipt {data['receipt_id']} was received twice")
            received[data["receipt_id"]] = left[data["receipt_id"]] = data["amount"]["amount"]
            currency[data["receipt_id"]] = data["amount"]["currency"]
        elif row["type"] == "ltc.billing.cash-applied.v1":
            receipt = data["receipt_id"]
            applied = sum(part["amount"]["amount"] for part in data["applications"])
            if receipt not in received:
                found.append(f"receipt {receipt} was applied and never received")
                continue
            left[receipt] -= applied
            if left[receipt] < 0:
                found.append(f"receipt {receipt} was applied {-left[receipt]} more than the {received[receipt]} received")
            elif left[receipt] != data["unapplied"]["amount"]:
                found.append(f"receipt {receipt} says {data['unapplied']['amount']} unapplied, {left[receipt]} are")
            if {part["amount"]["currency"] for part in data["applications"]} - {currency[receipt]}:
                found.append(f"receipt {receipt} of {currency[receipt]} pays in another currency")
            if any(part["amount"]["amount"] <= 0 for part in data["applications"]):
                found.append(f"receipt {receipt} applies nothing or less")
    return [Finding("cash_is_conserved", BILLING, detail) for detail in found]


def invoiced_minus_paid_is_open(evidence: Evidence) -> list[Finding]:
    """Per invoice: what an application calls open is gross minus all applied so far, never below 0; settled means 0 is open, and once."""
    gross = {key: invoice["gross"]["amount"] for key, invoice in invoices(evidence).items()}
    open_now = dict(gross)
    settled: set[str] = set()
    found = []
    for row in evidence.ledgers[BILLING].own:
        data = json.loads(row["data"])
        if row["type"] == "ltc.billing.cash-applied.v1":
            for part in data["applications"]:
                invoice = part["invoice_id"]
                if invoice not in gross:
                    found.append(f"cash was applied to {invoice}, which was never issued")
                    continue
                open_now[invoice] -= part["amount"]["amount"]
                if open_now[invoice] < 0 or part["open"]["amount"] != open_now[invoice]:
                    found.append(f"invoice {invoice}: {part['open']['amount']} said to be open, {open_now[invoice]} are")
        elif row["type"] == "ltc.billing.invoice-settled.v1":
            invoice = data["invoice_id"]
            if open_now.get(invoice) != 0 or invoice in settled:
                found.append(f"invoice {invoice} settled with {open_now.get(invoice)} open, or twice")
            settled.add(invoice)
    found += [
        f"invoice {invoice} is paid in full and was not settled"
        for invoice, left in open_now.items()
        if left == 0 and invoice not in settled and gross[invoice]
    ]
    return [Finding("invoiced_minus_paid_is_open", BILLING, detail) for detail in found]


def plan_lines_are_not_overbilled(evidence: Evidence) -> list[Finding]:
    """Σ net invoiced of a plan line ≤ its amount; equal for an advance, and for an acceptance once all it covers is accepted."""
    rows = evidence.ledgers[BILLING].log
    billed: dict[tuple[str, int], int] = defaultdict(int)
    for invoice in invoices(evidence).values():
        billed[invoice["contract_id"], invoice["plan_line"]] += invoice["net"]["amount"]
    accepted = _accepted_lines(rows)
    found = []
    planned = set()
    for _, contract in facts(rows, "ltc.contract.registered.v1"):
        for plan in contract["plan"]:
            key = contract["contract_id"], plan["line"]
            planned.add(key)
            due = plan["amount"]["amount"]
            full = plan["kind"] == "advance" or (
                bool(plan["covers"]) and all(accepted.get((contract["contract_id"], line)) for line in plan["covers"])
            )
            if billed[key] > due or (full and billed[key] != due):
                found.append(
                    f"plan line {plan['line']} of {contract['contract_no']}: {billed[key]} billed of {due}{', all due' if full else ''}"
                )
    found += [f"{contract} plan line {line} was billed and never planned" for contract, line in billed.keys() - planned]
    return [Finding("plan_lines_are_not_overbilled", BILLING, detail) for detail in found]


def _accepted_lines(rows: list[Row]) -> dict[tuple[str, int], bool]:
    """Which contract lines have been accepted whole."""
    return {
        (acceptance["contract_id"], line["line"]): Decimal(str(line["accepted"])) >= Decimal(str(line["ordered"]))
        for _, acceptance in facts(rows, "ltc.order.delivery-accepted.v1")
        for line in acceptance["lines"]
    }


CHECKS = (invoices_add_up, invoice_numbers_are_gapless, cash_is_conserved, invoiced_minus_paid_is_open, plan_lines_are_not_overbilled)
