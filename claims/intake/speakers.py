# ruff: noqa: RUF001, SIM905 (quotation marks and letters of many scripts are meant; word lists read better as text)
"""Whose words a sentence gives: what English news prose says about who speaks; German is in ``speakers_german``."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from claims.intake.speakers_german import BODIES as GERMAN_BODIES
from claims.intake.speakers_german import Listener, office_holders

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph and the spans of its sentences."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker's name and how the words are given: "quoted", "reported", "carried" or ""."""

    speaker: str = ""
    attribution: str = ""


SPEECH_VERBS = frozenset(
    "said says saying told tells added adds adding claimed claims claiming argued argues arguing wrote writes tweeted "
    "posted announced announces warned warns warning noted notes stated insisted insists denied denies denying alleged "
    "alleges accused accuses described describes asked asks replied replies responded explained explains testified "
    "declared declares stressed stresses suggested suggests reported acknowledged admitted conceded vowed promised "
    "pledged predicted predicts estimated taunted quipped boasted believes asserted asserts contended contends "
    "concluded remarked commented reiterated confirmed confirms maintained say accuse deny claim argue warn".split()
)
CAPITALS = "".join(re.escape(chr(c)) for c in range(0x530) if chr(c).isupper())
WORD = (
    rf"[{CAPITALS}][\w’'&-]*"
    rf"(?:\.(?=[{CAPITALS}])[{CAPITALS}])*"  # U.S, and the stop of U.S. is in the next line
    rf"(?:(?<=\b[{CAPITALS}])\.|(?<=\b(?:Mr|Dr|Ms|St))\.|(?<=\b(?:Mrs|Gen|Sen|Rep|Gov|Col))\.)?"
)
LINK = r"(?:of|for|the|and|de|da|do|du|van|von|bin|al|el|la|der|den)"
BODY = (
    r"(?:agenc(?:y|ies)|officials?|analysts?|outlets?|media|ministry|government|police|researchers?|scientists?|experts?|"
    r"authorities|spokes(?:man|woman|person)|prosecutors?|investigators?|doctors?|lawmakers?|sources?|diplomats?|"
    r"critics|leaders?|commanders?|regulators?|company|army|report|study|survey|statement)"
)
PROPER = rf"{WORD}(?:\s+(?:{LINK}\s+){{0,2}}{WORD}){{0,6}}"
NAME = rf"(?:{PROPER}(?:\s+[a-z-]+){{0,3}}\s+{BODY}|{PROPER}|(?:[a-z-]+\s+){{0,2}}{BODY})"
BETWEEN = r"(?:,[^,]{1,140},|,? who|\s+(?:has|have|had|also|then|again|later|once|twice|earlier|now|would|will|went on to|\w+ly))"
SUBJECT = re.compile(rf"(?:^|(?<=[\s(\"“,]))(?P<name>{NAME}|[Hh]e|[Ss]he|[Tt]hey)(?:{BETWEEN}){{0,4}}\s*$")
NOT_A_ROLE = r"(?!(?:in|on|at|of|to|from|during|after|before|with|as|by|and|who|for|when|last|this|late|early)\b)"
AFTER = re.compile(
    rf"\s+(?:[a-z-]+\s+){{0,5}}?(?:{PROPER}\s+{NOT_A_ROLE}[a-z-]+\s+(?=[{CAPITALS}]))?(?P<name>{PROPER}|he|she|they)\b"
)
ACCORDING = re.compile(rf"\b[Aa]ccording to (?:the )?(?:[a-z-]+ ){{0,4}}?(?P<name>{NAME})(?! (?:by|from)\b)")
# "the mayor of Leeds, Anna Berg, said": a name behind a preposition is not who speaks, the one between commas is.
BELONGS = re.compile(
    r"\b(?:of|in|at|from|for|on|to|by|with|near|across|around|inside|outside|under|against)\s+(?:the\s+)?$"
)
SPEAKS_FOR = re.compile(
    r"\b(?:spokes(?:man|woman|person)\s+for|(?:reports?|stud(?:y|ies)|surveys?|statements?|figures|data|polls?)\s+(?:by|from))"
    r"\s+(?:the\s+)?$"
)
APPOSED = re.compile(rf",\s+(?P<name>{WORD}(?:\s+(?:{LINK}\s+)?{WORD}){{1,3}})\s*(?:,|[.;]?\s*$)")
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
PLACED = re.compile(rf"(?:In|At|From|Near|Across|Outside|Inside)\s+(?!{MONTH}\b)")
VERB = re.compile(rf"\b(?:{'|'.join(sorted(SPEECH_VERBS))})\b")
QUOTES = {"“": "”", "«": "»", "»": "«", "„": "“”", "「": "」", "『": "』", '"': '"'}
STATE = re.compile(
    r"(?:Ministry|Government|Department|Parliament|Council|Police|Kremlin|Pentagon|Navy|Army|Senate|Congress|"
    r"\w*(?:ministerium|regierung|polizei|(?<!Ver)amte?|parlament|gericht|behörde))s?",
    re.IGNORECASE,
)
ORGANISATION = re.compile(
    r"(?:[A-ZÄÖÜ][A-ZÄÖÜ&]{1,6}|Bank|Part(?:y|ei)|University|Institute?|Union|Association|Agency|Company|Group|Office|Society|"
    r"Commission|Organi[sz]ations?|Foundation|Nations|Federation|Committee|Cross|Bahn|Haus|House|AG|GmbH|Inc|Ltd|"
    r"\w*(?:bank|partei|universität|institut|verband|kommission|dienst|stiftung|gewerkschaft|konzern))",
)
PRONOUNS = frozenset({"he", "she", "they", "er", "sie"})
SPOKEN_WORDS = 3  # shorter quotations are terms, not speech
NEIGHBOURS = 50  # sentences looked at on either side for the speaker of a quotation
REACH = 240  # characters looked at to the left of a verb of speech
FRONT = re.compile(
    rf"^(?:(?:(?:In|By|Since|Last)\s+{MONTH}|{DAY}|But|And|In|On|At|By|For|From|The|This|That|Now|Yet|So|While|When|As|If|Both|Neither|After|Before|Meanwhile|"
    r"However|Still|Although|Then|Other|Former|Mr\.?|Mrs\.?|Ms\.?|Dr\.?)\s+)+"
)
OFFICE = (
    r"\b(?:President|Minister|Secretary|Chancellor|Senator|Sen\.|Representative|Rep\.|Governor|Gov\.|General|Gen\.|"
    r"Ambassador|Chairman|Chairwoman|Director|Spokesman|Spokeswoman|Spokesperson|Professor|Leader|Judge|King|Queen|Pope|"
    r"Pres\.|Col\.|Colonel|Mayor|Prince)\s+"
)
ROLE = re.compile(rf"^.*{OFFICE}(?=\S)")
OFFICE_HOLDER = re.compile(rf"{OFFICE}(?P<name>{WORD}\s+{WORD}(?:\s+{WORD})?)")


def name_speakers(passages: Sequence[Passage], language: str = "en") -> list[list[Voice]]:
    """Return, for every sentence of every paragraph, whose words it gives (``Voice()`` where nobody is named).

    Args:
        language: of the article; German prose is read by its own rules, all other by the English ones.
    """
    hearing = GermanHearing() if language.startswith("de") else Hearing()
    for passage in passages:
        hearing.meet(passage.text)
    return [hearing.paragraph(passage) for passage in passages]


class Hearing:
    """Who has been named so far in one article."""

    def __init__(self) -> None:
        self.last = ""
        self.full: dict[str, str] = {}

    def meet(self, text: str) -> None:
        """Learn the full names a text gives with an office."""
        for named in OFFICE_HOLDER.finditer(text):
            self.known(named["name"])

    def heard(self, masked: str) -> str:
        return next(subjects(masked), "")

    def paragraph(self, passage: Passage) -> list[Voice]:
        quotes = list(quoted_spans(passage.text))
        masked = mask(passage.text, quotes)
        before = self.last
        own = [
            self.sentence(masked[s:e], quoted=speaks(passage.text, quotes, (s, e)), named=before)
            for s, e in passage.sentences
        ]
        return [
            voice if voice.speaker or masked[s:e].strip() else nearest_quoted(own, i) or carried(before)
            for i, (voice, (s, e)) in enumerate(zip(own, passage.sentences, strict=True))
        ]

    def sentence(self, masked: str, *, quoted: bool, named: str) -> Voice:
        found = self.heard(masked)
        name = self.last or named if found.lower() in PRONOUNS else self.known(found)
        if not name:
            return Voice()
        self.last = name
        return Voice(name, "quoted" if quoted else "reported")

    def known(self, found: str) -> str:
        """Return the name without its title, in the fullest form read so far."""
        name = plain_name(found)
        words = name.split()
        if len(words) == 1:
            return self.full.get(name, name)
        if words:
            self.full.setdefault(words[-1], name)
        return name


class GermanHearing(Hearing):
    """The same in a German article."""

    def __init__(self) -> None:
        super().__init__()
        self.offices: dict[str, str] = {}

    def meet(self, text: str) -> None:
        for office, name in office_holders(text):
            full = self.known(name)
            self.offices[office] = full if self.offices.get(office, full) == full else ""  # of two, neither

    def heard(self, masked: str) -> str:
        return next(Listener(self.full, self.offices).subjects(masked), "")


def subjects(masked: str) -> Iterator[str]:
    """Yield who is said to speak in a sentence whose quotations are blanked out, best guess first."""
    for verb in VERB.finditer(masked):
        left = SUBJECT.search(masked, max(0, verb.start() - REACH), verb.start())
        if left:
            yield from sayer(masked, left)
        elif not verb.group().endswith("ing") and masked[: verb.start()].rstrip()[-1:] in {"", ","}:
            yield from (name for m in [AFTER.match(masked, verb.end())] if m for name in sayer(masked, m))
    yield from (name for m in ACCORDING.finditer(masked) for name in sayer(masked, m))


def sayer(masked: str, found: re.Match[str]) -> Iterator[str]:
    """Yield the name found; where it is only part of what somebody is called, the name between commas behind it, if any."""
    before = masked[max(0, found.start("name") - REACH) : found.start("name")]
    if PLACED.match(found["name"]) or (BELONGS.search(before) and not SPEAKS_FOR.search(before)):
        yield from (m["name"] for m in [APPOSED.match(masked, found.end("name"))] if m)
    else:
        yield found["name"]


def is_proper(speaker: str) -> bool:
    """Whether a speaker found is called by a name of its own, not "officials" or "the report"."""
    last = speaker.rpartition(" ")[2]
    if " " not in speaker and any(re.fullmatch(body, speaker, re.IGNORECASE) for _article, body in GERMAN_BODIES):
        return False
    return bool(speaker) and not re.fullmatch(BODY, last)


def plain_name(name: str) -> str:
    return ROLE.sub("", FRONT.sub("", name)).removesuffix("’s").removesuffix("'s").strip(" ,")


def nearest_quoted(voices: Sequence[Voice], index: int) -> Voice | None:
    """Return the voice of the next quotation with a named speaker in the paragraph, else of the one before."""
    around = [*voices[index + 1 : index + NEIGHBOURS], *reversed(voices[max(0, index - NEIGHBOURS) : index])]
    return next((voice for voice in around if voice.attribution == "quoted"), None)


def carried(name: str) -> Voice:
    return Voice(name, "carried") if name else Voice()


def quoted_spans(text: str) -> Iterator[Span]:
    """Yield the quotations with their marks; one that is not closed runs to the end of the paragraph."""
    position = 0
    while (start := next((i for i in range(position, len(text)) if text[i] in QUOTES), -1)) >= 0:
        ends = [end for mark in QUOTES[text[start]] if (end := text.find(mark, start + 1)) >= 0]
        position = min(ends, default=len(text) - 1) + 1
        yield start, position


def is_direct(text: str, span: Span) -> bool:
    """Whether a span of an article stands within one quotation: somebody's words, and not how they are reported."""
    begin = text.rfind("\n", 0, span[0]) + 1
    start, end = span[0] - begin, span[1] - begin
    return any(first <= start and end <= last for first, last in quoted_spans(text[begin : span[1]]))


def mask(text: str, spans: Sequence[Span]) -> str:
    """Return the text, of the same length, with blanks where the spans are (a comma that ends a quotation stays)."""
    parts, position = [], 0
    for start, end in spans:
        comma = "," if text[end - 2 : end - 1] == "," else " "
        parts += [text[position:start], " " * (end - start - 1), comma]
        position = end
    return "".join([*parts, text[position:]])


def speaks(text: str, quotes: Sequence[Span], sentence: Span) -> bool:
    """Say whether a sentence holds enough quoted words to be somebody's speech."""
    first = max(0, bisect_left(quotes, (sentence[0],)) - 1)
    near = takewhile(lambda quote: quote[0] < sentence[1], (quotes[i] for i in range(first, len(quotes))))
    parts = (text[max(s, sentence[0]) : min(e, sentence[1])] for s, e in near)
    return any(len(part.split()) >= SPOKEN_WORDS for part in parts)


def kind_of(speaker: str) -> str:
    """What a speaker seems to be by the words of the name: "government", "organisation" or "person"."""
    words = speaker.split()
    if any(map(STATE.fullmatch, words)):
        return "government"
    return "organisation" if any(map(ORGANISATION.fullmatch, words)) else "person"
