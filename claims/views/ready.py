"""Statements put together once.

Building the SQL of a large query takes Django far longer than PostgreSQL needs to answer it.  Where it depends only on
who asks and for what, it is built the first time and kept; what is sent and read is the same.
"""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery

MOST_COUNTED = 1000


class Ready(NamedTuple):
    """A statement with its values, as it goes to the database."""

    sql: str
    values: tuple[Any, ...]

    def rows(self) -> list[tuple[Any, ...]]:
        """Send it; JSON comes back as text (see ``json.loads``)."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def put_together(rows: QuerySet[Any, Any]) -> Ready:
    """The statement of a query with ``values_list``.  Nothing in it may have been read from the clock."""
    sql, values = rows.query.sql_with_params()
    return Ready(sql, tuple(values))


class CappedCount(Subquery):
    """How many rows a query has, counting no further than ``most``."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()

    def __init__(self, rows: Any, most: int = MOST_COUNTED) -> None:
        super().__init__(rows.order_by().values("pk")[:most])
