"""One visitor at a time to each website, with pauses, and as its robots.txt wishes; for all workers and machines.

The pause is kept in the table ``Host``, so it holds however many workers there are, and whatever they come for: copies of
sources and articles to be read.  Nobody sleeps: a job whose turn has not come goes back into the ledger until then.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from protego import Protego

from claims.errors import FetchFailed, FetchRefused, NotYet
from claims.models import Host
from claims.web.fetch import fetch
from claims.web.wire import LIMITS

AGENT = "FactCheckDesk"
ROBOTS_FOR = timedelta(days=1)
ROBOTS_LIMITS = replace(LIMITS, total=10.0, wire=512_000, decoded=512_000)  # RFC 9309, 2.5: at least 500 KiB are read
LONGEST_DELAY = 30.0  # seconds; a site that asks for more is asked to be patient with us

_TAKE = """
INSERT INTO claims_host AS host (name, next_at, robots) VALUES (%(name)s, statement_timestamp() + make_interval(secs => %(gap)s), '')
ON CONFLICT (name) DO UPDATE SET next_at = statement_timestamp() + make_interval(secs => %(gap)s)
    WHERE host.next_at <= statement_timestamp()
RETURNING host.robots, host.robots_read_at
"""


def take_turn(url: str) -> str:
    """Take the next turn at the website of an address; what its robots.txt says of it comes back.

    Returns:
        one of ``Host.Robots``.

    Raises:
        NotYet: somebody was there a moment ago.
        FetchRefused: ``CAPTURE_ROBOTS`` is "respect" and the site does not want the page to be read.
        FetchFailed: it is "respect" and what the site wants cannot be read now.
    """
    name = (urlsplit(url).hostname or "").lower()
    robots = _wishes(name, url)
    if robots is None:
        if settings.CAPTURE_ROBOTS == "respect":
            raise FetchFailed(
                _(
                    "Whether the site lets machines read this page (robots.txt) could not be found out. It is asked again later."
                ),
                "robots_unread",
            )
        return Host.Robots.UNKNOWN
    rules = Protego.parse(robots)
    _lengthen(name, rules.crawl_delay(AGENT))
    if rules.can_fetch(url, AGENT):
        return Host.Robots.ALLOWED
    if settings.CAPTURE_ROBOTS == "respect":
        raise FetchRefused(
            _("The site asks that this page is not read by machines (robots.txt). Upload a copy of it."), "robots"
        )
    return Host.Robots.DISALLOWED


def take_place(name: str) -> tuple[str, datetime | None]:
    """Take the next turn at a website by its name alone; its robots.txt as last read, and when that was.

    Raises:
        NotYet: somebody was there a moment ago.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"name": name, "gap": settings.CAPTURE_GAP_SECONDS})
        row = cursor.fetchone()
    if row is None:
        until = Host.objects.values_list("next_at", flat=True).get(pk=name)
        raise NotYet(until, _("waiting for its turn at %(host)s") % {"host": name})
    return row[0], row[1]


def _wishes(name: str, url: str) -> str | None:
    """Take a turn; the text of the site's robots.txt, at most a day old where it can be read; None where it never was."""
    robots, read_at = take_place(name)
    if read_at and timezone.now() - read_at <= ROBOTS_FOR:
        return robots
    text = _read_robots(url)
    if text is None:
        return robots if read_at else None
    Host.objects.filter(pk=name).update(robots=text, robots_read_at=timezone.now())
    return text


def _read_robots(url: str) -> str | None:
    """The text of a site's robots.txt, empty when it has none; None when it cannot be read.

    Source: RFC 9309, 2.3.1: what does not exist allows everything, what cannot be reached allows nothing.
    """
    parts = urlsplit(url)
    try:
        page = fetch(f"{parts.scheme}://{parts.netloc}/robots.txt", limits=ROBOTS_LIMITS)
    except FetchFailed:
        return None
    if page.outcome == "http_5xx":
        return None
    return page.body.decode("utf-8", "replace").replace("\0", "") if page.outcome == "ok" else ""


def stay_away(name: str, until: datetime) -> None:
    """A site that was visited asks to be left alone for a while."""
    Host.objects.filter(pk=name).update(next_at=until)


def _lengthen(name: str, delay: float | None) -> None:
    """A site that asks for longer pauses gets them."""
    if delay is not None and delay > settings.CAPTURE_GAP_SECONDS:
        stay_away(name, timezone.now() + timedelta(seconds=min(delay, LONGEST_DELAY)))
