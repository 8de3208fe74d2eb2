"""The analyst's consumer counts what was told, once each, in the month it happened; and its schemas are ours of today."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
USD = {"amount": 125000, "currency": "USD"}


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def analyst() -> ModuleType:
    return example("analyst")


def schemas() -> dict[str, object]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (EXAMPLES / "schemas").glob("*.json")}


def message(kind: str, event_id: str, when: str, data: Mapping[str, object]) -> tuple[dict[str, str], bytes]:
    return {"ce_type": kind, "ce_id": event_id, "ce_time": when}, json.dumps(data).encode()


def receipt(amount: object = USD) -> dict[str, object]:
    return {"receipt_id": "0", "amount": amount, "value_date": "2024-02-01", "remitter": "Acme"}


def test_the_published_schemas_are_those_of_today() -> None:
    written = {path.stem: path.read_text(encoding="utf-8") for path in (EXAMPLES / "schemas").glob("*.json")}
    assert written == example("make_schemas").schemas()


def test_an_event_counts_once_and_in_its_month(analyst: ModuleType) -> None:
    months = analyst.Months()
    for when in ("2024-02-01T09:00:00+00:00", "2024-03-01T09:00:00+00:00"):
        months.hear(*message("ltc.billing.payment-received.v1", "a", when, receipt()), schemas())
    assert months.money == {("2024-02", "USD"): {"received": 125000}}
    assert months.twice == 1
    assert "1,250" in analyst.written(months)


def test_a_lead_that_was_merged_is_one_with_the_other_until_that_is_undone(analyst: ModuleType) -> None:
    months = analyst.Months()
    captured = {"lead_id": "0", "party_id": "0", "company": "Acme", "channel": "fair"}
    merged = {"lead_id": "0", "into": "1", "merge_id": "2", "reason": "One need"}
    undone = {"lead_id": "0", "previously_into": "1", "merge_id": "2", "reason": "Two needs", "status": "new"}
    published = [
        message("ltc.lead.unmerged.v1", "e", "2024-03-01T09:00:00Z", undone),
        message("ltc.lead.merged.v1", "c", "2024-02-03T09:00:00Z", merged),
        message("ltc.lead.merged.v1", "d", "2024-02-04T09:00:00Z", merged),
        message("ltc.lead.merged.v1", "d", "2024-02-04T09:00:00Z", merged),
        *(message("ltc.lead.captured.v1", each, "2024-02-01T09:00:00Z", captured) for each in ("a", "b", "f")),
    ]
    for each in published:
        months.hear(*each, schemas())
    assert not months.unread
    head, *rows = (line.split() for line in analyst.written(months).splitlines()[1:5])
    funnel = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}
    wanted = {"2024-02": ("3", "2", "1"), "2024-03": ("0", "-1", "1"), "all": ("3", "1", "2")}
    assert {month: (row["captured"], row["merged"], row["leads"]) for month, row in funnel.items()} == wanted


def test_what_lacks_a_required_field_is_named_and_not_counted(analyst: ModuleType) -> None:
    months = analyst.Months()
    months.hear(*message("ltc.billing.payment-received.v1", "a", "2024-02-01T09:00:00Z", receipt({"amount": 1})), schemas())
    assert months.money == {}
    assert "ltc.billing.payment-received.v1 without /amount/currency (1 times)" in analyst.written(months)


def test_types_it_does_not_count_are_no_fault(analyst: ModuleType) -> None:
    months = analyst.Months()
    months.hear(*message("ltc.lead.something-new.v7", "a", "2024-02-01T09:00:00Z", {}), schemas())
    assert not months.unread
