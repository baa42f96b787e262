"""Names of hosts as people read them.  Pure."""

import unicodedata

import idna

# Letters with which a word of another script passes for a Latin one.
_LATIN_LOOKALIKES = frozenset("асԁеһіјӏорԛѕԝхуѵɡαικνορτυχ")
_WRITTEN_TOGETHER = (
    frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA")),
    frozenset(("CJK", "HANGUL")),
    frozenset(("CJK", "BOPOMOFO")),
)


def readable_host(host: str) -> str:
    """A host in its own letters: "bücher.example" for "xn--bcher-kva.example".

    A part that mixes scripts, or whose letters all pass for Latin ones, stays as DNS has it.

    Source: Unicode Technical Standard 39, sections 4 (whole-script confusables) and 5.2 (single script).
    """
    return ".".join(_readable(label) for label in host.split("."))


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        word = idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return label
    letters = [char for char in word if char.isalpha()]
    scripts = {unicodedata.name(char, "?").split()[0] for char in letters}
    is_of_one = len(scripts) == 1 or any(scripts <= together for together in _WRITTEN_TOGETHER)
    return word if is_of_one and not _LATIN_LOOKALIKES.issuperset(letters) else label
