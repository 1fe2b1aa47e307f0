"""What is demanded of certificates, and what is said when they are not right, with real handshakes."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from certificates import Authority
from tls_server import tls_server

from connectors.reach import Reach
from connectors.tls import Tls
from eventscope.connector import ConnectorError, Refused

PASSWORD = "hunter2canary"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def trouble(own: Path, tls: Tls, *, clients: Path | None = None) -> ConnectorError | None:
    """Why the steps to a server with this certificate end, if they do."""
    with tls_server(own, clients=clients) as port:
        reach = Reach("127.0.0.1", port, tls)
        results = [result async for result in reach.steps()]
    assert [result.ok for result in results] == [True, True, reach.error is None]
    assert results[-1].step == "TLS"
    assert reach.error is None or results[-1].detail == str(reach.error)
    return reach.error


async def refusal(own: Path, tls: Tls, **more: Path) -> str:
    error = await trouble(own, tls, **more)
    assert isinstance(error, Refused)
    return str(error)


async def test_a_certificate_of_a_trusted_authority_is_accepted(authority: Authority) -> None:
    own = authority.certificate("broker")
    assert await trouble(own, Tls(cafile=authority.file)) is None
    assert await trouble(own, Tls(cadata=authority.file.read_text())) is None


async def test_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    own, other = authority.certificate("broker"), Authority(tmp_path, "other")
    for tls in (Tls(), Tls(cafile=other.file)):
        assert "name the authority that signed it by cafile=FILE" in await refusal(own, tls)


async def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    own = authority.certificate("broker", expired=True)
    assert "it has expired; its operator has to renew it" in await refusal(own, Tls(cafile=authority.file))


async def test_a_certificate_for_another_host_is_refused_unless_that_is_allowed(authority: Authority) -> None:
    own = authority.certificate("broker", host="elsewhere.example")
    assert "127.0.0.1" in await refusal(own, Tls(cafile=authority.file))
    lenient = Tls(cafile=authority.file, check_hostname=False)
    assert await trouble(own, lenient) is None
    assert lenient.warnings == ("host name not verified",)


async def test_without_verification_anything_is_accepted_and_that_is_a_warning(authority: Authority) -> None:
    own = authority.certificate("broker", host="elsewhere.example", expired=True)
    assert await trouble(own, Tls(verify=False)) is None
    assert Tls(verify=False).warnings == ("certificate not verified",)


@pytest.mark.parametrize("password", ["", PASSWORD])
async def test_our_own_certificate_is_shown(authority: Authority, password: str) -> None:
    own = authority.certificate("broker")
    ours = authority.certificate("watcher", password=password)
    tls = Tls(cafile=authority.file, certfile=ours, key_password=password)
    assert await trouble(own, tls, clients=authority.file) is None
    apart = Tls(
        cafile=authority.file,
        certfile=ours.with_suffix(".crt"),
        keyfile=ours.with_suffix(".key"),
        key_password=password,
    )
    assert await trouble(own, apart, clients=authority.file) is None


async def test_a_server_that_wants_a_certificate_says_so(authority: Authority, tmp_path: Path) -> None:
    own = authority.certificate("broker")
    without = await refusal(own, Tls(cafile=authority.file), clients=authority.file)
    assert "wants a certificate of ours; give certfile=FILE and keyfile=FILE" in without
    foreign = Authority(tmp_path, "other").certificate("watcher")
    with_wrong = await refusal(own, Tls(cafile=authority.file, certfile=foreign), clients=authority.file)
    assert "does not accept that certificate (unknown ca); check certfile" in with_wrong


@pytest.mark.parametrize(("given", "says"), [(None, "wants a password"), ("wrong0canary", "has a wrong password")])
def test_a_key_with_a_password_names_its_option_and_asks_nobody(
    authority: Authority, given: str | None, says: str
) -> None:
    ours = authority.certificate("watcher", password=PASSWORD)
    with pytest.raises(Refused) as refused:
        Tls(certfile=ours, key_password=given, key_password_option="ssl_password").context()
    assert str(refused.value) == f"the key of {ours} {says}; give ssl_password"
    assert "canary" not in repr(refused.value.__cause__)


@pytest.mark.parametrize("name", ["cafile", "certfile"])
@pytest.mark.parametrize("text", [None, "no certificate", ""])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, name: str, text: str | None) -> None:
    file = tmp_path / "x.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Refused) as refused:
        Tls(prefix="ssl_", **{name: file}).context()
    assert str(refused.value).startswith(f"ssl_{name} {file} cannot be used: ")


def test_old_versions_and_unknown_ciphers_are_refused() -> None:
    assert Tls().context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert Tls(verify=False).context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert Tls(ciphers="ECDHE+AESGCM").context()
    with pytest.raises(Refused, match="ssl_ciphers names no cipher"):
        Tls(ciphers="ROT13", prefix="ssl_").context()


def test_no_password_is_in_a_repr() -> None:
    assert PASSWORD not in repr(Tls(key_password=PASSWORD))
