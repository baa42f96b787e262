"""Translation for modules that may not import Django: at its start the project passes Django's translator in here.

In a process that passes none in, as the one that reads files, texts stay English.
"""

from collections.abc import Callable

NOUNS_ARE_LARGE = ("de",)  # languages that begin a noun with a capital letter wherever it stands

_translate: Callable[[str], str] = str
_current: Callable[[], str | None] = lambda: None  # noqa: E731


def speak_with(translate: Callable[[str], str], current: Callable[[], str | None]) -> None:
    """Lend a translator, and what tells the code of the language it speaks just now."""
    global _translate, _current
    _translate, _current = translate, current


def marked(sentence: str) -> str:
    """The sentence as it is, found by ``make messages``: it stands in a table, and whoever shows it translates it."""
    return sentence


def say(sentence: str) -> str:
    """The sentence in the language of whoever reads it."""
    return _translate(sentence) if sentence else ""


def labelled(label: object, words: object) -> str:
    """A label and what it says, with the mark between them as the language sets it: French puts a space before a colon."""
    return f"{label}{say(':')} {words}"


def midway(words: str) -> str:
    """A label as it stands inside a sentence: begun small, but for abbreviations and where nouns are written large."""
    if (_current() or "").partition("-")[0] in NOUNS_ARE_LARGE or words[1:2].isupper():
        return words
    return words[:1].lower() + words[1:]
