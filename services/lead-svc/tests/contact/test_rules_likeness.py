"""Which two contacts may be one person."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_svc.contact.rules.likeness import CROWD, LIKENESS, Alike, Trait, alike, traits

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def pairs(**people: tuple[str | None, str | None, str | None]) -> list[tuple[str, str, int]]:
    """Who is like whom, and how much; people are named by a letter."""
    found = alike({UUID(int=ord(who)): traits(*said) for who, said in people.items()})
    return [(chr(pair.contact_id.int), chr(pair.other_id.int), pair.weight) for pair in found]


def test_the_likeliest_come_first_and_agreement_in_more_weighs_more() -> None:
    assert pairs(
        a=("Jo Doe", "jo@acme.example", "+1 555 0100"),
        b=("J. Doe", "JO@acme.example", "001 555 0100"),
        c=("Doe, Jo", None, None),
        d=("Bo Roe", None, "+1 (555) 0100"),
    ) == [("a", "b", 100), ("a", "c", 50), ("a", "d", 40), ("b", "d", 40)]
    assert LIKENESS["phone"] < LIKENESS["name"] < LIKENESS["email"] < LIKENESS["name"] + LIKENESS["phone"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jo Doe", "DOE, JO"), ("Jo  Doe", "jo doe"), ("王 伟", "王伟"), ("Ｊｏ　Ｄｏｅ", "Jo Doe"), ("Anne-Marie", "anne marie")],
)
def test_case_width_spaces_and_the_order_of_names_do_not_tell_people_apart(one: str, other: str) -> None:
    assert pairs(a=(one, None, None), b=(other, None, None)) == [("a", "b", 50)]


@pytest.mark.parametrize(("one", "other"), [("Jo Doe", "Jo Roe"), ("王伟", "伟王"), ("Jo", "Doe")])
def test_another_name_is_another_name(one: str, other: str) -> None:
    assert pairs(a=(one, None, None), b=(other, None, None)) == []


def test_what_nobody_said_and_what_is_no_number_agrees_with_nothing() -> None:
    nothing = (None, None, "123")
    assert pairs(a=nothing, b=nothing, c=(None, None, None)) == []


def test_in_a_crowd_everybody_is_paired_with_the_first_so_that_no_answer_takes_long_and_weighs_all_the_same() -> None:
    jo = traits("Jo Doe", "info@acme.example", "+1 555 0100")
    crowd = {UUID(int=number): jo for number in range(1, CROWD + 2)}
    found = alike(crowd)
    assert {(pair.contact_id, pair.weight) for pair in found} == {(A, 100)}
    assert {pair.other_id for pair in found} == set(crowd) - {A}
    del crowd[A]
    assert len(alike(crowd)) == CROWD * (CROWD - 1) // 2


TRAITS = st.frozensets(st.builds(Trait, st.sampled_from(["email", "phone", "name"]), st.sampled_from("xyz")), max_size=5)
PEOPLE = st.dictionaries(st.sampled_from([UUID(int=number) for number in range(1, 7)]), TRAITS, max_size=6)


@given(PEOPLE, st.randoms(use_true_random=False))
def test_likeness_does_not_depend_on_the_order_in_which_people_come(people: dict[UUID, frozenset[Trait]], shuffled: object) -> None:
    again = list(people.items())
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    assert alike(dict(again)) == alike(people)


@given(PEOPLE)
def test_nobody_is_a_duplicate_of_themselves_and_no_pair_comes_twice(people: dict[UUID, frozenset[Trait]]) -> None:
    found = [frozenset((pair.contact_id, pair.other_id)) for pair in alike(people)]
    assert all(len(pair) == 2 for pair in found)
    assert len(set(found)) == len(found)


@given(TRAITS, TRAITS)
def test_one_is_like_another_as_the_other_is_like_the_one_in_all_they_have_in_common(
    one: frozenset[Trait], other: frozenset[Trait]
) -> None:
    there, back = alike({A: one, B: other}), alike({A: other, B: one})
    assert there == back
    common = {trait.kind for trait in one & other}
    assert [set(pair.kinds) for pair in there] == ([common] if common else [])


@given(PEOPLE)
def test_who_else_is_compared_changes_nothing_between_two(people: dict[UUID, frozenset[Trait]]) -> None:
    def between(found: list[Alike]) -> list[Alike]:
        return [pair for pair in found if {pair.contact_id, pair.other_id} == {A, B}]

    two = {who: had for who, had in people.items() if who in (A, B)}
    assert between(alike(people)) == alike(two)
