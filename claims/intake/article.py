"""Take an article in: a text, a file or an address becomes an ``Article``, which a job reads (``reading``)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import FetchFailed, UserFacingError
from claims.intake import handed_in
from claims.intake.handed_in import HandedIn
from claims.models import Article, Event, Person, Publisher
from claims.web.guard import parse_url
from claims.workflow.claimants import LONGEST_NAME, make_named

MAX_CHARACTERS = 300_000
LONGEST_ADDRESS = 2000
LONGEST_DOMAIN = 120


@dataclass(frozen=True)
class About:
    """What the person who brings an article says of it; what he does not say is read from the article itself."""

    title: str = ""
    publisher: str = ""
    published_on: date | None = None
    url: str = ""


def add_text(text: str, about: About, *, by: Person | None, into: int | None = None) -> Article:
    """Take in a pasted or read text.  A text that is there already is not taken in twice.

    Where nobody gave a title it is the first line, and the article says so (``is_title_guessed``).

    Args:
        into: the article whose text this is, while the desk has none of it.

    Raises:
        UserFacingError: there is nothing to read, or more than can be read at once.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise UserFacingError(_("There is no text to read: paste the article, or give its address."), "empty")
    _check_length(text)
    return _keep(about, by=by, text=text, into=into)


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        refusal = UserFacingError(
            _("This text is longer than %(limit)s characters: take it in part by part.")
            % {"limit": f"{MAX_CHARACTERS:,}"},
            "too_long",
        )
        refusal.permanent = True
        raise refusal


def add_file(data: bytes, content_type: str, about: About, *, by: Person | None, name: str = "") -> Article:
    """Take in an uploaded text, HTML, PDF or Word file; it is read in the background.

    The same file is not taken in twice.

    Args:
        name: the file's own; the article bears it until the text says what it is called.

    Raises:
        UserFacingError: the file is empty or too large.
    """
    return _keep(about, by=by, text="", file=handed_in.take_file(name, content_type, data))


def add_address(url: str, about: About, *, by: Person | None) -> Article:
    """Take in the article at an address; it is fetched in the background.

    Raises:
        FetchFailed: it is not an address that could ever be fetched.
    """
    if len(url.strip()) > LONGEST_ADDRESS:
        raise FetchFailed(_("This address is longer than 2,000 characters."), "length")
    parse_url(url.strip())
    return _keep(About(about.title, about.publisher, about.published_on, url.strip()), by=by, text="")


def _keep(
    about: About, *, by: Person | None, text: str, file: HandedIn | None = None, into: int | None = None
) -> Article:
    if by is not None and not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not take articles in."), "person")
    text_sha256 = hashlib.sha256(text.encode()).hexdigest() if text else ""
    with transaction.atomic():
        _wait_for_others(file.sha256 if file else text_sha256 or about.url)
        if (found := _known(about, text_sha256, file)) is not None:
            return found
        article = Article.objects.filter(pk=into, text="").first() if into else None
        article = article or _article_for(about, text, file, by)
        if text and article.title == article.url:  # all that was known of it
            give_title(article, "" if about.title == article.url else about.title, text)
        if about.published_on:
            article.published_on, article.date_basis = about.published_on, _("given by who took it in")
        article.text, article.text_sha256, article.state = text, text_sha256, Article.State.WAITING
        article.save()
        body = {"url": about.url, "text_sha256": text_sha256}
        if file:
            handed_in.keep_file(article, file)
            body |= {"file": file.name, "file_sha256": file.sha256}
        Event.objects.append(article, "add_article", by=by, body=body)
        jobs.enqueue("read_article", key=article.chain, by=by, article=article.pk)
    return article


def _article_for(about: About, text: str, file: HandedIn | None, by: Person | None) -> Article:
    """The article the desk knows by this title already, else a new one."""
    title = (about.title or _first_line(text) or (file.name if file else about.url))[:300]
    article = _known_by_title(title, file) if text or (file and about.title) else None
    if article is None:
        article = Article(title=title, publisher=find_publisher(about), url=about.url, created_by=by)
        article.is_title_guessed = bool(text and not about.title)
    return article


def give_title(article: Article, title: str, text: str) -> None:
    """Give it the title a person or the text has for it."""
    first_line = _first_line(text)
    article.is_title_guessed = bool(first_line and not title)
    article.title = (title or first_line or article.title)[:300]


def _wait_for_others(source: str) -> None:
    """Two people, or one double click, bring the same source at once: the second waits, and finds the first's article."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"article {source}"])


def _known(about: About, text_sha256: str, file: HandedIn | None) -> Article | None:
    """The article that this file, this text or this address became before."""
    if file:
        return Article.objects.filter(file__sha256=file.sha256).first()
    if text_sha256:
        return Article.objects.filter(text_sha256=text_sha256).first()
    return Article.objects.filter(url=about.url).exclude(state=Article.State.FAILED).first()


def _known_by_title(title: str, file: HandedIn | None = None) -> Article | None:
    """An article the desk cites already without having its text: the text is put where the appearances point."""
    without_text = Article.objects.filter(title__iexact=title, text="")
    if file:  # one that waits to be read from another file or an address is another article
        without_text = without_text.filter(file=None).exclude(state__in=[Article.State.WAITING, Article.State.READING])
    found = list(without_text[:2])
    return found[0] if len(found) == 1 else None


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()


def find_publisher(about: About) -> Publisher | None:
    """The publisher by name, else by the host of the address; made when the desk does not know it yet."""
    host = (urlsplit(about.url).hostname or "").removeprefix("www.")[:LONGEST_DOMAIN]
    name = " ".join(about.publisher.split())[:LONGEST_NAME]
    if not name and not host:
        return None
    found = Publisher.objects.filter(name__iexact=name) if name else Publisher.objects.filter(domain=host)
    return found.first() or make_named(Publisher, name or host, {"name": name or host, "domain": host}, by=None)


def may_see_to(article: Article, by: Person) -> bool:
    """Whether a person may put an article right, or have it read again: who took it in, a checker or an editor."""
    return by.can_research or (by.can_contribute and article.created_by_id == by.pk)


def check_may_see_to(article: Article, by: Person) -> None:
    """Ask ``may_see_to``.

    Raises:
        UserFacingError: he may not.
    """
    if not may_see_to(article, by):
        raise UserFacingError(_("Somebody else took this article in: a checker or an editor sees to it."), "person")


@transaction.atomic
def read_again(article_id: int, *, by: Person) -> Article:
    """Try once more, at once, to read an article that could not be read.

    Raises:
        UserFacingError: it is read or being read, or this person only looks on.
    """
    if not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not take articles in."), "person")
    article = Article.objects.select_for_update().filter(pk=article_id).first()
    if article is None or article.state != Article.State.FAILED:
        raise UserFacingError(_("Only an article that could not be read is read again."), "state")
    check_may_see_to(article, by)
    article.state, article.problem = Article.State.WAITING, ""
    article.save(update_fields=["state", "problem"])
    Event.objects.append(article, "read_again", by=by, body={"url": article.url})
    jobs.enqueue(
        "read_article", key=article.chain, by=by, article=article.pk
    )  # one that waits for its next try runs now
    return article
