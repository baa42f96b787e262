"""What somebody wrote, as others will see it: whether there is anything to see, and no mark that turns words around it.

Pure.
"""

import re
import unicodedata

DRAWN_AS_NOTHING = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # Hangul fillers and the empty Braille pattern
UNSEEN_KINDS = (
    "Cc",
    "Cf",
    "Cs",
    "Z",
    "M",
)  # controls, marks of direction, blanks, and marks with no letter to stand on

# Marks of direction that hold until they are taken back, or until the end of the line.
EMBEDDINGS, END_OF_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
OVERRIDES = "\u202d\u202e"  # of the embeddings those that turn the letters themselves
ISOLATES, END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"

LINE_END = re.compile(r"\r(?!\n)")
PARTING = re.compile(r"[\x0b\x0c\x1c-\x1f\x85]")  # control characters that stand between words, as a blank does
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def has_visible(text: str) -> bool:
    """Whether a reader sees anything of a text: not if it is made of blanks and invisible characters only."""
    return any(char not in DRAWN_AS_NOTHING and not _is_unseen(char) for char in text)


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char).startswith(UNSEEN_KINDS)


def clean(text: str) -> str:
    """What somebody wrote, as it is kept: no control characters but the tab and line ends, no mark that turns letters.

    Source: Unicode Standard, section 23.1, "Control Codes" (C0, DELETE and C1).
    """
    return close_directions(CONTROLS.sub("", PARTING.sub(" ", LINE_END.sub("\n", text))))


TURNING = frozenset({"R", "AL", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def isolate(text: str) -> str:
    """A name or a foreign text as it may stand inside a sentence: kept apart from it where its direction may differ."""
    if not any(unicodedata.bidirectional(char) in TURNING for char in text):
        return text
    return f"\u2068{close_directions(text)}\u2069"


def close_directions(text: str) -> str:
    """The text without marks of direction that nothing takes back, or that take nothing back, and without overrides.

    Such a mark would turn whatever stands behind the text on the same line.  What is closed inside the text stays, but
    for overrides: they make "10" of "01", and no language is written with them.

    Source: Unicode Standard Annex 9, "Unicode Bidirectional Algorithm", BD9 and BD11 (matching pairs).
    """
    if not any(mark in text for mark in (*EMBEDDINGS, *ISOLATES, END_OF_EMBEDDING, END_OF_ISOLATE)):
        return text
    return "".join(_closed(line) for line in text.splitlines(keepends=True))


def _closed(line: str) -> str:
    """One line without the marks that have no counterpart in it, and without overrides."""
    is_open: list[int] = []  # places of marks not taken back yet
    loose: set[int] = set()
    for place, char in enumerate(line):
        if char in EMBEDDINGS or char in ISOLATES:
            is_open.append(place)
        elif char == END_OF_EMBEDDING and is_open and line[is_open[-1]] in EMBEDDINGS:
            begin = is_open.pop()
            loose |= {begin, place} if line[begin] in OVERRIDES else set()
        elif char == END_OF_ISOLATE and any(line[other] in ISOLATES for other in is_open):
            loose |= _unwind(line, is_open)
        elif char in (END_OF_EMBEDDING, END_OF_ISOLATE):
            loose.add(place)
    loose |= set(is_open)
    return "".join(char for place, char in enumerate(line) if place not in loose)


def _unwind(line: str, is_open: list[int]) -> set[int]:
    """Take back the innermost isolate; the embeddings begun in it and not taken back are loose."""
    loose = set()
    while line[is_open[-1]] in EMBEDDINGS:
        loose.add(is_open.pop())
    is_open.pop()
    return loose
