"""Old words against new words: the difference, and whether it touches a number or a negation."""

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher

_WORD = re.compile(r"\s+|\w+(?:[.,:'\u2019/-]\w+)*|[^\w\s]")
_NUMBER = re.compile(r"\d+(?:[.,:\u00a0\u202f ]\d+)*")
_NUMBER_WORDS = frozenset((
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen",
    "dozens", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds",
    "thousand", "thousands", "million", "millions", "billion", "billions", "trillion", "half", "twice", "double",
))  # fmt: skip
_NEGATIONS = frozenset((
    "no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "denied", "denies",
    "ne", "pas", "jamais", "sans", "kein", "keine", "keinen", "nicht", "nie", "ohne", "nunca", "sin", "non", "mai",
    "senza", "sem", "niet", "geen", "inte", "ikke", "nem", "nu", "не", "нет", "ни", "никогда", "без", "ні", "немає",
))  # fmt: skip


def word_diff(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Old words against new words as (kind, words): "same", "removed", "added"; joined they give both texts."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    parts: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(before[old_start:old_end])))
            continue
        if old_end > old_start:
            parts.append(("removed", "".join(before[old_start:old_end])))
        if new_end > new_start:
            parts.append(("added", "".join(after[new_start:new_end])))
    return tuple(parts)


def warning_flags(old: str, new: str) -> tuple[str, ...]:
    """What a change of words touches: "numbers", "negation"."""
    flags = []
    if _numbers(old) != _numbers(new):
        flags.append("numbers")
    if _negations(old) != _negations(new):
        flags.append("negation")
    return tuple(flags)


def _numbers(text: str) -> Counter[str]:
    digits = (re.sub(r"\D", "", found) for found in _NUMBER.findall(unicodedata.normalize("NFKC", text)))
    return Counter(digits) + Counter(word for word in _words(text) if word in _NUMBER_WORDS)


def _negations(text: str) -> int:
    return sum(word in _NEGATIONS or word.endswith("n't") for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:'\w+)?", text.replace("\u2019", "'").casefold())
