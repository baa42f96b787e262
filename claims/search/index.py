"""What changed -> its words, in ``SearchEntry``.

Triggers mark what changed (``SearchDue``); a round takes marks away and writes their words in one transaction.  Rounds are
made by the search page itself before it looks (so what was saved a moment ago is found), by the clock, and after an import by
a job: imports wait for no index.  Long texts are left to that job, too, where they are more than a reader may be kept waiting
for.  One round at a time: an older reading never overwrites a newer one.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Coalesce, Left, NullIf
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
from claims.search.words import MOST_LETTERS, grams, vector, vocabulary

A_ROUND, A_GLANCE = 300, 250_000  # marks, and bytes of long texts; about 0.1 s
A_LOAD, A_LOAD_OF_TEXT = 1_000, 4_000_000  # the same of one transaction of the job
SECONDS = 240.0  # of one job
PAUSE = 0.2  # seconds until another round is over
ROUND = 0x66637374  # advisory lock: one round at a time
MOST_WORDS = 5_000  # new words written at once
LONG = ["article", "copy", "resource"]  # kinds of marks after which a text of any length is read

# Short texts in the order of their marks; of the long ones as many as fit, the shorter first.
# octet_length() reads no text: the server keeps the number beside it.
_TAKE = """
WITH short AS MATERIALIZED (
    SELECT id FROM claims_searchdue WHERE kind <> ALL(%(long)s) ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), long AS MATERIALIZED (
    SELECT id, kind = 'article' AS is_article, object_id FROM claims_searchdue WHERE kind = ANY(%(long)s)
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), sized AS MATERIALIZED (
    SELECT is_article, object_id, LEAST(%(longest)s, COALESCE(CASE
        WHEN is_article THEN (SELECT octet_length(text) FROM claims_article WHERE id = object_id)
        ELSE (SELECT octet_length(CASE WHEN main_text <> '' THEN main_text ELSE body_text END) FROM claims_snapshot
            WHERE resource_id = object_id AND body_text <> '' ORDER BY captured_at DESC, id DESC LIMIT 1)
    END, 0)) AS size FROM (SELECT DISTINCT is_article, object_id FROM long) AS texts
), fitting AS (
    SELECT is_article, object_id, sum(size) OVER (ORDER BY size, object_id, is_article) AS sizes FROM sized
)
DELETE FROM claims_searchdue WHERE id IN (
    SELECT id FROM short
    UNION ALL SELECT id FROM long JOIN fitting USING (is_article, object_id) WHERE sizes <= %(text)s
)
RETURNING kind, object_id
"""


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
    """Read again what was marked, up to so many marks and ``A_GLANCE`` of long texts.

    Returns:
        whether the index says now what the tables say; ``False`` while more is marked, or another round is under way.
    """
    if not SearchDue.objects.exists():
        return True
    return read_round(most, A_GLANCE) is not None and not SearchDue.objects.exists()


@transaction.atomic
def read_round(most: int, text: int) -> int | None:
    """Take marks away and write their words.

    Args:
        most: marks of short texts, and of long ones.
        text: bytes of the long ones together.

    Returns:
        how many marks were taken; ``None``: another round is under way, nothing was done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROUND])
        if cursor.fetchone() != (True,):
            return None
        cursor.execute(_TAKE, {"long": LONG, "most": most, "longest": MOST_LETTERS, "text": text})
        marks = cursor.fetchall()
    _read_again(set(marks))
    return len(marks)


def tick() -> None:
    """Work of the clock: what no search came to.  Where that is much, as after an import, a job reads the rest."""
    if not catch_up():
        jobs.enqueue("read_for_search", key="search")


def read_all(job: JobRun, *, seconds: float = SECONDS) -> None:
    """Job: read everything that is marked, round by round; what is left when its time is over, the next one reads."""
    ends, done = time.monotonic() + seconds, 0
    while SearchDue.objects.exists() and time.monotonic() < ends:
        job.progress(_("reading texts for the search, %(n)s so far") % {"n": done})
        taken = read_round(A_LOAD, A_LOAD_OF_TEXT)
        if not taken:
            time.sleep(PAUSE)
        done += taken or 0


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
    text = Left(Coalesce(NullIf("main_text", Value("")), "body_text"), MOST_LETTERS)
    # Chosen first: the server cuts no text that is not read.
    rows = Snapshot.objects.filter(pk__in=newest.distinct("resource").values("pk"))
    for pk, title, language, at, is_open, beginning in rows.values_list(
        "resource", "title", "language", "captured_at", Exists(of_open), text
    ):
        yield Found("copy", pk, (("A", title), ("D", beginning)), language, None, at, is_open=is_open)


def _articles(ids: Iterable[int]) -> Iterator[Found]:
    rows = Article.objects.filter(pk__in=ids).values_list(
        "pk", "language", "published_on", "created_at", "title", "text", "author", "publisher__name"
    )
    for pk, language, published_on, created_at, title, *texts in rows:
        fields = (("A", title), *(("D", text or "") for text in texts))
        yield Found("article", pk, fields, language, None, _moment(published_on) or created_at)


def _claimants(ids: Iterable[int]) -> Iterator[Found]:
    said = Appearance.objects.filter(claimant=OuterRef("pk"))
    is_secret = Exists(said.filter(claim__confidential=True)) & ~Exists(said.filter(claim__confidential=False))
    rows = Claimant.objects.filter(pk__in=ids).values_list("pk", "name", "position", "organisation", is_secret)
    for pk, name, position, organisation, secret in rows:
        yield Found("claimant", pk, (("A", name), ("D", position), ("D", organisation)), is_open=not secret)


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
