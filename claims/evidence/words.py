"""Whole words: a passage that begins or ends inside one says what nobody said ("12" of "12,500").  Pure.

``static/js/quote.js`` holds the same rule, so that a mouse, the keyboard and the server agree; the browser tests compare them.
"""

import unicodedata

MOST = 100  # signs added at an edge; what is longer is no word
_JOINING = frozenset("'\u2019\u00ad\u200c\u200d")  # between two letters: apostrophes, soft hyphen, joiners
_IN_NUMBERS = frozenset(".,")  # between two digits
# Scripts that put no blanks between words: Thai, Lao, Tibetan, Burmese, Khmer, Tai; Chinese, Japanese.
_WITHOUT_BLANKS = (
    (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0x2E80, 0x312F),
    (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAADF), (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span ``text[start:end]`` (code points), widened where an edge lies inside a word or a number."""
    return _before(text, start), _behind(text, end)


def _before(text: str, start: int) -> int:
    at = start
    while start - at <= MOST and _is_inside(text, at):
        at -= 1
    return at if start - at <= MOST else start


def _behind(text: str, end: int) -> int:
    at = end
    while at - end <= MOST and _is_inside(text, at):
        at += 1
    return at if at - end <= MOST else end


def _is_inside(text: str, at: int) -> bool:
    return 0 < at < len(text) and _is_of_word(text, at - 1) and _is_of_word(text, at)


def _is_of_word(text: str, at: int) -> bool:
    sign = text[at]
    if _is_letter(sign):
        return True
    if not 0 < at < len(text) - 1:
        return False
    if sign in _IN_NUMBERS:
        return _is_digit(text[at - 1]) and _is_digit(text[at + 1])
    return sign in _JOINING and _is_letter(text[at - 1]) and _is_letter(text[at + 1])


def _is_letter(sign: str) -> bool:
    if unicodedata.category(sign)[0] not in "LMN":
        return False
    return not any(first <= ord(sign) <= last for first, last in _WITHOUT_BLANKS)


def _is_digit(sign: str) -> bool:
    return unicodedata.category(sign) == "Nd"
