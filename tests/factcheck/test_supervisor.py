"""The one who starts and stops the house, where a real house would need luck to show it."""

import os
import signal

import pytest

from factcheck import firstrun, supervisor
from tests.factcheck.house import free_port


class AsksToStop:
    """Ends in the middle of a request to stop: what is raised there, Python drops."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        signal.getsignal(signal.SIGTERM)  # the handler has run by now


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("moment", ["starting", "open"])
def test_a_request_to_stop_that_was_dropped_is_heard_at_the_next_step(moment, tmp_path, settings, monkeypatch):
    settings.VAR_DIR, settings.PORT = tmp_path, free_port()
    said, reached = [], []

    def step(name, answer):
        def take(*_, **__):
            reached.append(name)
            if name == moment:
                AsksToStop()
            return answer

        return take

    monkeypatch.setattr(supervisor, "_start_servers", step("starting", []))
    monkeypatch.setattr(firstrun, "prepare", step("prepared", None))
    monkeypatch.setattr(supervisor, "_start_house", step("house", []))
    monkeypatch.setattr(firstrun, "welcome", step("open", None))

    supervisor.run(said.append)

    assert said[-1] == "Stopped."
    assert reached == (["starting"] if moment == "starting" else ["starting", "prepared", "house", "open"])
