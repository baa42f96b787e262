"""The marks of the desk: a state said with a glyph, a word and a colour, never with a colour alone.

Plain values in, finished HTML out.  Pages call these through ``{% load desk %}``; a view that prepares many rows
calls them directly, because what depends on a fixed word only is made once per language and then kept.
"""

from functools import lru_cache
from typing import NamedTuple

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _


class Mark(NamedTuple):
    """How one state is shown: the class that colours it, its glyph in the sprite, its word."""

    css: str
    glyph: str
    label: str | Promise


STATUS = {
    "inbox": Mark("st-idle", "st-inbox", gettext_lazy("Inbox")),
    "watching": Mark("st-idle", "st-watching", gettext_lazy("Watching")),
    "accepted": Mark("st-idle", "st-accepted", gettext_lazy("Accepted")),
    "in_research": Mark("st-work", "st-research", gettext_lazy("In research")),
    "awaiting_reply": Mark("st-wait", "st-reply", gettext_lazy("Awaiting reply")),
    "preflight": Mark("st-work", "st-preflight", gettext_lazy("Preflight")),
    "changes_requested": Mark("st-wait", "st-changes", gettext_lazy("Changes requested")),
    "in_cross_check": Mark("st-work", "st-cross", gettext_lazy("In cross-check")),
    "in_review": Mark("st-work", "st-review", gettext_lazy("In review")),
    "approved": Mark("st-good", "st-approved", gettext_lazy("Approved")),
    "published": Mark("st-good", "st-published", gettext_lazy("Published")),
    "declined": Mark("st-idle", "st-declined", gettext_lazy("Declined")),
    "duplicate": Mark("st-idle", "st-duplicate", gettext_lazy("Duplicate")),
    "archived": Mark("st-idle", "st-archived", gettext_lazy("Archived")),
    "retracted": Mark("st-bad", "st-retracted", gettext_lazy("Retracted")),
    # Two that are not a status but are shown in its place.
    "reopened": Mark("st-bad", "st-reopened", gettext_lazy("Reopened")),
    "withheld": Mark("st-bad", "st-withheld", gettext_lazy("Withheld")),
}
STANCE = {
    "supports": Mark("s-supports", "s-supports", pgettext_lazy("stance", "Supports")),
    "refutes": Mark("s-refutes", "s-refutes", pgettext_lazy("stance", "Refutes")),
    "context": Mark("s-context", "s-context", pgettext_lazy("stance", "Context")),
    "asserts": Mark("s-supports", "s-supports", pgettext_lazy("position", "asserts")),
    "denies": Mark("s-refutes", "s-refutes", pgettext_lazy("position", "denies")),
    "reports": Mark("s-context", "s-context", pgettext_lazy("position", "reports")),
}
QUOTE_CHECK = {
    "unchanged": Mark("st-good", "check", gettext_lazy("Unchanged")),
    "moved": Mark("st-wait", "move-vertical", gettext_lazy("Moved")),
    "altered": Mark("st-bad", "git-compare-arrows", gettext_lazy("Altered")),
    "gone": Mark("st-bad", "unlink", gettext_lazy("Gone")),
    "unverifiable": Mark("st-idle", "circle-question-mark", gettext_lazy("Unverifiable")),
}
JOB_STATE = {
    "queued": Mark("st-wait", "hourglass", gettext_lazy("Waiting")),
    "running": Mark("st-work", "loader-circle", gettext_lazy("Running")),
    "done": Mark("st-good", "check", gettext_lazy("Done")),
    "failed": Mark("st-bad", "circle-alert", gettext_lazy("Failed")),
    "cancelled": Mark("st-idle", "st-declined", gettext_lazy("Cancelled")),
    "quarantined": Mark("st-bad", "st-retracted", gettext_lazy("Quarantined")),
}
VERDICT_GLYPHS = {
    "true": "v-true",
    "mostly_true": "v-mostly-true",
    "borne_out": "v-borne",
    "half_true": "v-half",
    "misleading": "v-misleading",
    "false": "v-false",
    "unproven": "v-unproven",
    "not_checkable": "v-not",
}
FAMILY_GLYPHS = {"true": "v-true", "mixed": "v-half", "open": "v-unproven", "false": "v-false"}
EVIDENCE_GLYPHS = {
    "primary": "file-text",
    "statement": "megaphone",
    "dataset": "database",
    "research": "book-open",
    "news": "newspaper",
    "expert": "graduation-cap",
    "media": "image",
    "interview": "mic",
    "desk_note": "sticky-note",
}
RELIABILITY = {
    "A": ("g-hi", gettext_lazy("completely reliable")),
    "B": ("g-hi", gettext_lazy("usually reliable")),
    "C": ("g-mid", gettext_lazy("fairly reliable")),
    "D": ("g-lo", gettext_lazy("not usually reliable")),
    "E": ("g-lo", gettext_lazy("unreliable")),
    "F": ("g-un", gettext_lazy("reliability unknown")),
}
CREDIBILITY = {
    "1": ("g-hi", gettext_lazy("confirmed")),
    "2": ("g-hi", gettext_lazy("probably true")),
    "3": ("g-mid", gettext_lazy("possibly true")),
    "4": ("g-lo", gettext_lazy("doubtful")),
    "5": ("g-lo", gettext_lazy("improbable")),
    "6": ("g-un", gettext_lazy("truth unknown")),
}


@lru_cache(maxsize=1)
def sprite_url() -> str:
    """Where the sprite is served; asked once, because a page names it hundreds of times."""
    return static("sprite.svg")


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw one glyph of ``static/sprite.svg``.

    Args:
        label: said instead of the glyph when no word stands beside it.
        css: more classes: ``i-sm`` 14 px, ``i-flip`` turns in right-to-left text, ``spin``.
    """
    # ``escape`` and not conditional_escape: the result is kept, so it must not depend on who asked first.
    names, glyph = escape(f"i {css}".rstrip()), escape(f"{sprite_url()}#{name}")
    if label:
        said = escape(label)
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', names, said, glyph)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', names, glyph)


def glyph(name: str, x: float, y: float, size: int = 14) -> SafeString:
    """One glyph of the sprite inside a drawing, its upper left corner at a place of it."""
    return format_html(
        '<use href="{}#{}" x="{}" y="{}" width="{}" height="{}"/>', sprite_url(), name, f"{x:g}", f"{y:g}", size, size
    )


def _words(mark: Mark, outer: str, icon_css: str = "") -> SafeString:
    return format_html('<span class="{} {}">{}{}</span>', outer, mark.css, icon(mark.glyph, css=icon_css), mark.label)


@lru_cache(maxsize=256)
def _kept(table: str, value: str, _language: str | None) -> SafeString:
    if table == "stance":
        return _words(STANCE[value], "stance", "i-sm")
    if table == "job":
        return _words(JOB_STATE[value], "status", "spin" if value == "running" else "")
    return _words((STATUS if table == "status" else QUOTE_CHECK)[value], "status")


def status(value: str, public_state: str = "") -> SafeString:
    """The state of a claim.  A withheld one says only that; one that readers know, back in research, is "Reopened"."""
    if public_state == "withheld":
        value = "withheld"
    elif public_state and value == "in_research":
        value = "reopened"
    return _kept("status", value, get_language())


def stance(value: str) -> SafeString:
    """Supports, refutes, context; or a claimant's position: asserts, denies, reports.  One alphabet for both."""
    return _kept("stance", value, get_language())


def quote_check(value: str) -> SafeString:
    """What the last look at a source found about a passage."""
    return _kept("quote", value, get_language())


def job_state(value: str) -> SafeString:
    """The state of one piece of background work."""
    return _kept("job", value, get_language())


def verdict(code: str, label: str, family: str, size: str = "") -> SafeString:
    """A rating.  ``size`` is "lg" on the claim and "xl" on the public page."""
    glyph = VERDICT_GLYPHS.get(code.replace("-", "_")) or FAMILY_GLYPHS[family]
    css = f"verdict v-{family} verdict-{size}" if size else f"verdict v-{family}"
    return format_html('<span class="{}">{}{}</span>', css, icon(glyph), label)


def evidence_type(value: str, label: str) -> SafeString:
    """What kind of source a piece of evidence is: its glyph and its word (``get_kind_display``)."""
    glyph = EVIDENCE_GLYPHS.get(value, "file-text")
    return format_html('<span class="whitespace-nowrap">{} {}</span>', icon(glyph, css="i-sm"), label)


@lru_cache(maxsize=256)
def _grade(reliability: str, credibility: str, _language: str | None) -> SafeString:
    source_css, source = RELIABILITY[reliability]
    information_css, information = CREDIBILITY[credibility]
    title = _("Source %(letter)s: %(source)s. Information %(number)s: %(information)s.") % {
        "letter": reliability,
        "source": source,
        "number": credibility,
        "information": information,
    }
    said = _("source %(source)s, information %(information)s") % {"source": source, "information": information}
    return format_html(
        '<span class="grade" title="{}"><span class="{}" aria-hidden="true">{}</span>'
        '<span class="{}" aria-hidden="true">{}</span><span class="sr-only">{}</span></span>',
        title,
        source_css,
        reliability,
        information_css,
        credibility,
        said,
    )


def grade(reliability: str, credibility: str | int) -> SafeString:
    """The Admiralty grade: source A-F and information 1-6, judged apart, each cell tinted by itself."""
    return _grade(reliability or "F", str(credibility or 6), get_language())


def who(name: str, initials: str, part: str = "", *, me: bool = False) -> SafeString:
    """A person as a small round mark.

    Args:
        part: what the person does on this claim ("author"), said after the name.
        me: the reader himself, who is ringed in the accent.
    """
    said = f"{name}, {part}" if part else name
    css = "who who-me" if me else "who"
    return format_html(
        '<span class="{}" title="{}"><span aria-hidden="true">{}</span><span class="sr-only">{}</span></span>',
        css,
        said,
        initials,
        said,
    )


def nobody(said: str = "") -> SafeString:
    """The empty place of a person nobody was named for."""
    said = said or _("Nobody assigned")
    return format_html(
        '<span class="who who-none" title="{}"><span aria-hidden="true">\u2013</span><span class="sr-only">{}</span></span>',
        said,
        said,
    )
