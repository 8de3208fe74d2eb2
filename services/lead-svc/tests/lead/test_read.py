"""What people see after each fact."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from lead_svc.lead.read import ContactRow, LeadRow, lead_list
from lead_svc.lead.rules.events import ContactRecorded
from ltc_events import Event, Fact, Money
from ltc_events.lead import Bant, LeadAssigned, LeadCaptured, LeadConverted, LeadDisqualified, LeadQualified, PersonForgotten
from sqlalchemy import Table

LEAD, CONTACT = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SEALED = f"sealed.v1.{CONTACT}.{'A' * 40}"

captured = LeadCaptured(lead_id=LEAD, party_id=UUID(int=3), contact_id=CONTACT, company="Acme", channel="site", need="Cards")
contact = ContactRecorded(lead_id=LEAD, contact_id=CONTACT, email=SEALED)
assigned = LeadAssigned(lead_id=LEAD, owner="ann")
handed_over = LeadAssigned(lead_id=LEAD, owner="bob", previous_owner="ann")
BANT = Bant(need="Forty cards", budget=Money(amount=7, currency="USD"), authority="Board", timing=date(2026, 12, 24))
qualified = LeadQualified(lead_id=LEAD, bant=BANT)
disqualified = LeadDisqualified(lead_id=LEAD, reason="No budget after all")
converted = LeadConverted(
    lead_id=LEAD,
    opportunity_id=UUID(int=4),
    party_id=UUID(int=3),
    company="Acme",
    need="Forty cards",
    budget=BANT.budget,
    account_manager="ann",
    solution_manager="sam",
    fulfilment_manager="fay",
    expected_close=BANT.timing,
)


def shown(table: Table, events: Iterable[Event]) -> dict[str, Any]:
    """The one row after these facts; the n-th happens on the n-th day."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for position, event in enumerate(events, 1):
        at = NOW + timedelta(days=position)
        fact = Fact(position, "lead", LEAD, position, at, at, "ann", LEAD)
        for verb in (verb for on in lead_list.ons if on.event is type(event) for verb in on.verbs if verb.table is table):
            for row in verb.rows(event, fact):
                key = tuple(row[column.name] for column in table.primary_key)
                assert set(row) == set(table.columns.keys()) if verb.kind == "put" else set(row) <= set(table.columns.keys())
                if verb.kind == "put":
                    rows[key] = dict(row)
                elif key in rows:
                    rows[key] |= row
    (row,) = rows.values()
    return row


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def test_a_captured_lead_is_shown_without_an_owner() -> None:
    row = shown(LeadRow.table, [captured])
    assert (row["status"], row["owner"], row["channel"], row["captured_at"]) == ("captured", None, "site", day(1))


def test_a_lead_is_shown_with_its_owner() -> None:
    row = shown(LeadRow.table, [captured, assigned])
    assert (row["status"], row["owner"], row["assigned_at"]) == ("assigned", "ann", day(2))


def test_a_new_owner_changes_neither_the_status_nor_when_it_was_first_assigned() -> None:
    row = shown(LeadRow.table, [captured, assigned, qualified, handed_over])
    assert (row["status"], row["owner"], row["assigned_at"], row["qualified_at"]) == ("qualified", "bob", day(2), day(3))


def test_a_qualified_lead_shows_what_was_found_out() -> None:
    row = shown(LeadRow.table, [captured, assigned, qualified])
    assert (row["need"], row["budget"], row["currency"], row["authority"], row["timing"]) == (
        "Forty cards", 7, "USD", "Board", date(2026, 12, 24)
    )  # fmt: skip


def test_a_lead_given_up_late_still_counts_as_qualified() -> None:
    row = shown(LeadRow.table, [captured, assigned, qualified, disqualified])
    assert (row["status"], row["reason"], row["qualified_at"], row["closed_at"]) == ("disqualified", "No budget after all", day(3), day(4))


def test_a_converted_lead_leads_to_its_opportunity() -> None:
    row = shown(LeadRow.table, [captured, assigned, qualified, converted])
    assert (row["status"], row["opportunity_id"], row["closed_at"]) == ("converted", UUID(int=4), day(4))


def test_a_contact_is_kept_sealed() -> None:
    row = shown(ContactRow.table, [captured, contact])
    assert (row["email"], row["name"], row["forgotten"]) == (SEALED, None, False)


def test_a_forgotten_contact_is_known_to_be_forgotten() -> None:
    assert shown(ContactRow.table, [captured, contact, PersonForgotten(subject_id=CONTACT)])["forgotten"] is True
