"""What the clock does for many claims: one it cannot be done for keeps no other from it, and does not stay unsaid."""

import logging
from collections.abc import Callable, Iterable

from django.db import transaction

from claims.models import Claim, PeriodicRun

NAMED = 20  # claims a problem names; the log has them all

log = logging.getLogger(__name__)


class Round:
    """One tick of the clock.

    Args:
        name: the name of the periodic work, a key of ``jobs.catalogue.PERIODIC``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.odd: list[str] = []

    def go(self, claims: Iterable[Claim], do: Callable[[Claim], object]) -> int:
        """Do something for each of some locked claims, all of it or nothing; for how many it was done."""
        done = 0
        for claim in claims:
            try:
                with transaction.atomic():
                    do(claim)
                done += 1
            except Exception as error:  # whatever it is: the others must not wait for it
                log.exception("%s: C-%s was passed over", self.name, claim.pk)
                self.odd.append(f"C-{claim.pk} ({type(error).__name__})")  # its words may tell of a verdict
        return done

    def end(self) -> None:
        """Keep which claims were passed over: ``doctor`` and the panel say so until a round has none."""
        if self.odd:
            more = " …" if len(self.odd) > NAMED else ""
            PeriodicRun.objects.note(self.name, ", ".join(dict.fromkeys(self.odd[:NAMED])) + more)
