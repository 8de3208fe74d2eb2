"""What `ltc` says where no stack runs: tokens, the clock, and what to do."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import typer
from joserfc import jwt
from joserfc.jwk import KeySet
from ltc_cli import COMMANDS, app, loaded
from ltc_cli.stack import totals
from ltc_runtime.service import load
from ltc_runtime.settings import Settings
from typer.testing import CliRunner, Result


@pytest.fixture(autouse=True)
def empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A data directory where nothing ran yet, and an environment that says nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LTC_{name.upper()}", raising=False)
    monkeypatch.setenv("LTC_DATA_DIR", str(tmp_path))


def ltc(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def business_time() -> datetime:
    (row,) = json.loads(ltc("clock", "show", "--json").stdout)
    return datetime.fromisoformat(row["business_time"])


def test_a_token_names_who_and_what(tmp_path: Path) -> None:
    result = ltc("token", "--role", "finance", "--role", "importer", "--sub", "ann")
    assert result.exit_code == 0
    keys = KeySet.import_key_set(json.loads((tmp_path / "issuer" / "jwks.json").read_text()))
    claims = jwt.decode(result.stdout.strip(), keys, algorithms=["Ed25519"]).claims
    assert claims["sub"] == "ann"
    assert claims["roles"] == ["finance", "importer"]


def test_an_unknown_role_is_wrong_use() -> None:
    result = ltc("token", "--role", "emperor")
    assert result.exit_code == 2
    assert "no such roles: emperor" in result.stderr


def test_the_clock_advances() -> None:
    assert ltc("clock", "advance", "31d").exit_code == 0
    assert ltc("clock", "advance", "12h").exit_code == 0
    assert abs(business_time() - datetime.now(UTC) - timedelta(days=31, hours=12)) < timedelta(minutes=1)


def test_the_clock_is_set_and_reset() -> None:
    assert ltc("clock", "set", "2031-05-06").exit_code == 0
    assert business_time().date().isoformat() == "2031-05-06"
    assert ltc("clock", "set", "now").exit_code == 0
    assert abs(business_time() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("words", [("advance", "soon"), ("set", "tomorrow"), ("set", "2031-05-06T10:00:00")])
def test_a_wrong_time_is_wrong_use(words: tuple[str, str]) -> None:
    result = ltc("clock", *words)
    assert result.exit_code == 2
    assert "ltc:" in result.stderr


@pytest.mark.parametrize(
    "words",
    [("down",), ("status",), ("topics", "show"), ("rebuild",), ("republish",), ("parked", "list"), ("verify",), ("trace", "x")],
)
def test_without_a_stack_it_says_what_to_do(words: tuple[str, ...]) -> None:
    result = ltc(*words)
    assert result.exit_code == 3, result.output
    assert "no stack runs" in result.stderr


def test_two_things_at_once_are_wrong_use_of_rebuild() -> None:
    result = ltc("rebuild", "--check", "--rollback", "lead-svc")
    assert result.exit_code == 2
    assert "choose one" in result.stderr


def test_an_unknown_read_model_is_wrong_use_and_those_there_are_are_named() -> None:
    result = ltc("rebuild", "lead-svc", "orders")
    assert result.exit_code == 2
    known = ", ".join(model.name for model in load("lead-svc").projections)
    assert f"lead-svc has no read model 'orders'; it has {known}" in result.stderr


def test_an_unknown_service_is_wrong_use() -> None:
    result = ltc("serve", "kitchen")
    assert result.exit_code == 2
    assert "lead-svc" in result.stderr


def test_an_unknown_role_of_a_process_is_wrong_use() -> None:
    result = ltc("serve", "lead-svc", "--role", "cook")
    assert result.exit_code == 2
    assert "api, hear, react, relay" in result.stderr


def test_figures_are_summed_over_their_labels() -> None:
    page = 'ltc_parked{state="parked"} 2.0\nltc_parked{state="waiting"} 3.0\nltc_log_position 7.0\nltc_x NaN\nother 1.0\n'
    assert totals(page) == {"ltc_parked": 5, "ltc_log_position": 7}


def test_the_asyncapi_document_of_one_service_or_all_is_printed() -> None:
    one = json.loads(ltc("asyncapi", "order").stdout)
    assert one["asyncapi"] == "3.0.0"
    assert one["channels"].keys() == {"order", "contract"}
    assert json.loads(ltc("asyncapi").stdout)["channels"].keys() == {"lead", "opportunity", "contract", "order", "billing"}
    assert ltc("asyncapi", "nobody").exit_code == 2


def test_who_may_do_what_at_the_brokers_is_printed_without_asking_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_TOPIC_PREFIX", "try.")
    lines = {tuple(line.values()) for line in json.loads(ltc("topics", "access", "--json").stdout)}
    assert ("order-svc", "write", "topic", "try.ltc.order.v1") in lines
    assert ("order-svc", "read", "topic", "try.ltc.contract.v1") in lines
    assert ("order-svc", "read", "group", "try.order-svc") in lines
    assert ("analyst", "read", "group", "try.analyst*") in lines
    assert {line[3] for line in lines if line[1] == "write"} == {line[3] for line in lines if line[0] == "analyst" and line[2] == "topic"}
    result = ltc("topics", "access", "--apply")
    assert result.exit_code == 3
    assert "LTC_KAFKA_BOOTSTRAP is not set" in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_of_commands_is_the_first_of_the_commands_own_help(name: str) -> None:
    described = loaded(name).help.split("\n\n")[0].replace("\n", " ")
    assert COMMANDS[name][1] == described


def test_every_command_of_a_module_is_in_the_list() -> None:
    written: dict[str, str] = {}
    for module, _ in COMMANDS.values():
        commands = typer.Typer()
        import_module(f"ltc_cli.{module}").add_to(commands)
        written |= dict.fromkeys(typer.main.get_group(commands).commands, module)
    assert written == {name: module for name, (module, _) in COMMANDS.items()}


def test_the_list_of_commands_is_shown_without_importing_them() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from ltc_cli import app\ntry: app(['--help'])\nfinally: print(sorted(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "parked" in ran.stdout
    loaded_modules = ran.stdout.splitlines()[-1]
    assert not [name for name in ("ltc_runtime", "ltc_events", "sqlalchemy", "httpx", "asyncpg") if f"'{name}'" in loaded_modules]


def test_a_command_that_is_nearly_right_is_suggested() -> None:
    result = ltc("statu")
    assert result.exit_code == 2
    assert "Did you mean 'status'" in result.stderr
