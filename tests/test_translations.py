"""What a second reader of a translation would mark and a machine can find: docs/translating.md, the glossaries."""

import re

import polib
import pytest

from tests.test_catalogue import LANGUAGES, LOCALE, PROJECT, TEMPLATES, TRANSLATED, forms_of

FILLED_IN = re.compile(r"%\(\w+\)[sd]|%%s|\{\}")
TAG = re.compile(r"</?\w+[^>]*>")
# One English word, and what at least one word of its translation is made of: one word for one thing.
TERMS = {
    "de": {
        r"claimants?": r"Urheber|aufgestellt",
        r"evidence": r"[Bb]eleg",
        r"verdicts?": r"[Ee]in(zu|ge)?stuf|stuft",
        r"cross-check\w*": r"[Gg]egen(zu|ge)?prüf|prüf\w* .*gegen",
        r"passages?": r"[Ss]telle",
        r"appearances?": r"Fundstelle",
        r"preflight": r"Vorprüfung",
        r"captur\w+": r"[Ss]icher",
        r"rubric": r"[Pp]rüfwürdig|Prüfung wert",
        r"fact-checks?": r"Faktencheck",
        r"retract\w*": r"[Zz]urück|Rücknahme",
        r"withh(?:e|o)ld": r"[Zz]urück",
        r"recus\w+": r"[Bb]efangen",
        r"rationale": r"Begründung",
        r"notices?": r"Mitteilung",
        r"overdue": r"[Üü]berfällig|ÜBERFÄLLIG",
        r"inbox": r"Eingang",
        r"candidates?": r"Kandidat",
        r"contributors?": r"Zuarbeit",
        r"editors?": r"Redaktion",
        r"scale": r"Skala",
        r"origin": r"Herkunft",
    }
}
# What the language has a better word for, or says in another way, with what the reader would write beside it.
NOT_SAID = {
    "de": {
        r"\b[Dd](?:u|ich|ir|ein\w*)\b|\b[Ee]u(?:ch|er\w*)\b": "Sie",
        r"[Kk]lick\w* (?:Sie )?hier": "say where it leads",
        r"\b[Ee]videnz": "Beleg",
        r"\bClaims?\b(?! beschrieben)": "Behauptung",
        r"\bSnapshots?\b": "Kopie",
        r"\bReviews?\b": "Abnahme",
        r"\bgereiht\b": "geordnet",
        r"\b(?:Blick|Blicke|Blicks)\b": "Kontrolle",
        r"\bLektüre\b": "Durchsicht",
        r"\bVorführ": "Demo-",
        r"\bgecheckt|\bchecken\b|\beditier": "prüfen, bearbeiten",
        r"\b[Mm]acht Sinn\b|\bin 20\d\d\b": "ergibt Sinn; 2024",
        r'"|”|(?<!\w)\'|…“$': "„ and “",
        r"\d{1,3},\d{3}\b|\d\.\d{1,2}\b(?!\.)": "3.000 and 0,5",
        r"  | [.,;:!](?!\w)": "one space, and none before a mark",
        r"(?:\d|\)[sd]) (?:kB|MB|GB|Std\.|Min\.)": "a space that does not break before a unit",
    }
}


def pairs(code):
    """(message, translation) of the catalogue; what nobody translated is another test's."""
    catalogue = polib.pofile(LOCALE / code / "LC_MESSAGES" / "django.po")
    return [pair for entry in catalogue.translated_entries() for pair in forms_of(entry)]


def missing_terms(code, said):
    return [
        f"{words!r} does not say {term!r} as the glossary does: {message}"
        for message, words in said
        for term, stem in TERMS[code].items()
        if re.search(rf"\b(?:{term})\b", FILLED_IN.sub("", TAG.sub("", message)), re.IGNORECASE)
        and not re.search(stem, words)
    ]


def unsaid_words(code, said):
    return [
        f"{found[0]!r} in {words!r}: {better}"
        for _message, words in said
        for pattern, better in NOT_SAID[code].items()
        if (found := re.search(pattern, TAG.sub("", words)))
    ]


def badly_begun(said):
    """A sentence that begins small, where the message begins with a capital letter."""
    return [words for message, words in said if message[:1].isupper() and words[:1].islower()]


def unpaired(said):
    return [words for _message, words in said if words.count("„") != words.count("“")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_keeps_to_the_words_of_its_glossary(code):
    assert missing_terms(code, pairs(code)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_says_nothing_its_readers_would_strike_out(code):
    assert unsaid_words(code, pairs(code)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_sentence_begins_with_a_capital_letter_and_closes_its_quotation_marks(code):
    assert badly_begun(pairs(code)) == []
    assert unpaired(pairs(code)) == []


def test_the_reader_finds_what_he_looks_for():
    assert len(missing_terms("de", [("No evidence for this claimant.", "Kein Nachweis für diesen Sprecher.")])) == 2
    assert missing_terms("de", [("%(evidence)s saved", "%(evidence)s gespeichert")]) == []
    for words in (
        "Speichere dein Wort.",
        "Der Claim ist da.",
        'Die "Kopie"',
        "höchstens 3,000",
        "Zwei  Wörter",
        "20 MB",
    ):
        assert unsaid_words("de", [("", words)]), words
    assert unsaid_words("de", [("", "„Behauptung“: höchstens 3.000 Zeichen, 0,5 oder 20\u00a0MB (.txt .pdf).")]) == []
    assert badly_begun([("Saved.", "gespeichert.")]) == ["gespeichert."]
    assert unpaired([("“Saved”", "„Gespeichert")]) == ["„Gespeichert"]


def test_quotation_marks_are_those_of_the_language():
    """``_("“%(words)s”")``, not a mark of English beside something filled in."""
    filled_in = re.compile(r"“(?:<\w+>)?\{|\}(?:</\w+>)?”")
    modules = [path for folder in ("views", "figures") for path in (PROJECT / "claims" / folder).glob("*.py")]
    said = {path: TRANSLATED.sub("", path.read_text()) for path in [*TEMPLATES, *modules]}

    assert [path.name for path, source in said.items() if filled_in.search(source)] == []


def test_every_translated_language_has_a_glossary_and_its_reader():
    glossaries = re.findall(r"^## Glossary: (\w+)$", (PROJECT / "docs" / "translating.md").read_text(), re.MULTILINE)

    assert len(glossaries) == len(LANGUAGES)
    assert set(TERMS) == set(NOT_SAID) == set(LANGUAGES)
