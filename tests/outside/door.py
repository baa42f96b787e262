"""The open web of the tests: names under example.org lead to a site of ours on loopback, and nothing else is reached.

The guard is whole: names, ports and addresses are vetted as ever, the address looks public, and only the last step, the
dialling, is led to the site.  There is no setting for it; processes that a test starts are led by ``startup/``.
"""

import socket
from contextlib import contextmanager

from claims.web import fetch, wire

ADDRESS = "93.184.216.34"


def resolve(host):
    return [ADDRESS] if f".{host}".endswith(".example.org") else []


def dial_site(port):
    def connect_tcp(self, host, **_):
        assert list(self._ips) == [ADDRESS]
        self.ip = ADDRESS
        self.wire = wire.Wire(socket.create_connection(("127.0.0.1", port), timeout=30), self._budget)
        return self.wire

    return connect_tcp


def lead_to(port):
    """For good, in this process."""
    fetch.DOOR = fetch.Door(resolver=resolve)
    wire.PinnedBackend.connect_tcp = dial_site(port)


@contextmanager
def leading_to(port):
    before = fetch.DOOR, wire.PinnedBackend.connect_tcp
    lead_to(port)
    try:
        yield
    finally:
        fetch.DOOR, wire.PinnedBackend.connect_tcp = before


def environment(port, project):
    """What to add to the environment of a process whose captures are to reach the site."""
    return {"TEST_SITE_PORT": str(port), "PYTHONPATH": f"{project}/tests/outside/startup:{project}"}
