"""One connection of the fetcher: dials what was vetted, counts and times every byte, and keeps them all."""

import _thread
import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpcore2

from claims.web.guard import failure

Resolver = Callable[[str], Sequence[str]]

MAX_ADDRESSES = 64  # more answers than this are no website's
MAX_DIALS = 3
MAX_LOOKUPS = 16  # at once, per process: a lookup cannot be cancelled, only abandoned


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost, all hops together; seconds and bytes."""

    lookup: float = 5.0
    connect: float = 5.0
    answer: float = 30.0  # until the first byte: some sites think long, and then send all at once
    read: float = 10.0
    total: float = 30.0
    grace: float = 5.0
    rate: int = 1024  # bytes a second, once ``grace`` is over
    headers: int = 64 * 1024
    wire: int = 20 * 1024 * 1024
    decoded: int = 50 * 1024 * 1024
    ratio: int = 200
    ratio_floor: int = 1024 * 1024
    redirects: int = 5


LIMITS = Limits()


class Budget:
    """What is left of the limits of one fetch."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.received = 0
        self._deadline = time.monotonic() + limits.total

    def seconds(self, at_most: float) -> float:
        """Seconds the next step may take."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise failure("timeout")
        return min(left, at_most)


class Wire(httpcore2.NetworkStream):
    """A socket that records both directions (inside TLS) and stops what is too much or too slow."""

    def __init__(self, sock: socket.socket, budget: Budget) -> None:
        self._sock = sock
        self._budget = budget
        self._first_byte_at = 0.0
        self.sent = bytearray()
        self.received = bytearray()
        self.in_headers = True
        self.tls = ("", "")  # version and cipher suite

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limits = self._budget.limits
        if self.in_headers:
            max_bytes = min(max_bytes, limits.headers - len(self.received))
            if max_bytes <= 0:
                raise failure("headers_size")
        self._sock.settimeout(self._budget.seconds(limits.read if self.received else limits.answer))
        try:
            data = self._sock.recv(max_bytes)
        except TimeoutError:
            raise failure("timeout") from None
        except OSError:
            raise failure("network") from None
        self._count(data)
        return data

    def _count(self, data: bytes) -> None:
        limits = self._budget.limits
        now = time.monotonic()
        self._first_byte_at = self._first_byte_at or now
        self.received += data
        self._budget.received += len(data)
        if self._budget.received > limits.wire:
            raise failure("max_wire")
        elapsed = now - self._first_byte_at
        if elapsed > limits.grace and len(self.received) < limits.rate * elapsed:
            raise failure("too_slow")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:  # httpcore tells of an empty body, and of its end
            return
        self._sock.settimeout(self._budget.seconds(self._budget.limits.read))
        self.sent += buffer
        try:
            self._sock.sendall(buffer)
        except OSError:
            raise httpcore2.WriteError from None  # httpcore still reads an answer that came early

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Self:
        self._sock.settimeout(self._budget.seconds(self._budget.limits.connect))
        try:
            secured = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            raise failure("timeout") from None
        except ssl.SSLError:
            raise failure("tls") from None
        except OSError:
            raise failure("network") from None
        cipher = secured.cipher()
        self.tls = (secured.version() or "", cipher[0] if cipher else "")
        self._sock = secured
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None

    def close(self) -> None:
        self._sock.close()


class PinnedBackend(httpcore2.NetworkBackend):
    """Dials the vetted addresses, whatever name the connection was asked for."""

    def __init__(self, ips: Sequence[str], budget: Budget) -> None:
        self._ips = ips
        self._budget = budget
        self.ip = ""
        self.wire: Wire | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Wire:
        code = "connect"
        for ip in self._ips[:MAX_DIALS]:
            try:
                sock = _dial(ip, port, self._budget.seconds(self._budget.limits.connect))
            except OSError as error:
                code = "timeout" if isinstance(error, TimeoutError) else "connect"
                continue
            self.ip = ip
            self.wire = Wire(sock, self._budget)
            _compare_peer(sock, ip, port)
            return self.wire
        raise failure(code)


def _dial(ip: str, port: int, seconds: float) -> socket.socket:
    """To a number and to nothing else: no name is looked up here."""
    sock = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((ip, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _compare_peer(sock: socket.socket, ip: str, port: int) -> None:
    """Refuse to say a word to anybody but the address that was vetted."""
    peer, peer_port = sock.getpeername()[:2]
    is_same = peer == ip or ipaddress.ip_address(peer) == ipaddress.ip_address(ip)  # the latter for IPv6
    if not is_same or peer_port != port:
        sock.close()
        raise failure("ip_denied")


def system_resolver(host: str) -> list[str]:
    """Every address the operating system knows for a name; the order is its own."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def look_up(host: str, resolver: Resolver, seconds: float) -> list[str]:
    """Resolve a name once, with a time limit.

    ``getaddrinfo`` cannot be cancelled, so each lookup has a thread of its own that is left behind when it hangs,
    and only so many may hang at once.  Threads do not survive a fork, therefore none is kept.

    Raises:
        FetchFailed: code ``dns`` or ``dns_timeout``.
    """
    places = _Places.free
    if not places.acquire(timeout=seconds):
        raise failure("dns_timeout")
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(resolver(host)))
        except (OSError, UnicodeError):
            answers.put([])
        finally:
            places.release()

    _thread.start_new_thread(ask, ())  # nobody waits for it to begin or to end, so it need be no more than that
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise failure("dns_timeout") from None
    if not 0 < len(found) <= MAX_ADDRESSES:
        raise failure("dns")
    return found


class _Places:
    """How many more lookups may run in this process; counted afresh after a fork."""

    free = threading.BoundedSemaphore(MAX_LOOKUPS)

    @classmethod
    def renew(cls) -> None:
        cls.free = threading.BoundedSemaphore(MAX_LOOKUPS)


os.register_at_fork(after_in_child=_Places.renew)
