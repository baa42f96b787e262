"""What somebody typed, taken apart: words, quotations, and the word still being typed; and what of a text answers it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from claims.matching.features import STOP
from claims.search.words import STEM, UNSPACED, Token, kept, stems, tokens, without_particle

QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)(?:[\"“”„«»]|$)")
MOST_TERMS = 12
MOST_LETTERS = 200
SHORTEST_BEGINNING = 2  # letters from which on a word is looked for by its beginning


@dataclass(frozen=True, slots=True)
class Wanted:
    """One way a word may stand in an index: ``lexeme`` itself, or whatever begins with it."""

    lexeme: str
    is_beginning: bool = False

    def fits(self, lexeme: str) -> bool:
        return lexeme.startswith(self.lexeme) if self.is_beginning else lexeme == self.lexeme


@dataclass(frozen=True)
class Term:
    """One word, or several that stand next to each other.

    Attributes:
        forms: the words in plain form.
        is_exact: quoted; only these very words answer it.
        is_open: its last word may still be typed: what begins so answers it too.
    """

    forms: tuple[str, ...]
    is_exact: bool = False
    is_open: bool = False

    def wanted(self, languages: tuple[str, ...]) -> tuple[tuple[Wanted, ...], ...]:
        """For each of its words the ways in which it may stand there."""
        last = len(self.forms) - 1
        return tuple(self._ways(form, n == last, languages) for n, form in enumerate(self.forms))

    def _ways(self, form: str, is_last: bool, languages: tuple[str, ...]) -> tuple[Wanted, ...]:
        if UNSPACED.search(form):
            # Any ending of a word is kept, so a beginning finds it anywhere in a word; a quotation ends where it ends.
            return (Wanted(form if self.is_exact else without_particle(form), is_beginning=is_last),)
        ways = [Wanted(form, is_beginning=is_last and self.is_open and len(form) >= SHORTEST_BEGINNING)]
        if not self.is_exact:
            for found in stems(form, languages):
                ways += [Wanted(STEM + found), Wanted(found)]
        return tuple(dict.fromkeys(ways))


@dataclass(frozen=True)
class Query:
    """Terms that all must be answered, and the languages whose stems are tried."""

    terms: tuple[Term, ...]
    languages: tuple[str, ...] = ("en",)

    @cached_property
    def wanted(self) -> tuple[tuple[tuple[Wanted, ...], ...], ...]:
        return tuple(term.wanted(self.languages) for term in self.terms)

    @property
    def tsquery(self) -> str:
        """As the server is asked; its letters and figures only, so nothing in it needs escaping."""
        return " & ".join(" <-> ".join(_any_of(ways) for ways in words) for words in self.wanted)

    def with_form(self, old: str, new: str) -> "Query":
        """The same with one word in the place of another, no longer taken for a beginning."""
        terms = (
            replace(term, forms=tuple(new if form == old else form for form in term.forms), is_open=False)
            if old in term.forms
            else term
            for term in self.terms
        )
        return replace(self, terms=tuple(terms))


def _any_of(ways: Sequence[Wanted]) -> str:
    found = [f"'{way.lexeme}'{':*' if way.is_beginning else ''}" for way in ways]
    return found[0] if len(found) == 1 else f"({' | '.join(found)})"


def read_query(text: str, languages: tuple[str, ...] = ("en",)) -> Query:
    """Take apart what was typed.

    What stands in quotation marks is looked for as it stands; what is written together (KN-23) is looked for together;
    the last word may be a beginning; the commonest English words are left out where others remain.
    """
    text = text[:MOST_LETTERS]
    terms = list(_terms(text))
    content = [term for term in terms if term.is_exact or len(term.forms) > 1 or term.forms[0] not in STOP]
    chosen = (content or terms)[:MOST_TERMS]
    is_unfinished = bool(text) and (text[-1].isalnum() or text.count('"') % 2 == 1)
    if chosen and is_unfinished and chosen[-1] == terms[-1]:
        chosen[-1] = replace(chosen[-1], is_open=True)
    return Query(tuple(dict.fromkeys(chosen)), languages)


def _terms(text: str) -> Iterator[Term]:
    start = 0
    for quoted in QUOTED.finditer(text):
        yield from _plain_terms(text[start : quoted.start()])
        if forms := tuple(token.form for token in tokens(quoted[1])):
            yield Term(forms, is_exact=True)
        start = quoted.end()
    yield from _plain_terms(text[start:])


def _plain_terms(text: str) -> Iterator[Term]:
    for chunk in text.split():
        if forms := tuple(token.form for token in tokens(chunk)):
            yield Term(forms)


# --- what of a text answers


@dataclass(frozen=True, slots=True)
class Answer:
    """A stretch of a text that answers a term, in code points."""

    start: int
    end: int
    term: int


def answers(query: Query, text: str, language: str) -> list[Answer]:
    """All stretches of a text that answer one of the terms, in their order; a quotation is one stretch."""
    words = list(tokens(text))
    found: list[Answer] = []
    for number, term in enumerate(query.wanted):
        reads = [_Reads(ways, language) for ways in term]
        first, length = reads[0], len(reads)
        for n, word in enumerate(words):
            if first(word) and all(n + k < len(words) and reads[k](words[n + k]) for k in range(1, length)):
                start = _cut(word, term[0])[0] if length == 1 else word.start
                end = _cut(word, term[0])[1] if length == 1 else words[n + length - 1].end
                found.append(Answer(start, end, number))
    return _apart(sorted(found, key=lambda one: (one.start, -one.end)))


class _Reads:
    """Whether a word answers, remembered for each form: a long text repeats its words."""

    def __init__(self, ways: tuple[Wanted, ...], language: str) -> None:
        self.ways, self.language = ways, language
        self.known: dict[str, bool] = {}

    def __call__(self, word: Token) -> bool:
        known = self.known.get(word.form)
        if known is None:
            lexemes = kept(word.form, self.language)
            known = any(way.fits(lexeme) for way in self.ways for lexeme in lexemes)
            self.known[word.form] = known
        return known


def _cut(word: Token, ways: tuple[Wanted, ...]) -> tuple[int, int]:
    """The part of a word that was looked for, in scripts without blanks; elsewhere the whole word."""
    if UNSPACED.search(word.form) and len(word.form) == word.end - word.start:
        # What is kept of such a word are its endings; the one that answered begins with what was looked for.
        lexeme = next(way.lexeme for way in ways if way.lexeme in word.form)
        start = word.start + word.form.index(lexeme)
        return start, start + len(lexeme)
    return word.start, word.end


def _apart(found: list[Answer]) -> list[Answer]:
    """Stretches that do not overlap; the one that begins first stays."""
    chosen: list[Answer] = []
    for one in found:
        if not chosen or one.start >= chosen[-1].end:
            chosen.append(one)
    return chosen
