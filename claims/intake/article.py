"""Take an article in: a text, a file or an address becomes an ``Article`` with its candidates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import FetchFailed, UserFacingError
from claims.intake.checkworthiness import Context, score
from claims.intake.sentences import Sentence, split_sentences
from claims.models import Article, Candidate, Event, Person, Publisher
from claims.web.fetch import fetch
from claims.web.guard import parse_url
from claims.web.limited import extract_limited
from claims.web.media import Extract

MAX_BYTES = 10 * 1024 * 1024
MAX_CHARACTERS = 300_000
LONGEST_ADDRESS = 2000
FEWEST_WORDS = 4
WORTH_SHOWING = 0.2  # below this a sentence is not offered; the article beside it still shows every word


class Progress(Protocol):
    def progress(self, step: str, done: int = 0, total: int = 0) -> None: ...


class Silent:
    """Progress that nobody watches: a command at work."""

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        return


@dataclass(frozen=True)
class About:
    """What the person who brings an article says of it; what he does not say is read from the article itself."""

    title: str = ""
    publisher: str = ""
    published_on: date | None = None
    url: str = ""


def add_text(text: str, about: About, *, by: Person | None) -> Article:
    """Take in a pasted or read text.  A text that is there already is not taken in twice.

    Raises:
        UserFacingError: there is nothing to read, or more than can be read at once.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise UserFacingError(_("There is no text to read: paste the article, or give its address."), "empty")
    if len(text) > MAX_CHARACTERS:
        raise UserFacingError(
            _("This text is longer than %(limit)s characters: take it in part by part.")
            % {"limit": f"{MAX_CHARACTERS:,}"},
            "too_long",
        )
    return _keep(about, by=by, text=text)


def add_file(data: bytes, content_type: str, about: About, *, by: Person | None) -> Article:
    """Take in an uploaded text, HTML, PDF or Word file.

    Raises:
        UserFacingError: the file is too large, or no text can be read from it.
    """
    if len(data) > MAX_BYTES:
        raise UserFacingError(_("The file is larger than 10 MB."), "too_large")
    found = extract_limited(data, content_type, "", about.url)
    if found.state != "ok":
        raise UserFacingError(found.problem or _("No text can be read from this file."), found.state)
    article = add_text(_readable(found), _completed(about, found), by=by)
    Article.objects.filter(pk=article.pk, language="").update(language=found.language, author=found.author[:200])
    return article


def add_address(url: str, about: About, *, by: Person | None) -> Article:
    """Take in the article at an address; it is fetched in the background.

    Raises:
        FetchFailed: it is not an address that could ever be fetched.
    """
    if len(url.strip()) > LONGEST_ADDRESS:
        raise FetchFailed(_("This address is longer than 2,000 characters."), "length")
    parse_url(url.strip())
    return _keep(About(about.title, about.publisher, about.published_on, url.strip()), by=by, text="")


def _keep(about: About, *, by: Person | None, text: str) -> Article:
    if by is not None and not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not take articles in."), "person")
    text_sha256 = hashlib.sha256(text.encode()).hexdigest() if text else ""
    with transaction.atomic():
        _wait_for_others(text_sha256 or about.url)
        known = Article.objects.filter(text_sha256=text_sha256) if text else _under_address(about.url)
        if (found := known.first()) is not None:
            return found
        title = (about.title or _first_line(text) or about.url)[:300]
        article = _known_by_title(title) if text else None
        article = article or Article(title=title, publisher=find_publisher(about), url=about.url, created_by=by)
        if text and article.title == article.url:  # it failed to be fetched and was pasted instead
            article.title = (_first_line(text) or article.url)[:300]
        if about.published_on:
            article.published_on, article.date_basis = about.published_on, _("given by who took it in")
        article.text, article.text_sha256, article.state = text, text_sha256, Article.State.WAITING
        article.save()
        Event.objects.append(article, "add_article", by=by, body={"url": about.url, "text_sha256": text_sha256})
        jobs.enqueue("read_article", key=article.chain, by=by, article=article.pk)
    return article


def _wait_for_others(source: str) -> None:
    """Two people, or one double click, bring the same source at once: the second waits, and finds the first's article."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"article {source}"])


def _under_address(url: str) -> QuerySet[Article]:
    return Article.objects.filter(url=url).exclude(state=Article.State.FAILED)


def _known_by_title(title: str) -> Article | None:
    """An article the desk cites already without having its text: the text is put where the appearances point."""
    without_text = list(Article.objects.filter(title__iexact=title, text="")[:2])
    return without_text[0] if len(without_text) == 1 else None


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()


def find_publisher(about: About) -> Publisher | None:
    """The publisher by name, else by the host of the address; made when the desk does not know it yet."""
    host = (urlsplit(about.url).hostname or "").removeprefix("www.")
    if about.publisher:
        found = Publisher.objects.filter(name__iexact=about.publisher.strip()).first()
        return (
            found
            or Publisher.objects.get_or_create(
                slug=_slug(about.publisher), defaults={"name": about.publisher.strip()[:160], "domain": host}
            )[0]
        )
    if not host:
        return None
    found = Publisher.objects.filter(domain=host).first()
    return found or Publisher.objects.get_or_create(slug=_slug(host), defaults={"name": host, "domain": host})[0]


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.lower())
    slug = "-".join(part for part in kept.split("-") if part)[:70]
    return slug or hashlib.sha256(name.encode()).hexdigest()[:16]


def _completed(about: About, found: Extract) -> About:
    return About(
        about.title or found.title,
        about.publisher,
        about.published_on or found.published_on,
        about.url or found.canonical_url,
    )


def _readable(found: Extract) -> str:
    """The article's own text where it was recognised, else everything the page says."""
    return found.main_text or found.body_text


def read_article(job: Progress, *, article: int) -> Callable[[], None]:
    """Job: fetch the article when only its address is known, cut it into sentences, keep those that may hold a claim.

    Raises:
        FetchFailed: the address could not be read; the article says so and may be pasted instead.
    """
    row = Article.objects.get(pk=article)
    found = None
    if not row.text:
        try:
            found = _fetch(job, row.url)
        except FetchFailed as problem:
            Article.objects.filter(pk=article).update(state=Article.State.FAILED, problem=str(problem)[:400])
            raise
    text = _readable(found) if found else row.text
    job.progress(_("cutting into sentences"), 2, 4)
    sentences = split_sentences(text)
    job.progress(_("weighing each sentence"), 3, 4)
    candidates = choose(sentences, title=row.title)
    return lambda: _write(article, text, found, candidates)


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


def _fetch(job: Progress, url: str) -> Extract:
    job.progress(_("asking the site"), 0, 4)
    page = fetch(url)
    if page.outcome != "ok":
        raise FetchFailed(_("The site answered with status %(status)d.") % {"status": page.status}, page.outcome)
    job.progress(_("reading the page"), 1, 4)
    found = extract_limited(page.body, page.content_type, page.charset, page.final_url)
    if found.state != "ok":
        raise FetchFailed(found.problem or _("No text can be read from this page."), found.state)
    return found


@dataclass(frozen=True)
class Chosen:
    sentence: Sentence
    value: float
    reasons: tuple[str, ...]


def choose(sentences: list[Sentence], title: str = "") -> list[Chosen]:
    """The sentences worth showing, in the order of the text; a sentence that stands there twice is shown once."""
    chosen, said = [], {title.strip().casefold()}
    for sentence in sentences:
        plain = " ".join(sentence.text.split()).casefold()
        if len(plain.split()) < FEWEST_WORDS or plain in said:
            continue
        said.add(plain)
        found = score(sentence.text, Context(attributed=bool(sentence.speaker)))
        if found.value >= WORTH_SHOWING:
            chosen.append(Chosen(sentence, found.value, found.reasons))
    return chosen


def _write(article: int, text: str, found: Extract | None, chosen: list[Chosen]) -> None:
    row = Article.objects.select_for_update().get(pk=article)
    if row.state == Article.State.READY:
        return
    if found is not None:
        _fill_in(row, text, found)
    row.state, row.problem = Article.State.READY, ""
    row.save()
    Candidate.objects.bulk_create(
        Candidate(
            article=row,
            number=number,
            paragraph=one.sentence.paragraph,
            text=one.sentence.text,
            start=one.sentence.start,
            end=one.sentence.end,
            speaker=one.sentence.speaker[:160],
            score=one.value,
            reasons=list(one.reasons),
        )
        for number, one in enumerate(chosen, 1)
    )
    Event.objects.append(row, "read_article", by=None, body={"candidates": len(chosen), "text_sha256": row.text_sha256})
    jobs.enqueue("match_candidates", key=row.chain, article=row.pk)


def _fill_in(row: Article, text: str, found: Extract) -> None:
    """What the page says of itself, where the person said nothing; the same text under two addresses is said so."""
    text_sha256 = hashlib.sha256(text.encode()).hexdigest()
    if Article.objects.filter(text_sha256=text_sha256).exclude(pk=row.pk).exists():
        raise UserFacingError(_("This text was taken in before, from another address."), "known")
    row.text, row.text_sha256 = text, text_sha256
    if found.title and row.title == row.url:
        row.title = found.title[:300]
    if row.published_on is None and found.published_on is not None:
        row.published_on, row.date_basis = found.published_on, found.date_basis
    row.language, row.author = found.language, found.author[:200]


def give_up(*, claim_id: int | None, sentence: str, article: int) -> None:
    """The job was given up on: the article must not wait for it for ever."""
    Article.objects.filter(pk=article).exclude(state=Article.State.READY).update(
        state=Article.State.FAILED, problem=sentence[:400]
    )
