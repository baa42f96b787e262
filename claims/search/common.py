"""How common a word is, as the server's own statistics tell: read once a minute, so that a search pays nothing for it.

``ANALYZE`` (autovacuum runs it) keeps the thousand words that stand in the most rows, with their shares.  A word not among
them stands in few rows, and few rows can be ranked one by one.
"""

import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from django.db import connection

from claims.search.query import Query, Wanted

KEPT_FOR = 60.0  # seconds

_STATISTICS = """
SELECT COALESCE((SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'claims_searchentry'::regclass), 0),
    of.attname, of.most_common_vals::text::text[], of.most_common_freqs,
    of.most_common_elems::text::text[], of.most_common_elem_freqs
FROM pg_stats of WHERE of.tablename = 'claims_searchentry' AND of.schemaname = current_schema()
    AND of.attname IN ('kind', 'language', 'words')
"""


@dataclass(frozen=True)
class Common:
    """What is known of the whole index.

    Attributes:
        rows: how many rows each kind has, about.
        words: common words in order; ``shares``: in what share of the rows each stands.
        languages: those the texts are written in, by their stemmers' codes.
    """

    rows: dict[str, float] = field(default_factory=dict)
    words: Sequence[str] = ()
    shares: Sequence[float] = ()
    languages: tuple[str, ...] = ("en",)

    def expected(self, query: Query, kind: str) -> float:
        """In about how many rows of a kind a query is answered; 0 where a word of it is not common."""
        rows = self.rows.get(kind, 0.0)
        return rows * prod(min(self._share(ways) for ways in term) for term in query.wanted) if rows else 0.0

    def _share(self, ways: Sequence[Wanted]) -> float:
        return min(1.0, sum(self._share_of(way) for way in ways))

    def _share_of(self, way: Wanted) -> float:
        first = bisect_left(self.words, way.lexeme)
        last = bisect_left(self.words, way.lexeme + "\U0010ffff") if way.is_beginning else first + 1
        return sum(
            share for word, share in zip(self.words[first:last], self.shares[first:last], strict=True) if way.fits(word)
        )


class _Kept:
    """What this process read last, and when."""

    common = Common()
    read_at = float("-inf")


def read_common(*, now: float | None = None) -> Common:
    """What is known of the index; at most a minute old."""
    moment = time.monotonic() if now is None else now
    if moment - _Kept.read_at > KEPT_FOR:
        _Kept.common, _Kept.read_at = _read(), moment
    return _Kept.common


def languages_known() -> tuple[str, ...]:
    """The languages this process read last, the commonest first; asks nothing, so a new process knows only English."""
    return _Kept.common.languages


def _read() -> Common:
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS)
        found = cursor.fetchall()
    columns = {row[1]: row for row in found}
    total = found[0][0] if found else 0.0
    languages = tuple(
        dict.fromkeys(["en", *(value[:2].lower() for value in (columns.get("language", (0,) * 6)[2] or []) if value)])
    )
    kinds, words = columns.get("kind"), columns.get("words")
    shares = sorted(zip(words[4], words[5], strict=False)) if words and words[4] else []
    return Common(
        rows={kind: share * total for kind, share in zip(kinds[2], kinds[3], strict=True)}
        if kinds and kinds[2]
        else {},
        words=[word for word, _share in shares],
        shares=[share for _word, share in shares],
        languages=languages,
    )
