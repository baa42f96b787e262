# ruff: noqa: RUF001, SIM905 (quotation marks are meant; word lists read better as text)
"""What two texts are compared by: clean words, their stems, character n-grams, numbers, names and negations."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import Stemmer

LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S*", re.IGNORECASE)
# " — Name (@handle) March 3, 2019" at the end of an embedded post: the name helps to find the claim, the date does not.
SIGNATURE = re.compile(r"\s[—–-]+\s*(?P<name>[^—\n]{1,80}?)\s*\(\s?@\s?\w{1,20}\s?\)\s+\w{3,9}\.? \d{1,2}, \d{4}\s*$")
PICTURE_LINK = re.compile(r"pic\.twitter\.com", re.IGNORECASE)
TAG = re.compile(r"[#@](\w+)")
CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|\w+")
NAME = re.compile(r"(?<=[\w,;] )[A-ZÀ-ÖØ-ÞЀ-Я][\w'-]+")
POSSESSIVE = re.compile(r"'s$")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
DIGITS = {first + digit: str(digit) for first in (0x660, 0x6F0, 0x966, 0x9E6) for digit in range(10)}  # Arabic, Indian
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-"}) | DIGITS

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
STOP = frozenset(
    "a an and are as at be been but by did do does for from had has have he her his i if in into is it its of on or our s "
    "she so t that the their them they this to was we were what when which who will with would you your".split()
)
NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without denies denied deny isn't wasn't aren't weren't don't doesn't didn't "
    "can't cannot couldn't won't wouldn't hasn't haven't hadn't".split()
)
PICTURES = frozenset(["photograph", "photo", "imag", "video", "pictur", "footag"])  # English stems
GRAM_SIZES = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class Profile:
    """All that ranking needs to know of one text."""

    plain: str  # lower-case words, one blank between two
    stems: tuple[str, ...]  # in order, with repetitions, without the commonest words
    spellings: dict[str, str]  # stem -> the word as it was written first
    grams: Counter[str]  # runs of 3 to 5 characters of the plain text
    numbers: frozenset[str]
    names: frozenset[str]  # stems of words written with a capital inside a sentence
    negated: bool
    has_picture: bool  # it links a picture
    tells_of_picture: bool  # it speaks of one


def clean(text: str) -> str:
    """Return the text without addresses, with #CamelCase and @handles split, keeping the author's name of a post."""
    text = unicodedata.normalize("NFKC", text).translate(PLAIN)
    text = SIGNATURE.sub(r" \g<name>", LINK.sub(" ", text))
    text = TAG.sub(lambda tag: f" {CAMEL.sub(' ', tag[1]).replace('_', ' ')} ", text)
    return " ".join(text.split())


def words_of(cleaned: str) -> list[str]:
    """Return the words in lower case, without possessive endings; numbers keep their marks but not those of thousands."""
    found = (POSSESSIVE.sub("", word) for word in WORD.findall(cleaned.lower()))
    return [THOUSANDS.sub("", word) for word in found]


def stems_of(text: str, language: str = "en") -> list[str]:
    """Return the stems to search by, in order, with repetitions; the commonest English words are left out."""
    return [stem(word, language) for word in words_of(clean(text)) if word not in STOP]


def profile(text: str, language: str = "en") -> Profile:
    cleaned = clean(text)
    words = words_of(cleaned)
    kept = [(word, stem(word, language)) for word in words if word not in STOP]
    stems = tuple(found for _, found in kept)
    plain = " ".join(words)
    return Profile(
        plain=plain,
        stems=stems,
        spellings={found: word for word, found in reversed(kept)},
        grams=grams_of(plain),
        numbers=frozenset(word for word in words if word[0].isdigit()),
        names=frozenset(stem(words_of(name)[0], language) for name in NAME.findall(cleaned)),
        negated=not NEGATIONS.isdisjoint(words),
        has_picture=bool(PICTURE_LINK.search(text)),
        tells_of_picture=not PICTURES.isdisjoint(stems),
    )


def grams_of(plain: str) -> Counter[str]:
    padded = f" {plain} "
    return Counter(padded[i : i + size] for size in GRAM_SIZES for i in range(len(padded) - size + 1))


@lru_cache(maxsize=len(STEMMERS))
def stemmer(name: str) -> Any:
    return Stemmer.Stemmer(name)


def stem(word: str, language: str) -> str:
    """Return the word's stem (Snowball), or the word where its language has no stemmer."""
    name = STEMMERS.get(language[:2].lower())
    found: str = stemmer(name).stemWord(word) if name else word
    return found
