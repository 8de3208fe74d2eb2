"""What befalls a child: where it dies, which call fails, what time it believes it is. Unknown to production code."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

CHILD = Path(__file__).parent / "child"


def child(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child that can be meddled with."""
    return {**env, "PYTHONPATH": os.pathsep.join(filter(None, (str(CHILD), env.get("PYTHONPATH"))))}


def jumping(folder: Path, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a child whose clock can be made to jump; ``folder`` is told to `jump` too."""
    folder.mkdir(parents=True, exist_ok=True)
    return {**child(env), "LTC_TEST_CLOCKS": str(folder)}


def jump(folder: Path, pid: int, seconds: float) -> None:
    """Let a child's clock be so wrong from now on; 0 sets it right."""
    (folder / str(pid)).write_text(str(seconds))
    os.kill(pid, signal.SIGUSR2)


def dying(tmp_path: Path, *points: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a child that dies (or fails, or stands still) at ``module:function:nth:when``, once per ``tmp_path``."""
    return {**child(env), "LTC_TEST_DIE": " ".join(points), "LTC_TEST_DIED": str(tmp_path / "died")}


def died(tmp_path: Path) -> set[str]:
    """The points that were reached."""
    return {path.name.removeprefix("died.").replace("-", ":") for path in tmp_path.glob("died.*")}
