"""What befalls children: one dies, or a call of it fails, at the named call, once; the clock of another jumps."""

import subprocess
import sys
from pathlib import Path

from .failpoints import dying, jump, jumping


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


CLOCKS = """
import time
from datetime import UTC, datetime
for line in open(0):
    now = datetime.now(UTC)
    assert type(now) is type(datetime(2026, 1, 1)) and isinstance(now, datetime)
    print(time.time(), now.timestamp(), time.time_ns() / 1e9, time.monotonic(), flush=True)
"""


def test_the_clock_of_a_child_jumps_and_is_set_right_again(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CLOCKS], env=jumping(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def said() -> list[float]:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write("\n")
            return [float(word) for word in child.stdout.readline().split()]

        first = said()
        for wrong in (3600.0, -3600.0, 0.0):
            jump(tmp_path, child.pid, wrong)
            *clocks, monotonic = said()
            assert all(abs(clock - before - wrong) < 60 for clock, before in zip(clocks, first[:3], strict=True))
            assert 0 <= monotonic - first[3] < 60
