"""Rank the desk's claims against a list of texts, as the matching benchmarks ask for it."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.matching.retrieve import index_claims, nearest, refresh_terms
from claims.models import Claim, TermStat

LOOKED_AT = 100


class Command(BaseCommand):
    help = "Write, for every text of a file, the claims nearest to it, best first."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queries", required=True, type=Path, help="lines of query_id<TAB>text")
        parser.add_argument("--out", required=True, type=Path, help="lines of query_id<TAB>external_id<TAB>score")
        parser.add_argument("-k", type=int, default=20, help="claims for each text (20)")
        parser.add_argument("--language", default="en", help="language of the texts (en)")

    def handle(self, *args: Any, **options: Any) -> None:
        queries = list(read_queries(options["queries"]))
        if index_claims() or not TermStat.objects.exists():
            refresh_terms()  # in full: figures of a benchmark must not hang on what was counted before
        written = 0
        with options["out"].open("w", encoding="utf-8", newline="") as out:
            for query_id, text in queries:
                found = nearest(text, max(LOOKED_AT, options["k"]), language=options["language"])[: options["k"]]
                names = external_ids([int(one.id) for one in found])
                out.writelines(f"{query_id}\t{names[int(one.id)]}\t{one.score:.6f}\n" for one in found)
                written += len(found)
        self.stdout.write(f"{written} matches for {len(queries)} texts.")


def read_queries(path: Path) -> Iterator[tuple[str, str]]:
    """Yield id and text of each line; a heading line is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if not row or (number == 1 and row[0] == "query_id"):
            continue
        if len(row) < 2:  # noqa: PLR2004
            raise CommandError(f"Line {number} of {path} holds no tab between an id and a text.")
        yield row[0], row[1]


def external_ids(claim_ids: list[int]) -> dict[int, str]:
    """Return the names other systems know the claims by; a claim without one is ``claim/<id>``."""
    rows = Claim.objects.filter(pk__in=claim_ids).values_list("pk", "external_id")
    return {pk: external_id or f"claim/{pk}" for pk, external_id in rows}
