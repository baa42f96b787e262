import pytest

from tests.claims.web.servers import Server


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
