"""Where a child dies, or a call of it fails: named by a test, put there by ``child/sitecustomize.py``, unknown to production code."""

import os
from collections.abc import Mapping
from pathlib import Path

CHILD = Path(__file__).parent / "child"


def dying(tmp_path: Path, *points: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a child that dies (or fails) at ``module:function:nth:when``, once per ``tmp_path``."""
    way = os.pathsep.join(filter(None, (str(CHILD), env.get("PYTHONPATH"))))
    return {**env, "PYTHONPATH": way, "LTC_TEST_DIE": " ".join(points), "LTC_TEST_DIED": str(tmp_path / "died")}


def died(tmp_path: Path) -> set[str]:
    """The points that were reached."""
    return {path.name.removeprefix("died.").replace("-", ":") for path in tmp_path.glob("died.*")}
