"""The evidence reader, and what is done to one piece of evidence: capture, upload, passages, waivers, copies."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.errors import StaleEdit, UserFacingError
from claims.evidence import capture, quotes, upload, watch
from claims.forms.marked import SEEN
from claims.forms.upload import UploadForm
from claims.models import Evidence, Person, Snapshot, Waiver
from claims.templatetags.files import say_misnamed
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.capture_line import CaptureLine, read_capture
from claims.views.live import STOP_POLLING
from claims.views.reader import open_reader
from claims.workflow import edit_parts, undo
from claims.workflow.apply import Refused
from claims.workflow.edit import digest
from claims.workflow.readable import clean, has_visible
from claims.workflow.standing import standing

TEMPLATE = "claims/evidence_reader.html"
UPLOAD_TEMPLATE = "claims/evidence_upload.html"
MOST_LETTERS = 300  # of a reason or of the words of a passage, as the forms say
View = Callable[..., HttpResponse]


def for_evidence(view: View) -> View:
    """Give the view the piece of evidence, when the person may see its claim; to others it does not exist."""

    def found(request: DeskRequest, evidence_id: int, **kwargs: Any) -> HttpResponse:
        rows = Evidence.objects.select_related("claim__rating", "resource__publisher", "pinned")
        visible = rows.filter(claim__in=visible_claims(request.user)).prefetch_related("waivers")
        return view(request, get_object_or_404(visible, pk=evidence_id), **kwargs)

    named: View = wraps(view)(found)
    return never_cache(signed_in(named))


def answers_with_reader(view: View) -> View:
    """A refusal comes back as the reader with its sentence, status 422."""

    @wraps(view)
    def tried(request: DeskRequest, evidence: Evidence, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, evidence, **kwargs)
        except UserFacingError as refusal:
            return show_reader(request, evidence, refusal=str(refusal), shown=request.POST.get("snapshot", ""))

    return tried


# --- reading


@require_GET
@for_evidence
def evidence_reader(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    asked = request.GET
    return show_reader(
        request, evidence, shown=asked.get("snapshot", ""), older=asked.get("from", ""), newer=asked.get("to", "")
    )


def show_reader(request: DeskRequest, evidence: Evidence, *, refusal: str = "", **asked: str) -> HttpResponse:
    every = request.GET.get("copies") == "all"
    context = {
        "reader": open_reader(evidence, request.user, every=every, **asked),
        "every": "&copies=all" if every else "",
        "evidence": evidence,
        "claim": evidence.claim,
        "refusal": refusal,
        "first": _words(request, "first"),
        "last": _words(request, "last"),
        "written_title": _words(request, "title"),
        "seen_title": digest(evidence.resource.title),
        "accept": upload.ACCEPT,
        "kinds": upload.KINDS_IN_WORDS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, TEMPLATE, context, status=status)


@require_GET
@for_evidence
def evidence_status(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """The capture line of an evidence card; with ``?reader`` the whole page is loaded anew at the end."""
    line = read_capture(evidence)
    context = line_context(request, evidence, line)
    if "reader" in request.GET:
        context["query"] = "?reader"
    response = render(request, f"{TEMPLATE}#capture-line", context)
    if not line.at_work:
        response.status_code = STOP_POLLING
        response["HX-Trigger"] = "claim-changed"  # what preflight asks is asked for again
        if "reader" in request.GET:
            response["HX-Refresh"] = "true"
    return response


def line_context(request: DeskRequest, evidence: Evidence, line: CaptureLine) -> dict[str, Any]:
    held = standing(evidence.claim, request.user)
    return {
        "line": line,
        "evidence": evidence,
        "may_ask": capture.may_ask(evidence, request.user),
        "may_edit": held.may_change(evidence),
        "may_waive": held.may_research and not any(one.kind == Waiver.Kind.CAPTURE for one in evidence.waivers.all()),
    }


# --- captures and files


@require_POST
@for_evidence
@answers_with_reader
def capture_retry(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Capture now: again, after a failure, or at once instead of at the next try."""
    person = request.user
    check_may_ask(evidence, person)
    capture.request_capture(evidence.resource, claim_id=evidence.claim_id, by=person)
    if request.htmx:
        return render(request, f"{TEMPLATE}#capture-line", line_context(request, evidence, read_capture(evidence)))
    return _back(evidence)


def check_may_ask(evidence: Evidence, person: Person) -> None:
    """Ask whether a person may have a source captured again.

    Raises:
        Refused: he may not, or there is nothing to capture.
    """
    if not person.can_contribute:
        raise Refused(_("You may read this source, not ask for captures."), "person")
    if not capture.may_ask(evidence, person):
        words = _("Somebody else cited this source: a checker or an editor asks for another capture.")
        raise Refused(words, "person")
    if not evidence.resource.url:
        raise Refused(_("This is an uploaded file; there is no address to capture."), "no_address")


@require_POST
@for_evidence
@answers_with_reader
def snapshot_upload(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """A file in the place of a capture."""
    name, data = _read_file(request)
    upload.upload_copy(evidence.resource_id, by=request.user, name=name, data=data, evidence_id=evidence.pk, later=True)
    kept = _("The file is kept. This evidence rests on it as soon as it is read, if it can be.")
    messages.success(request, f"{kept} {say_misnamed(name, upload.media_type(name, data))}".strip())
    return _back(evidence)


def _read_file(request: DeskRequest) -> tuple[str, bytes]:
    """Name and bytes of the file of a form.

    Raises:
        Refused: there is none, or it is too large to be read.
    """
    file = request.FILES.get("file")
    if file is None:
        raise Refused(_("Choose a file first."), "file")
    if (file.size or 0) > upload.MAX_BYTES:
        raise upload.too_large(file.size or 0)
    return file.name or "", file.read()


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def evidence_upload(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Add a file as evidence of its own."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("title", "stance", "kind", "origin")}
        try:
            name, data = _read_file(request)
            evidence = upload.add_upload(claim.pk, by=request.user, name=name, data=data, later=True, **fields)
        except UserFacingError as problem:
            refusal = str(problem)
        else:
            messages.success(request, _said_of_file(evidence, name, data))
            return _back(evidence)
    context = {"claim": claim, "form": form, "refusal": refusal}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal or form.errors else HTTPStatus.OK
    return render(request, UPLOAD_TEMPLATE, context, status=status)


def _said_of_file(evidence: Evidence, name: str, data: bytes) -> str:
    known = upload.same_file(evidence, data)
    said = [
        _("The file is kept as evidence %(n)d; it is being read.") % {"n": evidence.number},
        say_misnamed(name, upload.media_type(name, data)),
        _("It is the same file as evidence %(n)d, so both count once.") % {"n": known} if known else "",
    ]
    return " ".join(filter(None, said))


@require_POST
@for_evidence
@answers_with_reader
def snapshot_pin(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Say which copy this evidence rests on."""
    snapshot_id = _number(request, "snapshot")
    edit_parts.pin_snapshot(evidence.pk, snapshot_id, by=request.user)
    messages.success(request, _("This evidence rests on the copy shown."))
    return _back(evidence, snapshot_id)


@require_POST
@for_evidence
@answers_with_reader
def evidence_waive(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Do without a copy, or without another look at the passage; readers see the reason."""
    kind = request.POST.get("kind", Waiver.Kind.CAPTURE)
    if kind not in Waiver.Kind.values:
        raise Http404
    edit_parts.waive(evidence.pk, kind, by=request.user, reason=_written(request, "reason"))
    messages.success(request, _("The reason is noted; readers will see it."))
    return _back(evidence)


@require_POST
@for_evidence
@answers_with_reader
def evidence_unwaive(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    waiver = get_object_or_404(Waiver, pk=_number(request, "waiver"), evidence=evidence)
    edit_parts.unwaive(waiver.pk, by=request.user)
    return _back(evidence)


@require_POST
@for_evidence
@answers_with_reader
def source_title(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Say what the source is called, on this claim and on every other that cites it."""
    seen = request.POST.get(f"{SEEN}title", "")
    try:
        edit_parts.title_source(evidence.pk, by=request.user, title=_written(request, "title"), seen=seen)
    except StaleEdit as stale:
        words = _("Somebody else named this source meanwhile: “%(now)s”. Yours stands below; save again to replace it.")
        raise Refused(words % {"now": stale.conflicts["title"][0]}, "stale") from stale
    messages.success(request, _("The source is called so wherever it is cited."))
    return _back(evidence, _words(request, "snapshot"))


# --- passages


@require_POST
@for_evidence
@answers_with_reader
def quote_add(request: DeskRequest, evidence: Evidence) -> HttpResponse:
    """Mark a passage: by offsets and words (a selection), or by its first and last words (the keyboard's way)."""
    snapshot_id = _number(request, "snapshot")
    if "first" in request.POST:
        snapshot = get_object_or_404(Snapshot, pk=snapshot_id, resource=evidence.resource_id)
        start, end = quotes.find_passage(snapshot.body_text, _words(request, "first"), _words(request, "last"))
        exact = None
    else:
        start, end, exact = _number(request, "start"), _number(request, "end"), request.POST.get("exact")
    replaces = _number(request, "replaces") if request.POST.get("replaces") else None
    quote = quotes.mark_quote(evidence.pk, snapshot_id, start, end, by=request.user, exact=exact, replaces=replaces)
    marked = _("The passage is marked, and this evidence rests on the copy it stands in.")
    if len(quote.exact) > end - start:
        marked += " " + _("It was widened to whole words.")
    messages.success(request, marked)
    return _back(evidence, snapshot_id, f"q{quote.pk}")


@require_POST
@for_evidence
@answers_with_reader
def quote_remove(request: DeskRequest, evidence: Evidence, *, quote_id: int) -> HttpResponse:
    if not evidence.quotes.filter(pk=quote_id).exists():
        raise Refused(_("This passage is no longer marked."), "gone")
    pressed_at = timezone.now()
    edit_parts.remove_quote(quote_id, by=request.user)
    token = undo.offer([evidence.claim_id], by=request.user, since=pressed_at)
    messages.success(request, _("The passage is no longer marked."), extra_tags=token)
    return _back(evidence, request.POST.get("snapshot", ""))


@require_POST
@for_evidence
@answers_with_reader
def alert_close(request: DeskRequest, evidence: Evidence, *, alert_id: int) -> HttpResponse:
    """Settle a source alert with a few words."""
    if not evidence.quotes.filter(alerts=alert_id).exists():
        raise Http404
    watch.close_alert(alert_id, by=request.user, resolution=_written(request, "resolution"))
    return _back(evidence)


def _words(request: DeskRequest, name: str) -> str:
    """What was written into a field, without signs that cannot be stored."""
    return request.POST.get(name, "").replace("\x00", "")[:MOST_LETTERS]


def _written(request: DeskRequest, name: str) -> str:
    """The same as others will read it; empty when nobody would see anything of it."""
    text = clean(_words(request, name))
    return text if has_visible(text) else ""


def _number(request: DeskRequest, name: str) -> int:
    try:
        return int(request.POST[name])
    except (KeyError, ValueError):
        raise Refused(_("Something was missing from the form; reload the page and try again."), "form") from None


def _back(evidence: Evidence, snapshot: int | str = "", place: str = "") -> HttpResponseRedirect:
    address = reverse("claims:evidence-reader", args=[evidence.pk])
    query = f"?snapshot={snapshot}" if str(snapshot).isdigit() else ""
    return HttpResponseRedirect(f"{address}{query}#{place}" if place else f"{address}{query}")


urlpatterns = [
    path("claims/<int:claim_id>/evidence/upload/", evidence_upload, name="evidence-upload"),
    path("evidence/<int:evidence_id>/", evidence_reader, name="evidence-reader"),
    path("evidence/<int:evidence_id>/status/", evidence_status, name="evidence-status"),
    path("evidence/<int:evidence_id>/capture/", capture_retry, name="capture-retry"),
    path("evidence/<int:evidence_id>/copy/", snapshot_upload, name="snapshot-upload"),
    path("evidence/<int:evidence_id>/pin/", snapshot_pin, name="snapshot-pin"),
    path("evidence/<int:evidence_id>/waive/", evidence_waive, name="evidence-waive"),
    path("evidence/<int:evidence_id>/unwaive/", evidence_unwaive, name="evidence-unwaive"),
    path("evidence/<int:evidence_id>/title/", source_title, name="source-title"),
    path("evidence/<int:evidence_id>/quotes/", quote_add, name="quote-add"),
    path("evidence/<int:evidence_id>/quotes/<int:quote_id>/remove/", quote_remove, name="quote-remove"),
    path("evidence/<int:evidence_id>/alerts/<int:alert_id>/close/", alert_close, name="alert-close"),
]
