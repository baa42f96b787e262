"""The lock files of one installation name one version of each package, or an optional part could not stay beside it."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def pinned(name):
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (PROJECT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("part", ["requirements-s3.lock", "requirements-rendered.lock"])
def test_an_optional_part_wants_the_versions_the_house_runs_on(part):
    house, wanted = pinned("requirements.lock"), pinned(part)

    assert {name: wanted.get(name) for name in house} == house


def test_the_optional_parts_agree_with_each_other():
    first, second = pinned("requirements-s3.lock"), pinned("requirements-rendered.lock")

    assert {name: first[name] for name in first.keys() & second} == {
        name: second[name] for name in first.keys() & second
    }
