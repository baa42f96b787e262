"""Read an article that was taken in: its text, its sentences, and those of them that may hold a claim."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import FetchFailed, UserFacingError
from claims.intake import handed_in
from claims.intake.article import MAX_CHARACTERS, About, find_publisher, give_title
from claims.intake.checkworthiness import Context, count_words, score
from claims.intake.sentences import Sentence, split_sentences
from claims.language import say
from claims.models import Article, Candidate, Event
from claims.web import politeness
from claims.web.fetch import fetch
from claims.web.limited import extract_limited
from claims.web.media import PROBLEMS, Extract
from claims.workflow.readable import isolate

FEWEST_WORDS = 4
WORTH_SHOWING = 0.2  # below this a sentence is not offered; the article beside it still shows every word


class Progress(Protocol):
    def progress(self, step: str, done: int = 0, total: int = 0) -> None: ...


class Silent:
    """Progress that nobody watches: a command at work."""

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        return


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
        give_title(row, found.title, text if file_name else "")
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
