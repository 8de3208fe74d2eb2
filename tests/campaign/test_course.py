"""What a campaign draws, and what its report says."""

import random
from pathlib import Path

from .__main__ import COMPOUND, draw
from .course import Course
from .nemesis import FAULTS


def test_about_a_tenth_is_compound_and_two_servers_never_break_together() -> None:
    chance = random.Random(1)
    drawn = [draw(chance) for _ in range(5_000)]
    assert {fault for faults in drawn for fault in faults} == set(FAULTS)
    assert 0.5 * COMPOUND < sum(len(faults) > 1 for faults in drawn) / len(drawn) < 1.2 * COMPOUND
    assert max(sum(fault.shared for fault in faults) for faults in drawn) == 1
    assert max(map(len, drawn)) == 3
    assert all(len(set(faults)) == len(faults) for faults in drawn)


def test_what_broke_together_counts_for_each_and_once_more_as_such() -> None:
    course = Course()
    course.note(["wire cut", "disk full"], 1.0, 2.0)
    course.note(["wire cut"], 3.0, 4.0)
    course.note([], 0.1, 0.2)
    assert course.figures()["faults"] == {
        "wire cut": {"times": 2, "written": (3.0, 3.0), "flowed": (4.0, 4.0)},
        "disk full": {"times": 1, "written": (1.0, 1.0), "flowed": (2.0, 2.0)},
        "several at once": {"times": 1, "written": (1.0, 1.0), "flowed": (2.0, 2.0)},
        "nothing": {"times": 1, "written": (0.1, 0.1), "flowed": (0.2, 0.2)},
    }
    assert course.lines()[0].startswith("3 faults")


def test_every_fault_is_named_where_it_is_said_what_is_survived() -> None:
    said = (Path(__file__).parents[2] / "docs" / "guarantees.md").read_text().split("## What is survived")[1]
    assert [fault.name for fault in FAULTS if fault.name not in said] == []


def test_without_faults_nothing_is_drawn() -> None:
    assert draw(random.Random(1), []) == []
