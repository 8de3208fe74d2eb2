"""Which spellings are one company."""

import pytest
from hypothesis import given, strategies
from lead_svc.party.rules.names import normalised, party_of


@pytest.mark.parametrize("spelling", ["ACME, Inc.", "acme inc", " Acme  Inc ", "ＡＣＭＥ Ｉｎｃ"])
def test_case_width_spacing_and_punctuation_do_not_make_another_company(spelling: str) -> None:
    assert party_of(spelling) == party_of("Acme Inc")


@pytest.mark.parametrize("other", ["Acme", "Acme Inc 2", "华为", "!!!"])
def test_other_words_are_another_company(other: str) -> None:
    assert party_of(other) != party_of("Acme Inc")


def test_a_name_of_signs_alone_is_a_name() -> None:
    assert party_of("!!!") != party_of("???")


@given(strategies.text(min_size=1))
def test_normalising_twice_changes_nothing_more(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)
