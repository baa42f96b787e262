"""Mark the words a verdict rests on, and find a passage by its first and last words."""

import re

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.evidence import anchor
from claims.evidence.words import whole_words
from claims.models import Person, Quote, Snapshot
from claims.web.media import page_at
from claims.workflow import edit_parts
from claims.workflow.apply import Refused

LONGEST = 3000  # characters: a passage, not a page


def mark_quote(
    evidence_id: int,
    snapshot_id: int,
    start: int,
    end: int,
    *,
    by: Person,
    exact: str | None = None,
    replaces: int | None = None,
) -> Quote:
    """Mark ``body_text[start:end]`` of a snapshot (code points) as the passage relied on, widened to whole words.

    Args:
        exact: the words as the browser has them; they must be those of the copy, letter by letter.
        replaces: a passage of the same evidence whose place this one takes.

    Raises:
        Refused: in words, when these are not the words of that copy, or the claim may not be changed.
    """
    snapshot = Snapshot.objects.filter(pk=snapshot_id).first()
    if snapshot is None:
        raise Refused(_("This copy is no longer there."), "snapshot")
    text = snapshot.body_text
    start, end = _without_edges(text, start, end)
    if not 0 <= start < end <= len(text):
        raise Refused(_("Nothing is selected; mark the words first."), "quote")
    selector = anchor.make_selector(text, *whole_words(text, start, end))
    if len(selector.exact) > LONGEST:
        raise Refused(_("This passage is too long to be one quote; mark at most 3,000 characters."), "quote")
    if exact is not None and _plain(exact) != _plain(text[start:end]):
        raise Refused(
            _("The words you marked are not those of the stored copy at this place; reload the page, mark them again."),
            "quote",
        )
    with transaction.atomic():
        quote = edit_parts.add_quote(
            evidence_id,
            by=by,
            snapshot=snapshot,
            exact=selector.exact,
            prefix=selector.prefix,
            suffix=selector.suffix,
            start=selector.start,
            page=page_at(snapshot.pages, selector.start),
        )
        old = Quote.objects.filter(pk=replaces, evidence=evidence_id).exclude(pk=quote.pk).first() if replaces else None
        if old is not None:
            edit_parts.remove_quote(old.pk, by=by)
    return quote


def find_passage(text: str, first: str, last: str = "") -> tuple[int, int]:
    """Where a passage stands that begins and ends with some words; capitals, line ends and quotation marks do not matter.

    Args:
        last: empty when ``first`` is the whole passage.

    Raises:
        Refused: the words are not there, or there more than once.
    """
    if not first.strip():
        raise Refused(_("Write the first words of the passage."), "first")
    begins = list(_pattern(first).finditer(text))
    if not begins:
        raise Refused(_("These words do not stand in this copy: “%(words)s”.") % {"words": first.strip()}, "first")
    if len(begins) > 1:
        sentence = ngettext(
            "“%(words)s” stands there %(n)d time; write more of it.",
            "“%(words)s” stands there %(n)d times; write more of it.",
            len(begins),
        )
        raise Refused(sentence % {"words": first.strip(), "n": len(begins)}, "first")
    begin = begins[0]
    if not last.strip():
        return begin.span()
    end = _pattern(last).search(text, begin.start())
    if end is None:
        raise Refused(
            _("“%(words)s” does not stand after the first words of the passage.") % {"words": last.strip()}, "last"
        )
    return begin.start(), max(begin.end(), end.end())


_SINGLE, _DOUBLE, _DASH = "'\u2018\u2019\u201b", '"\u201c\u201d\u201e\u00ab\u00bb', "-\u2010\u2011\u2012\u2013\u2014"


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join("".join(map(_one, word)) for word in words.split()), re.IGNORECASE)


def _one(char: str) -> str:
    alike = next((signs for signs in (_SINGLE, _DOUBLE, _DASH) if char in signs), char)
    return f"[{re.escape(alike)}]" if len(alike) > 1 else re.escape(char)


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks that a quick selection takes along."""
    while start < end <= len(text) and text[start].isspace():
        start += 1
    while start < end <= len(text) and text[end - 1].isspace():
        end -= 1
    return start, end


def _plain(words: str) -> str:
    """A form turns every kind of line end into a pair; nothing else may differ."""
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()
