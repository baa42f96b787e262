import multiprocessing
import subprocess
import sys

import pytest

from claims.web.extract import extract
from claims.web.limited import extract_limited
from tests.claims.web.pdfs import pdf

PAGE = b"""<html><head><title>Bridge</title><meta name="date" content="2024-06-19"></head>
<body><p>The bridge over the river was opened in 1998 after six years of work.</p></body></html>"""


@pytest.mark.parametrize("data", [PAGE, pdf("One page.", "Another."), b"\x00\x01"])
def test_the_limited_process_finds_what_the_function_finds(data):
    arguments = (data, "", "utf-8", "https://example.org/")

    assert extract_limited(*arguments) == extract(*arguments)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"</x>" * 300_000 + b"<div>" * 300_000, {"seconds": 1}),  # the parser's time grows with the square of this
        (PAGE, {"memory": 20_000_000}),
    ],
    ids=["time", "memory"],
)
def test_a_file_that_takes_too_much_ends_in_words(data, limits):
    found = extract_limited(data, "text/html", "utf-8", "https://example.org/", **limits)

    assert (found.state, found.mime) == ("too_heavy", "text/html")
    assert found.problem


def _read_in_child(answers):
    answers.send(extract_limited(PAGE, "text/html", "", "").title)


def test_it_runs_in_a_daemonic_worker():
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()

    child = context.Process(target=_read_in_child, args=(there,), daemon=True)
    child.start()

    assert here.poll(30)
    assert here.recv() == "Bridge"
    child.join()
    here.close()
    there.close()


def test_it_starts_without_django_and_knows_no_secret():
    code = "import claims.web.limited, sys; print(any(name.startswith('django') for name in sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
