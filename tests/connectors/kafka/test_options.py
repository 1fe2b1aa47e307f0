"""What a `kafka:` URL may say."""

from __future__ import annotations

import pickle

import pytest
from kafka_world import connector

from connectors.kafka.options import Isolation, KafkaOptions, Protocol
from connectors.options import describe, read_options
from connectors.source_url import SourceUrlError


def options(url: str) -> KafkaOptions:
    return read_options(url, KafkaOptions)


def test_hosts_topics_and_options_are_read() -> None:
    read = options("kafka://a:1,b,[::1]:3/orders,payments?from=-10&isolation=read_committed")
    assert read.brokers == (("a", 1), ("b", 9092), ("::1", 3))
    assert read.topics == ("orders", "payments")
    assert (read.start, read.isolation) == ("-10", Isolation.COMMITTED)


def test_a_user_means_encryption_unless_that_is_said_otherwise() -> None:
    assert options("kafka://u:p@a/t").protocol is Protocol.SASL_SSL
    assert options("kafka://u:p@a/t?security_protocol=SASL_PLAINTEXT").protocol is Protocol.SASL_PLAINTEXT
    assert options("kafka://a/t").protocol is Protocol.PLAINTEXT


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("kafka://a", "kafka: name topics after the address"),
        ("kafka:", "kafka: the hosts is missing"),
        ("kafka://a b/t", "kafka: write the host as HOST or HOST:PORT"),
        ("kafka://a/t?pattern=(", "kafka: pattern is no regular expression"),
        ("kafka://a/t?fetch_max_wait_ms=0", "kafka: fetch_max_wait_ms takes 1 to 1000"),
        ("kafka://a/t?group_id=x", "kafka: has no option 'group_id'"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(SourceUrlError) as refused:
        options(url)
    assert str(refused.value).startswith(sentence)


def test_options_cross_a_process_boundary() -> None:
    before = options("kafka://u:p@a/t?from=-3")
    after = pickle.loads(pickle.dumps(before))
    assert (after.start, after.secret, after.topics) == ("-3", "p", ("t",))


def test_secrets_are_marked_and_in_no_repr() -> None:
    secret = {option.name for option in describe(KafkaOptions) if option.secret}
    assert secret >= {"password", "sasl_plain_password", "ssl_password", "sasl_oauth_token"}
    assert "canary" not in repr(options("kafka://u:canary@a/t?ssl_password=canary2&sasl_oauth_token=canary3"))


def test_hostile_names_make_a_label_of_one_printable_line() -> None:
    made = connector("kafka://a/%1b[31m" + "x" * 500 + "%0a?pattern=.*%0a")
    assert made.label.isprintable()
    assert len(made.label) <= 60
    assert made.safety.isprintable()
