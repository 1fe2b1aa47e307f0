"""Courtesy: who reads behind the window waits while it is at work, and never for long."""

from __future__ import annotations

import threading
import time

from app.store.courtesy import MOST_S, Courtesy

AGES_S = 10.0


def given_way(courtesy: Courtesy) -> threading.Thread:
    thread = threading.Thread(target=courtesy.give_way)
    thread.start()
    return thread


def test_nobody_waits_while_the_window_rests() -> None:
    courtesy = Courtesy(most_s=AGES_S)
    courtesy.take()
    courtesy.leave()
    thread = given_way(courtesy)
    thread.join(AGES_S / 2)
    assert not thread.is_alive()


def test_a_thread_waits_until_the_window_has_done_its_work() -> None:
    courtesy = Courtesy(most_s=AGES_S)
    courtesy.take()
    thread = given_way(courtesy)
    thread.join(0.05)
    assert thread.is_alive()
    courtesy.leave()
    thread.join(AGES_S / 2)
    assert not thread.is_alive()


def test_a_thread_gets_on_beside_a_window_that_never_rests() -> None:
    courtesy = Courtesy()
    courtesy.take()
    thread = given_way(courtesy)
    thread.join(AGES_S)
    assert not thread.is_alive()


def test_the_window_never_waits_for_itself() -> None:
    courtesy = Courtesy(most_s=AGES_S)
    courtesy.take()
    before = time.perf_counter()
    courtesy.give_way()
    assert time.perf_counter() - before < AGES_S / 2
    assert MOST_S < AGES_S
