"""Which addresses may be dialled, and the code and sentence of every refusal."""

import ipaddress
import re
import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import quote

import idna

from claims.errors import FetchFailed, FetchRefused
from claims.language import marked as _
from claims.language import say

MAX_LENGTH = 8000
MAX_HOST_LENGTH = 253  # RFC 1035, without the trailing dot
PORTS = {"http": 80, "https": 443}
NOBODY: frozenset[tuple[str, int]] = frozenset()

# About the address itself: nothing is ever dialled.
REFUSALS = {
    "length": _("This address is too long; the longest that can be captured has 8,000 characters."),
    "url_chars": _(
        "This address contains spaces, invisible characters or backslashes. Copy it again from the address bar."
    ),
    "scheme": _("Only addresses that begin with http:// or https:// can be captured."),
    "syntax": _("This is not a complete web address. It should look like https://example.org/page."),
    "no_host": _("This address names no website."),
    "userinfo": _("Addresses that carry a user name or password are not captured. Remove the part before the @."),
    "host_percent": _(
        "The name of the website in this address is written in code. Copy it again from the address bar."
    ),
    "host_chars": _("The name of the website in this address is not a valid name."),
    "port": _("Only the usual web ports, 80 and 443, are captured."),
    "ipv6": _("The number in brackets is not a valid internet address."),
    "ip_notation": _("This address writes a computer's number in an unusual way; it is not captured."),
    "single_label": _("This name belongs to a local network, not to the public web."),
    "host_name": _("This name belongs to a private network, not to the public web."),
    "ip_denied": _("This address leads to a private or reserved network, not to the public web; it is not captured."),
}

# On the way there, and instead of the page.
FAILURES = {
    "dns": _("No website of this name was found. Check the spelling; the site may be gone."),
    "dns_timeout": _("Looking up the name of this website took too long. Try again later."),
    "connect": _("The website did not accept a connection. Try again later."),
    "network": _("The connection broke before the page was complete. Try again later."),
    "timeout": _("The website did not answer in time. Try again later."),
    "too_slow": _("The website sent the page too slowly. Try again later, or upload a copy."),
    "tls": _("The website's certificate could not be verified, so what it sends cannot be relied on."),
    "protocol": _("The website did not answer as a web server should."),
    "headers_size": _("The website sent more than 64 kB of headers."),
    "max_wire": _("The page is larger than 20 MB. Upload a copy of the part you need."),
    "bomb": _("The page unpacks to more than can be kept. Upload a copy of the part you need."),
    "encoding": _("The page is compressed in a way that cannot be read here. Upload a copy."),
    "multi_encoding": _("The page is compressed several times over. Upload a copy."),
    "decode": _("The compressed page is damaged or incomplete. Try again, or upload a copy."),
    "redirect_no_location": _("The website forwards this address without saying where to."),
    "redirect_loop": _("The website forwards this address in a circle."),
    "too_many_redirects": _("The website forwards this address more than five times."),
    "http_4xx": _("The website says that this page does not exist or may not be read. Upload a copy if you have one."),
    "http_5xx": _("The website reports an error of its own. Try again later."),
}

SENTENCES = REFUSALS | FAILURES

_PRIVATE_SUFFIXES = (
    ".local", ".internal", ".localhost", ".localdomain", ".onion", ".lan", ".corp", ".home", ".intranet", ".private",
    ".home.arpa", ".in-addr.arpa", ".ip6.arpa", ".alt",
)  # fmt: skip

# IANA special-purpose registry (IPv4), multicast, reserved, and Azure's wire server.
_DENIED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
)  # fmt: skip

# Only global unicast, minus Teredo and its neighbours, documentation and 6to4: one rule that leaves out mapped,
# compatible, NAT64, unique-local, link-local, site-local and multicast addresses.
_ALLOWED_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

_AUTHORITY = re.compile(r"//([^/?#]*)([^#]*)")
_PLAIN = re.compile(r"[!-\[\]-~]*")  # signs that are welcome without a closer look
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTTED_QUAD = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_JOINERS = "\u200c\u200d"  # real letters' helpers in Persian and Indic paths; never allowed in a host name


@dataclass(frozen=True, slots=True)
class Address:
    """A web address that passed the guard: the host in ASCII, path and query percent-encoded, no fragment."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """Host and, when it is not the usual one, port: what stands in the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_number(self) -> bool:
        """An IP address, not a name that must be looked up."""
        return ":" in self.host or self.host.rpartition(".")[2].isdigit()

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


def failure(code: str) -> FetchFailed:
    """The exception for a code: ``FetchRefused`` when the address is never dialled, else plain ``FetchFailed``."""
    return FetchRefused(say(REFUSALS[code]), code) if code in REFUSALS else FetchFailed(say(FAILURES[code]), code)


def parse_url(text: str, allowed: AbstractSet[tuple[str, int]] = NOBODY) -> Address:
    """Read an address once, strictly; nothing later reads the original text again.

    Args:
        allowed: (IP address, port) pairs that may be dialled although they are private; ``dial`` adds the names an
            operator let in.  No capture gets any; tests give their own servers.

    Raises:
        FetchRefused: with the code of the first rule that is broken.
    """
    text = text.strip(" ")
    if len(text) > MAX_LENGTH:
        raise failure("length")
    if not _PLAIN.fullmatch(text) and any(_is_unwelcome(char) for char in text):
        raise failure("url_chars")
    scheme, authority, target = _split(text)
    if "@" in authority:
        raise failure("userinfo")
    if "%" in authority:
        raise failure("host_percent")
    host_text, port_text = _split_port(authority)
    port = _port(port_text, PORTS[scheme], allowed)
    host = _host(host_text, port, allowed)
    if not target.startswith("/"):
        target = "/" + target
    return Address(scheme, host, port, quote(target, safe="/%:=&?~+!$,;'@()*[]|"))


def check_address(ip: str, port: int = 443, allowed: AbstractSet[tuple[str, int]] = NOBODY) -> None:
    """Refuse an IP address that is not on the public internet (``ipaddress.is_global`` is no such policy).

    Raises:
        FetchRefused: code ``ip_denied``.
    """
    if (ip, port) in allowed:
        return
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise failure("ip_denied") from None
    if isinstance(address, ipaddress.IPv4Address):
        denied = any(address in network for network in _DENIED_V4)
    else:
        denied = address not in _ALLOWED_V6 or any(address in network for network in _DENIED_V6)
    # A port that no address from outside may name is open only on the pairs tests were given.
    if denied or port not in PORTS.values():
        raise failure("ip_denied")


def _is_unwelcome(char: str) -> bool:
    if char == "\\":
        return True
    if char.isascii():
        return not "!" <= char <= "~"
    return char not in _JOINERS and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}


def _split(text: str) -> tuple[str, str, str]:
    """Scheme, authority, and path with query."""
    start = _SCHEME.match(text)
    if start is None:
        raise failure("syntax")
    scheme = start[1].lower()
    if scheme not in PORTS:
        raise failure("scheme")
    rest = _AUTHORITY.match(text, start.end())
    if rest is None:
        raise failure("syntax")
    if not rest[1]:
        raise failure("no_host")
    return scheme, rest[1], rest[2]


def _split_port(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        inside, bracket, after = authority.partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise failure("ipv6")
        return inside + bracket, after[1:]
    host, _, port = authority.partition(":")
    if not host:
        raise failure("no_host")
    return host, port


def _port(text: str, usual: int, allowed: AbstractSet[tuple[str, int]]) -> int:
    if not text:
        return usual
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise failure("port")
    port = int(text)
    if port not in PORTS.values() and all(port != other for _, other in allowed):
        raise failure("port")
    return port


def _host(text: str, port: int, allowed: AbstractSet[tuple[str, int]]) -> str:
    if text.startswith("["):
        try:
            ip = str(ipaddress.IPv6Address(text[1:-1]))
        except ValueError:
            raise failure("ipv6") from None
        check_address(ip, port, allowed)
        return ip
    host = _ascii_host(text)
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        # WHATWG URL, "ends in a number": a browser would read it as IPv4, so only the plain notation passes.
        return _dotted_quad(host, port, allowed)
    if (host, port) in allowed:
        return host
    if len(labels) == 1:
        raise failure("single_label")
    if f".{host}".endswith(_PRIVATE_SUFFIXES):
        raise failure("host_name")
    return host


def _ascii_host(text: str) -> str:
    """The name as DNS knows it.  Source: UTS #46, non-transitional; one trailing dot is dropped."""
    if any(char in _JOINERS for char in text):
        raise failure("url_chars")
    try:
        host = idna.uts46_remap(text, std3_rules=True, transitional=False).removesuffix(".")
        labels = [_ascii_label(label) for label in host.split(".")]
    except (idna.IDNAError, UnicodeError):
        raise failure("host_chars") from None
    host = ".".join(labels)
    if len(host) > MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise failure("host_chars")
    return host


def _ascii_label(label: str) -> str:
    if label.isascii() and not label.startswith("xn--"):
        return label  # hyphens in the third and fourth place are in real use, so plain labels skip IDNA's check
    return idna.alabel(label).decode("ascii")


def _dotted_quad(host: str, port: int, allowed: AbstractSet[tuple[str, int]]) -> str:
    if not _DOTTED_QUAD.fullmatch(host):
        raise failure("ip_notation")
    try:
        ip = str(ipaddress.IPv4Address(host))  # refuses leading zeros and numbers above 255
    except ValueError:
        raise failure("ip_notation") from None
    check_address(ip, port, allowed)
    return ip
