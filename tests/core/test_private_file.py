"""A file is there complete or not at all, where it was asked, for its owner alone."""

from __future__ import annotations

import os
import re
import stat

import pytest
from hostile import TEXTS
from hypothesis import given
from hypothesis import strategies as st

from app.private_file import NotWritten, file_name, private_file


def write(path, text=b"new", **more):
    with private_file(path, **more) as out:
        out.write(text)


def test_what_was_written_is_there_for_the_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        write(tmp_path / "x")
    finally:
        os.umask(old)
    assert (tmp_path / "x").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir()] == ["x"]


def test_nothing_is_there_before_it_is_complete(tmp_path):
    with private_file(tmp_path / "x") as out:
        out.write(b"half")
        out.flush()
        assert not (tmp_path / "x").exists()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(TypeError):
        write(tmp_path / "x", "no bytes", replace=True)
    assert (tmp_path / "x").read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["x"]


def test_an_existing_file_stays_unless_it_may_be_replaced(tmp_path):
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(NotWritten, match="exists already"):
        write(tmp_path / "x")
    write(tmp_path / "x", replace=True)
    assert (tmp_path / "x").read_bytes() == b"new"


def test_a_file_that_appears_meanwhile_stays(tmp_path):
    writing = private_file(tmp_path / "x")
    writing.__enter__().write(b"new")
    (tmp_path / "x").write_bytes(b"theirs")
    with pytest.raises(NotWritten, match="exists already"):
        writing.__exit__(None, None, None)
    assert (tmp_path / "x").read_bytes() == b"theirs"


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("target", ["victim", "nowhere"])
def test_no_symbolic_link_is_followed(tmp_path, target, replace):
    (tmp_path / "victim").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / target)
    with pytest.raises(NotWritten, match="symbolic link"):
        write(tmp_path / "link", replace=replace)
    assert (tmp_path / "victim").read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_or_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotWritten, match="not a file"):
            write(place, replace=True)


@pytest.mark.parametrize(
    "place", ["missing/x", "file/x", "a" * 300], ids=["no folder", "a file as folder", "a long name"]
)
def test_a_place_that_cannot_be_written_is_named(tmp_path, place):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotWritten, match="choose another") as error:
        write(tmp_path / place)
    assert len(str(error.value).splitlines()) == 1


@given(
    st.text(st.characters(exclude_categories=())) | st.sampled_from(TEXTS), st.sampled_from(["json", "jsonl", "csv"])
)
def test_a_name_made_of_any_text_stays_in_its_folder(text, extension):
    name = file_name(text, extension)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.[a-z]+", name)
    assert len(name) <= 81
    assert ".." not in name.replace(f".{extension}", "")[:2]


@pytest.mark.parametrize("text", ["CON", "nul", "com1.txt", "LPT9"])
def test_names_of_devices_are_avoided(text):
    assert file_name(text, "json").startswith("_")


def test_an_ordinary_name_is_kept():
    assert file_name("order-42", "json") == "order-42.json"
    assert file_name("../../etc/passwd", "json") == "etc-passwd.json"
    assert file_name("…", "csv") == "events.csv"
