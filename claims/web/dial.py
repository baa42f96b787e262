"""Calls to addresses an administrator entered: the guard of capture, but one request, no redirects, and a short answer."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace

import httpcore2
from django.utils.translation import gettext_lazy

from claims.errors import FetchFailed, FetchRefused
from claims.web.fetch import DOOR, Door, vetted_ips
from claims.web.guard import Address, failure, parse_url
from claims.web.wire import Budget, Limits, PinnedBackend, look_up

LIMITS = Limits(lookup=5.0, connect=5.0, answer=10.0, read=10.0, total=15.0, headers=16 * 1024, wire=64 * 1024)
FIRST_BYTES = 2000  # of the answer; the rest is not read

# What differs from a capture's words.
SENTENCES = {
    "plain_http": gettext_lazy("Only addresses that begin with https:// are called, or those OUTBOUND_ALLOW names."),
    "ip_denied": gettext_lazy(
        "This address leads to a private or reserved network; name it in OUTBOUND_ALLOW if that is meant."
    ),
    "single_label": gettext_lazy("This name belongs to a local network; name it in OUTBOUND_ALLOW if that is meant."),
    "host_name": gettext_lazy("This name belongs to a private network; name it in OUTBOUND_ALLOW if that is meant."),
    "port": gettext_lazy("Only the ports 80 and 443 are called, or those OUTBOUND_ALLOW names."),
    "scheme": gettext_lazy("Only addresses that begin with https:// are called, or those OUTBOUND_ALLOW names."),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its status, the first bytes of the body, which address it was, and its headers.

    Attributes:
        headers: by lower-case name; the last of several.
    """

    status: int
    body: bytes
    ip: str
    headers: Mapping[str, str] = field(default_factory=dict)


def check_target(url: str, *, allow: Iterable[str] = ()) -> None:
    """Refuse an address that would never be called.  Nothing is looked up.

    Args:
        allow: ``host:port`` of private targets, as in ``OUTBOUND_ALLOW``.

    Raises:
        FetchRefused: in words for the administrator.
    """
    try:
        _read(url, _pairs(allow))
    except FetchFailed as refusal:
        raise _said(refusal) from None


def dial(
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str],
    method: str = "POST",
    allow: Iterable[str] = (),
    limits: Limits = LIMITS,
    door: Door = DOOR,
    most: int = FIRST_BYTES,
) -> Answer:
    """Send ``body`` to an address once, and return what was answered, whatever it was; a redirect is not followed.

    The name is resolved once, only vetted addresses are dialled, and the connection is closed after the first bytes of
    the answer.

    Args:
        allow: ``host:port`` of private targets, as in ``OUTBOUND_ALLOW``; these alone may be called by plain http.
        limits: seconds and bytes.
        headers: replace those of ours that have the same name.
        most: bytes of the answer's body that are read.

    Raises:
        FetchRefused: the address is never called.
        FetchFailed: there was no answer.
    """
    try:
        return _Call(url, _pairs(allow), limits, door, most).send(method, body, headers)
    except FetchFailed as failed:
        raise _said(failed) from None


class _Call:
    def __init__(self, url: str, private: AbstractSet[tuple[str, int]], limits: Limits, door: Door, most: int) -> None:
        self._most = most
        self._private = private
        self._door = replace(door, allowed=frozenset(door.allowed) | private)
        self._address = _read(url, self._door.allowed)
        self._budget = Budget(limits)

    def send(self, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        address = self._address
        backend = PinnedBackend(self._ips(), self._budget)
        origin = httpcore2.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
        request = httpcore2.Request(method, origin, headers=self._headers(headers, len(body)), content=body)
        with httpcore2.HTTPConnection(origin.origin, ssl_context=self._door.tls, network_backend=backend) as connection:
            try:
                response = connection.handle_request(request)
                said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(response.status, self._first_bytes(response, backend), backend.ip, said)
            except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
                raise failure("protocol" if isinstance(error, httpcore2.ProtocolError) else "network") from None
            finally:
                if backend.wire:
                    backend.wire.close()

    def _ips(self) -> Sequence[str]:
        """Vetted as for a capture, unless the operator let this very name and port in."""
        address = self._address
        if address.is_number or (address.host, address.port) not in self._private:
            return vetted_ips(address, self._door, self._budget)
        return look_up(address.host, self._door.resolver, self._budget.seconds(self._budget.limits.lookup))

    def _headers(self, headers: Mapping[str, str], length: int) -> list[tuple[str, str]]:
        own = {
            "Host": self._address.netloc,
            "User-Agent": "FactCheckDesk/1.0 (webhook)",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Content-Length": str(length),
            "Connection": "close",
        }
        return [*{**own, **headers}.items()]

    def _first_bytes(self, response: httpcore2.Response, backend: PinnedBackend) -> bytes:
        """The status is what counts: a body that breaks off or never ends changes nothing."""
        assert backend.wire is not None
        backend.wire.in_headers = False
        body = bytearray()
        with suppress(FetchFailed, httpcore2.ProtocolError, httpcore2.NetworkError):
            for chunk in response.iter_stream():
                body += chunk
                if len(body) >= self._most:
                    break
        return bytes(body[: self._most])


def _read(url: str, allowed: AbstractSet[tuple[str, int]]) -> Address:
    address = parse_url(url, allowed)
    if address.scheme != "https" and (address.host, address.port) not in allowed:
        raise FetchRefused("", "plain_http")
    return address


def _pairs(allow: Iterable[str]) -> frozenset[tuple[str, int]]:
    """``host:port`` (``[::1]:443`` for IPv6) as pairs; what is not one is left out."""
    found = (entry.strip().lower().rpartition(":") for entry in allow)
    return frozenset((host.strip("[]"), int(port)) for host, _colon, port in found if host and port.isdigit())


def _said(failed: FetchFailed) -> FetchFailed:
    words = SENTENCES.get(failed.code)
    return type(failed)(str(words), failed.code) if words else failed
