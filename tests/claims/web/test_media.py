import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.web.media import DOCX, PDF, page_at, sniff


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "declared", "mime"),
    [
        (b"%PDF-1.7 ...", "text/html", PDF),
        (b"\n\n%PDF-1.7 ...", "", PDF),
        (b"\xef\xbb\xbf%PDF-1.7 <html>", "text/html", PDF),
        (b"HTTP/1.1 200 OK\n\n%PDF-1.7 ...", "", PDF),
        (b"<html><title>What %PDF-1.7 means</title>", "text/html", "text/html"),
        (b"<html><!-- %PDF-1.7 -->", "", "text/html"),
        (b"<html><!-- %PDF-1.7 -->", PDF, PDF),
        (b"%PDF-1.7" + zipped("word/document.xml"), DOCX, PDF),
        (b"<!DOCTYPE html><p>x", PDF, "text/html"),
        (b"\xef\xbb\xbf <!-- a --><!-- b -->\n<html>", "text/plain", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "application/xml", "text/html"),
        (b"<p>x", "text/html; charset=utf-8", "text/html"),
        (b"<!--" * 500, "", "text/plain"),
        (b"hello", "", "text/plain"),
        (b"hello", "application/octet-stream", "text/plain"),
        (b"a\x00b", "", "application/octet-stream"),
        (b"", "", "application/octet-stream"),
        (b"PK\x03\x04junk", "application/zip", "application/zip"),
        (b"\x89PNG", "image/png", "image/png"),
        (zipped("word/document.xml"), "application/zip", DOCX),
        (zipped("other.xml"), "application/zip", "application/zip"),
        (zipped("other.xml"), "text/html; charset=utf-8", "application/zip"),
        (zipped("other.xml"), "application/xhtml+xml", "application/zip"),
        (zipped("other.xml"), "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        (zipped("word/document.xml"), "text/html", DOCX),
        (b"\x89PNG\r\n\x1a\n...", "text/html", "image/png"),
        (b"\xff\xd8\xff\xe0...", "text/plain", "image/jpeg"),
        (b"\x1f\x8b...", "", "application/gzip"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_are(data, declared, mime):
    assert sniff(data, declared) == mime


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200), st.text(max_size=20))
def test_every_file_has_a_short_media_type(data, declared):
    assert 0 < len(sniff(data, declared)) <= 100


def test_the_page_of_a_place_is_the_last_that_began_before_it():
    assert [page_at((0, 10, 10, 30), place) for place in (0, 9, 10, 29, 30, 99)] == [1, 1, 3, 3, 4, 4]
    assert page_at((), 5) is None
