"""The catalogue of defects is whole; ``make defects`` shows that each is found."""

from ...checker.run import CHECKS
from .catalogue import DEFECTS
from .plants import PLANTS


def test_every_plant_is_in_the_catalogue_and_every_defect_is_planted_somewhere() -> None:
    assert PLANTS.keys() == {defect.name for defect in DEFECTS if not defect.sql}


def test_every_defect_is_to_be_shown_by_checks_there_are() -> None:
    assert all(defect.shown_by and defect.shown_by <= CHECKS.keys() for defect in DEFECTS)


def test_every_plant_changes_a_module_of_the_product() -> None:
    modules = {module for changes in PLANTS.values() for module, _ in changes}
    assert all(module.split(".")[0].startswith("ltc_") or module.split(".")[0].endswith("_svc") for module in modules)
