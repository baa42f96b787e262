"""Files as an import takes them, and desks to take them in."""

import io
import json

from django.db import connection

from claims.models import Claim, Claimant, Resource, Topic
from claims.transfer.dump import Reach, export
from claims.transfer.files import read_records
from claims.transfer.load import Import

EVERYTHING = Reach(verdicts=True, confidential=True)


def table(*rows):
    """A CSV file of dictionaries."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines)


def lines(*rows):
    """A JSON Lines file of dictionaries."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def take(text, form="csv", *, ignore_unknown=False, **options):
    """Import a text.

    Returns:
        how many claims became what, and the lines told.
    """
    told = []
    data = io.BytesIO(text.encode() if isinstance(text, str) else text)
    options = {"reaches_confidential": True, **options}
    run = Import("file.csv", tell=told.append, **options)
    outcome = run.run(read_records(data, form, ignore_unknown=ignore_unknown))
    return {what: number for what, number in outcome.counts.items() if number}, told


def problems(told):
    return [str(problem) for line in told for problem in line.problems]


def dump(form, reach=EVERYTHING):
    return "".join(export(form, reach))


def empty_the_desk():
    """As if nothing had ever been imported; in the transaction of a test."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("citation", "evidence", "appearance", "claim_topics", "event", "chainhead", "job", "searchdue"):
            cursor.execute(f"DELETE FROM claims_{table}")
        cursor.execute("SET session_replication_role = origin")
    Claim.objects.all().delete()
    for model in (Claimant, Topic, Resource):
        model.objects.all().delete()
