# ruff: noqa: RUF001, SIM905 (quotation marks and letters of many scripts are meant; word lists read better as text)
"""Whose words a sentence gives: what German news prose says about who speaks.

Every noun has a capital letter, so a name is told by what stands around it: an office, an article, its own first mention.
Where that leaves a doubt, nobody is named.
"""

import re
from collections.abc import Iterator, Mapping

# Who speaks stands before these or right behind them.
VERBS = (
    "sagte sagt sagten sagen erklärte erklärt erklärten behauptete behauptet behaupteten betonte betont betonten warnte "
    "warnt warnten meinte meint schrieb schreibt bestritt bestreitet bestritten dementierte dementiert versicherte "
    "versichert forderte fordert forderten kritisierte kritisiert kritisierten berichtete berichtet berichteten bestätigte "
    "bestätigt bestätigten ergänzte ergänzt widersprach widerspricht antwortete entgegnete erwiderte verkündete verkündet "
    "versprach verspricht äußerte unterstrich unterstreicht beklagte beklagt twitterte prophezeite mahnte mahnt "
    "beteuerte argumentierte argumentiert"
).split()
# The second half of the verb stands at the end: "teilte ... mit".
TWO_PARTS = (
    ("teilte|teilt|teilten|teilen", "mit"),
    ("wies|weist|wiesen", "darauf hin|hin|zurück"),
    ("kündigte|kündigt|kündigten", "an"),
    ("räumte|räumt|räumten", "ein"),
    ("gab|gibt|gaben", "bekannt|an"),
    ("fügte|fügt", "hinzu"),
    ("stellte|stellt", "klar"),
    ("führte|führt", "aus"),
    ("hat|haben|hatte|hatten", "gesagt|erklärt|behauptet|betont|gewarnt|geschrieben|bestritten|angekündigt|mitgeteilt"),
)
TOLD_AT_THE_END = (
    "sagte|erklärte|behauptete|betonte|schrieb|berichtete|bestätigte|mitteilte|mitteilten|angab|ankündigte"
)
WITH_ITS_END = "|".join(rf"(?:{verb})\b(?=[^.;:]{{0,160}}?\s(?:{end})\s*(?:[,.;:“”]|$))" for verb, end in TWO_PARTS)
VERB = re.compile(rf"\b(?:(?:{'|'.join(VERBS)})\b|{WITH_ITS_END})")

CAP = r"[A-ZÀ-ÖØ-ÞČĆĐŁŚŠŽ][\w’'&-]{0,60}"
RUN = rf"{CAP}(?:\s+(?:(?:von|van|de|zu|für|von der|von den)\s+)?{CAP}){{0,5}}"
NOUN = rf"(?:(?P<article>[Dd](?:er|ie|as|em|en|es)|[Ee]in(?:e[rmns]?)?|vom)\s+)?(?:[a-zäöüß-]+e[rnsm]?\s+){{0,2}}?(?P<caps>{RUN})"
PART = re.compile(NOUN)
APPOSED = rf"(?P<apposed>{CAP}(?:\s+(?:(?:von|van|de)\s+)?{CAP}){{1,3}})"
NAMED_BEHIND = re.compile(rf"[^,]*,\s+{APPOSED}\s*,\s*$")  # "die Bürgermeisterin von Leeds, Anna Berg, sagte"
IN_FRONT = re.compile(rf"{NOUN}(?:\s+(?:des|der|vom|von|im|in|aus|beim|am)\b[^,]*)?(?:\s*,[^,]{{1,140}},)?\s*$")
LATER = r"(?:(?:am (?:Abend|Morgen|\w+tag)|im \w+|gestern|heute|dazu|später|zudem|auch|weiter|außerdem|daraufhin|dann)\s+){0,2}"
BEHIND = re.compile(rf"\s+{LATER}(?:(?P<pronoun>er|sie)\b|{NOUN})")
SO = re.compile(rf"(?:^|[,–])\s*so\s+{NOUN}(?=\s*(?:[,.;:–]|$)|\s+(?:am|im|in|bei|weiter|zu|auf|nach|gegenüber)\b)")
BY = re.compile(
    rf"\b(?:[Ll]aut|[Nn]ach\s+(?:den\s+)?(?:Angaben|Einschätzung|Darstellung|Aussagen?|Worten)(?:\s+von)?)\s+{NOUN}"
)
AS_TOLD_BY = re.compile(rf"(?:^|[.,;:]\s+){NOUN}\s+zufolge\b")
AS = re.compile(rf"\bwie\s+{NOUN}\s+(?:[^,.;:]{{1,60}}\s)?(?:{TOLD_AT_THE_END})\b")
CLAUSE = re.compile(r"[:;–]")
REACH = 240  # characters looked at to the left of a verb
IN_BRACKETS = re.compile(r"\([^()]{1,30}\)")

OFFICE = re.compile(
    r"(?:.*(?:minister|kanzler|präsident|sprecher|bürgermeister|direktor|senator|politiker|kandidat|botschafter|kommissar|"
    r"sekretär|professor|könig|gouverneur|forscher|leiter|wissenschaftler|historiker|richter|ökonom|vertreter)(?:in)?|"
    r".*(?:chef|chefin|expertin|experte|abgeordnete[rn]?|vorsitzende[rn]?|beauftragte[rn]?)|Herr|Frau|Dr|Prof|Papst)",
    re.IGNORECASE,
)
HOLDER = re.compile(rf"\b(?=(?P<office>{CAP})\s+(?:Dr\.\s+)?(?P<name>{CAP}(?:\s+(?:von|van|de)(?:\s+der)?)?\s+{CAP}))")
# Bodies are named by one word; their article tells who says something from whom it is said to.
BODIES = (
    ("die", r".*(?:polizei|regierung|behörden?|anwaltschaft|kommission|bank|partei|opposition|gewerkschaft|studie|umfrage|armee|fraktion)"),
    ("der", r".*(?:verband|konzern|bericht|rechnungshof|senat|wetterdienst)"),
    ("das", r".*(?:ministerium|amt|institut|gericht|unternehmen|militär)"),
)  # fmt: skip
NEUTER = re.compile(BODIES[2][1], re.IGNORECASE)
GENITIVE = re.compile(rf"(?P<noun>{BODIES[1][1]}|{BODIES[2][1]})e?s", re.IGNORECASE)
ACRONYM = re.compile(r"[A-ZÄÖÜ][A-ZÄÖÜ&]{1,6}")
SMALL = frozenset(
    "aber alle allerdings als am an andere anders auch auf aus außerdem bei beide beim bereits bis da dabei dadurch dafür "
    "dagegen daher damit danach daneben dann daran darauf daraufhin darin darüber darum das dass davon davor dazu dem den "
    "denn der des deshalb deswegen dies diese dieser dieses doch dort durch ein eine einer eines einige einst er erst "
    "erneut es etwas für ganz gegen gegenüber genau gestern heute hier hinter ich ihm ihnen ihr ihre im immer in indes "
    "inzwischen ja jeder jedoch jemand jetzt kaum kein keine konkret kritiker laut man manche manchmal mehr mehrere mit "
    "morgen nach nachdem neben nein nicht nichts niemand noch nun nur ob oder offenbar oft ohne schließlich schon sein "
    "seine seit seitdem selbst sie so sogar solche sonst sowohl später statt stattdessen trotz trotzdem über übrigens um "
    "und unter viele vielleicht vielmehr vom von vor vorher während wann warum was wegen weil weiter weitere welche wenn "
    "wer wie wieder wir wo wörtlich zu zudem zuerst zugleich zuletzt zum zunächst zur zusätzlich zuvor zwar zwischen".split()
)
ADVERB = re.compile(r".*(?:weise|lich|dings|falls|mals|wärts|ens|lings|dessen|gens|her|hin)", re.IGNORECASE)


def office_holders(text: str) -> Iterator[tuple[str, str]]:
    """Yield office and name of everybody a text names with both: "Finanzministerin Anna Berg"."""
    for found in HOLDER.finditer(IN_BRACKETS.sub(" ", text)):
        if OFFICE.fullmatch(found["office"].rpartition("-")[2]):
            yield found["office"].lower(), found["name"]


class Listener:
    """Who speaks in one sentence, by whom its article has named so far.

    Args:
        full: the full name of each last name.
        offices: who holds each office.
    """

    def __init__(self, full: Mapping[str, str], offices: Mapping[str, str]) -> None:
        self.full, self.offices = full, offices

    def subjects(self, masked: str) -> Iterator[str]:
        """Yield who is said to speak, best guess first; "er" or "sie" for somebody named before."""
        plain = IN_BRACKETS.sub(lambda found: " " * len(found.group()), masked)
        for verb in VERB.finditer(plain):
            yield from filter(None, [self.of_verb(plain, verb)])
        for pattern in (SO, AS):
            yield from filter(None, (self.nominative(found) for found in pattern.finditer(plain)))
        for pattern in (BY, AS_TOLD_BY):
            yield from filter(None, (self.oblique(found) for found in pattern.finditer(plain)))

    def of_verb(self, plain: str, verb: re.Match[str]) -> str:
        left = CLAUSE.split(plain[max(0, verb.start() - REACH) : verb.start()])[-1].strip()
        right = BEHIND.match(plain, verb.end())
        behind = (right["pronoun"] or self.nominative(right)) if right else ""
        if not left or (left.endswith(",") and behind):
            return behind
        if left.lower() in {"er", "sie"}:
            return "" if verb.group().endswith("en") else left.lower()
        if named := NAMED_BEHIND.fullmatch(left + " "):
            return named["apposed"] if PART.match(left) and not is_small(left) else ""
        found = IN_FRONT.fullmatch(left)
        if found is None or is_small(found["caps"]):
            return behind
        return self.nominative(found) or (alone(found, verb, right) and found["caps"]) or ""

    def nominative(self, found: re.Match[str]) -> str:
        """The name of who does something; empty where the words name nobody, or somebody it is done to."""
        article, words = (found["article"] or "").lower(), found["caps"].split()
        if (name := self.person(words)) is not None:
            return name
        if len(words) == 1:
            return words[0] if self.is_known(words[0]) or is_body(article, words[0]) else ""
        if not article:
            return "" if is_small(found["caps"]) else found["caps"]
        if article not in {"der", "die", "das"} or not words[0].endswith("e"):
            return ""
        return " ".join([strong(words[0], article), *words[1:]])

    def oblique(self, found: re.Match[str]) -> str:
        """The same behind a preposition, brought back to how it is called."""
        article, words = (found["article"] or "").lower(), found["caps"].split()
        if (name := self.person(words)) is not None:
            return name
        genitive = GENITIVE.fullmatch(words[-1])
        words[-1] = genitive["noun"] if genitive else words[-1]
        if len(words) == 1:
            return words[0] if self.is_known(words[0]) or is_body("", words[0]) else ""
        if article in {"der", "dem", "des", "vom"} and words[0].endswith("en"):
            gender = "die" if article == "der" else "das" if NEUTER.fullmatch(words[-1]) else "der"
            words[0] = strong(words[0][:-1], gender)
        elif article:
            return ""
        name = " ".join(words)
        return "" if is_small(name) else name

    def person(self, words: list[str]) -> str | None:
        """Who holds an office, by name or by what was said of it before; None where no office is named."""
        last = max((place for place, word in enumerate(words) if is_office(word)), default=-1)
        if last < 0:
            return None
        name = words[last + 1 :]
        if name:
            return " ".join(name) if name[0][0].isupper() else ""
        holders = {self.offices[office] for office in self.offices if office.endswith(words[last].lower())}
        return holders.pop() if len(holders) == 1 else ""

    def is_known(self, word: str) -> bool:
        return word in self.full or bool(ACRONYM.fullmatch(word))


def is_office(word: str) -> bool:
    return bool(OFFICE.fullmatch(word.rpartition("-")[2]))


def is_body(article: str, word: str) -> bool:
    """Whether a word names a body; with an article only where that is the body's own."""
    return any(article in {"", own} and re.fullmatch(body, word, re.IGNORECASE) for own, body in BODIES)


def is_small(words: str) -> bool:
    """Whether words that begin a sentence begin with none that could be a name's."""
    first = words.partition(" ")[0].lower()
    return first in SMALL or (" " not in words and bool(ADVERB.fullmatch(first)))


def alone(found: re.Match[str], verb: re.Match[str], behind: re.Match[str] | None) -> bool:
    """Whether one unknown word before a verb is its subject, as in "Moser sagte, ...": no plural, and no other behind."""
    return not (found["article"] or verb.group().endswith("en") or behind or " " in found.group().strip())


def strong(adjective: str, article: str) -> str:
    """The adjective of a name as it is without the article: "der Deutsche Wetterdienst" is "Deutscher Wetterdienst"."""
    return adjective + {"der": "r", "die": "", "das": "s"}[article]
