from dataclasses import replace

import pytest

from claims.evidence.doubt import Look, doubt, is_perhaps_a_wall

PAGE = Look("https://harbour.example.org/log/4", "The log of the harbour", "en", "Twelve ships came on Monday. " * 40)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ({}, ""),
        ({"text": "Eleven ships came on Monday. " * 40}, ""),
        ({"title": "404 - Page not found"}, "not_found"),
        ({"title": "Diese Seite wurde nicht gefunden"}, "not_found"),
        ({"text": "Subscribe to read on. Two ships came."}, "wall"),
        ({"title": "Before you go on", "text": "We value your consent."}, "wall"),
        ({"url": "https://harbour.example.org/", "text": "News of the harbour. " * 60}, "front_page"),
        ({"language": "de"}, "language"),
        ({"language": ""}, ""),
        ({"text": "Ships came."}, "shrunk"),
        ({"text": "Subscribe to our letter. " + PAGE.text}, ""),  # a wall keeps the text back
    ],
)
def test_a_copy_is_doubted_when_it_may_not_be_the_page(now, code):
    assert doubt(PAGE, replace(PAGE, **now)) == code


@pytest.mark.parametrize(
    "page",
    [
        replace(PAGE, title="What to do when a ship is not found"),
        replace(PAGE, url="https://harbour.example.org/"),
        replace(PAGE, text="Short.", language=""),
    ],
)
def test_what_was_so_already_when_it_was_quoted_is_no_sign(page):
    assert doubt(page, replace(page, text=page.text[: len(page.text) // 2])) == ""


@pytest.mark.parametrize(
    ("title", "text", "is_one"),
    [
        ("Daily paper", "Subscribe to read on. Twelve ships came, and", True),
        ("Are you a robot?", "Press the button.", True),
        ("Daily paper", "Twelve ships came.", False),
        ("Daily paper", "Twelve ships came on Monday. " * 40 + "Subscribe to our letter.", False),
    ],
)
def test_a_short_page_that_speaks_of_subscribing_or_robots_is_perhaps_a_wall(title, text, is_one):
    assert is_perhaps_a_wall(title, text) is is_one
