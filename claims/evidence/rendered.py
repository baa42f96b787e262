"""A source as a browser shows it: its document, a picture, a PDF and every request, where the plain page says too little.

Optional: it wants Chromium, the part "rendered" of the installation, and a setting that allows it.
"""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from claims import jobs
from claims.errors import UserFacingError
from claims.evidence import blobs, capture, schedule, warc
from claims.evidence.source import locked
from claims.jobs import JobRun
from claims.models import Event, Person, Resource, Snapshot
from claims.web import politeness, render
from claims.web.fetch import Page, fetch
from claims.web.limited import extract_limited
from claims.web.media import Extract
from claims.web.render import Rendering

STEPS = 5


class RenderingOff(UserFacingError):
    """Pages are not shown in a browser here."""

    permanent = True


def why_not() -> str:
    """Why no page can be captured as a browser shows it, in a sentence; empty when it can."""
    if not settings.RENDERED_CAPTURE:
        return _("Capturing a page as a browser shows it is switched off here.")
    missing = render.why_not(settings.CHROMIUM, without_sandbox=settings.RENDERED_WITHOUT_SANDBOX)
    return str(render.MISSING[missing]) if missing else ""


def request_rendering(resource: Resource, *, claim_id: int | None, by: Person) -> None:
    """Ask for a copy as a browser shows it; a person waits for it.

    Raises:
        RenderingOff: it cannot be made here.
    """
    if sentence := why_not():
        raise RenderingOff(sentence, "off")
    jobs.enqueue("render", key=resource.chain, claim=claim_id, by=by, priority=1, resource=resource.pk)


def render_resource(job: JobRun, *, resource: int) -> Callable[[], None] | None:
    """Job: capture one source as a browser shows it.

    The page itself is fetched as ever; the browser is given it, and is given what it asks for besides through the same door.

    Raises:
        RenderingOff: it cannot be done here.
        FetchFailed: in words; nothing is kept then.
    """
    source = Resource.objects.filter(pk=resource).first()
    if source is None or not source.url:
        return None
    if sentence := why_not():
        raise RenderingOff(sentence, "off")
    job.progress(_("asking the site"), 1, STEPS)
    robots = politeness.take_turn(source.url)
    page = fetch(source.url)
    capture.refuse_errors(page)
    job.progress(_("opening the page in a browser"), 2, STEPS)
    rendering = render.render(
        page,
        render.find_chromium(settings.CHROMIUM),
        sandbox=not settings.RENDERED_WITHOUT_SANDBOX,
        progress=partial(_tell, job),
    )
    job.progress(_("reading the page"), 4, STEPS)
    found = extract_limited(rendering.document, "text/html", "utf-8", rendering.url)
    job.progress(_("keeping the copy"), 5, STEPS)
    stored = _store(page, rendering, found)
    return partial(_keep, source.pk, page, rendering, found, stored, robots)


def _tell(job: JobRun, step: str, done: int) -> None:
    if step == "open":
        job.progress(_("opening the page in a browser, %(n)d files") % {"n": done}, 2, STEPS)
    else:
        job.progress(_("taking a picture of the page"), 3, STEPS)


def _store(page: Page, rendering: Rendering, found: Extract) -> dict[str, blobs.Stored]:
    archive = warc.store_page(
        page, title=found.title, text=found.main_text, others=rendering.hops, body=rendering.document
    )
    stored = {"body": archive.body, "warc": archive.warc, "wacz": archive.wacz}
    pictures = {"screenshot": rendering.screenshot, "pdf": rendering.pdf}
    return stored | {kind: blobs.store_blob(data, kind) for kind, data in pictures.items() if data}


def _keep(
    resource_id: int, page: Page, rendering: Rendering, found: Extract, stored: dict[str, blobs.Stored], robots: str
) -> None:
    resource = locked(resource_id)
    snapshot = capture.add_snapshot(
        resource,
        found,
        stored,
        kind=Snapshot.Kind.RENDERED,
        final_url=rendering.url[:2000],
        http_status=page.status,
        robots=robots,
        problem=_problem(rendering, found),
    )
    if resource.look_again_at is None:  # never captured before: the watch begins
        schedule.after_look(resource)
    body = {
        "kind": snapshot.kind,
        "sha256": snapshot.sha256,
        "text_sha256": snapshot.body_text_sha256,
        "previous_sha256": snapshot.previous_sha256,
        "url": snapshot.final_url,
        "status": page.status,
        "requests": len(rendering.hops),
        "refused": rendering.refused,
        "notes": list(rendering.notes),
    }
    files = {f"{name}_sha256": one.sha256 for name, one in stored.items() if name not in {"body", "wacz"}}
    Event.objects.append(resource, "capture", by=None, body=body | files)
    capture.after_snapshot(snapshot)


def _problem(rendering: Rendering, found: Extract) -> str:
    """What was wrong, in sentences: with the reading, and with the showing."""
    return " ".join([found.problem, *(str(render.NOTES[code]) for code in rendering.notes)]).strip()[:300]
