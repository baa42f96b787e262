"""Check the whole record: exit 0 and a count, or exit 1 and the first broken event."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.workflow.record import Verdict, verify


class Command(BaseCommand):
    help = "Check every chain of the record against its hashes, its heads and VAR_DIR/anchors.log."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        if not verdict.is_whole:
            others = len(verdict.problems) - 1
            raise CommandError(f"{verdict.problems[0]}." + (f" And {others} more." if others else ""))
        self.stdout.write(f"{verdict.events} events in {verdict.chains} chains: nothing was changed.")
        self.stdout.write(_promise(verdict))


def _promise(verdict: Verdict) -> str:
    if verdict.anchored_at is None:
        return "No anchor yet, so nothing is promised against an owner of the database who rewrites whole chains."
    return (
        f"Promises all that is older than the last anchor, {verdict.anchored_at:%d %B %Y %H:%M:%S} UTC"
        f" (line {verdict.anchors} of anchors.log, {verdict.anchor_mac[:16]})."
    )
