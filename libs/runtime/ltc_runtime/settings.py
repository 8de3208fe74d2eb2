"""What differs from place to place: addresses, secrets, bounds. Read from the environment, and only from there.

Every setting is a variable ``LTC_<NAME>``. ``LTC_<NAME>_FILE`` names a file that holds the value instead, for secrets.
OpenTelemetry's own ``OTEL_*`` variables are honoured; nothing of ours stands beside them.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

Role = Literal["api", "hear", "react", "relay"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "LTC_"


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, validate_default=True)

    # Who it is
    service: str = Field("", description="The name of the service that this process runs.")
    roles: Annotated[frozenset[Role], NoDecode] = Field(
        frozenset(ROLES),
        description="What this process does of it, separated by commas: api, hear, react (with the timers and the tidying), relay.",
    )
    host: str = Field("127.0.0.1", description="The address it listens on.")
    port: int = Field(8000, ge=0, le=65535, description="The port it listens on; 0 takes a free one.")

    # What it stands on
    database: str = Field("", repr=False, description="PostgreSQL URL of the service's own login.")
    owner_database: str = Field(
        "", repr=False, description="PostgreSQL URL of the login that owns the log; for migrations and rebuilds only."
    )
    kafka_bootstrap: str = Field("", description="Kafka brokers, host:port separated by commas. Unset: the embedded stack starts one.")
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="How the brokers are spoken to; with sasl_ a login is needed, with ssl it goes through TLS."
    )
    kafka_user: str = Field("", description="This process's login at the brokers. `ltc topics access` prints what it must be allowed.")
    kafka_password: str = Field("", repr=False, description="The password of that login.")
    kafka_mechanism: Literal["plain", "scram-sha-256", "scram-sha-512"] = Field("scram-sha-512", description="How the login is proven.")
    kafka_ca: str = Field(
        "", description="File with the certificates that the brokers' are checked against. Unset: what the machine trusts."
    )
    topic_prefix: str = Field("", description="Put before the name of every topic and consumer group, for shared clusters.")
    topic_partitions: int = Field(12, ge=1, le=1000, description="Partitions per topic; fixed once a topic exists.")
    topic_replicas: int = Field(1, ge=1, le=9, description="Replicas of each partition.")
    neighbours: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Where the services answer, to heal holes from /feed: name=http://host:port separated by commas."
    )
    service_token: str = Field("", repr=False, description="Bearer token (role service) for the neighbours' /feed and /heads.")

    # Whom it believes
    issuer: str = Field("openltc", description="The issuer whose bearer tokens are accepted.")
    audience: str = Field("openltc", description="The audience a bearer token must name.")
    jwks: str = Field("", description="The issuer's key set: an http(s) URL, or the path of a file.")
    roles_claim: str = Field("roles", description="The claim that carries the roles.")
    jwks_refresh_seconds: float = Field(30.0, gt=0, description="An unknown key id refreshes the key set at most this often.")
    jwks_max_age_seconds: float = Field(300.0, gt=0, description="How long a key that was withdrawn may still be believed.")

    # How long it waits
    instance: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
        description="Name that this process keeps over restarts, its own within the service: it consumes on at once after it died.",
    )
    lease_seconds: float = Field(5.0, gt=0, description="How long the lease of a relay or reactor is valid without renewal.")
    poll_seconds: float = Field(0.5, gt=0, description="How often the log is looked at without a notification.")
    after_seconds: float = Field(3.0, gt=0, description="How long a read waits for the position its LTC-After names before it answers 503.")
    unready_seconds: float = Field(
        3.0, ge=0, description="How long a stopping process still answers while /readyz says 503, so that a load balancer turns away first."
    )
    drain_seconds: float = Field(10.0, gt=0, description="How long a stopping process may finish what it has begun, after that.")

    answer_days: float = Field(
        7.0, ge=1, description="How many days the answer to an Idempotency-Key is kept for retries; longer than any client retries."
    )

    # How much it takes
    body_cap: int = Field(1024 * 1024, ge=1024, description="Largest request body in bytes.")

    admit_at_once: int = Field(128, ge=1, le=10_000, description="Requests worked on at once at most; fewer while work on them takes long.")
    admit_work_seconds: float = Field(
        0.3, gt=0, description="How long work on a request should take on average; how many are worked on at once adapts to it."
    )
    admit_wait_seconds: float = Field(0.5, gt=0, description="How long a request waits for its turn before it is refused.")
    admit_inside: int = Field(
        1024,
        ge=2,
        le=100_000,
        description="Requests inside at once at most: worked on, waiting, or still arriving; half of them for one caller.",
    )

    # How it writes to people
    smtp: str = Field(
        "",
        pattern=r"^$|^[^\s:]+:[0-9]{1,5}$",
        description="Mail server, host:port. Unset: mails wait and are given up in the end.",
    )
    smtp_security: Literal["none", "starttls", "tls"] = Field("starttls", description="How the mail server is spoken to.")
    smtp_user: str = Field("", description="Login at the mail server, if it wants one.")
    smtp_password: str = Field("", repr=False, description="The password of that login.")
    mail_from: str = Field(
        "openltc@localhost",
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Where mails come from; its domain is that of their Message-IDs.",
    )
    public_url: str = Field(
        "http://localhost:8000",
        description="Where the public reaches the service that sends mails: links in mails lead there. One click needs https.",
    )

    # The embedded stack
    data_dir: Path = Field(Path(".ltc"), description="Where the embedded stack keeps its data.")
    cache_dir: Path = Field(Path("~/.cache/openltc"), description="Where the broker's jars are kept, outside any checkout.")
    postgres_url: str = Field("", repr=False, description="URL of a PostgreSQL superuser. Unset: the embedded stack starts a server.")
    clock: Path | None = Field(None, description="File that holds the business clock's shift; set by the embedded stack alone.")

    # How it speaks
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: Literal["auto", "json", "console"] = Field("auto", description="auto: JSON when not a terminal.")

    @field_validator("roles")
    @classmethod
    def _some_role(cls, value: frozenset[Role]) -> frozenset[Role]:
        if not value:
            raise ValueError(f"a process does something: name at least one of {', '.join(ROLES)}")
        return value

    @field_validator("roles", mode="before")
    @classmethod
    def _roles(cls, value: Any) -> Any:
        return frozenset(_words(value)) if isinstance(value, str) else value

    @field_validator("neighbours", mode="before")
    @classmethod
    def _neighbours(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [word.partition("=") for word in _words(value)]
        if any(not name or not url for name, _, url in pairs):
            raise ValueError("write name=http://host:port, separated by commas")
        return {name: url.rstrip("/") for name, _, url in pairs}

    @model_validator(mode="after")
    def _login(self) -> Self:
        if self.kafka_security.startswith("sasl") and not (self.kafka_user and self.kafka_password):
            raise ValueError(f"LTC_KAFKA_SECURITY={self.kafka_security} needs LTC_KAFKA_USER and LTC_KAFKA_PASSWORD")
        if self.kafka_user and not self.kafka_security.startswith("sasl"):
            raise ValueError("LTC_KAFKA_USER would not be used: set LTC_KAFKA_SECURITY to sasl_ssl (or sasl_plaintext)")
        return self

    @field_validator("cache_dir", "data_dir")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files the environment names."""
        return init_settings, env_settings, Files(settings_cls)

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process of its own; what is default is left out."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
        return {PREFIX + name.upper(): spell(value) for name, value in values.items() if value is not None}


def wrong(error: ValidationError) -> str:
    """What is wrong with the environment, a line per variable; never its value, which may be a secret."""
    return "\n".join(f"{PREFIX}{str(found['loc'][0]).upper()}: {found['msg']}" for found in error.errors() if found["loc"])


class Files(PydanticBaseSettingsSource):
    """Values from files: ``LTC_DATABASE_FILE=/run/secrets/database``."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of one setting, if a file is named for it."""
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values that files hold."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def spell(value: Any) -> str:
    """A value as the environment carries it."""
    if isinstance(value, frozenset):
        return ",".join(role for role in ROLES if role in value)
    if isinstance(value, dict):
        return ",".join(f"{name}={url}" for name, url in value.items())
    return "" if value is None else str(value)


def example() -> str:
    """The text of ``.env.example``: every setting, what it means, its default."""
    lines = ["# Every setting and its default. Written by `make env-example`; a test keeps it current.",
             "# LTC_<NAME>_FILE names a file that holds the value instead. OTEL_* variables are OpenTelemetry's own."]  # fmt: skip
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"#{PREFIX}{name.upper()}={spell(field.get_default(call_default_factory=True))}"]
    return "\n".join(lines) + "\n"


def _words(text: str) -> list[str]:
    return [word for word in (part.strip() for part in text.split(",")) if word]


if __name__ == "__main__":
    print(example(), end="")
