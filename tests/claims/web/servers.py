"""Servers on loopback that answer to the byte, and the door through which tests may reach them."""

import contextlib
import socket
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claims.errors import FetchFailed
from claims.web.fetch import Door, Hop, fetch
from claims.web.guard import SENTENCES
from claims.web.wire import Limits

PAGE = b"<html><body><p>The bridge opened in 1998.</p></body></html>"
TLS = ssl.create_default_context()  # takes longer to make than most pages to fetch
QUICK = Limits(lookup=0.5, connect=0.5, answer=0.5, read=0.5, total=2.0, grace=0.4)


class Server:
    """Answers every connection with what ``answer(path, request)`` gives: bytes, or a function of the socket."""

    def __init__(self, answer, ip="127.0.0.1", port=0, tls=None):
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self._listener = socket.create_server((ip, port), family=family)
        self._listener.settimeout(0.01)
        self._answer = answer
        self._tls = tls
        self.ip, self.port = self._listener.getsockname()[:2]
        self.requests = []
        self.connections = 0
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                if self._stopped.is_set():  # and nobody is left at the door
                    return
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection):
        connection.settimeout(3)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._tls:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            request = self._read(connection)
            self.requests.append(request)
            path = request.split(b" ")[1].decode("latin-1") if b" " in request else ""
            answer = self._answer(path, request) if callable(self._answer) else self._answer
            if callable(answer):
                answer(connection, self._stopped)
            else:
                connection.sendall(answer)

    def _read(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return request
            request += piece
        head, _blank, body = request.partition(b"\r\n\r\n")
        sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while sizes and len(body) < int(sizes[0]):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def url(self, path="/", host="good.test", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()


class Site(Server):
    """A good website: ``pages`` by their path, and the same page everywhere else."""

    def __init__(self, port):
        self.pages = {}
        super().__init__(lambda path, _request: self.pages.get(path, response(PAGE)), port=port)

    def begin(self):
        """As new, for the next test."""
        self.pages = {}
        self.requests = []
        self.connections = 0
        return self


class Canary:
    """Stands at two private addresses, on the port of the good site beside it: only the guard keeps anybody out."""

    ips = ("127.0.0.2", "::1")

    def __init__(self):
        first = Server(response(b"the crown jewels"), ip=self.ips[0])
        self.port = first.port
        self._servers = [first]
        if socket.has_ipv6:
            with contextlib.suppress(OSError):
                self._servers.append(Server(response(b"the crown jewels"), ip=self.ips[1], port=self.port))
        self.let_in = 0  # by the tests that take the guard away

    @property
    def connections(self):
        return sum(server.connections for server in self._servers)

    def stop(self):
        for server in self._servers:
            server.stop()


class Names:
    """A resolver with a table; counts what it was asked."""

    def __init__(self, **table):
        self.table = {name.replace("_", "."): answers for name, answers in table.items()}
        self.asked = []

    def __call__(self, host):
        self.asked.append(host)
        answers = self.table.get(host, [])
        return answers() if callable(answers) else answers


def door_to(server, **names):
    resolver = Names(**{"good_test": [server.ip]} | names)
    return Door(resolver=resolver, allowed={(server.ip, server.port)}, tls=TLS)


def response(body=b"", status="200 OK", *, length=True, **headers):
    lines = {"Content-Type": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        lines["Content-Length"] = len(body)
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def client_trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate))


def refusal(server, path="/", *, url="", limits=QUICK, tls=None, **names):
    """The code with which a fetch fails; its sentence is the one every editor gets."""
    door = door_to(server, **names)
    with pytest.raises(FetchFailed) as caught:
        fetch(url or server.url(path), limits=limits, door=replace(door, tls=tls) if tls else door)
    assert str(caught.value).endswith(SENTENCES[caught.value.code])  # after where it was forwarded to
    return caught.value.code


def drip(pieces, every):
    """An answer in pieces, so many seconds apart."""

    def send(connection, stopped):
        for piece in pieces:
            connection.sendall(piece)
            if stopped.wait(every):
                return

    return lambda path, request: send


def hop(status):
    return Hop("http://good.test/", "192.0.2.1", datetime.now(UTC), b"", b"", status, (), "", "")
