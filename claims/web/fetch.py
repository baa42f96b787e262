"""The one door to the open web: resolve once, dial what was vetted, cap everything, record the wire."""

import re
import ssl
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urljoin

import httpcore2

from claims.errors import FetchFailed, FetchRefused
from claims.language import marked as _
from claims.language import say
from claims.web.decode import decode
from claims.web.guard import NOBODY, Address, check_address, failure, parse_url
from claims.web.wire import LIMITS, Budget, Limits, PinnedBackend, Resolver, Wire, look_up, system_resolver

Progress = Callable[[str, int, int], None]

USER_AGENT = "Mozilla/5.0 (compatible; FactCheckDesk/1.0; one page at an editor's request)"
PROGRESS_EVERY_SECONDS = 1.0
MAX_COOKIES = 50
MAX_COOKIE_LENGTH = 4096
REFRESH_MAX_DELAY_SECONDS = 5
REFRESH_MAX_BYTES = 4096

# What no later try would better, and each would cost as much as the first.
FINAL = frozenset(
    ("max_wire", "bomb", "encoding", "multi_encoding", "redirect_loop", "too_many_redirects", "redirect_no_location")
)

_REDIRECTS = {301, 302, 303, 307, 308}
_META_REFRESH = re.compile(
    rb"""<meta\s(?=[^>]*http-equiv\s*=\s*["']?refresh)[^>]*?content\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE
)
_REFRESH = re.compile(r"""\s*([0-9]{1,3})(?:\.[0-9]*)?\s*[;,]\s*url\s*=\s*["']?([^"']+)""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Door:
    """How the outside is reached.  Tests give a resolver and the (IP address, port) pairs of their own servers;
    there is no switch that lets private addresses in."""

    resolver: Resolver = system_resolver
    allowed: AbstractSet[tuple[str, int]] = NOBODY
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


DOOR = Door()


@dataclass(frozen=True, slots=True)
class Hop:
    """One request and its answer, to the byte as they went over the wire (inside TLS)."""

    url: str
    ip: str
    started_at: datetime
    request: bytes
    response: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    tls_version: str
    tls_cipher: str

    def header(self, name: str) -> str:
        """All values of a header, joined with commas; empty when there is none."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class Since:
    """What an earlier answer said of itself, to ask whether there is another one by now: the headers of its address."""

    url: str
    etag: str = ""
    last_modified: str = ""

    def headers(self) -> list[tuple[str, str]]:
        named = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return [(name, value) for name, value in named if value]


@dataclass(frozen=True, slots=True)
class Page:
    """What an address led to.  ``body`` is decoded; the bytes as sent are in ``hops``."""

    url: str
    hops: tuple[Hop, ...]
    body: bytes

    @property
    def final_url(self) -> str:
        return self.hops[-1].url

    @property
    def status(self) -> int:
        return self.hops[-1].status

    @property
    def ip(self) -> str:
        return self.hops[-1].ip

    @property
    def content_type(self) -> str:
        """Lower-case media type without parameters; empty when the server named none."""
        return self.hops[-1].header("content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset the server declared; empty when it declared none."""
        found = _CHARSET.search(self.hops[-1].header("content-type"))
        return found[1] if found else ""

    @property
    def outcome(self) -> str:
        """``ok``, or a code of ``guard.SENTENCES`` for an answer that is not the page."""
        if self.status < HTTPStatus.BAD_REQUEST:
            return "ok"
        return "http_4xx" if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else "http_5xx"


def fetch(
    url: str,
    *,
    limits: Limits = LIMITS,
    door: Door | None = None,
    progress: Progress | None = None,
    since: Since | None = None,
) -> Page:
    """Read one address from the open web, following at most five redirects and one meta refresh.

    An answer such as 404 is a page too: see ``Page.outcome``.

    Args:
        door: the way out; ``DOOR`` when not given.
        progress: called with ("fetch", bytes so far, bytes expected or 0), at most once a second.
        since: ask that address only for what is new; the answer 304 says that nothing is.

    Raises:
        FetchRefused: the address, or one it forwards to, is never dialled.
        FetchFailed: with the code and sentence of what went wrong; ``permanent`` where no later try would do better.
    """
    try:
        return _Trip(limits, door or DOOR, progress, since).run(url)
    except FetchFailed as failed:
        failed.permanent = failed.permanent or failed.code in FINAL
        raise


class _Trip:
    """The hops of one fetch, and what they share: time, bytes, cookies."""

    def __init__(self, limits: Limits, door: Door, progress: Progress | None, since: Since | None) -> None:
        self._since = since
        self._budget = Budget(limits)
        self._limits = limits
        self._door = door
        self._progress = progress
        self._cookies: dict[str, dict[str, str]] = {}
        self._seen: set[tuple[str, str]] = set()
        self._hops: list[Hop] = []
        self._refreshed = False

    def run(self, url: str) -> Page:
        address = parse_url(url, self._door.allowed)
        while True:
            self._refuse_circles(address)
            hop, payload = self._visit(address)
            self._hops.append(hop)
            self._keep_cookies(address, hop)
            forward = self._redirect(address, hop)
            if forward is None:
                body = decode(payload, hop.header("content-encoding"), self._limits)
                forward = self._refresh(address, hop, body)
                if forward is None:
                    return Page(url, tuple(self._hops), body)
            address = forward

    def _refuse_circles(self, address: Address) -> None:
        """The same address with the same cookies would answer the same (a cookie wall adds one first)."""
        if len(self._hops) > self._limits.redirects:
            raise failure("too_many_redirects")
        visit = (address.url, self._cookie_header(address))
        if visit in self._seen:
            raise failure("redirect_loop")
        self._seen.add(visit)

    def _visit(self, address: Address) -> tuple[Hop, bytes]:
        started_at = datetime.now(UTC)
        backend = PinnedBackend(self._vetted(address), self._budget)
        origin = httpcore2.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
        request = httpcore2.Request(b"GET", origin, headers=self._headers(address))
        with httpcore2.HTTPConnection(origin.origin, ssl_context=self._door.tls, network_backend=backend) as connection:
            try:
                response = connection.handle_request(request)
                wire = backend.wire
                assert wire is not None
                body = self._read(response, wire)
            except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
                raise failure("protocol" if isinstance(error, httpcore2.ProtocolError) else "network") from None
            finally:
                if backend.wire:
                    backend.wire.close()
        headers = tuple((_text(key).lower(), _text(value)) for key, value in response.headers)
        sent, received = bytes(wire.sent), bytes(wire.received)
        return Hop(address.url, backend.ip, started_at, sent, received, response.status, headers, *wire.tls), body

    def _vetted(self, address: Address) -> Sequence[str]:
        try:
            return vetted_ips(address, self._door, self._budget)
        except FetchFailed as failed:
            if not self._hops:
                raise
            raise type(failed)(_forwarded(address.url, str(failed)), failed.code) from None

    def _headers(self, address: Address) -> list[tuple[str, str]]:
        headers = [
            ("Host", address.netloc),
            ("User-Agent", USER_AGENT),
            ("Accept", "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"),
            ("Accept-Language", "en,*;q=0.5"),
            ("Accept-Encoding", "gzip"),
            ("Connection", "close"),
        ]
        headers += self._news_of(address)
        cookies = self._cookie_header(address)
        return [*headers, ("Cookie", cookies)] if cookies else headers

    def _news_of(self, address: Address) -> list[tuple[str, str]]:
        """What asks an address for news only."""
        return self._since.headers() if self._since and self._since.url == address.url else []

    def _read(self, response: httpcore2.Response, wire: Wire) -> bytes:
        wire.in_headers = False
        body = bytearray()
        expected = next((int(value) for key, value in response.headers if key.lower() == b"content-length"), 0)
        reported_at = float("-inf")
        for chunk in response.iter_stream():
            body += chunk
            if self._progress and time.monotonic() - reported_at > PROGRESS_EVERY_SECONDS:
                reported_at = time.monotonic()
                self._progress("fetch", len(body), expected)
        return bytes(body)

    def _cookie_header(self, address: Address) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.get(address.host, {}).items())

    def _keep_cookies(self, address: Address, hop: Hop) -> None:
        """Host-only and for this fetch alone: enough for a cookie wall."""
        jar = self._cookies.setdefault(address.host, {})
        for key, line in hop.headers:
            name, _, value = line.partition(";")[0].partition("=")
            if key == "set-cookie" and name and len(line) < MAX_COOKIE_LENGTH and len(jar) < MAX_COOKIES:
                jar[name.strip()] = value.strip()

    def _redirect(self, address: Address, hop: Hop) -> Address | None:
        if hop.status == HTTPStatus.NOT_MODIFIED and not self._news_of(address):  # nobody asked whether it was
            raise failure("protocol")
        if hop.status not in _REDIRECTS:
            return None
        location = next((value for key, value in hop.headers if key == "location"), "").strip()
        if not location:
            raise failure("redirect_no_location")
        return self._join(address, location)

    def _refresh(self, address: Address, hop: Hop, body: bytes) -> Address | None:
        if self._refreshed or hop.status != HTTPStatus.OK:
            return None
        found = _REFRESH.match(hop.header("refresh") or _meta_refresh(hop, body))
        if found is None or int(found[1]) > REFRESH_MAX_DELAY_SECONDS:
            return None
        forward = self._join(address, found[2].strip())
        if forward == address:  # a page that reloads itself has nothing else to show
            return None
        self._refreshed = True
        return forward

    def _join(self, address: Address, location: str) -> Address:
        try:
            joined = urljoin(address.url, location.replace(" ", "%20"))
        except ValueError:
            raise failure("syntax") from None
        try:
            return parse_url(joined, self._door.allowed)
        except FetchRefused as refusal:
            raise FetchRefused(_forwarded(joined, str(refusal)), refusal.code) from None


def _forwarded(url: str, why: str) -> str:
    """A refusal of an address nobody typed names it."""
    host = url.partition("//")[2].partition("/")[0].rpartition("@")[2]
    place = "".join(char for char in host or url if char.isprintable())[:100]
    return say(_("The page forwards to “%(place)s”. %(why)s")) % {"place": place, "why": why}


def vetted_ips(address: Address, door: Door, budget: Budget) -> Sequence[str]:
    """One lookup; when any of the answers is private, none is dialled.

    Raises:
        FetchFailed: nothing answers to the name.
        FetchRefused: code ``ip_denied``.
    """
    seconds = budget.seconds(budget.limits.lookup)
    ips = [address.host] if address.is_number else look_up(address.host, door.resolver, seconds)
    for ip in ips:
        check_address(ip, address.port, door.allowed)
    return ips


def _meta_refresh(hop: Hop, body: bytes) -> str:
    if len(body) > REFRESH_MAX_BYTES or "html" not in hop.header("content-type").lower():
        return ""
    found = _META_REFRESH.search(body)
    return _text(found[1] or found[2] or b"").replace("&amp;", "&") if found else ""


def _text(raw: bytes) -> str:
    """Header bytes are UTF-8 on today's web, and Latin-1 by the old rule."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
