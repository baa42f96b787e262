"""What somebody wrote, as others will see it: whether there is anything to see, and no mark that turns words around it.

Pure.
"""

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
ISOLATES, END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"


def has_visible(text: str) -> bool:
    """Whether a reader sees anything of a text: not if it is made of blanks and invisible characters only."""
    return any(char not in DRAWN_AS_NOTHING and not _is_unseen(char) for char in text)


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char).startswith(UNSEEN_KINDS)


TURNING = frozenset({"R", "AL", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def isolate(text: str) -> str:
    """A name or a foreign text as it may stand inside a sentence: kept apart from it where its direction may differ."""
    if not any(unicodedata.bidirectional(char) in TURNING for char in text):
        return text
    return f"\u2068{close_directions(text)}\u2069"


def close_directions(text: str) -> str:
    """The text without marks of direction that nothing takes back, or that take nothing back.

    Such a mark would turn whatever stands behind the text on the same line.  What is closed inside the text stays.

    Source: Unicode Standard Annex 9, "Unicode Bidirectional Algorithm", BD9 and BD11 (matching pairs).
    """
    if not any(mark in text for mark in (*EMBEDDINGS, *ISOLATES, END_OF_EMBEDDING, END_OF_ISOLATE)):
        return text
    return "".join(_closed(line) for line in text.splitlines(keepends=True))


def _closed(line: str) -> str:
    """One line without the marks that have no counterpart in it."""
    is_open: list[int] = []  # places of marks not taken back yet
    loose: set[int] = set()
    for place, char in enumerate(line):
        if char in EMBEDDINGS or char in ISOLATES:
            is_open.append(place)
        elif char == END_OF_EMBEDDING and is_open and line[is_open[-1]] in EMBEDDINGS:
            is_open.pop()
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
