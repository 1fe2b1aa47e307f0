"""TLS: what we demand of a server's certificate, what we show of ourselves, and what to do when that fails."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eventscope.connector import Refused

__all__ = ["Tls"]

# OpenSSL's codes, X509_V_ERR_….
NOT_YET_VALID: Final = 9
EXPIRED: Final = 10
OTHER_NAME: Final = (62, 64)

OUR_CERTIFICATE: Final = (
    *("CERTIFICATE_REQUIRED", "UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN"),
    "ACCESS_DENIED",
)
"""What a server says that does not like our certificate, or misses one."""

NOTHING_IN_COMMON: Final = "HANDSHAKE_FAILURE"
OTHER_VERSION: Final = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW")


@dataclass(frozen=True, slots=True)
class Tls:
    """Demands on a connection, TLS 1.2 or later. `prefix` begins the names of the options that these come from."""

    cafile: Path | None = None
    capath: Path | None = None
    cadata: str | None = None
    certfile: Path | None = None
    keyfile: Path | None = None
    key_password: str | None = field(default=None, repr=False)
    ciphers: str | None = None
    verify: bool = True
    check_hostname: bool = True
    prefix: str = ""
    key_password_option: str = "password"  # noqa: S105  the name of an option
    other_name: str = "connect by the name that is in it"
    """What to do when the certificate is made out to another name."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is left unverified."""
        if not self.verify:
            return ("certificate not verified",)
        return () if self.check_hostname else ("host name not verified",)

    def context(self) -> ssl.SSLContext:
        """What connections are made with; raises Refused that names the option which cannot be used."""
        context = self._authorities()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load_own(context)
        self._choose_ciphers(context)
        context.check_hostname = self.check_hostname and self.verify
        context.verify_mode = ssl.CERT_REQUIRED if self.verify else ssl.CERT_NONE
        return context

    def trouble(self, error: ssl.SSLError, place: str) -> str:
        """Why TLS with `place` did not come about, and what to do."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate of {place} is not accepted: {self._doubt(error)}"
        reason = error.reason or ""
        certfile = f"{self.prefix}certfile"
        if any(text in reason for text in OUR_CERTIFICATE):
            if not self.certfile:
                return f"{place} wants a certificate of ours; give {certfile}=FILE and {self.prefix}keyfile=FILE"
            return f"{place} does not accept that certificate ({_words(reason)}); check {certfile}"
        if NOTHING_IN_COMMON in reason:
            return f"{place} knows none of our ciphers, or wants a certificate of ours; check {certfile}"
        if any(text in reason for text in OTHER_VERSION):
            return f"{place} speaks only versions of TLS that are no longer safe; it has to allow TLS 1.2 or later"
        return (
            f"{place} does not speak TLS as we do ({_words(reason)}); check the port, and whether it wants TLS at all"
        )

    def _doubt(self, error: ssl.SSLCertVerificationError) -> str:
        if error.verify_code in (NOT_YET_VALID, EXPIRED):
            what = "has expired" if error.verify_code == EXPIRED else "is not valid yet"
            return f"it {what}; its operator has to renew it, unless the clock here is wrong"
        why = (error.verify_message or "it cannot be verified").rstrip(".")
        if error.verify_code in OTHER_NAME:
            return f"{why}; {self.other_name}"
        return f"{why}; name the authority that signed it by {self.prefix}cafile=FILE"

    def _authorities(self) -> ssl.SSLContext:
        """A context that trusts those who are named, and the system's authorities if nobody is."""
        try:
            return ssl.create_default_context(cafile=self.cafile, capath=self.capath, cadata=self.cadata)
        except (OSError, ValueError) as error:
            raise self._unusable("cafile" if self.cafile else "capath" if self.capath else "cadata", error) from error

    def _load_own(self, context: ssl.SSLContext) -> None:
        if not self.certfile:
            return
        asked: list[str] = []

        def key_password() -> str:
            asked.append(self.key_password or "")
            return asked[0]

        try:
            # Without a function OpenSSL would itself ask in the terminal.
            context.load_cert_chain(self.certfile, self.keyfile, password=key_password)
        except (OSError, ValueError) as error:
            if asked:
                password = "has a wrong password" if asked[0] else "wants a password"
                raise Refused(f"the key of {self.certfile} {password}; give {self.key_password_option}") from error
            raise self._unusable("certfile", error) from error

    def _choose_ciphers(self, context: ssl.SSLContext) -> None:
        try:
            if self.ciphers:
                context.set_ciphers(self.ciphers)
        except ssl.SSLError as error:
            raise Refused(f"{self.prefix}ciphers names no cipher that is known here; write them as OpenSSL") from error

    def _unusable(self, name: str, error: Exception) -> Refused:
        """Names the file, and for our own certificate also its key: either may be meant."""
        path = getattr(self, name) if name != "cadata" else ""
        files = " and ".join(str(each) for each in (path, self.keyfile if name == "certfile" else None) if each)
        reason = _words(getattr(error, "reason", None)) or getattr(error, "strerror", None) or type(error).__name__
        return Refused(f"{self.prefix}{name} {files} cannot be used: {reason}; PEM is wanted".replace("  ", " "))


def _words(reason: str | None) -> str:
    """OpenSSL's reason in small letters: `TLSV1_ALERT_UNKNOWN_CA` is "unknown ca"."""
    return (reason or "").rpartition("ALERT_")[2].replace("_", " ").lower()


class NamedTls:
    """For options of a connector that have the names of aio-pika: their demands."""

    cafile: Path | None
    capath: Path | None
    cadata: str | None
    certfile: Path | None
    keyfile: Path | None
    keyfile_password: str | None
    no_verify_ssl: bool

    @property
    def tls(self) -> Tls:
        """What is demanded of the server's certificate, and what it is shown, where the connection is encrypted."""
        return Tls(
            cafile=self.cafile,
            capath=self.capath,
            cadata=self.cadata,
            certfile=self.certfile,
            keyfile=self.keyfile,
            key_password=self.keyfile_password,
            verify=not self.no_verify_ssl,
            key_password_option="keyfile_password",  # noqa: S106  the name of an option
            other_name="connect by a name that is in it, or write the right one as server_name=NAME",
        )
