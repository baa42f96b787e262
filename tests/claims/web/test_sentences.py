"""Every code that stands anywhere in the door has a sentence, and every sentence is needed."""

import ast
from pathlib import Path

import pytest

from claims import web
from claims.web import dial
from claims.web.fetch import FINAL, Page
from claims.web.guard import FAILURES, SENTENCES
from claims.web.media import PROBLEMS
from tests.claims.web.servers import hop

TREES = [ast.parse(path.read_text()) for path in sorted(Path(web.__path__[0]).glob("*.py"))]
NODES = [node for tree in TREES for node in ast.walk(tree)]
WORDS = [node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def first_arguments(*functions):
    """The words with which these functions are called anywhere in claims/web."""
    calls = [node for node in NODES if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    named = [call.args[0] for call in calls if call.func.id in functions and call.args]
    return {word.value for word in named if isinstance(word, ast.Constant)}


def test_every_code_in_the_source_has_a_sentence():
    assert len(first_arguments("failure")) > 20
    assert first_arguments("failure") <= SENTENCES.keys()
    assert FAILURES.keys() >= FINAL


def test_every_state_in_the_source_has_a_sentence():
    assert first_arguments("Extract", "Document") - {"ok"} <= PROBLEMS.keys()


@pytest.mark.parametrize("status", [200, 203, 401, 404, 499, 500, 503, 700])
def test_every_answer_that_is_no_page_has_a_sentence(status):
    outcome = Page("", (hop(status),), b"").outcome

    assert (outcome == "ok") == (status < 400)
    assert outcome == "ok" or outcome in FAILURES


@pytest.mark.parametrize("code", sorted(SENTENCES | PROBLEMS))
def test_no_sentence_is_left_over(code):
    """Once where it is worded, and at least once where it is raised."""
    assert WORDS.count(code) >= 2


@pytest.mark.parametrize("sentence", {**SENTENCES, **PROBLEMS, **dial.SENTENCES}.values())
def test_a_sentence_is_one_an_editor_can_read(sentence):
    text = str(sentence)

    assert text[0].isupper()
    assert text.endswith(".")
    assert len(text) < 160
    assert "\n" not in text
