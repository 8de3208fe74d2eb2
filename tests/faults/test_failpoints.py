"""The failpoints themselves: a child dies, or a call of it fails, where it was said, once."""

import subprocess
import sys
from pathlib import Path

from .failpoints import dying


def run(tmp_path: Path, point: str) -> int:
    """How a child ends that encodes three times."""
    program = "import json\nfor n in range(3): print(json.dumps(n), flush=True)"
    return subprocess.run([sys.executable, "-c", program], env=dying(tmp_path, point), capture_output=True, check=False).returncode


def test_a_child_dies_at_the_named_call_and_only_once(tmp_path: Path) -> None:
    assert run(tmp_path, "json:dumps:2:before") == -9
    assert run(tmp_path, "json:dumps:2:before") == 0


def test_a_call_fails_where_it_is_told_to_and_only_once(tmp_path: Path) -> None:
    assert run(tmp_path, "json:dumps:2:fails") == 1
    assert run(tmp_path, "json:dumps:2:fails") == 0


def test_a_child_without_a_failpoint_lives(tmp_path: Path) -> None:
    assert run(tmp_path, "json:loads:1:before") == 0
