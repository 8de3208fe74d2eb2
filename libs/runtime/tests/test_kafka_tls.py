"""A broker that asks for a login through TLS, as one of the user's own would."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from ltc_runtime.messaging import topics
from ltc_runtime.messaging.acl import Grant
from ltc_runtime.messaging.broker import abort_producer, admin, start_producer
from ltc_runtime.settings import Settings
from ltc_stack.kafka import Kafka, Logins
from ltc_stack.stored import Passwords

PEM = serialization.Encoding.PEM
TLS = """
ssl.keystore.type=PEM
ssl.keystore.location={directory}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={directory}/ca.pem
"""


class Guarded(Kafka):
    """The embedded broker with TLS on the listener for clients."""

    def _configuration(self) -> Path:
        certify(self.directory)
        path = super()._configuration()
        text = path.read_text().replace("CLIENTS:SASL_PLAINTEXT", "CLIENTS:SASL_SSL")
        path.write_text(text + TLS.format(directory=self.directory))
        return path

    def as_user(self, settings: Settings, user: str = "operator") -> Settings:
        """Through TLS, and the broker must show a certificate of ours."""
        through = {"kafka_security": "sasl_ssl", "kafka_ca": str(self.directory / "ca.pem")}
        return super().as_user(settings, user).model_copy(update=through)


def certify(directory: Path) -> None:
    """A key and a certificate for the loopback address, signed by itself."""
    directory.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    shown = certificate.public_bytes(PEM)
    secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "ca.pem").write_bytes(shown)
    (directory / "broker.pem").write_bytes(secret + shown)


async def test_every_client_comes_through_tls_and_trusts_no_other_certificate(tmp_path: Path) -> None:
    house = Settings(topic_partitions=1)
    logins = Logins(Passwords(tmp_path / "passwords.json"), [Grant("lead-svc", "write", "topic", "ltc.lead.v1")])
    async with Guarded(tmp_path / "kafka", Settings().cache_dir / "kafka-4.4.0", logins=logins) as broker:
        await topics.apply(["lead-svc"], broker.as_user(house))
        producer = await start_producer(broker.as_user(house, "lead-svc"), "test", lambda: None)
        await producer.send_and_wait("ltc.lead.v1", b"x", partition=0)
        await abort_producer(producer)
        certify(tmp_path / "elsewhere")
        other = broker.as_user(house).model_copy(update={"kafka_ca": str(tmp_path / "elsewhere/ca.pem")})
        with pytest.raises(KafkaConnectionError):
            async with admin(other):
                pass
