"""What others take from us by machine: Atom for readers, the Data Commons feed for collectors."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import feedgenerator, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from claims.language import labelled
from claims.models import Desk, Event, FactCheck
from claims.publishing.claimreview import claim_review, data_feed, data_feed_item, to_script
from claims.publishing.page import Page, address_of, read_page, review_of

IN_ATOM = 50
IN_SITEMAP = 50_000  # what sitemaps.org allows in one file
PAGES = ("fact-check-list", "correction-list", "methodology")
# What XML 1.0 cannot hold; pasted texts do.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def markup_of(page: Page) -> str:
    """JSON-LD for the page as it is shown: the frozen words, at the address the desk has today."""
    return to_script(claim_review(review_of(page)))


def newest_version() -> FactCheck | None:
    """The last thing that was made public, withheld or retracted: what feeds change with."""
    return FactCheck.objects.defer("page", "jsonld").order_by("-pk").first()


class Atom(feedgenerator.Atom1Feed):
    """A feed that tells of nothing has not changed since the desk began; Django would say "now" at each reading."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else _beginning()


def atom() -> str:
    """The latest public versions as an Atom feed (RFC 4287).

    A check that was withheld or retracted stays in it as an entry that says so: readers who have the old one must hear.
    """
    desk = Desk.objects.current()
    with translation.override(desk.spoken):
        return _atom(desk)


def _atom(desk: Desk) -> str:
    feed = Atom(
        title=desk.name,
        link=f"{settings.BASE_URL}{reverse('claims:fact-check-list')}",
        feed_url=f"{settings.BASE_URL}{reverse('claims:fact-check-feed')}",
        description=_("Fact-checks, newest first."),
        author_name=desk.name,
        language=desk.language,
    )
    for row in FactCheck.objects.current().order_by("-pk")[:IN_ATOM]:
        _add_entry(feed, row)
    return feed.writeString("utf-8")


def _add_entry(feed: feedgenerator.Atom1Feed, row: FactCheck) -> None:
    page = read_page(row)
    review = review_of(page)
    words = {
        "published": (labelled(review.verdict.label, review.title), page.get("summary") or page.get("rationale", "")),
        "withheld": (_("Temporarily withdrawn: %(claim)s") % {"claim": page["statement"]}, row.reason),
        "retracted": (_("Retracted: %(claim)s") % {"claim": page["statement"]}, row.reason),
    }
    title, text = words[row.kind]
    feed.add_item(
        title=NOT_IN_XML.sub("", title),
        link=review.url,
        unique_id=review.url,
        description=escape(NOT_IN_XML.sub("", text)),  # Django sends it as HTML, and what people wrote is text
        pubdate=page["first_published_at"],
        updateddate=page["published_at"],
        categories=[NOT_IN_XML.sub("", topic) for topic in page.get("topics", [])],
    )


def claimreview_feed() -> Iterator[str]:
    """All checks in the shape of the Data Commons feed, piece by piece; withheld and retracted ones with ``item`` null."""
    newest = newest_version()
    head, _sep, tail = json.dumps(data_feed([], newest.at if newest else _beginning())).rpartition("[]")
    yield f"{head}["
    comma = ""
    for row in FactCheck.objects.current().order_by("-pk").iterator(chunk_size=100):
        yield f"{comma}\n{json.dumps(data_feed_item(review_of(read_page(row))), ensure_ascii=False)}"
        comma = ","
    yield f"\n]{tail}\n"


def _beginning() -> datetime:
    """When the desk's record began: since then a desk that published nothing says the same."""
    first = Event.objects.filter(chain="desk").order_by("seq").values_list("at", flat=True).first()
    return first or datetime.fromtimestamp(0, UTC)


def sitemap() -> Iterator[str]:
    """Every page readers may find by a search engine, newest first, piece by piece.

    Withheld checks ask not to be found, and are left out.  ``lastmod`` is the moment of the version shown; a page with a
    note beside its version, which has no moment, and those that change with the desk's settings have none.

    Source: https://www.sitemaps.org/protocol.html
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for name in PAGES:
        yield _location(f"{settings.BASE_URL}{reverse(f'claims:{name}')}")
    shown = FactCheck.objects.current().exclude(kind=FactCheck.Kind.WITHHELD).order_by("-pk")
    rows = shown.values_list("slug", "at", "claim__public_note")[: IN_SITEMAP - len(PAGES)]
    for slug, at, note in rows.iterator(chunk_size=2000):
        yield _location(address_of(slug), None if note else at)
    yield "</urlset>\n"


def _location(address: str, at: datetime | None = None) -> str:
    moment = f"<lastmod>{at.astimezone(UTC).isoformat(timespec='seconds')}</lastmod>" if at else ""
    return f"<url><loc>{escape(address)}</loc>{moment}</url>\n"
