# ruff: noqa: RUF001, RUF002, RUF003, SIM905 (letters of other scripts are meant; word lists read better as text)
"""A text as what an index keeps of it: each word in one plain form, its stem, and in scripts without blanks its endings.

Both sides of a search go through here: what is kept at a place of a text, and what is looked for.

* Latin, Greek: case and accents are dropped; the stem (Snowball) of the text's language stands beside the word as ``~stem``.
* Cyrillic: ``ё`` reads as ``е``; the case forms meet in the stem: ракеты, ракетами -> ``~ракет``.
* Arabic: vowel signs and the stretching line are dropped, the forms of alef are one, ``ة`` reads as ``ه``, ``ى`` as ``ي``; the
  stem is taken once more without a leading "and", "so", "the".
* Korean, Chinese, Japanese: a word keeps each of its endings of two letters or more (남북정상회담 -> 북정상회담, 정상회담, 상회담, 회담),
  so that the beginning of an ending finds any part of a word: 정상회담 in 남북정상회담을, whatever particle follows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from claims.matching.features import STEMMERS, stem

MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
WORD = re.compile(rf"\d+(?:[.,٫٬]\d+)+|(?:[^\W_][{MARKS}]*)+(?:['’][sS](?!\w))?")
POSSESSIVE = re.compile("['’]s$", re.IGNORECASE)
SIGNS = re.compile(f"[{MARKS}\u0640]")
ARABIC = re.compile("[\u0620-\u06ff]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
# Han, kana, hangul.
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
THOUSANDS = re.compile(r"[,٬](?=\d{3}(?!\d))")
LETTERS = str.maketrans(
    {"ى": "ي", "ة": "ه", "ٱ": "ا", "ё": "е", "٫": ".", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
)
PREFIXES = ("وال", "فال", "بال", "كال", "ال", "لل", "و", "ف")
SHORTEST_REST = 3  # letters of an Arabic word that must stay
# Particles at the end of a Korean word, the longest first.
PARTICLES = sorted(
    "은 는 이 가 을 를 의 에 와 과 도 만 로 으로 에서 에게 께 까지 부터 처럼 보다 라고 이라고 하고 에는 에서는 으로는 로는 에도 에서도 들 들은 들이 들을 들의 "
    "이다 였다 이었다 했다 한다 하는 하다 입니다 했다고 한다고 이며 이나 라는 이라는 과의 와의 로부터 으로부터".split(),
    key=lambda particle: -len(particle),
)  # fmt: skip
LONGEST_ENDING = 12  # letters; Chinese and Japanese write whole sentences as one word
LONGEST = 60  # letters of a word; what is longer is no word
STEM = "~"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: where it stands, in code points, and its plain form."""

    start: int
    end: int
    form: str


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in their order; a hyphen and an apostrophe end a word."""
    for found in WORD.finditer(text):
        form = plain(found[0])
        if form:
            yield Token(found.start(), found.end(), form)


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """The one form in which a word is kept and looked for."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFKD", THOUSANDS.sub("", POSSESSIVE.sub("", word)).casefold()):
        if unicodedata.combining(letter):
            is_own_letter = bool(letters) and letter in "\u0306\u0308" and CYRILLIC.match(letters[-1])  # й, ё
            if SIGNS.match(letter) and not is_own_letter:
                continue
        elif letter.isdecimal():
            letter = str(unicodedata.decimal(letter))  # noqa: PLW2901  # ٥ and 5 are one figure
        letters.append(letter)
    folded = unicodedata.normalize("NFC", "".join(letters)).translate(LETTERS).replace("ـ", "")
    return folded[:LONGEST]


@lru_cache(maxsize=100_000)
def kept(form: str, language: str) -> tuple[str, ...]:
    """What an index keeps at the place of one word: the word first."""
    if UNSPACED.search(form):
        endings = (form[n : n + LONGEST_ENDING] for n in range(1, len(form) - 1))
        return (form, *dict.fromkeys(endings))
    return (form, *(STEM + found for found in stems(form, (language,)) if found != form))


@lru_cache(maxsize=20_000)
def stems(form: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of a word, in plain form, in the languages that write with its letters."""
    found = []
    for language in _languages_of(form, languages):
        found.append(stem(form, language))
        if language == "ar":
            found += [stem(rest, language) for rest in _without_prefix(form)]
    return tuple(dict.fromkeys(plain(one) for one in found if one))


def _languages_of(form: str, languages: Iterable[str]) -> tuple[str, ...]:
    """A word of another script than its text's language is of the language one expects behind that script."""
    if ARABIC.search(form):
        return ("ar",)
    if CYRILLIC.search(form):
        written = [code for code in languages if code[:2] in {"ru", "sr", "uk", "bg", "be", "mk", "kk"}]
        return tuple(written) or ("ru",)
    latin = [code for code in languages if code[:2] in STEMMERS and code[:2] not in {"ar", "ru"}]
    return tuple(latin) or ("en",)


def _without_prefix(form: str) -> Iterator[str]:
    for prefix in PREFIXES:
        if form.startswith(prefix) and len(form) - len(prefix) >= SHORTEST_REST:
            yield form[len(prefix) :]


def without_particle(form: str) -> str:
    """A Korean word without what is hung on it, where two letters stay."""
    for particle in PARTICLES:
        if form.endswith(particle) and len(form) - len(particle) > 1:
            return form[: -len(particle)]
    return form


def grams(word: str) -> list[str]:
    """The runs of three letters of a word, its beginning and its end marked."""
    padded = f"  {word} "
    return sorted({padded[n : n + 3] for n in range(len(padded) - 2)})


# --- what is written into a row

MOST_PLACES = 16_383  # the server knows no later place; words beyond it are found, quotations of them are not
BETWEEN_FIELDS = 8  # places left free, so that no quotation runs from one field into the next
MOST_LETTERS = 400_000  # of one text


def vector(fields: Iterable[tuple[str, str]], language: str) -> str:
    """The fields of one thing as a text search vector in its written form.

    Args:
        fields: ``(weight, text)``; weight ``A`` for what the thing is called by, else ``D``.
    """
    places: dict[str, list[str]] = {}
    place = 0
    for weight, text in fields:
        for token in tokens(text[:MOST_LETTERS]):
            place = min(place + 1, MOST_PLACES)
            mark = f"{place}{'' if weight == 'D' else weight}"
            for lexeme in kept(token.form, language):
                at = places.setdefault(lexeme, [])
                if not at or at[-1] != mark:
                    at.append(mark)
        place = min(place + BETWEEN_FIELDS, MOST_PLACES)
    return " ".join(f"'{lexeme}':{','.join(at[:255])}" for lexeme, at in places.items())


def vocabulary(texts: Iterable[str]) -> set[str]:
    """The words of these texts somebody may mistype: no figures, nothing very short."""
    found = chain.from_iterable(tokens(text[:MOST_LETTERS]) for text in texts)
    return {token.form for token in found if 4 <= len(token.form) <= 30 and token.form.isalpha()}  # noqa: PLR2004
