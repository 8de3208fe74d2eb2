"""A decider that forgets an event or a command fails the type check; these tests run mypy with the project's settings."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

RULES = """
from typing import TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event


class Open(Command):
    box_id: UUID


class Close(Command):
    box_id: UUID


class Opened(Event, type="ltc.test.opened.v1"):
    box_id: UUID


class Closed(Event, type="ltc.test.closed.v1"):
    box_id: UUID


BoxCommand: TypeAlias = Open | Close
BoxEvent: TypeAlias = Opened | Closed


def decide(box: bool, command: BoxCommand) -> list[BoxEvent]:
    match command:
        case Open(box_id=box_id):
            return [Opened(box_id=box_id)]
        case Close(box_id=box_id):
            return [Closed(box_id=box_id)]


def evolve(box: bool, event: BoxEvent) -> bool:
    match event:
        case Opened():
            return True
        case Closed():
            return False


decider: Decider[bool, BoxCommand, BoxEvent] = Decider(
    kind="box", id="box_id", initial=False, decide=decide, evolve=evolve, commands=BoxCommand, events=BoxEvent
)
"""


def checked(rules: str, tmp_path: Path) -> str:
    """What mypy says of a file of rules."""
    file = tmp_path / "rules.py"
    file.write_text(rules)
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path / "cache")]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What mypy says of the rules as they are, and with one case forgotten."""
    forgotten = {
        "nothing": RULES,
        "an event": RULES.replace("        case Closed():\n            return False\n", ""),
        "a command": RULES.replace("        case Close(box_id=box_id):\n            return [Closed(box_id=box_id)]\n", ""),
    }
    folder = tmp_path_factory.mktemp("rules")
    return {name: checked(rules, folder) for name, rules in forgotten.items()}


def test_a_decider_with_every_case_passes_the_type_check(said: dict[str, str]) -> None:
    assert "Success" in said["nothing"]


def test_an_event_without_a_case_fails_the_type_check(said: dict[str, str]) -> None:
    assert 'unhandled case for values of type "Closed"' in said["an event"]


def test_a_command_without_a_case_fails_the_type_check(said: dict[str, str]) -> None:
    assert 'unhandled case for values of type "Close"' in said["a command"]
