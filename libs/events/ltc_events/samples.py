"""A full example of an event, made from what its schema says: for readers of the contracts and for tests against them."""

import random
import re
from typing import Any
from uuid import UUID

from .vocabulary import Event

WORDS: dict[str, Any] = {
    "account_manager": "ann", "solution_manager": "ben", "fulfilment_manager": "fay", "owner": "ann", "previous_owner": "bob",
    "company": "Northwind Pumps", "need": "Twelve pumps for a water works", "authority": "Head of purchasing", "campaign": "spring-fair",
    "reason": "No budget before next year", "lesson": "Delivery within four weeks decided it", "competitor": "Acme", "product": "PMP-100",
    "description": "Centrifugal pump", "unit": "C62", "quantity": "12", "accepted": "12", "shipped": "12", "ordered": "12",
    "discount": "0.05", "tax_rate": "0.13", "rate": "0.13", "amount": 125000, "legal_entity": "LE",
    "number": "LE-000001", "contract_no": "C-2026-00007", "order_no": "O-2026-00042", "lead_no": "L-2026-00311",
    "quote_no": "Q-2026-00017", "country": "DE", "tax_number": "DE811234567", "bank_account": "DE89 3704 0044 0532 0130 00",
    "invoice_mail": "invoices@northwind.example", "address": "Speicherstadt 4, 20457 Hamburg",
    "logo": "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIzMCIgaGVpZ2h0PSIxMCIvPg==",
    "purchase_order": "PO-4711", "remitter": "Northwind Pumps",
    "reference": "BOC-2026-000042", "month": "2026-12", "category": "hardware", "period": "2026-Q4",
    "company_phone": "+862155550100", "phone": "+862155550100",
    "website": "northwind.example", "origins": "https://fair.example",
}  # fmt: skip
"""What fields of these names say in an example, where it fits."""

TEXTS = ("piece", "CNY", "LE-000001", "0f" * 32, "UTC", "09:00-18:00")
"""One of them fits every pattern there is."""

Schema = dict[str, Any]


def sample(event: type[Event]) -> Event:
    """A full example of an event, the same each time: every optional field is there."""
    drawn = random.Random(event.event_type)
    said = event.model_json_schema(mode="validation")
    return event.model_validate(_filled(said, "", said.get("$defs", {}), drawn))


def _filled(part: Schema, name: str, defs: Schema, drawn: random.Random) -> Any:
    """A value for one part of a schema."""
    if "$ref" in part:
        return _filled(defs[part["$ref"].rsplit("/", 1)[1]], name, defs, drawn)
    choices = part.get("anyOf") or part.get("oneOf")
    if choices:
        return _filled(choices[0], name, defs, drawn)
    if "const" in part or "enum" in part:
        return part.get("const", part.get("enum", [None])[0])
    match part.get("type"):
        case "object":
            return {inner: _filled(said, inner, defs, drawn) for inner, said in part.get("properties", {}).items()}
        case "array":
            return [_filled(part["items"], name, defs, drawn) for _ in range(max(1, part.get("minItems", 1)))]
        case "integer":
            word = WORDS.get(name)
            return max(word if isinstance(word, int) else 1, part.get("minimum", 1))
        case "number":
            return WORDS.get(name, "0.5")
        case "boolean":
            return True
        case _:
            return _text(part, name, drawn)


def _text(part: Schema, name: str, drawn: random.Random) -> str:
    id = str(UUID(int=drawn.getrandbits(128), version=4))
    if part.get("format") == "ltc-sealed":
        return f"sealed.v1.{id}.{'A' * 40}"
    texts = {"uuid": id, "date": "2026-03-31", "date-time": "2026-03-31T08:00:00Z"}
    return texts.get(part.get("format", "")) or next(text for text in (str(WORDS.get(name, "")), *TEXTS) if _fits(text, part))


def _fits(text: str, part: Schema) -> bool:
    return bool(text) and len(text) <= part.get("maxLength", 64) and re.search(part.get("pattern", ""), text) is not None
