"""Each check, on a small world in memory: silent where all is well, and heard where its one thing is wrong."""

import pytest

from .run import CHECKS, run
from .spoiled import SPOILED, Spoil, with_stranger
from .world import message, world


def test_a_sound_world_has_no_findings() -> None:
    assert run(world()) == []


def test_what_strangers_sent_is_no_finding_where_all_who_hear_it_set_it_aside() -> None:
    assert run(with_stranger(world(), "contract-svc", "billing-svc")) == []


@pytest.mark.parametrize(("check", "spoil"), [(check, spoil) for check, spoils in SPOILED.items() for spoil in spoils])
def test_a_check_finds_the_one_thing_that_is_wrong(check: str, spoil: Spoil) -> None:
    evidence = world()
    assert [finding.check for finding in run(spoil(evidence) or evidence, [check])][:1] == [check]


def test_every_check_was_seen_to_fail() -> None:
    assert SPOILED.keys() == CHECKS.keys()


def test_a_message_carries_what_its_row_says() -> None:
    told = world().ledgers["lead-svc"]
    assert message(told, told.told[0], 0).value.decode() == told.told[0]["data"]
