"""What changed -> its words, in ``SearchEntry``.

Triggers mark what changed (``SearchDue``); a round takes marks away and writes their words in one transaction.  Rounds are
made by the search page itself before it looks (so what was saved a moment ago is found), by the clock, and after an import by
a job: imports wait for no index.  One round at a time: an older reading never overwrites a newer one.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from claims import jobs
from claims.jobs import JobRun
from claims.models import (
    Appearance,
    Article,
    Claim,
    Claimant,
    Evidence,
    Person,
    Quote,
    SearchDue,
    SearchEntry,
    SearchWord,
    Snapshot,
)
from claims.search.words import grams, vector, vocabulary

A_ROUND = 300  # marks; about 0.1 s
A_LOAD = 1_000  # marks of one transaction of the job
SECONDS = 240.0  # of one job
PAUSE = 0.2  # seconds until another round is over
ROUND = 0x66637374  # advisory lock: one round at a time
MOST_WORDS = 5_000  # new words written at once


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that can be found: fields as ``(weight, text)``, the name first.

    Attributes:
        is_open: its words may be offered for a mistyped one: no verdict, no confidential claim.
    """

    kind: str
    pk: int
    fields: tuple[tuple[str, str], ...]
    language: str = ""
    claim: int | None = None
    at: datetime | None = None
    is_open: bool = True


def catch_up(most: int = A_ROUND) -> bool:
    """Read again what was marked, up to so many marks.

    Returns:
        whether the index says now what the tables say; ``False`` while more is marked, or another round is under way.
    """
    return not SearchDue.objects.exists() or (read_round(most) and not SearchDue.objects.exists())


@transaction.atomic
def read_round(most: int) -> bool:
    """Take up to so many marks away and write their words; ``False``: another round is under way, nothing was done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROUND])
        if cursor.fetchone() != (True,):
            return False
        cursor.execute(
            "DELETE FROM claims_searchdue WHERE id IN (SELECT id FROM claims_searchdue ORDER BY id LIMIT %s "
            "FOR UPDATE SKIP LOCKED) RETURNING kind, object_id",
            [most],
        )
        _read_again(set(cursor.fetchall()))
    return True


def tick() -> None:
    """Work of the clock: what no search came to.  Where that is much, as after an import, a job reads the rest."""
    if not catch_up():
        jobs.enqueue("read_for_search", key="search")


def read_all(job: JobRun, *, seconds: float = SECONDS) -> None:
    """Job: read everything that is marked, round by round; what is left when its time is over, the next one reads."""
    ends, done = time.monotonic() + seconds, 0
    while SearchDue.objects.exists() and time.monotonic() < ends:
        job.progress(_("reading texts for the search, %(n)s so far") % {"n": done})
        if read_round(A_LOAD):
            done += A_LOAD
        else:
            time.sleep(PAUSE)


def _read_again(marked: set[tuple[str, int]]) -> None:
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, pk in marked:
        ids[kind].add(pk)
    _add_what_hangs_on_it(ids)
    found = [one for kind, read in READ.items() if ids[kind] for one in read(ids[kind])]
    for kind in [*READ, "verdict"]:
        gone = ids["claim" if kind == "verdict" else kind] - {one.pk for one in found if one.kind == kind}
        SearchEntry.objects.filter(kind=kind, object_id__in=gone).delete()
    _write(found)
    _learn({word for one in found if one.is_open for word in vocabulary(text for _weight, text in one.fields)})


def _add_what_hangs_on_it(ids: dict[str, set[int]]) -> None:
    """A claim's language is that of its appearances; a source's name is that of its evidence and of its copy."""
    ids["said"] |= set(Appearance.objects.filter(claim__in=ids["claim"]).values_list("pk", flat=True))
    sources = ids.pop("resource", set())
    ids["evidence"] |= set(Evidence.objects.filter(resource__in=sources).values_list("pk", flat=True))
    ids["copy"] |= sources


def _write(found: Iterable[Found]) -> None:
    rows = [
        SearchEntry(
            kind=one.kind,
            object_id=one.pk,
            claim_id=one.claim,
            language=one.language,
            at=one.at,
            words=vector(one.fields, one.language),
        )
        for one in sorted(found, key=lambda one: (one.kind, one.pk))
    ]
    SearchEntry.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["claim_id", "language", "at", "words"],
    )


def _learn(words: set[str]) -> None:
    known = set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
    rows = [SearchWord(word=word, grams=grams(word)) for word in sorted(words - known)]
    SearchWord.objects.bulk_create(rows, batch_size=MOST_WORDS, ignore_conflicts=True)


# --- what there is to read of each kind


def _claims(ids: Iterable[int]) -> Iterator[Found]:
    rows = Claim.objects.filter(pk__in=ids).values_list(
        "pk", "language", "created_at", "confidential", "statement", "context",
        "title", "summary", "rationale", "body", "evidence_exception",
    )  # fmt: skip
    for pk, language, at, confidential, statement, context, title, *texts in rows:
        yield Found("claim", pk, (("A", statement), ("D", context)), language, pk, at, is_open=not confidential)
        if title or any(texts):
            fields = (("A", title), *(("D", text) for text in texts))
            yield Found("verdict", pk, fields, language, pk, at, is_open=False)


def _appearances(ids: Iterable[int]) -> Iterator[Found]:
    rows = Appearance.objects.filter(pk__in=ids).exclude(verbatim="")
    for pk, claim, verbatim, said_on, language, confidential in rows.values_list(
        "pk", "claim", "verbatim", "said_on", "claim__language", "claim__confidential"
    ):
        yield Found("said", pk, (("A", verbatim),), language, claim, _moment(said_on), is_open=not confidential)


def _quotes(ids: Iterable[int]) -> Iterator[Found]:
    rows = Quote.objects.filter(pk__in=ids).values_list(
        "pk", "evidence__claim", "exact", "added_at", "snapshot__language", "evidence__claim__confidential"
    )
    for pk, claim, exact, at, language, confidential in rows:
        yield Found("passage", pk, (("A", exact),), language, claim, at, is_open=not confidential)


def _evidence(ids: Iterable[int]) -> Iterator[Found]:
    rows = Evidence.objects.filter(pk__in=ids).values_list(
        "pk", "claim", "added_at", "claim__language", "claim__confidential",
        "resource__title", "note", "origin", "resource__host", "resource__url",
    )  # fmt: skip
    for pk, claim, at, language, confidential, title, *texts in rows:
        fields = (("A", title), *(("D", text or "") for text in texts))
        yield Found("evidence", pk, fields, language, claim, at, is_open=not confidential)


def _copies(ids: Iterable[int]) -> Iterator[Found]:
    """The newest copy of each source that has a text; older ones are found by nobody."""
    newest = Snapshot.objects.filter(resource__in=ids).exclude(body_text="").order_by("resource", "-captured_at", "-id")
    of_open = Evidence.objects.filter(resource=OuterRef("resource"), claim__confidential=False)
    rows = newest.distinct("resource").annotate(is_open=Exists(of_open))
    for pk, title, main, body, language, at, is_open in rows.values_list(
        "resource", "title", "main_text", "body_text", "language", "captured_at", "is_open"
    ):
        yield Found("copy", pk, (("A", title), ("D", main or body)), language, None, at, is_open=is_open)


def _articles(ids: Iterable[int]) -> Iterator[Found]:
    rows = Article.objects.filter(pk__in=ids).values_list(
        "pk", "language", "published_on", "created_at", "title", "text", "author", "publisher__name"
    )
    for pk, language, published_on, created_at, title, *texts in rows:
        fields = (("A", title), *(("D", text or "") for text in texts))
        yield Found("article", pk, fields, language, None, _moment(published_on) or created_at)


def _claimants(ids: Iterable[int]) -> Iterator[Found]:
    rows = Claimant.objects.filter(pk__in=ids).values_list("pk", "name", "position", "organisation")
    for pk, name, position, organisation in rows:
        yield Found("claimant", pk, (("A", name), ("D", position), ("D", organisation)))


def _people(ids: Iterable[int]) -> Iterator[Found]:
    for pk, name, username in Person.objects.filter(pk__in=ids).values_list("pk", "name", "username"):
        yield Found("person", pk, (("A", name), ("D", username)))


READ: dict[str, Any] = {
    "claim": _claims,
    "said": _appearances,
    "passage": _quotes,
    "evidence": _evidence,
    "copy": _copies,
    "article": _articles,
    "claimant": _claimants,
    "person": _people,
}


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time_of_day(), UTC) if day else None
