"""Defects, their plants, their scenarios and docs/guarantees.md agree; ``make defects`` shows that each defect is found."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import ltc_runtime.log
import pytest

from ...checker.run import CHECKS
from ...platform import Platform
from . import scenarios
from .catalogue import DEFECTS
from .defect import ROOT, Defect, planted
from .plants import PLANTS

ROWS = dict(re.findall(r"^\| (G\d+) \|(.*)$", (ROOT / "docs" / "guarantees.md").read_text(), re.MULTILINE))
"""By guarantee, what docs/guarantees.md says of it."""

FITTED = """
import importlib, inspect
from tests.campaign.defects.plants import PLANTS

def held(module):
    mine = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
    return {(id(owner), name): value for owner in (module, *mine) for name, value in vars(owner).items()}

for defect, changes in PLANTS.items():
    for name, change in changes:
        module = importlib.import_module(name)
        before = held(module)
        change(module)
        after = held(module)
        if all(after[key] is value for key, value in before.items()):
            print(defect, "changes nothing that is in", name)
"""


def test_every_plant_is_in_the_catalogue_and_every_defect_is_planted_somewhere() -> None:
    assert PLANTS.keys() == {defect.name for defect in DEFECTS if not defect.sql}


def test_every_defect_is_to_be_shown_by_checks_there_are() -> None:
    assert all(defect.shown_by and defect.shown_by <= CHECKS.keys() for defect in DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_what_a_defect_breaks_is_a_guarantee_and_a_check_that_should_find_it_is_named_there(defect: Defect) -> None:
    for guarantee in defect.guarantee.split(", "):
        assert any(f"`{check}`" in ROWS[guarantee] for check in defect.shown_by), ROWS[guarantee]


def test_the_guarantees_name_every_check_and_no_other() -> None:
    named = set(re.findall(r"`(\w+)`", " ".join(ROWS.values())))
    assert named == CHECKS.keys()


def test_every_scenario_brings_out_some_defect() -> None:
    there = {one for _, one in inspect.getmembers(scenarios, inspect.iscoroutinefunction) if _is_scenario(one)}
    assert {defect.scenario for defect in DEFECTS} == there


def _is_scenario(one: object) -> bool:
    kinds = [parameter.annotation for parameter in inspect.signature(one).parameters.values()]  # type: ignore[arg-type]
    return kinds == [Platform, Path]


def test_every_plant_changes_something_that_the_product_has() -> None:
    child = subprocess.run([sys.executable, "-c", FITTED], env=planted(), capture_output=True, text=True, check=False)
    assert (child.stdout, child.stderr) == ("", "")


def test_what_is_changed_in_the_database_is_there_once() -> None:
    schema = Path(ltc_runtime.log.__file__).parent / "schema"
    latest = [text for path in sorted(schema.glob("*.sql")) if " FUNCTION append(" in (text := path.read_text())][-1]
    body = latest.split(" FUNCTION append(")[1].split("$$;")[0]
    assert [old for defect in DEFECTS for changes in defect.sql.values() for old, _ in changes if body.count(old) != 1] == []
