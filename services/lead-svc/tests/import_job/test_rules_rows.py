"""Exports of other systems, read by mappings that are data."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from lead_svc.import_job.rules.rows import reader
from lead_svc.lead.rules.capture import CaptureLead
from lead_svc.rule_book.rules.import_mapping import PRESETS, ColumnMapping
from ltc_events import BadRow
from pydantic import ValidationError


def seal(subject: UUID, text: str) -> str:
    return f"sealed.v1.{subject}.{text.encode().hex():A<40}"


def opened(text: str | None) -> str | None:
    return None if text is None else bytes.fromhex(text.rpartition(".")[2].rstrip("A")).decode()


def lead_of(mapping: ColumnMapping, header: Sequence[str], cells: Sequence[str], source: str = "crm") -> CaptureLead:
    command = reader(mapping, source, header)(cells).command(seal)
    assert isinstance(command, CaptureLead)
    return command


OWN = ColumnMapping(company=("Firm",), columns={"email": ("Mail",), "territory": ("Where",)})

EXPORTS = {
    "salesforce": (
        ["Lead ID", "First Name", "Last Name", "Company", "Email", "Mobile", "Lead Source", "Lead Status"],
        ["00Q5", "Jo", "Doe", "Acme Inc", "jo@acme.example", "+1 555 0100", "Trade Show", "Open"],
        ("exhibition", "Jo Doe"),
    ),
    "hubspot": (
        ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Company Name", "Original Traffic Source"],
        ["201", "Jo", "Doe", "jo@acme.example", "+1 555 0100", "Acme Inc", "Organic Search"],
        ("site", "Jo Doe"),
    ),
    "jiandaoyun": (
        ["数据ID", "公司名称", "联系人", "手机", "邮箱", "线索来源", "需求描述"],
        ["63f", "Acme Inc", "Jo Doe", "+1 555 0100", "jo@acme.example", "转介绍", "四十块显卡"],
        ("referral", "Jo Doe"),
    ),
}


@pytest.mark.parametrize("system", EXPORTS)
def test_the_export_of_a_known_system_needs_no_own_mapping(system: str) -> None:
    header, cells, (channel, name) = EXPORTS[system]
    lead = lead_of(PRESETS[system], header, cells)
    assert (lead.company, lead.channel) == ("Acme Inc", channel)
    said = (opened(lead.contact_name), opened(lead.contact_email), opened(lead.contact_phone))
    assert said == (name, "jo@acme.example", "+1 555 0100")


def test_a_row_is_known_by_its_key_whatever_else_changes() -> None:
    header, cells, _ = EXPORTS["salesforce"]
    again = lead_of(PRESETS["salesforce"], header, [*cells[:3], "Acme GmbH", *cells[4:]])
    assert again.lead_id == lead_of(PRESETS["salesforce"], header, cells).lead_id
    assert again.lead_id != lead_of(PRESETS["salesforce"], header, cells, source="other").lead_id


def test_a_row_without_a_key_is_known_by_all_it_says() -> None:
    one, two = (lead_of(OWN, ["Firm", "Mail"], ["Acme", mail]) for mail in ("a@acme.example", "b@acme.example"))
    assert one.lead_id != two.lead_id
    assert one.lead_id == lead_of(OWN, [" FIRM ", "mail", "else"], ["Acme", "a@acme.example", "x"]).lead_id


def test_a_row_that_names_nobody_keeps_no_contact() -> None:
    assert lead_of(OWN, ["Firm", "Mail"], ["Acme", ""]).contact_id is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "a@b", ""], "company: is missing"),
        (["x" * 201, "", ""], "company: is longer than"),
        (["Acme", "jo at acme", ""], "email: is no mail address"),
        (["Acme", "", "上海"], "territory: is no code"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_without_repeating_it(cells: list[str], reason: str) -> None:
    with pytest.raises(BadRow, match=reason) as refused:
        lead_of(OWN, ["Firm", "Mail", "Where"], cells)
    assert "jo at acme" not in str(refused.value)


@pytest.mark.parametrize(("header", "reason"), [(["Mail"], "no column is called Firm"), (["Firm", "firm "], "two columns are called")])
def test_a_header_that_cannot_do_is_refused(header: list[str], reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        reader(OWN, "crm", header)


def test_a_mapping_must_name_the_company() -> None:
    with pytest.raises(ValidationError, match="company"):
        ColumnMapping.model_validate({"columns": {"email": ["Mail"]}})
