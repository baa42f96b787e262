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
    },
    "fr": {
        r"claimants?": r"[Aa]uteur|attribu",
        r"evidence": r"[Pp]reuve",
        r"verdicts?": r"[Vv]erdict",
        r"cross-check\w*": r"[Cc]ontre-vérif",
        r"passages?": r"[Pp]assage",
        r"appearances?": r"[Oo]ccurrence",
        r"preflight": r"[Cc]ontrôle préalable",
        r"captur\w+": r"[Cc]aptur",
        r"rubric": r"[Gg]rille",
        r"fact-checks?": r"[Vv]érification",
        r"retract\w*": r"[Rr]étract",
        r"withh(?:e|o)ld": r"[Ss]uspen|divulg|bloquée",
        r"recus\w+": r"[Rr]écus",
        r"rationale": r"[Mm]otivation",
        r"notices?": r"[Nn]otification",
        r"overdue": r"[Rr]etard|RETARD",
        r"inbox": r"[Aa]rrivées",
        r"candidates?": r"[Cc]andidat",
        r"contributors?": r"[Cc]ontribution",
        r"editors?": r"[Éé]dition",
        r"scale": r"[Éé]chelle",
        r"origin": r"[Pp]rovenance",
    },
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
    },
    "fr": {
        r"\b(?:[Tt]u|[Tt]oi|[Tt]on|[Tt]es)\b": "vous",
        r"[Cc]lique\w* ici": "say where it leads",
        r"·e|\(n?e\)|\b(?:vérificat|édit|administrat|contribut)rices?\b": "the work, not the person",
        r"\b[Éé]vidences?\b": "preuve",
        r"(?<!comme )(?<!%\()\b[Cc]laims?\b(?!/)": "affirmation",
        r"\b[Ss]napshots?\b": "copie",
        r"\b[Rr]eviews?\b": "relecture",
        r"(?<!Fact )\b[Cc]heck\w*|\b[Éé]dite[rz]\b|\b[Ss]upporte[rz]?\b|\b[Dd]igita": "vérifier, modifier, étayer, numérique",
        r"\b[Ff]ait sens\b|\b[Aa]dresser (?:un|le|ce) problème": "a du sens; traiter",
        r"\b[Ee]-?mails?\b": "courriel",
        r"[\"“”„]|'": "« and », ’",
        r"«(?!\u00a0)|(?<!\u00a0)»|(?<![\u00a0 ])[;:!?](?=\s|$)": "a space that does not break inside « » and before ; : ! ?",
        r"\d{1,3}[,.]\d{3}\b|\d\.\d{1,2}\b(?!\.)": "3\u00a0000 and 0,5",
        r"  | [.,](?!\w)| [;:!](?=\s|$)": "one space, and the right one before a mark",
        r"(?:\d|\)[sd]) (?:ko|Mo|Go|h|min|%)(?![\w(])": "a space that does not break before a unit",
    },
}
MARKS = {"de": "„“", "fr": "«»"}


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


def unpaired(code, said):
    opening, closing = MARKS[code]
    return [words for _message, words in said if words.count(opening) != words.count(closing)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_keeps_to_the_words_of_its_glossary(code):
    assert missing_terms(code, pairs(code)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_says_nothing_its_readers_would_strike_out(code):
    assert unsaid_words(code, pairs(code)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_sentence_begins_with_a_capital_letter_and_closes_its_quotation_marks(code):
    assert badly_begun(pairs(code)) == []
    assert unpaired(code, pairs(code)) == []


def test_the_reader_finds_words_that_are_not_those_of_the_glossary():
    assert len(missing_terms("de", [("No evidence for this claimant.", "Kein Nachweis für diesen Sprecher.")])) == 2
    assert len(missing_terms("fr", [("No evidence for this claimant.", "Aucune pièce pour ce locuteur.")])) == 2
    assert missing_terms("de", [("%(evidence)s saved", "%(evidence)s gespeichert")]) == []


@pytest.mark.parametrize(
    ("code", "struck_out", "let_stand"),
    [
        (
            "de",
            ["Speichere dein Wort.", "Der Claim ist da.", 'Die "Kopie"', "höchstens 3,000", "Zwei  Wörter", "20 MB"],
            "„Behauptung“: höchstens 3.000 Zeichen, 0,5 oder 20\u00a0MB (.txt .pdf).",
        ),
        (
            "fr",
            ["Enregistre ton mot.", "Le claim est là.", "La “copie”", "«Copie»", "Voici : la copie", "Voici: la copie", "l'affirmation",
             "au plus 3.000", "Deux  mots", "20 Mo", "ajouté(e)"],
            "«\u00a0Affirmation\u00a0»\u00a0: l’adresse (https://), 3\u00a0000 caractères, 0,5 ou 20\u00a0Mo au plus (.txt .pdf).",
        ),
    ],
)  # fmt: skip
def test_the_reader_strikes_out_what_is_not_said(code, struck_out, let_stand):
    assert [words for words in struck_out if not unsaid_words(code, [("", words)])] == []
    assert unsaid_words(code, [("", let_stand)]) == []


def test_the_reader_finds_a_small_beginning_and_an_open_mark():
    assert badly_begun([("Saved.", "gespeichert.")]) == ["gespeichert."]
    assert unpaired("de", [("“Saved”", "„Gespeichert")]) == ["„Gespeichert"]
    assert unpaired("fr", [("“Saved”", "«\u00a0Enregistré")]) == ["«\u00a0Enregistré"]


def test_quotation_marks_are_those_of_the_language():
    """``_("“%(words)s”")``, not a mark of English beside something filled in."""
    filled_in = re.compile(r"“(?:<\w+>)?\{|\}(?:</\w+>)?”")
    modules = [path for folder in ("views", "figures") for path in (PROJECT / "claims" / folder).glob("*.py")]
    said = {path: TRANSLATED.sub("", path.read_text()) for path in [*TEMPLATES, *modules]}

    assert [path.name for path, source in said.items() if filled_in.search(source)] == []


def test_every_translated_language_has_a_glossary_and_its_reader():
    glossaries = re.findall(r"^## Glossary: (\w+)$", (PROJECT / "docs" / "translating.md").read_text(), re.MULTILINE)

    assert len(glossaries) == len(LANGUAGES)
    assert set(TERMS) == set(NOT_SAID) == set(MARKS) == set(LANGUAGES)
