"""Encryption and logins with a real broker: each way in, and each way to be kept out."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from pathlib import Path

import pytest
from certificates import Authority
from kafka_broker import PASSWORD, USER, KafkaBroker
from kafka_world import Cluster, connector, numbered, tailing, values

from connectors.kafka.connector import KafkaConnector
from connectors.login import LoginRefused
from eventscope.connector import Refused
from tests.connectors.conformance import Collected, eventually


def url(broker: KafkaBroker, listener: str, topic: str, *options: str, user: str = "") -> str:
    query = "&".join((f"ssl_cafile={broker.authority.file}", *options))
    return f"kafka://{user}127.0.0.1:{broker.guarded[listener]}/{topic}?{query}"


async def refusal(source: str) -> Refused:
    with pytest.raises(Refused) as refused:
        await connector(source).run(Collected())
    assert "\n" not in str(refused.value)
    steps = [result async for result in connector(source).check()]
    assert (steps[-1].ok, steps[-1].detail) == (False, str(refused.value))
    return refused.value


async def reads(cluster: Cluster, topic: str, made: KafkaConnector) -> None:
    results = [result async for result in made.check()]
    assert all(result.ok for result in results), results
    async with tailing(made) as sink:
        await cluster.send(topic, numbered(0, 50))
        await eventually(lambda: sink.rows == 50)
    assert values(sink) == numbered(0, 50)


@pytest.fixture
async def topic(cluster: Cluster, name: str) -> str:
    """A topic that our user may read."""
    await cluster.create(name)
    await asyncio.to_thread(cluster.broker.allow_reading, name)
    return name


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_an_encrypted_login(
    cluster: Cluster, topic: str, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = connector(url(cluster.broker, "SECURE", topic, f"sasl_mechanism={mechanism}", user=f"{USER}:{PASSWORD}@"))
    await reads(cluster, topic, made)
    assert made.warnings == ()
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_a_refused_login(broker: KafkaBroker, mechanism: str) -> None:
    source = url(broker, "SECURE", "orders", f"sasl_mechanism={mechanism}", user=f"{USER}:wrong0canary@")
    assert isinstance(await refusal(source), LoginRefused)


def token(lives_s: float) -> str:
    """A token that only Kafka's validator for tests accepts."""
    parts = {"alg": "none"}, {"sub": USER, "iat": time.time(), "exp": time.time() + lives_s}
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*texts, ""))


async def test_a_bearer_token(cluster: Cluster, topic: str) -> None:
    options = "security_protocol=SASL_SSL", "sasl_mechanism=OAUTHBEARER", f"sasl_oauth_token={token(300)}"
    await reads(cluster, topic, connector(url(cluster.broker, "SECURE", topic, *options)))


async def test_a_bearer_token_that_has_expired(broker: KafkaBroker) -> None:
    options = "security_protocol=SASL_SSL", "sasl_mechanism=OAUTHBEARER", f"sasl_oauth_token={token(-60)}"
    error = await refusal(url(broker, "SECURE", "orders", *options))
    assert isinstance(error, LoginRefused)
    assert "does not accept this token" in str(error)


async def test_kerberos_without_its_library_says_what_to_install(broker: KafkaBroker) -> None:
    options = "security_protocol=SASL_SSL", "sasl_mechanism=GSSAPI"
    assert "run: pip install gssapi" in str(await refusal(url(broker, "SECURE", "orders", *options)))


@pytest.mark.parametrize("password", ["", PASSWORD])
async def test_a_client_certificate(cluster: Cluster, name: str, password: str) -> None:
    await cluster.create(name)
    await asyncio.to_thread(cluster.broker.allow_reading, name, f"CN={name}")
    ours = cluster.broker.authority.certificate(name, password=password)
    options = "security_protocol=SSL", f"ssl_certfile={ours}", f"ssl_password={password}"
    made = connector(url(cluster.broker, "MUTUAL", name, *options))
    await reads(cluster, name, made)


async def test_no_client_certificate_where_one_is_wanted(broker: KafkaBroker) -> None:
    error = await refusal(url(broker, "MUTUAL", "orders", "security_protocol=SSL"))
    assert "wants a certificate of ours; give ssl_certfile=FILE" in str(error)


@pytest.mark.parametrize("expired", [False, True])
async def test_a_client_certificate_that_is_not_accepted(broker: KafkaBroker, tmp_path: Path, expired: bool) -> None:
    authority = broker.authority if expired else Authority(tmp_path)
    ours = authority.certificate("stranger", expired=expired)
    error = await refusal(url(broker, "MUTUAL", "orders", "security_protocol=SSL", f"ssl_certfile={ours}"))
    assert "does not accept that certificate" in str(error)


async def test_an_expired_certificate_of_the_broker(broker: KafkaBroker) -> None:
    assert "it has expired" in str(await refusal(url(broker, "EXPIRED", "orders", "security_protocol=SSL")))


async def test_a_certificate_for_another_host(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    error = await refusal(url(cluster.broker, "MISNAMED", name, "security_protocol=SSL"))
    assert "accept any name by ssl_check_hostname=0" in str(error)
    made = connector(url(cluster.broker, "MISNAMED", name, "security_protocol=SSL", "ssl_check_hostname=0"))
    await reads(cluster, name, made)
    assert made.warnings == ("host name not verified",)


async def test_a_wrong_authority(broker: KafkaBroker, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    source = f"kafka://127.0.0.1:{broker.tls}/orders?security_protocol=SSL&ssl_cafile={other.file}"
    assert "name the authority that signed it by ssl_cafile=FILE" in str(await refusal(source))


@pytest.mark.parametrize(
    ("source", "warnings"),
    [
        ("kafka://mq.example/t", ()),
        ("kafka://u:p@mq.example/t", ()),
        ("kafka://u:p@mq.example/t?ssl_verify=0", ("certificate not verified",)),
        ("kafka://mq.example/t?ssl_verify=0", ()),
        ("kafka://u:p@mq.example/t?security_protocol=SASL_PLAINTEXT", ("the password travels in the clear",)),
        ("kafka://u:p@localhost,mq.example/t?security_protocol=SASL_PLAINTEXT", ("the password travels in the clear",)),
        ("kafka://u:p@localhost,[::1]:9/t?security_protocol=SASL_PLAINTEXT", ()),
        ("kafka://u:p@mq.example/t?security_protocol=SASL_PLAINTEXT&sasl_mechanism=SCRAM-SHA-256", ()),
        (
            "kafka://mq.example/t?security_protocol=SASL_PLAINTEXT&sasl_mechanism=OAUTHBEARER&sasl_oauth_token=x",
            ("the token travels in the clear",),
        ),
    ],
)
def test_what_is_unsafe_is_a_warning(source: str, warnings: tuple[str, ...]) -> None:
    assert connector(source).warnings == warnings
