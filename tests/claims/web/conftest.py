import pytest

from tests.claims.web.servers import Canary, Server, Site


@pytest.fixture
def serve():
    """Start servers; all are stopped after the test."""
    started = []

    def start(answer, **options):
        server = Server(answer, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def canary():
    """One for the whole hostile suite; at the end nobody may have reached it but those who took the guard away."""
    canary = Canary()
    yield canary
    canary.stop()
    assert canary.connections == canary.let_in


@pytest.fixture(scope="session")
def _good_site(canary):
    site = Site(canary.port)
    site.canary = canary
    yield site
    site.stop()


@pytest.fixture
def site(_good_site):
    """A good website under http://good.test, with the canary at its side."""
    return _good_site.begin()
