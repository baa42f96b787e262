# ruff: noqa: RUF001, SIM905 (quotation marks are meant; word lists read better as text)
"""How much a sentence is worth checking: a priority for triage with its reasons, never a verdict.

A fixed sum of hand-set weights, squeezed into 0 to 1. The features are those of Hassan et al., "Toward Automated
Fact-Checking: Detecting Check-worthy Factual Claims by ClaimBuster" (2017), turned into word lists of our own; the
round weights are ours too, and nothing trained on anyone's data is shipped. The word lists are English: in other
languages numbers, names, length and punctuation still count, and a fixed sum stands for what the lists would have found.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from claims.language import marked as _


@dataclass(frozen=True, slots=True)
class Score:
    """A priority from 0.0 to 1.0, and the reasons for and against in short words, the weightiest first."""

    value: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What an article says around the sentence: whether it names a speaker, whether the sentence is a heading, whether
    it is written in another language than the word lists."""

    attributed: bool = False
    heading: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """A sign of check-worthiness: its share (0 to 1) of a sentence is multiplied by the weight."""

    weight: float
    reason: str = ""


WORDS = {
    "quantity": "million billion trillion thousand thousands hundreds hundred dozens percent half double doubled triple "
    "tripled quarter majority most average total rate rates number numbers times fewer twice",
    "comparison": "more less higher lower fewer larger bigger smaller cheaper better worse greater than increase increased "
    "increases decrease decreased rose risen fell fallen dropped grew grown doubled up down cut cuts first highest record",
    "cause": "cause causes caused because due leads led lead result results prevent prevents prevented cure cures cured kill "
    "kills killed spread spreads linked boost boosts trigger triggered contain contains infected infect infects effective",
    "accusation": "lied lying lie lies stole stolen steal blocked block violated violate violates violating refused refuses "
    "suppressed suppress fired banned ban failed fails covered hid hiding hidden blamed leaked fake hoax fraud illegal "
    "illegally corrupt accused arrested allegedly claimed claims denied threatened attacked invaded abused manipulated",
    "deed": "voted vote signed passed opposed supported supports introduced created built closed ended began started approved "
    "rejected sent paid pays gave took spent raised donated launched announced confirmed tested reported developed reveals "
    "ordered released died found shows showed ran delivered delivering exported supplied fired withdrew vetoed",
    "source": "said says according reported reportedly confirmed confirms told study report reports data source sources "
    "officials experts scientists doctors research statistics breaking news",
    "state": "is are was were has have had been",
    "past": "was were had did went made came got became",
    "public": "government president minister administration congress senate party americans people country countries state "
    "states police military company companies media workers women children immigrants taxes tax jobs health economy war "
    "weapons nuclear troops budget deficit border crime vaccine vaccines virus hospital hospitals patients deaths cases "
    "tests treaty pact sanctions missiles",
    "future": "could may might should would must can will gonna let lets shall",
    "first_person": "i me my mine i'm i've i'd i'll myself im ive",
    "second_person": "you your you're u ur yours you'll please",
    "opinion": "think believe feel hope love hate want wish like great beautiful amazing terrible awful worst best stupid sad "
    "happy proud glad ridiculous disgusting crazy funny important need needs sorry wonderful",
    "courtesy": "thank thanks welcome good evening hello congratulations please ladies gentlemen applause",
    "slang": "lol lmao haha omg wtf shit fuck fucking damn bro pls",
}
FEATURES = {
    "number": Feature(0.4, _("a number")),
    "measure": Feature(0.8, _("an amount that can be measured")),
    "names": Feature(0.9, _("names people or places")),
    "length": Feature(1.4),
    "quantity": Feature(0.8, _("a quantity")),
    "comparison": Feature(0.6, _("a comparison")),
    "cause": Feature(0.6, _("cause and effect")),
    "accusation": Feature(1.1, _("an accusation or denial")),
    "deed": Feature(1.1, _("something somebody did")),
    "source": Feature(0.6, _("refers to a source")),
    "state": Feature(0.6),
    "past": Feature(0.5),
    "public": Feature(0.9, _("a public matter")),
    "foreign": Feature(0.9),
    "attributed": Feature(0.3, _("its speaker is named")),
    "short": Feature(-0.6, _("too short to stand alone")),
    "question": Feature(-0.7, _("a question")),
    "exclaimed": Feature(-0.2, _("an exclamation")),
    "emoji": Feature(-0.4),
    "order": Feature(-0.5, _("tells the reader to do something")),
    "future": Feature(-0.5, _("about what could or should be")),
    "first_person": Feature(-1.2, _("about the speaker himself")),
    "second_person": Feature(-0.6, _("speaks to the reader")),
    "opinion": Feature(-0.9, _("an opinion")),
    "courtesy": Feature(-0.6, _("a courtesy")),
    "slang": Feature(-0.6),
    "heading": Feature(-0.4, _("a heading")),
}
MIDDLE = 2.6  # the sum that scores 0.5
SAID_ALOUD = 0.12  # a share of the sum below this is not worth naming as a reason
ENOUGH = 3  # words of one list after which more do not count
FEW_WORDS = 7

LISTS = {name: frozenset(words.split()) for name, words in WORDS.items()}
ORDERS = frozenset(
    "please stop let keep stay wash read watch join check follow share retweet rt remember tell don't call click listen look "
    "make get go do give thank thanks subscribe sign".split()
)
CAPITALS = "".join(re.escape(chr(c)) for c in range(0x530) if chr(c).isupper())
ADDRESS = re.compile(r"https?://\S+|pic\.twitter\S+|(?<!\S)[^\s@]{1,64}@\S{1,255}\.\w+")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
NUMBER = re.compile(r"(?<![\w.-])[$€£]?\d")
MEASURE = re.compile(
    r"[$€£]\s?\d|\d\s?%|\d ?(?:percent|million|billion|times|people|cases|deaths|years|days|per|tons?|km|miles)\b"
)
NAME = re.compile(rf"(?<![.!?:]\s)(?<!^)(?<![\w@#])[{CAPITALS}][\w'-]+(?:\s+[{CAPITALS}][\w'-]+)*")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces between words
LETTERS_A_WORD = 2  # of those, on average
EMOJI = re.compile("[\U0001f300-\U0001faff]")


def score(sentence: str, context: Context | None = None) -> Score:
    """Return how much a sentence deserves a checker's time.

    Returns:
        A value from 0.0 to 1.0, comparable between sentences, with the reasons in words an editor can read.
    """
    text = ADDRESS.sub("", sentence).replace("’", "'").strip()
    parts = {name: share * FEATURES[name].weight for name, share in shares(text, context or Context()) if share > 0}
    value = 1 / (1 + math.exp(MIDDLE - sum(parts.values())))
    told = sorted((-abs(part), FEATURES[name].reason) for name, part in parts.items() if abs(part) > SAID_ALOUD)
    return Score(round(value, 4), tuple(reason for _, reason in told if reason))


def count_words(text: str) -> int:
    """How many words a sentence has; of Chinese and Japanese about how many."""
    return len(WORD.findall(UNSPACED.sub(" ", text))) + len(UNSPACED.findall(text)) // LETTERS_A_WORD


def shares(text: str, context: Context) -> Iterator[tuple[str, float]]:
    """Yield how strongly each feature shows in a sentence, from 0.0 to 1.0 (length: up to 1.2)."""
    words = WORD.findall(text.lower())
    known, length = set(words), count_words(text)
    yield "number", bool(NUMBER.search(text))
    yield "measure", bool(MEASURE.search(text))
    yield "names", min(len(NAME.findall(text)), 5) / 5
    yield "length", min(math.log1p(length) / math.log(60), 1.2)
    yield "short", length < FEW_WORDS
    yield "question", "?" in text
    yield "exclaimed", "!" in text
    yield "emoji", bool(EMOJI.search(text))
    yield "order", bool(words) and words[0] in ORDERS
    yield "foreign", context.foreign
    yield "attributed", context.attributed
    yield "heading", context.heading
    for name, listed in LISTS.items():
        yield name, min(len(known & listed), ENOUGH) / ENOUGH
