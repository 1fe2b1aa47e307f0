"""A draft: a source described option by option or as a URL; each way round gives the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.draft import MASK, Draft, draft_of, empty_draft
from connectors.registry import open_source
from connectors.source_url import SourceUrlError


@pytest.mark.parametrize(
    "url",
    [
        "demo:",
        "demo:orders?rate=1000&seed=7",
        "tap:",
        "file:/var/log/a%20b.log?follow=0",
        "kafka://localhost:9092/orders,payments?from=earliest",
        "kafka://a:1,b:2/?pattern=orders-.*",
        "amqp://me:p%40ss@localhost/shop?exchange=events&bind=order.%23",
        "amqp://[::1]:5672/?exchange=events",
        "demo:?run=process",
    ],
)
def test_a_url_is_the_same_after_it_was_taken_apart(url):
    draft = draft_of(url)
    assert draft.problems() == {}
    assert draft_of(draft.url).texts == draft.texts
    assert open_source(draft.url).options == open_source(url).options


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@given(user=TEXT, password=TEXT, path=TEXT, exchange=TEXT)
def test_any_text_of_an_option_survives_the_url(user, password, path, exchange):
    texts = {"host": "h", "user": user, "password": password, "path": path, "exchange": exchange}
    assert draft_of(empty_draft("amqp").with_texts(texts).url).texts == texts


@given(TEXT)
def test_any_path_survives_the_url(path):
    assert draft_of(empty_draft("file").with_text("path", path).url).texts == {"path": path}


def test_a_shown_url_masks_every_secret_and_an_edited_one_keeps_it():
    draft = draft_of("kafka://me:canary@h/t?sasl_oauth_token=canary2&from=earliest")
    assert "canary" not in draft.shown_url
    assert "canary" not in repr(draft)
    assert draft.shown_url.count(MASK) == 2
    edited = draft_of(draft.shown_url.replace("earliest", "latest"), draft)
    assert edited.texts == {**draft.texts, "from": "latest"}
    assert draft_of(draft.shown_url.replace(MASK, "new", 1), draft).texts["password"] == "new"
    assert "password" not in draft_of(draft.shown_url).texts


def problems(url: str) -> dict[str, str]:
    return draft_of(url).problems()


def test_what_is_wrong_is_said_at_the_option_that_it_concerns():
    assert problems("demo:?rate=fast") == {"rate": "takes a number, not 'fast'"}
    assert set(empty_draft("amqp").problems()) == {"host"}
    assert set(problems("kafka://h/t?from=yesterday")) == {"from"}
    assert set(problems("kafka://h/?pattern=(")) == {"pattern"}
    assert set(problems("kafka://h/")) == {""}
    assert "exchange=NAME" in problems("amqp://h/")[""]
    assert problems("demo:?rate=fast&run=sideways").keys() == {"rate", "run"}


@pytest.mark.parametrize("url", ["", "kafka", "kafak://h/t", "demo:?nosuch=1", "demo:?a=1&a=2", "amqp://h:p@w@h/x?y"])
def test_what_is_no_url_of_a_source_is_a_sentence(url):
    with pytest.raises(SourceUrlError):
        draft_of(url)


def test_a_text_that_is_emptied_is_left_to_its_default():
    assert draft_of("demo:orders?rate=5").with_text("rate", "").url == "demo:orders"


def test_a_draft_knows_all_options_of_its_kind_and_the_runner():
    draft: Draft = empty_draft("kafka")
    assert {"hosts", "path", "from", "run"} <= {option.name for option in draft.options}
