"""What is kept because it may be asked for again, within its memory."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from app.store.recent import Recent


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30))))
def test_the_values_are_right_and_never_take_more_than_their_memory(asked: list[tuple[int, int]]) -> None:
    recent: Recent[tuple[int, int], bytes] = Recent(100, len)
    for key in asked:
        assert recent.get(key, lambda key=key: b"x" * key[1]) == b"x" * key[1]
        assert recent.bytes == sum(size for number, size in set(asked) if (number, size) in recent) <= 100


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    recent: Recent[str, bytes] = Recent(24, len)
    for key in "abacd":
        recent.get(key, lambda: b"xxx")
    for key in "abeaf":
        recent.get(key, lambda: b"xxx" * 2)
    assert "a" in recent
    assert recent.bytes <= 24


def test_one_that_is_large_is_made_anew_each_time() -> None:
    recent: Recent[str, bytes] = Recent(24, len)
    made = []
    for _ in range(2):
        recent.get("a", lambda: made.append(1) or b"xxxxxxx")
    assert len(made) == 2
    assert recent.bytes == 0


def test_many_threads_may_ask() -> None:
    recent: Recent[int, bytes] = Recent(400, len)
    wrong: list[int] = []

    def ask(step: int) -> None:
        for number in range(0, 3_000, step):
            size = number % 37
            if recent.get(size, lambda size=size: b"x" * size) != b"x" * size:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(step,)) for step in (1, 2, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert recent.bytes <= 400
