"""Which spellings are one company, and what else tells that two are the same."""

import pytest
from hypothesis import given, strategies
from lead_svc.party.rules.matching import core_name, domain, marks, phone_number, weight


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME, Inc.", "Acme Incorporated"),
        ("Acme GmbH & Co. KG", "ACME"),
        ("Fiat S.p.A.", "fiat spa"),
        ("Hewlett Packard", "HewlettPackard Ltd"),
        ("华为技术有限公司", "华为技术"),
        ("华为技术有限公司", "华为技术股份有限公司"),
        ("海尔集团有限公司", "海尔集团"),
        ("株式会社日立", "日立"),
        ("ＡＣＭＥ　Ｃｏ．，Ｌｔｄ．", "acme"),
    ],
)
def test_legal_form_case_width_and_punctuation_do_not_tell_companies_apart(one: str, other: str) -> None:
    assert core_name(one) == core_name(other)


@pytest.mark.parametrize(("one", "other"), [("Acme Steel", "Acme"), ("华为", "中兴"), ("Limited", "Company"), ("有限公司", "公司")])
def test_what_is_left_of_the_name_does(one: str, other: str) -> None:
    assert core_name(one) != core_name(other)


@given(strategies.text(min_size=1))
def test_whatever_the_name_something_of_it_is_left_and_stays(name: str) -> None:
    assert core_name(name) or not name.strip()
    assert core_name(name) == core_name(name.upper().lower() if name.isascii() else name)


@pytest.mark.parametrize("written", ["acme.example", "https://www.Acme.example/en?x=1", "HTTP://u:p@acme.example:84#top", "acme.example."])
def test_an_address_is_kept_as_its_domain(written: str) -> None:
    assert domain(written) == "acme.example"


@pytest.mark.parametrize("written", ["", "acme", "https://", "http://[::1]/", "a b.example", ".example", "中文"])
def test_what_names_no_domain_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        domain(written)


@pytest.mark.parametrize("written", ["+86 (21) 5555-0100", "0086 21 5555 0100", "+86 (0)21 55550100"])
def test_a_number_is_kept_as_it_is_dialled_from_abroad(written: str) -> None:
    assert phone_number(written) == "+862155550100"


def test_a_number_without_a_country_is_kept_as_its_digits() -> None:
    assert phone_number("(021) 5555-0100") == "02155550100"


@pytest.mark.parametrize("written", ["123", "+1", "1234567890123456"])
def test_too_few_or_too_many_digits_are_no_number(written: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        phone_number(written)


def test_a_party_is_marked_by_all_that_is_known_of_it_and_agreement_in_more_weighs_more() -> None:
    assert marks("Acme Inc", "acme.example", None) == (("name", "acme"), ("website", "acme.example"))
    assert weight(["phone"]) < weight(["name"]) < weight(["website"]) < weight(["name", "phone"]) == weight(["name", "website", "phone"])
