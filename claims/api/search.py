"""``GET /v1alpha1/claims:search``: our fact-checks in the shape of Google's Fact Check Tools, so that its clients work here.

Source: discovery document of factchecktools.googleapis.com, v1alpha1, revision 20230923.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from claims.models import Desk, FactCheck
from claims.publishing.claimreview import google_claim, site
from claims.publishing.page import read_page, review_of

DEFAULT_SIZE, LARGEST_SIZE = 10, 100
LARGEST_OFFSET = 10_000
LONGEST_QUERY = 500
LONGEST_NUMBER = 12  # digits
FIELDS = ("query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays")  # what a token is good for


class BadRequest(Exception):
    """A parameter that cannot be read, in Google's words."""


@dataclass(frozen=True)
class Asked:
    """The parameters of one search. ``before`` is the id the last page ended with; 0 on the first."""

    query: str
    language: str
    site: str
    max_age_days: int
    size: int
    offset: int
    before: int
    digest: str


@require_GET
def claim_search(request: HttpRequest) -> HttpResponse:
    """Fact-checks in force that hold the words of the query, newest first; ``{}`` when there are none, as Google answers."""
    try:
        asked = read_parameters(request.GET)
    except BadRequest as error:
        problem = {"code": HTTPStatus.BAD_REQUEST, "message": str(error), "status": "INVALID_ARGUMENT"}
        return _open(JsonResponse({"error": problem}, status=HTTPStatus.BAD_REQUEST))
    rows = list(find(asked)[asked.offset : asked.offset + asked.size + 1])
    answer: dict[str, Any] = {}
    if rows:
        answer["claims"] = [google_claim(review_of(read_page(row))) for row in rows[: asked.size]]
    if len(rows) > asked.size:
        answer["nextPageToken"] = make_token(rows[asked.size - 1].pk, asked.digest)
    response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=60"
    return _open(response)


def _open(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"  # public and without cookies: any page may ask
    return response


def find(asked: Asked) -> QuerySet[FactCheck]:
    found = FactCheck.objects.in_force().order_by("-pk")
    if asked.site and asked.site not in our_sites():
        return found.none()
    if asked.query:
        found = found.about(asked.query)
    if asked.language:
        found = found.in_language(asked.language)
    if asked.max_age_days:
        found = found.filter(at__gte=timezone.now() - timedelta(days=asked.max_age_days))
    return found.filter(pk__lt=asked.before) if asked.before else found


def our_sites() -> set[str]:
    """The hosts under which our own reviews are published, without "www."."""
    return {site(settings.BASE_URL), site(Desk.objects.current().publisher_url)} - {""}


def read_parameters(given: Mapping[str, str]) -> Asked:
    """Read what was asked.  Parameters that Google has and we do not need (``key``, ``alt``) are let pass.

    Raises:
        BadRequest: in the words Google uses where it has some.
    """
    query, wanted_site = given.get("query", "").strip(), given.get("reviewPublisherSiteFilter", "").strip().lower()
    if not query and not wanted_site:
        raise BadRequest("Request must contain a query or a reviewPublisherSiteFilter.")
    if any("\x00" in value for value in given.values()):
        raise BadRequest("Request contains an invalid argument.")
    if len(query) > LONGEST_QUERY:
        raise BadRequest(f"Invalid value at 'query': at most {LONGEST_QUERY} characters.")
    token, offset = given.get("pageToken", ""), _number(given, "offset", 0, LARGEST_OFFSET)
    if token and offset:
        raise BadRequest("Only one of pageToken and offset may be set.")
    digest = hashlib.sha256("\n".join(given.get(name, "") for name in FIELDS).encode()).hexdigest()[:16]
    return Asked(
        query=query,
        language=given.get("languageCode", "").partition("-")[0].strip().lower(),  # the region is ignored
        site=site(wanted_site) or wanted_site.removeprefix("www."),
        max_age_days=_number(given, "maxAgeDays", 0, 36_500),
        size=min(_number(given, "pageSize", DEFAULT_SIZE, 2**31 - 1) or DEFAULT_SIZE, LARGEST_SIZE),
        offset=offset,
        before=read_token(token, digest) if token else 0,
        digest=digest,
    )


def _number(given: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER) or int(text) > largest:
        raise BadRequest(f"Invalid value at '{name}' (TYPE_INT32), \"{text[:40]}\"")
    return int(text)


def make_token(last: int, digest: str) -> str:
    """An opaque token: after which id to go on, and for which question."""
    return base64.urlsafe_b64encode(f"{last}.{digest}".encode()).decode().rstrip("=")


def read_token(token: str, digest: str) -> int:
    """The id a token goes on after.

    Raises:
        BadRequest: it is none of ours, or the other fields changed.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        last, _dot, given = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(".")
    except (binascii.Error, ValueError):
        last, given = "", ""
    if not (last.isascii() and last.isdigit()) or given != digest:
        raise BadRequest("Invalid pageToken: it belongs to another request.")
    return int(last[:18])


urlpatterns = [path("v1alpha1/claims:search", claim_search, name="claim-search")]
