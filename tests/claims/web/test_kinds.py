import pytest

from claims.web.kinds import TEXT, is_misnamed, readable_kind
from claims.web.media import DOCX, HTML, PDF
from tests.claims.web.pixels import png

PAGE = b"<!doctype html><p>Twelve ships came."


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"Twelve ships came.", TEXT),
        ("a.html", b"<p>Twelve ships came.", HTML),  # only the name tells
        ("a.txt", b"<p>Twelve ships came.", TEXT),
        ("a.txt", PAGE, HTML),
        ("a.png", PAGE, HTML),
        ("a", b"%PDF-1.7", PDF),
        ("a.pdf", b"PK\x03\x04 word/document.xml", DOCX),
        ("a.txt", "Zwölf".encode("utf-16"), TEXT),
        ("a.txt", "Zwölf Schiffe".encode("latin-1"), TEXT),
        ("a.pdf", b"Twelve ships came.", TEXT),
        ("a.txt", png(4, 4), ""),
        ("a.txt", b"MZ and words", ""),
        ("a.html", b"#!/bin/sh\n<html>", ""),
        ("a.txt", b"\x01\x02 words", ""),
        ("a.txt", "\x01\x02\x03".encode("utf-16"), ""),
        ("a.txt", b"PK\x03\x04", ""),
    ],
)
def test_a_file_is_what_its_bytes_say_and_the_name_only_tells_two_kinds_of_text_apart(name, data, kind):
    assert readable_kind(name, data) == kind


@pytest.mark.parametrize(
    ("name", "mime", "is_so"),
    [
        ("fake.png", HTML, True),
        ("fake.TXT", PDF, True),
        ("old.doc", HTML, True),
        ("page.HTM", HTML, False),
        ("photo.jpeg", "image/jpeg", False),
        ("table.csv", TEXT, False),
        ("version.2", PDF, False),
        ("readme", TEXT, False),
    ],
)
def test_a_name_that_tells_another_kind_is_told_from_one_that_tells_none(name, mime, is_so):
    assert is_misnamed(name, mime) == is_so
