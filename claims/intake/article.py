"""Take an article in: a text, a file or an address becomes an ``Article`` with its candidates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import FetchFailed, UserFacingError
from claims.intake import handed_in
from claims.intake.checkworthiness import Context, count_words, score
from claims.intake.handed_in import HandedIn
from claims.intake.sentences import Sentence, split_sentences
from claims.language import say
from claims.models import Article, Candidate, Event, Person, Publisher
from claims.web import politeness
from claims.web.fetch import fetch
from claims.web.guard import parse_url
from claims.web.limited import extract_limited
from claims.web.media import PROBLEMS, Extract
from claims.workflow.claimants import LONGEST_NAME, make_named
from claims.workflow.readable import isolate

MAX_CHARACTERS = 300_000
LONGEST_ADDRESS = 2000
LONGEST_DOMAIN = 120
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
            _name(article, "" if about.title == article.url else about.title, text)
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


def _name(article: Article, title: str, text: str) -> None:
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


def _readable(found: Extract) -> str:
    """The article's own text where it was recognised, else everything the page says."""
    return found.main_text or found.body_text


def _beginning(found: Extract) -> tuple[str, str]:
    """What is read of it, and the sentence that says so where that is not all: whole lines or
    sentences, as many as an article may hold.
    """
    text = _readable(found)
    if len(text) <= MAX_CHARACTERS:
        return text, found.problem
    ends = (text.rfind(end, MAX_CHARACTERS // 2, MAX_CHARACTERS) for end in ("\n", ". ", " "))
    cut = next((end + 1 for end in ends if end >= 0), MAX_CHARACTERS)
    return text[:cut].rstrip(), say(PROBLEMS["shortened"])


def read_article(job: Progress, *, article: int) -> Callable[[], None]:
    """Job: read the article where only its address or its file is known, cut it into sentences, keep those that may
    hold a claim.

    Raises:
        NotYet: somebody was at its website a moment ago.
        UserFacingError: address or file could not be read; the article says so and may be pasted instead.
    """
    row = Article.objects.get(pk=article)
    found = None
    if not row.text:
        try:
            found = _read_source(job, row)
        except UserFacingError as problem:
            Article.objects.filter(pk=article).update(state=Article.State.FAILED, problem=str(problem)[:400])
            raise
    text, remark = _beginning(found) if found else (row.text, "")
    language = found.language if found else row.language or _guess_language(text)
    job.progress(_("cutting into sentences"), 2, 4)
    sentences = split_sentences(text, language=language)
    job.progress(_("weighing each sentence"), 3, 4)
    candidates = choose(sentences, title=row.title, language=language)
    return lambda: _write(article, text, found, language, candidates, remark)


def _guess_language(text: str) -> str:
    """The language of a pasted text, told by the process that reads files; empty when there are too few words."""
    return extract_limited(text.encode(), "text/plain", "utf-8", "").language


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


def _read_source(job: Progress, article: Article) -> Extract:
    file = handed_in.find_file(article.pk)
    if file is None:
        return _fetch(job, article.url)
    job.progress(_("reading the file"), 1, 4)
    return handed_in.read_file(file)


def _fetch(job: Progress, url: str) -> Extract:
    job.progress(_("asking the site"), 0, 4)
    politeness.take_turn(url)
    page = fetch(url)
    if page.outcome != "ok":
        raise FetchFailed(_("The site answered with status %(status)d.") % {"status": page.status}, page.outcome)
    job.progress(_("reading the page"), 1, 4)
    found = extract_limited(page.body, page.content_type, page.charset, page.final_url)
    if not handed_in.has_text(found):
        raise FetchFailed(found.problem or _("No text can be read from this page."), found.state)
    return found


@dataclass(frozen=True)
class Chosen:
    sentence: Sentence
    value: float
    reasons: tuple[str, ...]


def choose(sentences: list[Sentence], title: str = "", language: str = "") -> list[Chosen]:
    """The sentences worth showing, in the order of the text; a sentence that stands there twice is shown once."""
    chosen, said = [], {title.strip().casefold()}
    foreign = language not in {"", "en"}
    for sentence in sentences:
        plain = " ".join(sentence.text.split()).casefold()
        if max(len(plain.split()), count_words(plain)) < FEWEST_WORDS or plain in said:
            continue
        said.add(plain)
        found = score(sentence.text, Context(attributed=bool(sentence.speaker), foreign=foreign))
        if found.value >= WORTH_SHOWING:
            chosen.append(Chosen(sentence, found.value, found.reasons))
    return chosen


def _write(article: int, text: str, found: Extract | None, language: str, chosen: list[Chosen], remark: str) -> None:
    row = Article.objects.select_for_update().get(pk=article)
    if row.state == Article.State.READY:
        return
    if found is not None:
        _fill_in(row, text, found)
    row.language = language
    row.state, row.problem = Article.State.READY, remark
    row.save()
    handed_in.let_go(row.pk)
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
    other = Article.objects.filter(text_sha256=text_sha256).exclude(pk=row.pk).first()
    if other is not None:
        refusal = UserFacingError(
            _("This text was taken in before: it is “%(title)s”.") % {"title": isolate(str(other))}, "known"
        )
        refusal.permanent = True
        raise refusal
    row.text, row.text_sha256 = text, text_sha256
    file_name = handed_in.file_name(row.pk)
    if row.title in {row.url, file_name[:300]}:
        _name(row, found.title, text if file_name else "")
    if file_name and not row.url:
        row.url = found.canonical_url
        row.publisher = row.publisher or find_publisher(About(url=row.url))
    if row.published_on is None and found.published_on is not None:
        row.published_on, row.date_basis = found.published_on, found.date_basis
    row.author = found.author[:200]


def give_up(*, claim_id: int | None, sentence: str, article: int) -> None:
    """The job was given up on: the article must not wait for it for ever."""
    Article.objects.filter(pk=article).exclude(state=Article.State.READY).update(
        state=Article.State.FAILED, problem=sentence[:400]
    )
