"""Text -> the claims that share its rarest words, by one indexed statement that stays quick at a million claims."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q

from claims.matching.features import stems_of
from claims.matching.rank import Candidate, Ranked, Stats, rank
from claims.models import Appearance, Claim, ClaimText, TermStat

CANDIDATES = 50
BATCH = 500
A_TICK = 5_000  # claims indexed in one go while somebody may be waiting
NEWEST = 300  # claims looked at before a text is compared while somebody waits; on a new desk about 0.2 s
NOTICEABLE = 0.1  # share of new claims that makes old counts wrong
MOST_STEMS = 400  # stems kept of one claim; only a very long context has more
MOST_TERMS = 40  # rarest stems of a query that are looked up
MOST_ROWS = 30_000  # rows of the index one query may touch; below that, all its stems count
# Two rows of the term table are no stems but the sums that go with them, so that one query reads a consistent whole.
DOCUMENTS, STEMS = "", " "
REFRESHING = 0x66637473  # advisory lock: one refresh at a time


@dataclass(frozen=True, slots=True)
class Searchable:
    """What is searched of one claim: statement, context and the words as said."""

    claim: int
    language: str
    text: str
    content_version: int


def index_claims(claim_ids: Collection[int] | None = None, *, batch: int = BATCH, limit: int | None = None) -> int:
    """Write the search text of every claim that has none or an old one; each batch is a transaction of its own.

    Args:
        claim_ids: look only at these; all claims when None.
        limit: stop after about so many, so that a job or a tick of the clock stays short.

    Returns:
        how many claims were indexed.
    """
    stale = Claim.objects.filter(Q(text__isnull=True) | Q(text__content_version__lt=F("content_version")))
    if claim_ids is not None:
        stale = stale.filter(pk__in=claim_ids)
    done, last = 0, 0
    while (limit is None or done < limit) and (
        found := list(stale.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch])
    ):
        write_texts(searchables(found))
        done, last = done + len(found), found[-1]
    return done


def keep_newest() -> int:
    """Index the claims made last, so that a text finds them a moment later; jobs do the others."""
    return keep_index(claim_ids=list(Claim.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST]))


def keep_index(limit: int = A_TICK, *, claim_ids: Collection[int] | None = None) -> int:
    """Index what is missing or old and, where that is much, count the words again. Returns how many were indexed."""
    indexed = index_claims(claim_ids, limit=limit)
    documents = TermStat.objects.filter(term=DOCUMENTS).values_list("df", flat=True).first()
    if documents is None or indexed > documents * NOTICEABLE:
        refresh_terms()
    return indexed


def searchables(claim_ids: Iterable[int]) -> Iterator[Searchable]:
    """Yield what is searched of these claims. The version is read before the words, so what changes meanwhile is redone."""
    ids = list(claim_ids)
    claims = list(
        Claim.objects.filter(pk__in=ids).values_list("pk", "language", "content_version", "statement", "context")
    )
    said: dict[int, list[str]] = {}
    for claim, verbatim in (
        Appearance.objects.filter(claim__in=ids).order_by("number").values_list("claim_id", "verbatim")
    ):
        said.setdefault(claim, []).append(verbatim)
    for pk, language, version, statement, context in claims:
        yield Searchable(pk, language, "\n".join(filter(None, [statement, context, *said.get(pk, [])])), version)


@transaction.atomic
def write_texts(found: Iterable[Searchable]) -> None:
    rows = []
    for one in sorted(found, key=lambda one: one.claim):
        stems = stems_of(one.text, one.language)[:MOST_STEMS]
        digest = hashlib.sha256(one.text.encode()).hexdigest()
        rows.append(
            ClaimText(
                claim_id=one.claim,
                text_sha256=digest,
                language=one.language,
                stems=stems,
                length=len(stems),
                content_version=one.content_version,
            )
        )
    ClaimText.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["claim"],
        update_fields=["text_sha256", "language", "stems", "length", "content_version"],
    )


@transaction.atomic
def refresh_terms() -> int:
    """Count again in how many claims each stem occurs. Returns the number of stems; searching goes on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFRESHING])
        cursor.execute("DELETE FROM claims_termstat")
        cursor.execute(
            "INSERT INTO claims_termstat (term, df) SELECT term, count(*) FROM "
            "(SELECT DISTINCT claim_id, unnest(stems) AS term FROM claims_claimtext) AS each_once GROUP BY term"
        )
        terms = int(cursor.rowcount)
        cursor.execute(
            "INSERT INTO claims_termstat (term, df) SELECT %s, count(*) FROM claims_claimtext "
            "UNION ALL SELECT %s, coalesce(sum(length), 0) FROM claims_claimtext",
            [DOCUMENTS, STEMS],
        )
    return terms


def stats_for(stems: Iterable[str]) -> Stats:
    """Return how common these stems were when the terms were last counted."""
    wanted = {DOCUMENTS, STEMS, *stems}
    df = dict(TermStat.objects.filter(term__in=wanted).values_list("term", "df"))
    documents, length = df.pop(DOCUMENTS, 0), df.pop(STEMS, 0)
    return Stats(documents, length / documents if documents else 0.0, df)


def candidates_for(
    text: str, k: int = CANDIDATES, *, exclude: Collection[int] = (), language: str = "en"
) -> list[Candidate]:
    """Return the ``k`` claims with the greatest sum of IDF over stems shared with the text; ties fall by a hash.

    Whole clusters are searched: duplicates too, and claims of any state. Hide what a person may not see afterwards.
    """
    stems = sorted(set(stems_of(text, language)))
    stats = stats_for(stems)
    terms = search_terms(stems, stats)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found.claim_id FROM unnest(%s::text[], %s::float8[]) AS asked (term, idf) "
            "JOIN claims_claimtext AS found ON found.stems @> ARRAY[asked.term] "
            "WHERE NOT found.claim_id = ANY(%s::bigint[]) GROUP BY found.claim_id "
            "ORDER BY sum(asked.idf) DESC, hashint8(found.claim_id) LIMIT %s",
            [terms, [stats.idf(term) for term in terms], list(exclude), k],
        )
        order = {claim: place for place, (claim,) in enumerate(cursor.fetchall())}
    found = sorted(searchables(order), key=lambda one: order[one.claim])
    return [Candidate(one.claim, one.text, one.language) for one in found]


def search_terms(stems: Sequence[str], stats: Stats) -> list[str]:
    """Return the rarest stems, as many as one query may look up; at least one."""
    chosen: list[str] = []
    rows = 0
    for stem in sorted(stems, key=lambda stem: (stats.df.get(stem, 0), stem))[:MOST_TERMS]:
        rows += stats.df.get(stem, 0)
        if chosen and rows > MOST_ROWS:
            break
        chosen.append(stem)
    return chosen


def nearest(
    text: str, k: int = CANDIDATES, *, exclude: Collection[int] = (), language: str = "en", also: Collection[int] = ()
) -> list[Ranked]:
    """Return the claims nearest to a text, best first, with label and reasons (``Ranked.id`` is the claim's id).

    Args:
        also: claims found in another way, to be ranked among them.
    """
    found = candidates_for(text, k, exclude=exclude, language=language)
    more = set(also) - set(exclude) - {one.id for one in found}
    found += [Candidate(one.claim, one.text, one.language) for one in searchables(more)]
    stems = set(stems_of(text, language)).union(*(stems_of(one.text, one.language) for one in found))
    return rank(text, found, stats_for(stems), language=language)
