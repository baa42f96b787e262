# ruff: noqa: RUF001, SIM905 (quotation marks and letters of many scripts are meant; word lists read better as text)
"""Cut an article into sentences that can be found in it again.

Nothing is rewritten: ``article[s.start : s.end] == s.text`` for every sentence, in code points.
The rules are for Latin and Cyrillic scripts, and for scripts without capital letters (Arabic, Chinese, Hindi, Korean ...).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from claims.intake.speakers import SPEECH_VERBS, Passage, name_speakers

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands and, where the article says so, whose words it gives.

    ``start`` and ``end`` count code points, ``paragraph`` counts from 1. ``attribution`` is "quoted" (words in quotation
    marks), "reported" (told by the article), "carried" (a quotation that goes on from a paragraph before) or "".
    """

    text: str
    start: int
    end: int
    paragraph: int
    speaker: str = ""
    attribution: str = ""


WRAPPED_LINE = 100  # lines of a hard-wrapped text are no longer than this
DAY_DIGITS = 2
LONGEST_WORD = 40  # characters looked at in front of a stop
LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
BULLET = re.compile(r"\s*(?:[-*•·–—▪◦‣●]+\s+|\(?\d{1,2}[.)]\s+|\(?[a-z]\)\s+)(?=\S)")
OPENING = "\"'“‘«„‚([{¿¡「『《—–-*•· \t\u00a0\u202f\u3000"
CLOSING = "\"'”’»“)\\]}›」』）》"
STOPS = ".!?…。！？؟۔।॥．｡"
BREAK = re.compile(rf"(?P<mark>[{STOPS}]+)(?P<close>[{CLOSING}]*)(?P<space>\s*)")
CAPITALLESS_STOP = re.compile(r"[。！？।॥．｡]")
LAST_WORD = re.compile(r"[^\s(\[{“\"'‘«„—–/]+$")
FIRST_WORD = re.compile(r"[^\W_]+")
DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}|[Pp]h\.D")  # U.S, a.m, Ph.D: before their last stop
BRAND = re.compile(r"[a-z][A-Z]")  # iPhone, eBay: a sentence may begin with them
ATTRIBUTED = re.compile(rf"(?:[^\W\d_][\w.’'-]*\s+){{1,5}}(?:{'|'.join(sorted(SPEECH_VERBS))})\b")

TITLES = frozenset(
    "mr mrs ms mx dr prof gen sen rep gov lt sgt col capt cmdr adm maj pvt cpl rev hon pres supt messrs mme mlle st sta "
    "sr sra dra vs cf viz incl г ул им проф акад".split()
)
ABBREVIATIONS = frozenset(
    "inc corp co ltd llc plc jr bros dept univ assn etc al approx est ave blvd rd mt ft vol ed eds hrsg bzw ca usw "
    "тыс млн млрд гг руб др пр".split()
)
BEFORE_NUMBERS = frozenset("no nos nr p pp fig sec art vol ch jan feb mar apr jun jul aug sep sept oct nov dec".split())
MONTHS = frozenset(
    "january february march april may june july august september october november december januar februar märz mai juni "
    "juli oktober dezember jänner januari februari maart mei augustus leden".split()
)
CLOCK_COMPANY = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday eastern pacific central mountain local".split()
)
STARTERS = frozenset(
    "the a an this that these those he she it they we you i his her its their our my your in on at by for from with "
    "without after before during when while as if though although because since until but and or so yet nor then there "
    "here now however meanwhile moreover still also instead later earlier today yesterday both some many most several "
    "few all each every no not none what who why how where which whether one two three another other such under over "
    "between among despite to of according even just only "
    "в на он она оно они это этот но и а по при после как что для из мы вы я её его их "
    "der die das ein eine er sie es wir ihr im am und aber doch auch nach bei le la les il elle ils un une el los las en".split()
)


def split_sentences(article: str, *, language: str = "en") -> list[Sentence]:
    """Return every sentence of an article, in order, with its speaker where one is named.

    Args:
        language: of the article, by whose rules speakers are told.
    """
    paragraphs = list(paragraph_spans(article))
    passages = [Passage(article[s:e], tuple(sentence_spans(article[s:e]))) for s, e in paragraphs]
    return [
        Sentence(passage.text[s:e], start + s, start + e, number, voice.speaker, voice.attribution)
        for number, ((start, _), passage, voices) in enumerate(
            zip(paragraphs, passages, name_speakers(passages, language), strict=True), start=1
        )
        for (s, e), voice in zip(passage.sentences, voices, strict=True)
    ]


def paragraph_spans(text: str) -> Iterator[Span]:
    """Yield the paragraphs: lines, or blocks of lines where the text was wrapped by hand."""
    lines = [(m.start(), m.end()) for m in LINE.finditer(text) if not m.group().isspace()]
    if not is_wrapped(text, lines):
        yield from lines
        return
    block = lines[:1]
    for line in lines[1:]:
        if follows_blank(text, block[-1], line) or BULLET.match(text, *line):
            yield block[0][0], block[-1][1]
            block = []
        block.append(line)
    yield block[0][0], block[-1][1]


def follows_blank(text: str, previous: Span, line: Span) -> bool:
    return text[previous[1] : line[0]].replace("\r\n", "\n").count("\n") > 1


def is_wrapped(text: str, lines: list[Span]) -> bool:
    """Say whether line ends are only those of a narrow column, as in e-mails and old PDF files."""
    pairs = [(a, b) for a, b in pairwise(lines) if not follows_blank(text, a, b)]
    longest = max((end - start for start, end in lines), default=0)
    if not pairs or longest > WRAPPED_LINE:
        return False
    full = sum(end - start > 0.6 * longest for (start, end), _ in pairs)
    return 2 * full > len(pairs) and any(text[b[0] : b[1]].lstrip()[0].islower() for _, b in pairs)


def sentence_spans(paragraph: str) -> Iterator[Span]:
    """Yield the sentences of one paragraph, without the blanks around them and without its bullet or number."""
    start = bullet_end(paragraph)
    for stop in BREAK.finditer(paragraph):
        if stop.start() >= start and ends_sentence(paragraph, stop):
            yield from worded(paragraph, start, stop.end("close"))
            start = stop.end()
    yield from worded(paragraph, start, len(paragraph))


def bullet_end(paragraph: str) -> int:
    bullet = BULLET.match(paragraph)
    if bullet is None or first_word(paragraph, bullet.end()).lower() in MONTHS:
        return 0
    return bullet.end()


def worded(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span without blanks at its ends, or nothing where it holds no letter and no digit."""
    piece = text[start:end]
    if any(c.isalnum() for c in piece):
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def first_word(text: str, position: int) -> str:
    """Return the word that begins here, behind opening marks, up to an apostrophe or hyphen."""
    while position < len(text) and text[position] in OPENING:
        position += 1
    word = FIRST_WORD.match(text, position)
    return word.group() if word else text[position : position + 1]


def ends_sentence(text: str, stop: re.Match[str]) -> bool:
    """Decide whether a run of stops ends a sentence, by the word before it and the word after it."""
    if stop.end() == len(text):
        return True
    following = first_word(text, stop.end())
    starter = following[:1].isupper() and following.lower() in STARTERS
    if not stop["space"]:
        return bool(CAPITALLESS_STOP.search(stop["mark"])) or (starter and is_glued(text, stop))
    if following[:1].islower() and not BRAND.match(following):
        return False
    if stop["mark"][0] in ".…":
        return starter or not runs_on(text, stop, following)
    return not (stop["close"] and ATTRIBUTED.match(text, stop.end()))


def is_glued(text: str, stop: re.Match[str]) -> bool:
    """Say whether only the blank after the stop was lost, as in "he said.The"."""
    return text[max(0, stop.start() - 2) : stop.start()].islower() and len(text) > stop.end() + 1


def runs_on(text: str, stop: re.Match[str], following: str) -> bool:
    """Say whether a sentence goes on after a full stop: an abbreviation, an initial, a date or words left out."""
    before = text[max(0, stop.start() - LONGEST_WORD) : stop.start()]
    if before[-1:].isspace() or before.endswith("["):
        return True  # " … " and " [...] " stand for words left out
    if stop["mark"] != "." or stop["close"].strip(")"):
        return False
    found = LAST_WORD.search(before)
    word = found.group() if found else ""
    if DOTTED.fullmatch(word):
        return dotted_runs_on(word, following)
    return abbreviation_runs_on(word, following)


def dotted_runs_on(word: str, following: str) -> bool:
    if word.lower() in {"a.m", "p.m"}:
        return following.lower() in CLOCK_COMPANY or following.isupper()
    return not following.isdigit() or word[0].islower()


def abbreviation_runs_on(word: str, following: str) -> bool:
    known = word.lower()
    if known in TITLES or (len(word) == 1 and word.isupper()):
        return True
    if known in BEFORE_NUMBERS:
        return following[:1].isdigit()
    if word.isdigit():
        return len(word) <= DAY_DIGITS and following.lower() in MONTHS
    return known in ABBREVIATIONS
