"""A second copy of a source in another house, the Internet Archive: optional, and never in a capture's way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import jobs
from claims.jobs import JobRun, NotYet
from claims.models import Event, Evidence, Job, Resource
from claims.web import archive_org, politeness
from claims.web.archive_org import ArchiveBusy, ArchiveFailed, Keys, Memento

OFF, FIND, SAVE = "off", "find", "save"
FRESH = timedelta(days=30)
PATIENCE = timedelta(minutes=5)  # for one copy to be made
MOST_AT_ONCE = 3  # copies under way
FIRST_LOOK, LAST_LOOK = 5.0, 60.0  # seconds between two looks at one that is being made
OWN_HOSTS = ("archive.org",)  # a copy of a copy helps nobody


def ask_after_capture(resource: Resource) -> None:
    """A page was captured: see to its copy elsewhere, unless there is one of these days."""
    fresh = resource.archived_at and resource.archived_at > timezone.now() - FRESH
    if not fresh and _may_be_told(resource):
        jobs.enqueue("archive", key=resource.chain, resource=resource.pk)


def job_about(resource: Resource) -> Job | None:
    """The newest job for a copy elsewhere that is still to be done, or was given up; ``None`` when that is switched off."""
    if settings.ARCHIVE_ORG not in {FIND, SAVE}:
        return None
    newest = Job.objects.filter(kind="archive", key=resource.chain).order_by("-id").first()
    return newest if newest and newest.state != Job.State.DONE else None


def archive_elsewhere(job: JobRun, *, resource: int) -> Callable[[], None] | None:
    """Job: have the Internet Archive keep the page, or find the copy it has; each run is one call or two.

    While the copy is being made the job goes back into the ledger, its ticket kept with it.

    Raises:
        NotYet: the copy is being made, others are, or the Internet Archive asks for patience.
        ArchiveFailed: no copy; the ledger tries again.
    """
    source = Resource.objects.filter(pk=resource).first()
    if source is None or not source.url or not _may_be_told(source):
        return None
    politeness.take_place(archive_org.HOST)
    try:
        found = _save(job, source.url) if settings.ARCHIVE_ORG == SAVE else _find(job, source.url)
    except ArchiveBusy as busy:
        until = timezone.now() + timedelta(seconds=busy.seconds)
        politeness.stay_away(archive_org.HOST, until)
        raise NotYet(until, str(busy)) from None
    except ArchiveFailed:
        job.remember(None)
        raise
    return partial(_note, source.pk, found, settings.ARCHIVE_ORG) if found else None


def _may_be_told(resource: Resource) -> bool:
    """Only addresses that give nothing away: none of a confidential claim, none withheld from the public."""
    if settings.ARCHIVE_ORG not in {FIND, SAVE} or not resource.url:
        return False
    if f".{resource.host}".endswith(tuple(f".{host}" for host in OWN_HOSTS)):
        return False
    secret = Q(claim__confidential=True) | Q(withheld=True)
    return not Evidence.objects.filter(secret, resource=resource).exists()


def _find(job: JobRun, url: str) -> Memento | None:
    job.progress(_("asking the Internet Archive for its copy"))
    return archive_org.find_newest(url, allow=settings.OUTBOUND_ALLOW)


def _save(job: JobRun, url: str) -> Memento:
    keys = Keys(settings.ARCHIVE_ORG_ACCESS, settings.ARCHIVE_ORG_SECRET)
    if job.cursor:
        job.progress(_("asking the Internet Archive whether its copy is made"))
        found = archive_org.look_after(job.cursor["ticket"], url, keys, allow=settings.OUTBOUND_ALLOW)
        return found or _wait(datetime.fromisoformat(job.cursor["asked_at"]))
    _refuse_crowds(job)
    job.progress(_("asking the Internet Archive to keep a copy"))
    ticket = archive_org.ask_to_save(url, keys, allow=settings.OUTBOUND_ALLOW)
    if ticket:
        asked_at = timezone.now()
        job.remember({"ticket": ticket, "asked_at": asked_at.isoformat()})
        return _wait(asked_at)
    known = _find(job, url)
    if known is None:
        raise ArchiveFailed(_("The Internet Archive has a fresh copy, but does not list it yet."), "unlisted")
    return known


def _refuse_crowds(job: JobRun) -> None:
    """Exact, because jobs of this kind run one at a time."""
    under_way = Job.objects.filter(kind=job.kind, state=Job.State.QUEUED, cursor__isnull=False).exclude(pk=job.id)
    if under_way.count() >= MOST_AT_ONCE:
        until = timezone.now() + timedelta(seconds=LAST_LOOK)
        raise NotYet(until, _("waiting for other copies at the Internet Archive"))


def _wait(asked_at: datetime) -> Memento:
    waited = timezone.now() - asked_at
    if waited > PATIENCE:
        raise ArchiveFailed(_("The Internet Archive did not make its copy within five minutes."), "too_slow")
    pause = min(max(FIRST_LOOK, waited.total_seconds() / 2), LAST_LOOK)
    raise NotYet(timezone.now() + timedelta(seconds=pause), _("the Internet Archive is making its copy"))


def _note(resource_id: int, found: Memento, how: str) -> None:
    resource = Resource.objects.select_for_update(no_key=True).get(pk=resource_id)
    if resource.archived_at and resource.archived_at >= found.at:
        return
    Resource.objects.filter(pk=resource_id).update(archived_url=found.url[:2200], archived_at=found.at)
    body = {"archived_url": found.url, "archived_at": found.at.isoformat(), "how": how}
    Event.objects.append(resource, "archive_elsewhere", by=None, body=body)
