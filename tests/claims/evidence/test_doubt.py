from dataclasses import replace

import pytest

from claims.evidence.doubt import Look, doubt

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
