"""The evidence balance: what refutes grows to the left of a fixed line, what supports to the right, context apart."""

from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.templatetags.marks import icon

PITCH = 12  # px from one piece to the next
ROOM = {"refutes": 4, "supports": 5, "context": 4}  # pieces that fit at full size
START = {"refutes": 48.0, "supports": 51.0, "context": 115.75}
THINNEST = 3.0  # px; under this more pieces add no more strokes, the number beside the bar tells


def _places(side: str, count: int) -> list[tuple[float, float]]:
    """Left edge and width of each piece; more than fit at full size share the same zone evenly."""
    zone = ROOM[side] * PITCH
    pitch = PITCH if count <= ROOM[side] else max(zone / count, THINNEST)
    drawn = min(count, int(zone / pitch))
    sign = -1 if side == "refutes" else 1
    first = START[side] - pitch if side == "refutes" else START[side]
    return [(round(first + sign * n * pitch + 1, 2), round(pitch - 2, 2)) for n in range(drawn)]


def _supporting(count: int) -> SafeString:
    return format_html_join("", '<rect class="b-sup" x="{}" y="2" width="{}" height="10"/>', _places("supports", count))


def _context(count: int) -> SafeString:
    places = ((x, round(max(width - 1.5, 0.5), 2)) for x, width in _places("context", count))
    return format_html_join("", '<rect class="b-con" x="{}" y="2.75" width="{}" height="8.5"/>', places)


def _refuting(count: int) -> SafeString:
    places = ((x + 0.5, round(max(width - 1, 0.5), 2)) for x, width in _places("refutes", count))
    return format_html_join(
        "",
        '<rect class="b-ref" x="{}" y="2.5" width="{}" height="9"/><path class="b-hatch" d="M{} 10.5 {} 3.5"/>',
        ((x, width, x + 0.5, round(x + width - 0.5, 2)) for x, width in places),
    )


def _count(side: str, count: int, said: str) -> SafeString:
    if not count:
        return format_html('<span><span class="sr-only">{} </span></span>', said)
    glyph = icon(f"s-{side}", css="i-sm")
    return format_html(
        '<span class="s-{}">{}<span aria-hidden="true">{}</span><span class="sr-only">{} </span></span>',
        side,
        glyph,
        count,
        said,
    )


@lru_cache(maxsize=2048)
def _bar(refutes: int, supports: int, context: int, _language: str | None) -> SafeString:
    if not (refutes or supports or context):
        return format_html('<span class="meta">{}</span>', _("none yet"))
    words = (
        ngettext("%(n)s refutes", "%(n)s refute", refutes) % {"n": refutes},
        ngettext("%(n)s supports", "%(n)s support", supports) % {"n": supports},
        _("%(n)s context") % {"n": context},
    )
    return format_html(
        '<span class="bal"><svg width="164" height="14" viewBox="0 0 164 14" aria-hidden="true">'
        '<path class="b-mid" d="M49.5 0v14"/>{}{}{}</svg><span class="bal-k">{}{}{}</span></span>',
        _refuting(refutes),
        _supporting(supports),
        _context(context),
        _count("refutes", refutes, words[0]),
        _count("supports", supports, words[1]),
        _count("context", context, words[2]),
    )


def balance(refutes: int, supports: int, context: int) -> SafeString:
    """How many pieces of evidence stand on each side, as a bar with its numbers; "none yet" when there are none."""
    return _bar(refutes, supports, context, get_language())
