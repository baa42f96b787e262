"""A word that nothing answers -> words like it that stand somewhere, by the runs of three letters they share.

Found by an index over those runs; pg_trgm would do the same, but the embedded server has no such extension.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django.db import connection
from rapidfuzz.distance import OSA

from claims.search.query import Query
from claims.search.words import grams

MOST_NEAR = 12  # words looked at closely
LEAST_ALIKE = 0.3  # share of the runs of both that two words have in common: 0.3 is pg_trgm's own limit
SHORTEST = 4  # letters; a shorter word is like too many others
SHORT = 5  # letters up to which one slip is forgiven; in longer words two

_LIKE = """
SELECT word FROM (
    SELECT word, cardinality(grams) AS runs,
        (SELECT count(*) FROM unnest(grams) AS of (gram) WHERE gram = ANY(%(grams)s)) AS shared
    FROM claims_searchword WHERE grams && %(grams)s AND char_length(word) BETWEEN %(least)s AND %(most)s
) AS near WHERE shared >= %(alike)s * (runs + %(count)s - shared)
ORDER BY shared::float8 / (runs + %(count)s - shared) DESC, word LIMIT %(limit)s
"""


def near(form: str) -> list[tuple[int, str]]:
    """Words like this one with the slips between them (a letter more, less, another, two exchanged), fewest first."""
    if len(form) < SHORTEST:
        return []
    runs = grams(form)
    asked: dict[str, Any] = {
        "grams": runs, "count": len(runs), "least": len(form) - 2, "most": len(form) + 2,
        "alike": LEAST_ALIKE, "limit": MOST_NEAR,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LIKE, asked)
        found = [word for (word,) in cursor.fetchall() if word != form]
    slips = 1 if len(form) <= SHORT else 2
    ranked = sorted((OSA.distance(form, word), place, word) for place, word in enumerate(found))
    return [(slip, word) for slip, _place, word in ranked if slip <= slips]


def mended(query: Query) -> Iterator[tuple[Query, str]]:
    """Queries with other words in the place of some that may be mistyped, and those words; likeliest first.

    First each word alone by the one most like it, then two and more of them at once, then each by others like it.
    Quotations are left as they are: they were asked for exactly.
    """
    forms = dict.fromkeys(form for term in query.terms if not term.is_exact for form in term.forms)
    found = {form: words for form in forms if (words := near(form))}
    by_slips = sorted(found, key=lambda form: found[form][0][0])
    for count in range(1, len(by_slips) + 1):
        for chosen in combinations(by_slips, count):
            yield _with(query, {form: found[form][0][1] for form in chosen})
    for form in by_slips:
        for _slip, word in found[form][1:]:
            yield _with(query, {form: word})


def _with(query: Query, words: dict[str, str]) -> tuple[Query, str]:
    for form, word in words.items():
        query = query.with_form(form, word)
    return query, " ".join(form for term in query.terms for form in term.forms)
