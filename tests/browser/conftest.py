"""A real Chromium, and the house it visits: what ``make run`` starts, once for all tests of this folder."""

import os
import shutil
import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import album
from tests.browser.house import OpenHouse

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium():
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        say = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        say("no Chromium: browser tests skipped")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()
    album.bind()


@pytest.fixture(scope="session")
def house(chromium, run_dir):
    """The whole house with the starting newsroom, and a website that it takes for a part of the open web."""
    opened = OpenHouse(run_dir / "house")
    try:
        yield opened.open()
    finally:
        opened.close()


@pytest.fixture(scope="module", autouse=True)
def pictures(request):
    """Where the pictures of this file go: a folder that has none of an earlier run."""
    return album.open_for(request.path.stem.removeprefix("test_"))


@pytest.fixture
def visit(chromium, house, pictures):
    """Opens the desk for a person, by user name; nobody is signed in without one.

    Every page that was opened must end without a complaint of the browser.
    """
    visitors = []

    def enter(username="", **options):
        visitors.append(house.visitor(chromium, username, pictures=pictures, **options))
        return visitors[-1]

    yield enter
    sys.stdout.write(house.story())
    for visitor in visitors:
        visitor.leave()
