"""What is changed so that PostgreSQL, which is not root, comes to its files."""

import stat
from pathlib import Path

import pytest
from ltc_stack.postgres_account import allow_passage
from structlog.testing import capture_logs


@pytest.fixture
def ways(tmp_path: Path) -> tuple[Path, Path]:
    """A closed directory below one that others may pass through."""
    passable, closed = tmp_path / "passable", tmp_path / "passable" / "closed"
    closed.mkdir(parents=True)
    passable.chmod(0o711)
    closed.chmod(0o700)
    return passable, closed


def test_others_may_pass_through_and_no_more_and_it_is_said_once(ways: tuple[Path, Path]) -> None:
    passable, closed = ways
    with capture_logs() as said:
        allow_passage(closed)
        allow_passage(closed)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert stat.S_IMODE(passable.stat().st_mode) == 0o711
    assert [line["directory"] for line in said].count(str(closed)) == 1
    assert str(passable) not in {line["directory"] for line in said}
