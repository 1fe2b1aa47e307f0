"""Secrets are known by their names and by their looks, in time that grows with the text only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redaction.names import secret_name
from app.redaction.redaction import Redactor
from app.redaction.urls import without_secrets
from app.redaction.values import luhn, may_hold_secret, replace_secrets

CANARY = "canary-7f3b"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("password", "password"), ("userPassword", "password"), ("DB_PASSWD", "password"),
        ("password_hash", "password"), ("client_secret", "secret"), ("access_token", "token"),
        ("accessToken", "token"), ("token", "token"),
        ("id_token", "token"), ("refreshTokens", "token"), ("Authorization", "authorization"), ("X-API-Key", "api-key"),
        ("apiKey", "api-key"), ("APIKey", "api-key"), ("aws_secret_access_key", "api-key"), ("Set-Cookie", "cookie"),
        ("sentry_dsn", "dsn"), ("connectionString", "dsn"), ("cvv", "card"), ("sasl_plain_password", "password"),
    ],
)  # fmt: skip
def test_names_of_secrets_are_known(name, pattern):
    assert secret_name(name) == pattern


@pytest.mark.parametrize(
    "name",
    [
        "token_id", "tokenId", "token_type", "token_data", "token.created", "tokens", "max_tokens", "token_count",
        "secretary", "passwordless", "compass", "password_changed_at", "cookie_count", "key", "partition_key",
        "keyboard", "author", "authority", "secret_id", "monkey", "", "123", "пароли нет",
    ],
)  # fmt: skip
def test_names_that_only_look_alike_are_not(name):
    assert secret_name(name) is None


@pytest.mark.parametrize(
    ("secret", "pattern"),
    [
        (JWT, "jwt"),
        (PEM, "pem"),
        (PEM[:40], "pem"),
        ("AKIAIOSFODNN7EXAMPLE", "aws-key"),
        ("4111 1111 1111 1111", "card"),
        ("378282246310005", "card"),
        ("ghp_" + "a" * 36, "api-key"),
        ("sk_live_" + "a" * 24, "api-key"),
        ("Bearer abcdefgh.ijklmnop/qrst", "authorization"),
    ],
)
def test_secrets_are_known_by_their_looks(secret, pattern):
    redactor = Redactor()
    for text in (secret, f"before {secret} after", f"({secret})"):
        assert secret.split()[-1] not in redactor.text(text)
    assert set(redactor.replaced) == {pattern}


@pytest.mark.parametrize(
    "text",
    [
        "1763726767123456789",
        "4111 1111 1111 1112",
        "550e8400-e29b-41d4-a716-446655440000",
        "order-4111111111111111x",
        "token.created",
        "Token abc123 not found",
        "http://example.com:8080/a@b",
        "user@example.com",
        "2025-11-21T04:06:07.123456789Z",
        "basic plan, bearer bonds",
        "the key is under the mat",
    ],
)
def test_what_is_no_secret_stays(text):
    assert Redactor().text(text) == text


@given(st.text())
def test_the_quick_look_overlooks_nothing(text):
    if not may_hold_secret(text):
        assert replace_secrets(text, lambda pattern, secret: "X") == text


@pytest.mark.parametrize(
    "piece", ["token", "eyJ", "://a:", "@a", "password=", "-----BEGIN A-----", "1", "4 ", "bearer ", '\\"', "a: ", "=["]
)
def test_time_grows_with_the_length_and_not_with_its_square(piece):
    """A megabyte takes a fraction of a second; were it the square, it would take hours and run into the time limit."""
    text = piece * (1_000_000 // len(piece))
    assert isinstance(Redactor().text(f"password://:{text}"), str)


@given(st.integers(0, 10**15))
def test_the_check_digit_tells_any_single_wrong_digit(number):
    digits = str(number)
    right = [d for d in "0123456789" if luhn(digits + d)]
    assert len(right) == 1


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("kafka://u:p@h:9092/t?sasl_plain_password=x&from=latest", "kafka://u@h:9092/t?from=latest"),
        ("amqp://u:p@ss@h/v", "amqp://u@h/v"),
        ("amqp://u@h/v?exchange=a", "amqp://u@h/v?exchange=a"),
        ("demo:orders?rate=5", "demo:orders?rate=5"),
        ("redis://h?token=x", "redis://h"),
        ("file:/a/b@c:d.jsonl", "file:/a/b@c:d.jsonl"),
    ],
)
def test_a_url_without_its_secrets(url, clean):
    assert without_secrets(url) == clean
