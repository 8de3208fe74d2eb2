"""Settings come from the environment, secrets from files, and the example says all of them."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from ltc_runtime.messaging.broker import connection_options
from ltc_runtime.process import MISUSED, main
from ltc_runtime.settings import Settings, example
from pydantic import ValidationError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LTC_{name.upper()}", raising=False)


def test_the_example_is_current() -> None:
    assert (ROOT / ".env.example").read_text() == example(), "run `make env-example`"


def test_roles_are_words_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_ROLES", "api, relay")
    assert Settings().roles == {"api", "relay"}


def test_an_unknown_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_ROLES", "api,cook")
    with pytest.raises(ValidationError, match="roles"):
        Settings()


def test_a_process_without_a_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_ROLES", " ,")
    with pytest.raises(ValidationError, match="at least one of api, hear, react, relay"):
        Settings()


def test_a_wrong_environment_is_said_by_variable_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LTC_ROLES", "cook")
    monkeypatch.setenv("LTC_DATABASE", "postgresql://secret")
    assert main(["lead-svc"]) == MISUSED
    said = capfd.readouterr().err
    assert said.startswith("LTC_ROLES: ")
    assert "secret" not in said


def test_neighbours_are_names_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_NEIGHBOURS", "lead-svc=http://a:1/,order-svc=http://b:2")
    assert Settings().neighbours == {"lead-svc": "http://a:1", "order-svc": "http://b:2"}


def test_a_neighbour_without_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_NEIGHBOURS", "lead-svc")
    with pytest.raises(ValidationError, match="separated by commas"):
        Settings()


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://one\n")
    monkeypatch.setenv("LTC_DATABASE_FILE", str(tmp_path / "dsn"))
    assert Settings().database == "postgresql://one"


def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://one\n")
    monkeypatch.setenv("LTC_DATABASE_FILE", str(tmp_path / "dsn"))
    monkeypatch.setenv("LTC_DATABASE", "postgresql://two")
    assert Settings().database == "postgresql://two"


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(database="postgresql://u:hush@h/d", service_token="hush", owner_database="hush", postgres_url="hush"))
    assert "hush" not in shown


def test_settings_survive_the_way_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(service="lead-svc", port=1234, roles=frozenset({"api"}), neighbours={"lead-svc": "http://a:1"}, clock=Path("c"))
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_the_cache_is_in_the_home_directory() -> None:
    assert Settings().cache_dir == Path.home() / ".cache" / "openltc"


def test_every_setting_does_something() -> None:
    code = "".join(
        path.read_text()
        for path in [*(ROOT / "libs" / "runtime" / "ltc_runtime").rglob("*.py"), *(ROOT / "apps").rglob("*.py")]
        if path.name != "settings.py"
    )
    assert [name for name in Settings.model_fields if f"settings.{name}" not in code] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafka_security": "sasl_ssl"}, "needs LTC_KAFKA_USER and LTC_KAFKA_PASSWORD"),
        ({"kafka_security": "sasl_plaintext", "kafka_user": "ann"}, "needs LTC_KAFKA_USER and LTC_KAFKA_PASSWORD"),
        ({"kafka_user": "ann", "kafka_password": "x"}, "would not be used: set LTC_KAFKA_SECURITY"),
        ({"kafka_security": "ssl", "kafka_user": "ann", "kafka_password": "x"}, "would not be used"),
        ({"kafka_security": "tls"}, "'plaintext', 'ssl', 'sasl_plaintext' or 'sasl_ssl'"),
    ],
)
def test_a_login_at_the_brokers_is_whole_or_it_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(**given)


def test_every_kafka_client_is_told_the_same_way_in(tmp_path: Path) -> None:
    login: dict[str, Any] = {"kafka_bootstrap": "broker:9093", "kafka_user": "order-svc", "kafka_password": "secret"}
    assert connection_options(Settings(kafka_bootstrap="broker:9092")) == {
        "bootstrap_servers": "broker:9092",
        "security_protocol": "PLAINTEXT",
    }
    through_tls = connection_options(Settings(**login, kafka_security="sasl_ssl"))
    context = through_tls.pop("ssl_context")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert through_tls == {
        "bootstrap_servers": "broker:9093", "security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "order-svc", "sasl_plain_password": "secret",
    }  # fmt: skip
    with pytest.raises(FileNotFoundError):
        connection_options(Settings(**login, kafka_security="sasl_ssl", kafka_ca=str(tmp_path / "missing.pem")))
    assert "secret" not in repr(Settings(**login, kafka_security="sasl_ssl"))
