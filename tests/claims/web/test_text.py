import codecs
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.web.text import decode_text, fold_lines, one_line

CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. " * 5
LIE = "The council said “it cost 5 €”, which is the whole of what is known about it."


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        (codecs.BOM_UTF8 + "é".encode(), "iso-8859-1", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "utf-8", "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "", "é"),
        (codecs.BOM_UTF8 + b'<meta charset="iso-8859-1">', "", '<meta charset="iso-8859-1">'),
        (CZECH.encode("iso-8859-2"), "iso-8859-2", CZECH),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),  # as browsers do
        ("京都".encode("euc-jp"), "EUC-JP", "京都"),
        (LIE.encode("cp1252"), "utf-8", LIE),  # the header lies
        ("é".encode(), "", "é"),
        (b"plain", "no-such-charset", "plain"),
        (b"plain", "base64", "plain"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        (b"plain", "a\x00b", "plain"),
        (b"", "", ""),
    ],
)
def test_bytes_are_read_by_mark_then_header(data, declared, text):
    assert decode_text(data, declared) == text


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="{0}">',
        "<META http-equiv=Content-Type content='text/html; charset={0}'>",
        '<?xml version="1.0" encoding="{0}"?>',
    ],
)
def test_a_page_may_name_its_own_charset(head):
    page = head.format("iso-8859-2") + CZECH

    assert decode_text(page.encode("iso-8859-2"), "") == page


def test_a_page_that_calls_itself_utf_16_in_plain_letters_is_not():
    assert decode_text('<meta charset="utf-16">é'.encode(), "") == '<meta charset="utf-16">é'


def test_the_header_goes_before_what_the_page_says():
    assert decode_text('<meta charset="iso-8859-5">é'.encode(), "utf-8").endswith("é")


def test_one_broken_letter_does_not_overturn_a_declaration():
    assert decode_text(CZECH.encode() + b"\xff", "utf-8") == CZECH + "\ufffd"


def test_what_nobody_declared_is_guessed_and_never_fails():
    assert "Příliš" in decode_text(CZECH.encode("cp1250"), "")
    assert isinstance(decode_text(bytes(range(256)) * 3, ""), str)


def test_lines_are_folded():
    assert fold_lines(" a \t b\xa0c\r\n \r d\x00e\u2028f \n") == "a b c\nde\nf"


def folded_by_rules(text):
    """The same rules as patterns, one after the other: slower, and easy to read."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", "", text)
    return re.sub(r" ?\n[ \n]*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()


@settings(deadline=None)  # the machine may be busy
@given(
    st.text(
        st.sampled_from(
            "ab é\n\r\t\x00\x0b\x0c\x1c\x1d\x1e\x1f\x7f\x85\xa0\u200b\u2028\u2029\u3000\ud800\uffff\U0001f600"
        )
    )
)
def test_lines_are_folded_by_these_rules(text):
    """Places of quotes are counted in folded text: not one character may come out otherwise."""
    assert fold_lines(text) == folded_by_rules(text)


def test_every_character_is_folded_by_these_rules():
    for code in (*range(0x10000), *range(0x10000, 0x110000, 99)):
        text = f"a{chr(code)}b \n{chr(code)}"
        assert fold_lines(text) == folded_by_rules(text)


def test_a_title_is_one_line_without_direction_marks():
    assert one_line("  A\n\u202etitle\u202c \ud800", 6) == "A titl"
    assert one_line(None, 10) == ""


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-16", "gbk", "iso-8859-9", "hex"]))
def test_whatever_the_bytes_are_the_text_can_be_stored(data, declared):
    text = fold_lines(decode_text(data, declared))

    assert "\x00" not in text
    text.encode("utf-8")
    assert fold_lines(text) == text
