"""THE TABLES of background work: every kind of job, and what the clock does by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from claims.models import Article, Job, Resource


def host_of_resource(args: Mapping[str, Any]) -> str:
    """The lane of a capture: no website is asked for two pages at once."""
    return Resource.objects.filter(pk=args["resource"]).values_list("host", flat=True).first() or ""


def host_of_article(args: Mapping[str, Any]) -> str:
    """The lane of an article of which there is no more than its address: that of a capture from there."""
    unread = Article.objects.filter(pk=args["article"], text="", file=None)
    return urlsplit(unread.values_list("url", flat=True).first() or "").hostname or ""


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    Attributes:
        handler: dotted path of ``def handler(job: JobRun, **ids) -> Callable[[], None] | None``; it gets the claim's id
            too, when it has a parameter ``claim``.
        hard_limit: seconds after which the process that runs it is killed.
        attempts: how often it may end in an error before it is given up.
        gives_up: dotted path of ``def give_up(*, claim_id: int | None, sentence: str, **ids) -> None``, called in the
            transaction that ends the job without success (given up, quarantined or cancelled).
        lane: names the lane from the arguments; one job of a lane runs at a time.
    """

    title: Promise
    handler: str
    queue: str = Job.Queue.DEFAULT
    priority: int = 5
    hard_limit: int = 60
    attempts: int = 3
    gives_up: str | None = None
    lane: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True)
class Periodic:
    """What the clock calls once for each ``seconds`` of the day, in a transaction of its own."""

    title: Promise
    handler: str
    seconds: int


KINDS: dict[str, Kind] = {
    "preflight": Kind(
        _("Go through the preflight list"),
        "claims.workflow.preflight.run_preflight",
        queue=Job.Queue.CRITICAL,
        priority=1,
        gives_up="claims.workflow.preflight.give_up",
    ),
    "publish_due": Kind(
        _("Publish at the date that was set"),
        "claims.publishing.publish.publish_due",
        queue=Job.Queue.CRITICAL,
    ),
    "capture": Kind(
        _("Capture a source"),
        "claims.evidence.capture.capture_resource",
        queue=Job.Queue.CAPTURE,
        hard_limit=180,
        attempts=4,
        gives_up="claims.evidence.capture.give_up",
        lane=host_of_resource,
    ),
    "render": Kind(
        _("Capture a source as a browser shows it"),
        "claims.evidence.rendered.render_resource",
        queue=Job.Queue.CAPTURE,
        hard_limit=180,
        lane=host_of_resource,
    ),
    "read_upload": Kind(_("Read an uploaded file"), "claims.evidence.upload.read_upload", priority=1, hard_limit=120),
    "archive": Kind(
        _("Ask the Internet Archive for a copy"),
        "claims.evidence.elsewhere.archive_elsewhere",
        queue=Job.Queue.CAPTURE,
        priority=9,
        hard_limit=90,
        attempts=5,
        lane=lambda _args: "web.archive.org",  # as a capture of its pages: one at a time
    ),
    "pin": Kind(
        _("Let evidence rely on the first copy of its source"), "claims.workflow.edit_parts.pin_first_snapshot"
    ),
    "check_quotes": Kind(
        _("Look for the passages in a new copy"), "claims.evidence.watch.check_quotes", hard_limit=120
    ),
    "scrub": Kind(
        _("Check stored copies"), "claims.evidence.scrub.scrub", queue=Job.Queue.BULK, priority=9, hard_limit=900
    ),
    "collect_garbage": Kind(
        _("Clear away files nobody refers to"),
        "claims.evidence.scrub.collect_garbage",
        queue=Job.Queue.BULK,
        priority=9,
        hard_limit=900,
    ),
    "verify_record": Kind(
        _("Check the whole record"),
        "claims.workflow.record.check_record",
        queue=Job.Queue.BULK,
        priority=9,
        hard_limit=1800,
    ),
    "match_claim": Kind(
        _("Find claims that say the same"),
        "claims.matching.decisions.find_matches",
        queue=Job.Queue.MATCH,
        hard_limit=120,
    ),
    "match_candidates": Kind(
        _("Find the claims an article repeats"),
        "claims.matching.decisions.find_article_matches",
        queue=Job.Queue.MATCH,
        hard_limit=300,
    ),
    "read_article": Kind(
        _("Read an article"),
        "claims.intake.reading.read_article",
        priority=1,
        hard_limit=180,
        gives_up="claims.intake.reading.give_up",
        lane=host_of_article,
    ),
    "read_for_search": Kind(
        _("Read texts for the search"),
        "claims.search.index.read_all",
        queue=Job.Queue.BULK,
        priority=9,
        hard_limit=300,
    ),
    "try_import": Kind(
        _("Try a file of claims"),
        "claims.transfer.uploads.try_import",
        queue=Job.Queue.BULK,
        hard_limit=900,
        gives_up="claims.transfer.uploads.give_up",
    ),
    "write_import": Kind(
        _("Take in a file of claims"),
        "claims.transfer.uploads.write_import",
        queue=Job.Queue.BULK,
        hard_limit=900,
        gives_up="claims.transfer.uploads.give_up",
    ),
    "notify": Kind(_("Tell people what happened"), "claims.notifications.send.notify", attempts=6),
    "settle": Kind(_("Mark notices as done"), "claims.notifications.settled.settle_notices"),
    "send_mail": Kind(
        _("Send an e-mail"),
        "claims.notifications.mail.send_mail",
        attempts=10,
        gives_up="claims.notifications.outbox.give_up",
        lane=lambda _args: "mail",  # a dead mail server keeps one worker waiting, not all
    ),
    "call_webhook": Kind(
        _("Call a webhook"),
        "claims.notifications.webhook.call_webhook",
        queue=Job.Queue.CAPTURE,
        attempts=10,
        gives_up="claims.notifications.outbox.give_up",
        lane=lambda args: f"webhook/{args['webhook']}",
    ),
}

PERIODIC: dict[str, Periodic] = {
    "anchor": Periodic(_("Anchor the record"), "claims.workflow.anchoring.anchor_heads", 60),
    "verify": Periodic(_("Check the record at night"), "claims.workflow.record.start_nightly_check", 86_400),
    "adopt": Periodic(_("Adopt changes from outside"), "claims.workflow.adopt.adopt_outside_changes", 60),
    "deadlines": Periodic(_("See to what is due"), "claims.workflow.deadlines.tick", 60),
    "reminders": Periodic(_("Remind of what is due"), "claims.workflow.reminders.tick", 60),
    "drafts": Periodic(_("Let go of old drafts"), "claims.workflow.drafts.drop_old_drafts", 86400),
    "presses": Periodic(_("Forget forms sent long ago"), "claims.models.press.forget_old", 86400),
    "jobs": Periodic(_("Forget work done long ago"), "claims.jobs.drain.forget_done", 86400),
    "imports": Periodic(_("Throw away old files of imports"), "claims.transfer.uploads.clear_leftovers", 86400),
    "watch": Periodic(_("Look at sources again"), "claims.evidence.schedule.plan", 60),
    "copies": Periodic(_("Look after stored copies"), "claims.evidence.scrub.start_nightly_work", 86_400),
    "digests": Periodic(_("Prepare the e-mails of the morning"), "claims.notifications.my_day.enqueue_digests", 300),
    "search": Periodic(_("Read for the search what changed"), "claims.search.index.tick", 60),
    "terms": Periodic(_("Count words for matching"), "claims.matching.retrieve.refresh_terms", 3600),
}

LONGEST_HARD_LIMIT = max(kind.hard_limit for kind in KINDS.values())


def title_of(kind: str) -> str:
    """A kind in words; its name when this version no longer knows it."""
    return str(KINDS[kind].title) if kind in KINDS else kind


def load(path: str) -> Callable[..., Any]:
    """The function behind a dotted path.

    Raises:
        ImportError: there is none.
    """
    found: Callable[..., Any] = import_string(path)
    return found


def hard_limit_of(kind: str) -> int:
    """Seconds a job of this kind may take; the usual ones for a kind this version does not know."""
    return KINDS[kind].hard_limit if kind in KINDS else Kind.hard_limit
