"""The catalogue of defects is whole, and a few of them are found; ``make defects`` shows all."""

from pathlib import Path

import pytest

from ...checker.run import CHECKS, run
from .catalogue import DEFECTS
from .defect import planted
from .plants import PLANTS
from .run import standing
from .scenarios import deals

TOGETHER = {
    "people_in_clear": "people_are_sealed",
    "float_money": "invoices_add_up",
    "reaction_ids_by_chance": "reactions_have_one_cause",
    "chain_forgets_who": "chain_verifies",
}
"""Defects that do not hide each other, and the check that finds each."""


def test_every_plant_is_in_the_catalogue_and_every_defect_is_planted_somewhere() -> None:
    assert PLANTS.keys() == {defect.name for defect in DEFECTS if not defect.sql}


def test_every_defect_is_to_be_shown_by_checks_there_are() -> None:
    assert all(defect.shown_by and defect.shown_by <= CHECKS.keys() for defect in DEFECTS)


def test_every_plant_changes_a_module_of_the_product() -> None:
    modules = {module for changes in PLANTS.values() for module, _ in changes}
    assert all(module.split(".")[0].startswith("ltc_") or module.split(".")[0].endswith("_svc") for module in modules)


@pytest.mark.faults
@pytest.mark.stack
async def test_defects_planted_in_running_services_are_found_and_nothing_else_is(tmp_path: Path) -> None:
    async with standing(tmp_path, planted(*TOGETHER), patience=60.0) as platform:
        await deals(platform, 2)
        found = {finding.check for finding in run(await platform.evidence())}
    assert found == set(TOGETHER.values())
