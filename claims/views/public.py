"""What readers see: fact-checks, corrections, how the desk works, and feeds.  No sign-in, no cookies, no scripts."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Left, Reverse
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.intake.speakers import QUOTES, is_direct
from claims.language import labelled
from claims.models import (
    Candidate,
    ChecklistItem,
    Claim,
    ClaimRelation,
    Correction,
    Credibility,
    Desk,
    FactCheck,
    Rating,
    Reliability,
)
from claims.publishing import corrections, feeds
from claims.publishing.page import Page, address_of, read_page, said_by
from claims.workflow.readable import clean

PER_PAGE = 20
RELATED = 5
LONGEST_QUERY = 200
CACHED = "public, max-age=60"  # seconds a proxy may keep what it got
# The desk's limits readers are told of, in the order of the work.
LIMITS = (
    ("triage_limit", gettext_lazy("until somebody takes a claim up")),
    ("research_limit", gettext_lazy("research")),
    ("reply_limit", gettext_lazy("time to answer for whom we ask")),
    ("cross_check_limit", gettext_lazy("second verdict")),
    ("review_limit", gettext_lazy("approval")),
    ("publication_limit", gettext_lazy("publication")),
)
CHANGES = {"clarification", "correction", "update"}
FOR_EVERYBODY = (
    "/fact-checks/", "/corrections/", "/methodology/", "/feeds/", "/v1alpha1/", "/static/", "/sitemap.xml",
)  # fmt: skip
MARKS = "".join(QUOTES) + "".join(QUOTES.values())  # around words that are put into marks of the page's own

# What stands before a sentence in its paragraph; the article itself, which may be long, stays in the database.
_TURNED = Reverse(Left("article__text", F("start")))  # type: ignore[arg-type]  # the stubs know no F there
BEFORE_IT = Reverse(Func(_TURNED, Value("\n"), Value(1), function="split_part", output_field=TextField()))


@require_safe
def fact_check_list(request: HttpRequest) -> HttpResponse:
    """Fact-checks in force, newest first; ``q`` searches in them, ``rating`` keeps one verdict."""
    query, rating = (
        request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        request.GET.get("rating", "").replace("\x00", ""),
    )
    found = FactCheck.objects.in_force().order_by("-pk")
    if query:
        found = found.about(query)
    if rating:
        found = found.rated(rating)
    before = _number(request.GET.get("before", ""))
    rows = list((found.filter(pk__lt=before) if before else found)[: PER_PAGE + 1])
    context = {
        "checks": [_listed(read_page(row)) for row in rows[:PER_PAGE]],
        "query": query,
        "rating": rating,
        "ratings": Rating.objects.offered(),
        "is_first": not before,
        "older": _query(request, before=rows[PER_PAGE - 1].pk) if len(rows) > PER_PAGE else "",
    }
    return _answer(request, "public/fact_check_list.html", context)


def _listed(page: Page) -> Page:
    changed = next((one["at"] for one in page["history"] if one["kind"] in CHANGES), None)
    return page | {"said_by": said_by(page), "changed_at": changed}


@require_safe
def fact_check_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What the address shows today: the check, or why it was withdrawn or retracted; the address itself stays for good."""
    row = FactCheck.objects.select_related("claim", "revision").filter(slug=slug).order_by("-number").first()
    if row is None:
        raise Http404
    page = read_page(row)
    context: dict[str, Any] = {"check": page, "row": row, "address": address_of(slug)}
    if row.kind == FactCheck.Kind.PUBLISHED:
        context |= shown(page, row.claim)
    if row.kind != FactCheck.Kind.WITHHELD:
        # Safe: to_script writes every "<", ">" and "&" as an escape.
        context["jsonld"] = mark_safe(feeds.markup_of(page))  # noqa: S308
    return _answer(request, f"public/fact_check_{row.kind}.html", context, modified=row.at)


def shown(page: Page, claim: Claim) -> dict[str, Any]:
    """What the template of a check needs beside the page: what is worked out of it, and what may change without a version."""
    stances = [item["stance"] for item in page["evidence"]]
    made = [one for one in page["appearances"] if one["claimant"] or one["url"] or one["where"]]
    _tell_words(made, claim)
    return {
        "note": claim.public_note,
        "appearances": made,
        "changes": [one for one in page["history"] if one["kind"] in CHANGES],
        "related": _related(claim),
        "counts": {stance: stances.count(stance) for stance in ("refutes", "supports", "context")},
    }


def _tell_words(made: list[Page], claim: Claim) -> None:
    """Which words are quoted, and which are an article's sentence about what somebody said.

    Who writes the words of an appearance says they are those that were said; a sentence accepted from an article is
    that only where it stands within a quotation.
    """
    direct = {}
    if any(one["verbatim"] and one["where"] for one in made):
        found = Candidate.objects.filter(claim=claim).values_list("text", BEFORE_IT)
        direct = {
            clean(words): is_direct(before + words, (len(before), len(before + words))) for words, before in found
        }
    for one in made:
        one["is_quoted"] = not one["where"] or direct.get(one["verbatim"], True)
        one["words"] = one["verbatim"].strip(MARKS) if one["is_quoted"] else one["verbatim"]


def _related(claim: Claim) -> list[dict[str, Any]]:
    """Public checks of claims that contradict this one, or say something near it."""
    links = ClaimRelation.objects.filter(Q(source=claim) | Q(target=claim)).values_list("source", "target", "kind")
    kinds = {(target if source == claim.pk else source): kind for source, target, kind in links}
    rows = FactCheck.objects.in_force().filter(claim__in=kinds).order_by("-pk")[:RELATED]
    found = [{"page": read_page(row), "is_opposite": kinds[row.claim_id] == "contradicts"} for row in rows]
    return sorted(found, key=lambda one: not one["is_opposite"])


@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    """Every clarification, correction, update and retraction, newest first; no words of a check that is withheld now."""
    rows = list(corrections.told_corrections(_number(request.GET.get("before", "")))[: PER_PAGE + 1])
    context = {
        "corrections": [{"row": row, "page": read_page(row.fact_check)} for row in rows[:PER_PAGE]],
        "older": _query(request, before=rows[PER_PAGE - 1].pk) if len(rows) > PER_PAGE else "",
        "desk": Desk.objects.current(),
    }
    return _answer(request, "public/correction_list.html", context)


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    """How the desk works, made from its settings: what is written here is what the software enforces."""
    desk = Desk.objects.current()
    with translation.override(desk.spoken):
        limits = [
            labelled(stage, getattr(desk, f"get_{name}_display")()) for name, stage in LIMITS if getattr(desk, name)
        ]
    context = {
        "desk": desk,
        "limits": limits,
        "ratings": Rating.objects.offered(),
        "checklist": ChecklistItem.objects.current(),
        "reliability": Reliability.choices,
        "credibility": Credibility.choices,
        "kinds": Correction.Kind,
    }
    return _answer(request, "public/methodology.html", context)


@require_safe
def fact_check_feed(request: HttpRequest) -> HttpResponseBase:
    known = _unchanged(request)
    if known.status_code == HttpResponse.status_code:
        known.content = feeds.atom().encode()
        known["Content-Type"] = "application/atom+xml; charset=utf-8"
    return known


@require_safe
def claimreview_feed(request: HttpRequest) -> HttpResponseBase:
    known = _unchanged(request)
    if known.status_code != HttpResponse.status_code:
        return known
    stream = _streamed(known, feeds.claimreview_feed(), "application/json; charset=utf-8")
    stream["Access-Control-Allow-Origin"] = "*"
    return stream


@require_safe
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """Addresses of all public pages, for search engines."""
    known = HttpResponse()
    known["Cache-Control"] = CACHED
    return _streamed(known, feeds.sitemap(), "application/xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the public pages; the desk asks for a sign-in and is none of theirs."""
    allowed = "".join(f"Allow: {address}\n" for address in ("/$", *FOR_EVERYBODY))
    text = f"User-agent: *\n{allowed}Disallow: /\n\nSitemap: {settings.BASE_URL}{reverse('claims:sitemap')}\n"
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"], answer.one_language = CACHED, True  # type: ignore[attr-defined]
    return answer


def _streamed(known: HttpResponse, pieces: Iterator[str], content_type: str) -> StreamingHttpResponse:
    """The pieces as they are made, with the headers that are known already."""
    stream = StreamingHttpResponse(pieces, content_type=content_type)
    stream.one_language = True  # type: ignore[attr-defined]
    for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Language"):
        if name in known:
            stream[name] = known[name]
    return stream


def _unchanged(request: HttpRequest) -> HttpResponse:
    """An empty answer with the headers of a feed: 304 when the asker has it already, else 200 to be filled."""
    newest, desk = feeds.newest_version(), Desk.objects.current()
    known = f"{newest.pk if newest else 0}|{desk.name}|{desk.language}|{settings.BASE_URL}"
    return _conditional(request, HttpResponse(), known, newest.at if newest else None, language=desk.spoken)


# --- how every page is answered


def _answer(
    request: HttpRequest, template: str, context: Mapping[str, Any], modified: datetime | None = None
) -> HttpResponse:
    """Render a page in the desk's time, with headers by which readers and proxies need not fetch it twice."""
    desk = Desk.objects.current()
    with timezone.override(desk.zone), translation.override(desk.spoken):
        body = render_to_string(template, {**context}, request)
    if modified is None:
        newest = feeds.newest_version()
        modified = newest.at if newest else None
    return _conditional(request, HttpResponse(body), body, modified, language=desk.spoken)


def _conditional(
    request: HttpRequest, response: HttpResponse, known: str, modified: datetime | None, *, language: str
) -> HttpResponse:
    """304 when the asker has it already, else the response; both say how long and by which mark it may be kept."""
    etag = f'"{hashlib.sha256(known.encode()).hexdigest()[:32]}"'
    seconds = int(modified.timestamp()) if modified else None
    # The mark decides alone: settings and notes change a page without a new version.
    found = get_conditional_response(request, etag=etag, last_modified=None, response=response) or response
    found["ETag"], found["Cache-Control"] = etag, CACHED
    found["Content-Language"], found.one_language = language, True  # type: ignore[attr-defined]
    if seconds is not None:
        found["Last-Modified"] = http_date(seconds)
    assert isinstance(found, HttpResponse)
    return found


def _number(text: str) -> int | None:
    """An id from the address; anything else means the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**62)) else None


def _query(request: HttpRequest, **changed: Any) -> str:
    asked = request.GET.copy()
    for name, value in changed.items():
        asked[name] = str(value)
    return asked.urlencode()


urlpatterns = [
    path("fact-checks/", fact_check_list, name="fact-check-list"),
    path("fact-checks/<slug:slug>/", fact_check_detail, name="fact-check-detail"),
    path("corrections/", correction_list, name="correction-list"),
    path("methodology/", methodology, name="methodology"),
    path("feeds/fact-checks.atom", fact_check_feed, name="fact-check-feed"),
    path("feeds/claimreview.json", claimreview_feed, name="claimreview-feed"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", robots, name="robots"),
]
