"""A site of containers: what compose.yaml and the Dockerfile say agrees with the code, and each party is handed its own alone."""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from ltc_cli.containers import listener_of
from ltc_cli.output import CliError
from ltc_runtime.service import installed
from ltc_runtime.settings import PREFIX, Settings
from ltc_stack import containers, healthcheck
from ltc_stack.stored import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVICES = installed()
ONCE = {"secrets", "furnish", "operator"}
OURS = {name: said for name, said in CONTAINERS.items() if name != "jaeger"}
SECRET = re.compile(r"PASSWORD|TOKEN|DATABASE|POSTGRES_URL")


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What everybody got."""
    root = tmp_path_factory.mktemp("secrets")
    containers.write_secrets(root, "postgres:5432", Settings())
    return root


def filled(text: str) -> str:
    """A value as compose fills it where the environment says nothing."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_every_service_has_a_container_and_no_other_is_there() -> None:
    assert set(CONTAINERS) == {*SERVICES, "postgres", "kafka", "jaeger", *ONCE}
    assert CONTAINERS["jaeger"]["profiles"] == ["obs"]


@pytest.mark.parametrize("name", OURS)
def test_a_container_sets_what_the_settings_know_and_secrets_by_file_alone(name: str) -> None:
    said = {variable for variable in CONTAINERS[name].get("environment", {}) if variable.startswith(PREFIX)}
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    assert {variable.removesuffix("_FILE") for variable in said} <= known
    assert [variable for variable in said if SECRET.search(variable) and not variable.endswith("_FILE")] == []


@pytest.mark.parametrize("name", OURS)
def test_a_container_may_no_more_than_it_needs(name: str) -> None:
    said = CONTAINERS[name]
    assert said["cap_drop"] == ["ALL"]
    assert "privileged" not in said
    assert all(filled(port).startswith("127.0.0.1:") for port in said.get("ports", []))
    if name not in ONCE:
        assert said["read_only"] is True
        assert said["restart"] == "unless-stopped"
        assert said["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "ltc_stack.healthcheck"]
        assert {"cpus", "memory"} == set(said["deploy"]["resources"]["limits"])


def test_nothing_starts_before_what_it_stands_on() -> None:
    begun = {name: {on: said["condition"] for on, said in said.get("depends_on", {}).items()} for name, said in CONTAINERS.items()}
    done, well = "service_completed_successfully", "service_healthy"
    assert begun["postgres"] == begun["kafka"] == {"secrets": done}
    assert begun["furnish"] == {"postgres": well, "kafka": well}
    assert all(begun[name] == {"furnish": done} for name in SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_with_what_compose_says_and_what_it_was_handed(name: str, handed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = CONTAINERS[name]
    assert said["volumes"] == [f"{name.removesuffix('-svc')}-secrets:/secrets:ro"]
    for variable, value in said["environment"].items():
        monkeypatch.setenv(variable, filled(value).replace("/secrets/", f"{handed / name}/"))
    settings = Settings()
    assert settings.service == settings.kafka_user == name
    assert urlsplit(settings.database).hostname == "postgres"
    assert settings.kafka_password
    assert settings.service_token
    assert set(json.loads(Path(settings.jwks).read_text())["keys"][0]).isdisjoint({"d"}), "the issuer's secret key stays with the operator"
    assert set(settings.neighbours) == set(SERVICES)
    assert all(urlsplit(url).hostname == neighbour for neighbour, url in settings.neighbours.items())


def test_each_party_is_handed_its_own_alone_and_keeps_it(handed: Path) -> None:
    parties = {"operator", "postgres", "kafka", *SERVICES}
    assert {path.name for path in handed.iterdir()} == parties
    assert {f"secrets/{party}" for party in parties} == set(re.findall(r"secrets/[a-z-]+", DOCKERFILE))
    assert {volume.split(":")[1] for volume in CONTAINERS["secrets"]["volumes"]} == {f"/secrets/{party}" for party in parties}
    logins = {name: (handed / name / "database").read_text() for name in SERVICES}
    assert len(set(logins.values())) == len(SERVICES)
    passwords = json.loads((handed / "kafka" / "passwords.json").read_text())
    assert len(set(passwords.values())) == len(passwords) == len(SERVICES) + 3, "each service, the broker, the operator, analysts"
    assert all(path.stat().st_mode & 0o077 == 0 for path in handed.rglob("*") if path.is_file() and path.name != "jwks.json")
    containers.write_secrets(handed, "postgres:5432", Settings())
    assert {name: (handed / name / "database").read_text() for name in SERVICES} == logins
    assert json.loads((handed / "kafka" / "passwords.json").read_text()) == passwords


def test_no_image_runs_as_root_and_none_knows_a_registry() -> None:
    assert "http" not in DOCKERFILE
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["openltc"]
    bases = {stage: base for base, stage in re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)}
    assert {bases[image] for image in ("service", "postgres", "kafka")} == {"place"}
    assert DOCKERFILE.count("ENTRYPOINT") == 3
    assert list(bases)[-1] == "service", "what is built when nobody names a target"


def test_only_what_is_copied_goes_into_the_build() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word.split("/")[0] for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert copied == let_in


def test_a_server_is_healthy_when_somebody_listens() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        assert healthcheck.main([str(listener.getsockname()[1])]) == 0


def test_a_service_nobody_answers_for_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_PORT", str(free_port(set())))
    assert healthcheck.main([]) == 1


@pytest.mark.parametrize("text", ["outside", "outside=9093", "outside=9093:x", "Outside=9093:19093", "=9093:19093"])
def test_a_listener_that_is_not_understood_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CliError, match="such as outside=9093:19093"):
        listener_of(text)


def test_a_broker_listens_at_each_listener_it_is_given(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, kafka_bootstrap="kafka:9092")
    assert containers.kafka(settings, None, [listener_of("outside=9093:19093")]).listener("outside") == (LOOPBACK, 9093)
