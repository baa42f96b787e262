"""The template tags of the desk: ``{% load desk %}``.  What each part looks like: ``docs/design.md``."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from claims.language import midway
from claims.templatetags import balance, fields, files, marks, moments, turns
from claims.templatetags.prose import prose
from claims.workflow.citations import MARK, NUMBER
from claims.workflow.readable import isolate

register = template.Library()

register.filter(prose)
register.filter(files.file_kind)
register.filter(midway)
register.filter(turns.turns_shown)
register.simple_tag(marks.icon)
register.simple_tag(marks.glyph)
register.simple_tag(marks.status)
register.simple_tag(marks.stance)
register.simple_tag(marks.stance, name="position")
register.simple_tag(marks.quote_check)
register.simple_tag(marks.job_state)
register.simple_tag(marks.verdict)
register.simple_tag(marks.evidence_type)
register.simple_tag(marks.grade)
register.simple_tag(marks.who)
register.simple_tag(marks.nobody)
register.simple_tag(balance.balance)
register.simple_tag(moments.due)
register.simple_tag(moments.moment)
register.inclusion_tag("includes/field.html")(fields.field)

NOTICE_ICONS = {"info": "info", "wait": "circle-alert", "late": "circle-alert"}
PARAGRAPH = re.compile(r"paragraph (\d{1,9})")
SHORT_HASH = 4  # characters kept at each end
STAGES = [
    gettext_lazy("Inbox"),
    gettext_lazy("Accepted"),
    pgettext_lazy("stage", "Research"),
    gettext_lazy("Preflight"),
    gettext_lazy("Cross-check"),
    gettext_lazy("Review"),
    gettext_lazy("Approved"),
    gettext_lazy("Published"),
]
STAGE_OF = {
    "inbox": 0,
    "watching": 0,
    "accepted": 1,
    "in_research": 2,
    "awaiting_reply": 2,
    "changes_requested": 2,
    "preflight": 3,
    "in_cross_check": 4,
    "in_review": 5,
    "approved": 6,
    "published": 7,
}


@register.simple_block_tag
def panel(
    content: SafeString,
    title: str,
    *,
    id: str,
    meta: str = "",
    url: str = "",
    action: str = "",
    action_icon: str = "",
    flush: bool = False,
) -> SafeString:
    """A section with its heading.

    Args:
        id: of the section; its heading gets ``<id>-h``.
        meta: the finding, beside the title ("18 of 21").
        url, action, action_icon: one link at the end of the head.
        flush: no padding, for lists and tables that bring their own.
    """
    link = ""
    if url:
        glyph = marks.icon(action_icon, css="i-sm") if action_icon else ""
        link = format_html('<a class="btn btn-xs ms-auto" href="{}">{}{}</a>', url, glyph, action)
    said = format_html('<span class="meta">{}</span>', meta) if meta else ""
    body = content if flush else format_html('<div class="panel-b">{}</div>', content)
    return format_html(
        '<section class="panel" id="{}" aria-labelledby="{}-h"><div class="panel-h"><h2 class="h2" id="{}-h">{}</h2>{}{}</div>'
        "{}</section>",
        id,
        id,
        id,
        title,
        said,
        link,
        body,
    )


@register.simple_block_tag
def notice(content: SafeString, kind: str = "info", *, icon: str = "", role: str = "", css: str = "") -> SafeString:
    """One sentence that says what is missing.

    Args:
        kind: info, wait or late.
        role: "alert" only when it answers a press; "status" when it changes by itself.
    """
    spoken = format_html(' role="{}"', role) if role else ""
    glyph = marks.icon(icon or NOTICE_ICONS[kind])
    names = f"note note-{kind} {css}".rstrip()
    return format_html('<div class="{}"{}>{}<div class="min-w-0">{}</div></div>', names, spoken, glyph, content)


@register.simple_block_tag
def entry(content: SafeString, icon: str, *, at: Any = "", tone: str = "", detail: str = "") -> SafeString:
    """One line of a record (``<ol class="tl">``): what happened and when.

    Args:
        at: what ``{% moment %}`` returned, or words.
        tone: hot, good or on; empty is the ordinary one.
    """
    glyph = marks.icon(icon, css=tone)
    more = format_html('<div class="meta">{}</div>', detail) if detail else ""
    return format_html(
        '<li>{}<div class="flex gap-3"><div class="flex-1 min-w-0">{}{}</div><span class="meta whitespace-nowrap">{}</span></div></li>',
        glyph,
        content,
        more,
        at,
    )


@register.simple_block_tag
def empty_state(content: SafeString, title: str, text: str = "") -> SafeString:
    """An empty list: a sentence that says so, one that says what would come here, then up to three ``{% way %}``."""
    said = format_html('<p class="mt-2 text-muted">{}</p>', text) if text else ""
    ways = content.strip()
    listed = (
        format_html('<ul class="mt-4 divide-y divide-base-300 border-y border-base-300">{}</ul>', SafeString(ways))
        if ways
        else ""
    )
    return format_html(
        '<div class="panel px-4 py-10 sm:py-16"><div class="max-w-md mx-auto">'
        '<p class="said text-xl font-semibold">{}</p>{}{}</div></div>',
        title,
        said,
        listed,
    )


@register.simple_tag
def way(url: str, icon: str, text: str) -> SafeString:
    """One way on out of an empty list."""
    return format_html(
        '<li><a class="flex items-center gap-2 py-2 no-underline hover:underline" href="{}">{}<span>{}</span>{}</a></li>',
        url,
        marks.icon(icon),
        text,
        marks.icon("chevron-right", css="ms-auto i-flip"),
    )


@register.simple_tag
def chip(label: str, value: str, remove_url: str) -> SafeString:
    """A filter that is set, with the cross that drops it."""
    said = _("Remove filter: %(name)s") % {"name": label}
    return format_html(
        '<span class="chip"><span>{} <b>{}</b></span><a class="chip-x" href="{}" aria-label="{}">{}</a></span>',
        label,
        value,
        remove_url,
        said,
        marks.icon("x", css="i-sm"),
    )


@register.simple_tag
def diff(parts: Iterable[tuple[str, str]]) -> SafeString:
    """Show a difference word by word: parts are ("equal" | "delete" | "insert", text); both words are kept.

    A part ("gap", words) says what was left out because it stays the same.
    """
    stay = _("… {} that stay …")
    gap = f' <span class="meta">[{stay}]</span> '
    forms = {"equal": "{}", "delete": "<del>{}</del>", "insert": "<ins>{}</ins>", "gap": gap}
    return format_html_join("", "{}", ((format_html(forms[kind], turns.turns_shown(text)),) for kind, text in parts))


@register.inclusion_tag("includes/progress.html")
def progress(label: str, step: str = "", done: int | None = None, total: int | None = None) -> dict[str, Any]:
    """Work that runs: the step in words, "3 of 5", a bar; without a total the bar has no length."""
    return {"label": label, "step": step, "done": done or 0, "total": total or None}


def _stage_state(number: int, now: int, closed: bool) -> str:
    if number == now:
        return "done now" if closed else "now"
    return "done" if number < now else ""


@register.inclusion_tag("includes/stages.html")
def stages(status: str) -> dict[str, Any]:
    """The eight stages with the one the claim is in; nothing for a claim that left the line."""
    now = STAGE_OF.get(status)
    if now is None:
        return {"stages": []}
    closed = status == "published"
    return {
        "number": now + 1,
        "stages": [
            {
                "label": label,
                "icon": marks.STATUS[status].glyph if n == now else "check",
                "state": _stage_state(n, now, closed),
                "current": n == now,
            }
            for n, label in enumerate(STAGES)
        ],
    }


@register.filter
def cited(text: str, prefix: str = "e") -> SafeString:
    """Prose with its citations: ``[3]`` becomes a link to ``#e3``, ``[1, 2]`` two; everything else is escaped."""
    name = _("Source") if prefix == "s" else _("Evidence")
    paragraphs = linebreaks(conditional_escape(text))
    link = rf'<a class="cite" href="#{prefix}\g<0>" aria-label="{name} \g<0>">\g<0></a>'
    return SafeString(MARK.sub(lambda marked: NUMBER.sub(link, marked[1]), paragraphs))


@register.filter
def isolated(value: object) -> str:
    """A name or a foreign text for the inside of a sentence, or an attribute, where no ``<bdi>`` can stand."""
    return "" if value is None else isolate(str(value))


@register.filter
def said_place(place: str) -> str:
    """Where in a text something stands, as intake writes it, in the reader's language; what a person wrote stays."""
    found = PARAGRAPH.fullmatch(place)
    return _("paragraph %(number)d") % {"number": int(found[1])} if found else place


@register.filter
def short_hash(value: str) -> str:
    """The ends of a hash, as people compare them: "9c1f…77ab"."""
    return f"{value[:SHORT_HASH]}…{value[-SHORT_HASH:]}" if value else ""
