import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.web.pictures import GIF, JPEG, PNG, WEBP, Picture, is_svg, read_picture
from tests.claims.web.pixels import chunk, gif, jpeg, png, segment, webp


@pytest.mark.parametrize(
    ("data", "picture"),
    [
        (png(3, 2), Picture(PNG, 3, 2)),
        (png(3, 2) + b"what some cameras add", Picture(PNG, 3, 2)),
        (jpeg(4, 5), Picture(JPEG, 4, 5)),
        (jpeg(4, 5, before=b"\xff\xff" + b"\xd0\xff\x01"), Picture(JPEG, 4, 5)),
        (gif(6, 7), Picture(GIF, 6, 7)),
        (gif(6, 7) + b"\x00", Picture(GIF, 6, 7)),
        (webp(), Picture(WEBP)),
    ],
)
def test_a_picture_says_its_kind_and_its_size(data, picture):
    assert read_picture(data) == picture
    assert picture.can_be_shown


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        png(3, 2)[:-12],  # without its end
        png(3, 2)[:40] + b"\x00\x00\x00" + png(3, 2)[43:],  # a bit fell over
        png(0, 2),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\x00") + chunk(b"IDAT", b"junk") + chunk(b"IEND"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\x00\x00\x00\x03\x00\x00\x00\x02") + chunk(b"IEND"),
        b"\xff\xd8\xff\xe0" + b"\x00" * 40,
        jpeg(4, 5)[:-2],
        jpeg(0, 5),
        b"\xff\xd8" + segment(0xE0, b"JFIF"),
        b"\xff\xd8\xff\xc0\x00\x11",
        gif(6, 7)[:-1],
        b"GIF89a",
        webp()[:-1],
    ],
)
def test_a_picture_of_which_something_is_missing_or_damaged_is_not_whole(data):
    assert not read_picture(data).is_whole
    assert not read_picture(data).can_be_shown


def test_a_picture_too_large_for_a_browser_is_whole_and_not_shown():
    found = read_picture(png(3, 2, says=(60_000, 60_000)))

    assert found.is_whole
    assert not found.can_be_shown


@pytest.mark.parametrize("data", [b"", b"Twelve ships.", b"%PDF-1.7", b"<svg></svg>", b"RIFF\x04\x00\x00\x00WAVE"])
def test_what_is_no_picture_is_none(data):
    assert read_picture(data) is None


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF"]), st.binary(max_size=80))
def test_no_bytes_break_the_reading(start, rest):
    found = read_picture(start + rest)

    assert found is None or found.mime.startswith("image/")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", True),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>\n<!-- made by hand -->\n<!DOCTYPE svg PUBLIC '-//W3C'>\n<SVG >", True),
        (b"<svg>", True),
        (b"<svgs>", False),
        (b"<p>The tag <svg> draws.", False),
        (b"<?xml version='1.0'?><rss><svg/></rss>", False),
        (b"<!-- " * 2000, False),
    ],
)
def test_a_drawing_is_known_by_its_first_element(data, found):
    assert is_svg(data) is found
