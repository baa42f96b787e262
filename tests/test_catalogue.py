"""Everything a person may read goes through the catalogue, and every language in it is whole: docs/translating.md."""

import ast
import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
LOCALE = PROJECT / "locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
TEMPLATES = sorted(path for path in (PROJECT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
# What an operator reads in a terminal and what a machine asks for stay English.
TERMINAL = {"management", "migrations"}
NOT_SHOWN = {"firstrun.py", "supervisor.py"}
PYTHON = sorted(
    path
    for folder in ("claims", "factcheck")
    for path in (PROJECT / folder).rglob("*.py")
    if "migrations" not in path.parts and path.name not in NOT_SHOWN
)
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "say", "_w"}
PLURALS = {"ngettext", "ngettext_lazy"}
CONTEXTS = {"pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|</?\w+[^>]*>")


# --- what stands in the sources, found without the tools of gettext


def named(node):
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def words_of(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def messages_in(tree):
    """(context, message) of every call that marks one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, words = named(node), [words_of(argument) for argument in node.args]
        if name in MARKS | PLURALS and words[0]:
            yield None, words[0]
        elif name in CONTEXTS and len(words) > 1 and words[1]:
            yield words[0], words[1]


CALL = re.compile(r"(?<!\w)(n?p?gettext|_)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:, ?u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))?")  # fmt: skip


def messages_in_template(source):
    """The same of a template, by Django's own reading of it."""
    for name, first, second in CALL.findall(templatize(source)):
        words = ast.literal_eval(first)
        yield (words, ast.literal_eval(second)) if name in {"pgettext", "npgettext"} else (None, words)


@pytest.fixture(scope="module")
def marked():
    """Every message of the sources, and one place where it stands."""
    found = {}
    for path in PYTHON:
        for message in messages_in(ast.parse(path.read_text())):
            found.setdefault(message, path.relative_to(PROJECT))
    for path in TEMPLATES:
        for message in messages_in_template(path.read_text()):
            found.setdefault(message, path.relative_to(PROJECT))
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request):
    return polib.pofile(LOCALE / request.param / "LC_MESSAGES" / "django.po")


def test_no_message_is_said_with_a_plural_here_and_without_one_there():
    with_plural, without = set(), set()
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and words_of(node.args[0]):
                name = named(node)
                (with_plural if name in PLURALS else without if name in MARKS else set()).add(words_of(node.args[0]))
    for path in TEMPLATES:
        for name, first, second in CALL.findall(templatize(path.read_text())):
            (with_plural if name == "ngettext" else set() if second else without).add(ast.literal_eval(first))

    assert with_plural & without == set()


def forms_of(entry):
    """(message, translation) of each form of an entry."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    first, *others = (entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural))
    return [(entry.msgid, first), *((entry.msgid_plural, words) for words in others)]


def test_every_message_of_the_sources_is_in_the_catalogue(marked, catalogue):
    """When this fails: make messages, then translate what is new in locale/*/LC_MESSAGES/django.po."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}

    assert len(marked) > 2000
    assert [f"{path}: {message[1]}" for message, path in marked.items() if message not in known] == []


def test_nothing_is_in_the_catalogue_that_no_source_says(marked, catalogue):
    assert [entry.msgid for entry in catalogue if (entry.msgctxt, entry.msgid) not in marked] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_every_message_is_translated_by_somebody(catalogue):
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []


def test_what_is_filled_in_and_marked_up_is_the_same_in_the_translation(catalogue):
    wrong = [
        (entry.msgid, words)
        for entry in catalogue
        for message, words in forms_of(entry)
        if sorted(PLACEHOLDER.findall(message)) != sorted(PLACEHOLDER.findall(words))
    ]

    assert wrong == []


def test_a_translation_begins_and_ends_as_its_message_does(catalogue):
    ends = re.compile(r"[.:?!…]$")
    wrong = [
        (message, words)
        for entry in catalogue
        for message, words in forms_of(entry)
        if (ends.findall(message) != ends.findall(words) and not words.endswith(("Std.", "Min.", "Tsd.", "Mio.")))
        or message.isspace() != words.isspace()
        or (message[:1] == "\n") != (words[:1] == "\n")
    ]

    assert wrong == []


def test_a_plural_has_as_many_forms_as_the_language(catalogue):
    count = int(re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])[1])

    assert [entry.msgid for entry in catalogue if entry.msgid_plural and len(entry.msgstr_plural) != count] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_compiled_catalogue_is_the_one_of_its_source(code):
    """When this fails: make messages."""
    folder = LOCALE / code / "LC_MESSAGES"
    source = polib.pofile(folder / "django.po")
    compiled = polib.mofile(folder / "django.mo")

    def said(entries):
        return {(e.msgctxt, e.msgid): (e.msgstr, tuple(e.msgstr_plural.values())) for e in entries}

    assert said(compiled) == said(source.translated_entries())


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_how_it_writes_dates(code):
    names = {
        language: {name for name in vars(import_module(f"factcheck.formats.{language}.formats")) if name.isupper()}
        for language in (code, settings.LANGUAGE_CODE)
    }

    assert names[code] == names[settings.LANGUAGE_CODE]


# --- what goes past the catalogue

COMMENT = re.compile(r"\{% comment.*?endcomment %\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktranslate\b.*?endblocktranslate %\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = {"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "aria-valuetext"}
EMPTY = {"meta", "link", "input", "br", "hr", "img", "use", "path", "rect", "line", "circle", "source"}
NAMES = {"sha", "SHA", "WARC", "WACZ", "CSV", "PDF", "PNG", "JSON", "Lines", "ClaimReview", "Excel"}
SENTENCE = re.compile(r"[a-z]{2,}[,;:.]? [a-z]{2,}")


class Seen(HTMLParser):
    """Words a reader would see or hear that no tag translates."""

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            is_button = name == "value" and ("type", "submit") in attrs and tag == "input"
            if value and (name in SPOKEN or is_button or (name.startswith("data-") and SENTENCE.search(value))):
                self._note(value)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style", "code", "kbd", "pre"} & set(self.open):
            self._note(data)

    def _note(self, text):
        if set(WORD.findall(text)) - NAMES and not text.strip().startswith(
            ("hx-", "data-")
        ):  # a part that is attributes only
            self.found.append(" ".join(text.split()))


def unmarked_in(source):
    plain = TAG.sub("", TRANSLATED.sub("", COMMENT.sub("", source)))
    seen = Seen()
    seen.feed(plain)
    return seen.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT / "templates")))
def test_template_says_nothing_past_the_catalogue(path):
    assert unmarked_in(path.read_text()) == []


def test_labels_inside_a_sentence_keep_what_their_language_writes_large():
    """``|midway``, not ``|lower``: German begins a noun with a capital letter wherever it stands."""
    assert [path.name for path in TEMPLATES if "|lower" in path.read_text()] == []


def test_the_search_for_what_is_not_marked_finds_it():
    assert unmarked_in('<p title="A day">{{ n }} days</p>') == ["A day", "days"]
    assert unmarked_in('<input type="submit" value="Save"><p data-said="try it again">') == ["Save", "try it again"]
    assert unmarked_in('{% translate "Save" %}<code>make run</code> sha256 {# a note #}<b class="x">–</b>') == []


RAISED = re.compile(r"(Refus|Failed|Error$|Denied|^Refused|NotYet|Missing|Conflict|Problem)")
NOT_FOR_PEOPLE = {
    "ValueError", "TypeError", "RuntimeError", "LookupError", "KeyError", "AssertionError", "OSError", "BadRequest",
    "ValidationError", "TransactionManagementError", "ConfigError",
}  # fmt: skip
LABELS = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "empty_label",
    "description",
    "short_description",
}


TWO_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+$")


def spoken_past_the_catalogue(tree):
    """Sentences given as they are to an exception for people, a message, or a label."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = named(node)
        given = [keyword.value for keyword in node.keywords if keyword.arg in LABELS]
        if RAISED.search(name) and name not in NOT_FOR_PEOPLE:
            given += node.args[:1]
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "messages":
            given += node.args[1:2]
        for value in given:
            is_joined = isinstance(value, ast.JoinedStr)
            for part in value.values if is_joined else [value]:
                words = words_of(part)
                if words and (WORD if is_joined else TWO_WORDS).search(words):
                    yield f"line {part.lineno}: {words}"


def is_for_people(path):
    return not TERMINAL & set(path.parts) and path.parent.name != "api" and path.name not in {"record.py", "record_rows.py", "anchors.py", "health.py", "probes.py"}  # fmt: skip


@pytest.mark.parametrize("path", [p for p in PYTHON if is_for_people(p)], ids=lambda p: str(p.relative_to(PROJECT)))
def test_module_says_nothing_past_the_catalogue(path):
    assert list(spoken_past_the_catalogue(ast.parse(path.read_text()))) == []


def test_the_search_in_modules_finds_what_is_not_marked():
    source = (
        'raise StepRefused("Say why.")\nmessages.success(request, f"Saved {n} rows.")\nforms.CharField(label="Name")'
    )

    assert len({words.partition(":")[0] for words in spoken_past_the_catalogue(ast.parse(source))}) == 3
    assert not list(
        spoken_past_the_catalogue(ast.parse('raise StepRefused(_("Say why."))\nraise ValueError("No such thing.")'))
    )
