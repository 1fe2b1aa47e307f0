"""Where programs and monitors meet: private, never taken over, given up cleanly."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventscope.address import AddressError, AddressInUse, Listener, connect, default_address, is_ours


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "tap.sock"


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("EVENTSCOPE_TAP", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_default_address_lies_in_the_users_runtime_folder(runtime: Path) -> None:
    assert default_address() == runtime / "eventscope" / "tap.sock"
    assert list(runtime.iterdir()) == []


def test_the_environment_may_name_another_one(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_TAP", "/elsewhere/x.sock")
    assert default_address() == Path("/elsewhere/x.sock")


def test_a_runtime_folder_of_somebody_else_is_not_used(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_242_424)
    assert default_address() == Path("/tmp/eventscope-4242424/tap.sock")


def test_folder_and_socket_are_private_whatever_the_umask(runtime: Path, open_umask: None) -> None:
    listener = Listener(default_address())
    assert mode(listener.address.parent) == 0o700
    assert mode(listener.address) == 0o600
    listener.close()
    assert not listener.address.exists()


def test_both_sides_know_each_other(address: Path) -> None:
    listener = Listener(address)
    with connect(address, 1.0) as program:
        accepted, _ = listener.socket.accept()
        with accepted:
            assert is_ours(accepted)
            assert is_ours(program)
    listener.close()


def test_a_live_socket_is_never_taken_over(address: Path) -> None:
    first = Listener(address)
    for _ in range(3):
        with pytest.raises(AddressInUse, match="already listens"):
            Listener(address)
    connect(address, 1.0).close()
    first.close()


def test_what_a_dead_monitor_left_is_replaced(address: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(address))
    dead.close()
    listener = Listener(address)
    connect(address, 1.0).close()
    listener.close()
    assert not address.exists()


def test_a_file_that_is_no_socket_is_left_alone(address: Path) -> None:
    address.write_text("precious")
    with pytest.raises(AddressError, match="is no socket"):
        Listener(address)
    assert address.read_text() == "precious"


def test_the_socket_of_a_successor_is_not_removed(address: Path) -> None:
    first = Listener(address)
    address.unlink()
    second = Listener(address)
    first.close()
    assert address.exists()
    second.close()
    assert not address.exists()


def test_a_default_folder_that_others_may_enter_is_refused(runtime: Path) -> None:
    folder = runtime / "eventscope"
    folder.mkdir(mode=0o700)
    folder.chmod(0o750)
    with pytest.raises(AddressError, match="chmod 700"):
        Listener(default_address())
    assert list(folder.iterdir()) == []


def test_a_default_folder_that_is_a_link_is_refused(runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (runtime / "eventscope").symlink_to(tmp_path_factory.mktemp("target"))
    with pytest.raises(AddressError, match="not a folder of yours"):
        Listener(default_address())


def test_a_named_address_in_a_folder_that_others_change_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(AddressError, match="can be changed by other users"):
        Listener(folder / "tap.sock")
    folder.chmod(0o1777)  # as /tmp is: others cannot remove what is ours
    Listener(folder / "tap.sock").close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o755)
    os.chown(folder, 65_534, 65_534)
    with pytest.raises(AddressError, match="can be changed by other users"):
        Listener(folder / "tap.sock")


@pytest.mark.parametrize("name", ["x" * 200, "nul\0byte"])
def test_an_impossible_address_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(AddressError, match="cannot listen at"):
        Listener(tmp_path / name)


def test_a_system_without_unix_sockets_says_so(address: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventscope.address.SUPPORTED", False)
    monkeypatch.delenv("EVENTSCOPE_TAP", raising=False)
    for attempt in (default_address, lambda: Listener(address), lambda: connect(address, 1.0)):
        with pytest.raises(AddressError, match="needs Unix sockets"):
            attempt()
