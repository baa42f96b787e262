"""From an address to a snapshot: fetch, read, keep the bytes, write down what the source said."""

import hashlib
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import jobs
from claims.errors import BlobDamaged, FetchFailed
from claims.evidence import blobs, doubt, elsewhere, schedule, scrub, warc
from claims.evidence.hint import find_hint
from claims.evidence.source import Copy, Surroundings, add_row, locked, look_around, read_source
from claims.jobs import JobRun
from claims.models import Event, Evidence, Job, Person, Publisher, Resource, Snapshot
from claims.models.event import sha256
from claims.web import politeness
from claims.web.fetch import Page, fetch
from claims.web.limited import extract_limited, is_soon_read
from claims.web.media import Extract
from claims.workflow.independence import simhash

STEPS = 3
TELL_AFTER_SECONDS = 1.0  # of waiting; most pages are there by then
KINDS = ("capture", "render", "read_upload")  # the jobs that make copies
LOOKING = "check_quotes"  # a capture of quoted evidence is done when its passages were looked for
# An answer that no later try will better.  408, 425 and 429 ask for patience.
FINAL_ANSWERS = frozenset(range(400, 500)) - {408, 425, 429}
SENTENCES = {
    401: gettext_lazy("The site answered 401: it wants a password. Upload a copy if you may read the page."),
    402: gettext_lazy("The site answered 402: it wants to be paid. Upload a copy if you may read the page."),
    403: gettext_lazy(
        "The site answered 403: it does not let the desk read this page. Upload a copy if you can read it."
    ),
    404: gettext_lazy("The site answered 404: there is no such page. Check the address."),
    410: gettext_lazy("The site answered 410: the page was taken down."),
    429: gettext_lazy("The site answered 429: too many requests. It is asked again later."),
    451: gettext_lazy("The site answered 451: the page is withheld for legal reasons. Upload a copy if you have one."),
}


def capture_resource(job: JobRun, *, resource: int) -> Callable[[], None] | None:
    """Job: capture one source, in three steps that say what they do.

    Each capture adds a Snapshot, also when the page says what it said before: that it still did is worth knowing, and a
    quote check rests on it.  The same body adds no second blob.

    Raises:
        FetchFailed: in words; an answer from 400 upwards is no page, so it is a failure too.
    """
    known = read_source(resource)
    if known is None:
        return None
    source, before = known
    assert source.url
    job.progress(_("asking the site"), 1, STEPS)
    robots = politeness.take_turn(source.url)
    hint = find_hint(job, source)
    tell = partial(_tell_bytes, job, time.monotonic() + TELL_AFTER_SECONDS)
    page = fetch(source.url, progress=tell, since=hint.since if hint else None)
    refuse_errors(page)
    if hint and page.status == HTTPStatus.NOT_MODIFIED:
        stored = hint.stored(warc.store_not_modified(page, hint.original))
        return partial(_keep, source.pk, page, hint.found(), stored, robots, is_due=True)
    is_soon_there = is_soon_read(page.body, page.content_type)  # sooner than its steps could be told
    if not is_soon_there:
        job.progress(_("reading the page"), 2, STEPS)
    found = extract_limited(page.body, page.content_type, page.charset, page.final_url)
    if not is_soon_there:
        job.progress(_("keeping the copy"), 3, STEPS)
    stored = _store(page, found, before)
    return partial(_keep, source.pk, page, found, stored, robots, is_due=job.priority == schedule.PRIORITY)


def _store(page: Page, found: Extract, before: Copy | None) -> dict[str, blobs.Stored]:
    """Keep the copy; one that says what the copy before it said refers to that one's archive."""
    again = _store_again(page, before) if before else None
    if again is not None:
        return again
    archive = warc.store_page(page, title=found.title, text=found.main_text)
    return {"body": archive.body, "warc": archive.warc, "wacz": archive.wacz}


def _store_again(page: Page, before: Copy) -> dict[str, blobs.Stored] | None:
    kept = before.wacz
    if kept is None or before.url != page.final_url or hashlib.sha256(page.body).hexdigest() != before.sha256:
        return None
    try:
        original = warc.find_original(blobs.read_blob(before.warc))
        blobs.read_blob(kept.sha256)  # only an archive that is whole can be referred to
    except BlobDamaged:
        return None
    revisit = warc.store_revisit(page, original) if original else None
    if revisit is None:
        return None
    body, record = revisit
    return {"body": body, "warc": record, "wacz": kept}


def may_ask(evidence: Evidence, person: Person) -> bool:
    """Whether a person may have a source captured again: who cited it there, a checker or an editor."""
    return person.can_research or (person.can_contribute and evidence.added_by_id == person.pk)


def request_capture(resource: Resource, *, claim_id: int | None, by: Person) -> None:
    """Ask for a source to be captured (again); a person waits for it."""
    jobs.enqueue("capture", key=resource.chain, claim=claim_id, by=by, priority=1, resource=resource.pk)


def capture_jobs(resource_ids: Iterable[int]) -> dict[int, Job]:
    """The captures a page should speak of, by source: under way, or given up or stopped with no copy since; three statements."""
    keys = {f"resource/{pk}": pk for pk in resource_ids}
    about = Job.objects.filter(kind__in=(*KINDS, LOOKING), key__in=keys)
    ended = about.filter(state__in=[Job.State.FAILED, Job.State.CANCELLED], kind__in=KINDS)
    failed = ended.order_by("key", "-id").distinct("key")
    newest = Snapshot.objects.filter(resource__in=keys.values()).order_by("resource_id", "-captured_at", "-id")
    copied_at = dict(newest.distinct("resource_id").values_list("resource_id", "captured_at"))
    found = {
        keys[job.key]: job
        for job in failed
        if job.finished_at and not (keys[job.key] in copied_at and copied_at[keys[job.key]] > job.finished_at)
    }
    at_work = about.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    # Of two the file is spoken of that a person handed in, for he waits for it.
    return found | {keys[job.key]: job for job in sorted(at_work, key=lambda job: job.kind == "read_upload")}


def add_snapshot(
    resource: Resource,
    found: Extract,
    archive: dict[str, blobs.Stored],
    around: Surroundings | None = None,
    **fields: Any,
) -> Snapshot:
    """Write down what a source said, after the copy before it.  The resource's row must be locked.

    Args:
        archive: the blobs already stored: "body", for a page "warc" and "wacz", for a rendered one "screenshot" and "pdf".
        around: what ``look_around`` found, where the caller has it.
        fields: kind, captured_by, final_url, http_status; problem, where it is not that of the reading.
    """
    is_fetched = fields.get("kind") == Snapshot.Kind.FETCHED
    for marked in blobs.enter_blobs(archive.values()):  # what was damaged may just have been stored again
        scrub.check_now(marked)
    around = around or look_around(resource)
    snapshot = Snapshot(
        resource=resource,
        sha256=archive["body"].sha256,
        previous_sha256=around.previous_sha256,
        mime=found.mime[:100],
        extractor=found.extractor,
        body_text=found.body_text,
        body_text_sha256=sha256(found.body_text),
        main_text=found.main_text,
        pages=list(found.pages),
        title=found.title,
        author=found.author,
        published_on=found.published_on,
        date_basis=found.date_basis,
        canonical_url=found.canonical_url[:2000],
        language=found.language,
        likeness=simhash(found.main_text),
        instead=doubt.other_than_page(found.title, found.main_text or found.body_text) if is_fetched else "",
        **{f"{name}_id": stored.sha256 for name, stored in archive.items()},
        **{"problem": found.problem} | fields,
    )
    add_row(snapshot)
    return snapshot


def after_snapshot(snapshot: Snapshot, around: Surroundings | None = None) -> None:
    """What a new copy sets going: evidence that waits for its first one, and passages to be looked for in it."""
    resource = snapshot.resource
    around = around or look_around(resource)
    about = {"key": resource.chain, "resource": resource.pk}
    wanted: list[tuple[str, dict[str, Any]]] = []
    if snapshot.body_text and around.awaits_copy:
        wanted.append(("pin", about | {"snapshot": snapshot.pk}))
    if around.has_quotes:
        wanted.append(("check_quotes", about))
    # What a browser showed is relied on: a plain copy cannot say what became of it.
    if around.has_shown_quotes and snapshot.kind == Snapshot.Kind.FETCHED and settings.RENDERED_CAPTURE:
        wanted.append(("render", about))
    if wanted:
        jobs.enqueue_all(wanted)


def give_up(*, claim_id: int | None, sentence: str, resource: int) -> None:
    """No copy came, however often it was tried."""
    schedule.after_miss(resource, sentence)


def _keep(
    resource_id: int, page: Page, found: Extract, stored: dict[str, blobs.Stored], robots: str, *, is_due: bool
) -> None:
    resource = locked(resource_id)
    around = look_around(resource)
    snapshot = add_snapshot(
        resource,
        found,
        stored,
        around,
        kind=Snapshot.Kind.FETCHED,
        final_url=page.final_url[:2000],
        http_status=page.status,
        robots=robots,
    )
    filled = fill_in(resource, snapshot, around)
    schedule.after_look(resource, is_due=is_due, changed=filled)
    body = {
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
        "warc_sha256": stored["warc"].sha256,
        "previous_sha256": snapshot.previous_sha256,
        "url": snapshot.final_url,
        "status": page.status,
    }
    Event.objects.append(resource, "capture", by=None, body=body | ({"filled_in": filled} if filled else {}))
    if page.status != HTTPStatus.NOT_MODIFIED:
        after_snapshot(snapshot, around)
    elsewhere.ask_after_capture(resource)


def fill_in(resource: Resource, snapshot: Snapshot, around: Surroundings | None = None) -> dict[str, str]:
    """What the page says about itself, where nobody said it before; the caller saves it.

    The title is part of what a claim says, so it stays as it is while a claim that cites the source is frozen or public.
    """
    around = around or look_around(resource)
    new_publisher = None if resource.publisher_id else around.publisher
    found = {
        "title": "" if around.is_frozen else snapshot.title,
        "publisher": Publisher.objects.get(pk=new_publisher) if new_publisher else None,
        "published_on": snapshot.published_on,
        "language": snapshot.language,
    }
    filled = {name: value for name, value in found.items() if value and not getattr(resource, name)}
    if "published_on" in filled:
        filled["date_basis"] = snapshot.date_basis
    for name, value in filled.items():
        setattr(resource, name, value)
    return {name: str(value) for name, value in filled.items()}


def _tell_bytes(job: JobRun, begin: float, _step: str, done: int, expected: int) -> None:
    """How much of a page has come that takes long; the site may not have said how much there is."""
    if time.monotonic() < begin:
        return
    if expected:
        words = _("asking the site, %(done)d of %(all)d kB") % {"done": done // 1024, "all": expected // 1024}
    else:
        words = _("asking the site, %(done)d kB") % {"done": done // 1024}
    job.progress(words, 1, STEPS)


def refuse_errors(page: Page) -> None:
    """An answer from 400 upwards is no page.

    Raises:
        FetchFailed: in words for that status.
    """
    if page.outcome == "ok":
        return
    sentence = str(SENTENCES.get(page.status) or _usual_sentence(page.status))
    failure = FetchFailed(sentence, page.outcome)
    failure.permanent = page.status in FINAL_ANSWERS
    raise failure


def _usual_sentence(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _("The site answered %(status)d: it has trouble of its own. It is asked again later.") % {
            "status": status
        }
    return _("The site answered %(status)d, which is not the page. Upload a copy if you have one.") % {"status": status}
