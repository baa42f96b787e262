"""Comments on a claim, a passage of its rationale and one piece of its evidence: parts that load by themselves, and a page for who has no script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims.errors import UserFacingError
from claims.forms.parts import CommentForm, PassageForm
from claims.models import Claim, Comment, Evidence, Person
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.claim import carry_out, without_history
from claims.views.live import is_part, read_id
from claims.views.passages import PassageNow, find_passage, mark_passages, read_selection
from claims.workflow import comments, undo
from claims.workflow.apply import Refused
from claims.workflow.readable import isolate
from claims.workflow.standing import standing

TEMPLATE = "claims/claim_comments.html"
MOST_NAMES = 500


@dataclass
class Said:
    """One comment as one person may read it."""

    comment: Comment
    is_kept: bool
    may_withdraw: bool
    may_resolve: bool = False
    replies: list["Said"] = field(default_factory=list)
    passage: PassageNow | None = None


@dataclass(frozen=True)
class Place:
    """What is talked about: the claim, or the piece of evidence with this number."""

    number: int | None = None

    @property
    def part(self) -> str:
        """The id of the part of the page."""
        return f"talk-e{self.number}" if self.number else "comments"


@dataclass(frozen=True)
class Refusal:
    """Why a comment was not written, where, and its words."""

    sentence: str = ""
    at: int | None = None
    written: str = ""


@signed_in
@require_safe
def comment_list(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The conversation about a claim, or about one piece of its evidence (``?evidence=3``); open threads first."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    return _show(request, claim, Place(read_id(request.GET.get("evidence", ""))))


def _show(request: DeskRequest, claim: Claim, place: Place, refused: Refusal | None = None) -> HttpResponse:
    threads = read_threads(claim, request.user, place.number)
    in_page = is_part(request, place.part)
    context = {
        "claim": claim,
        "place": place,
        "threads": threads,
        "open_count": sum(thread.comment.resolved_at is None for thread in threads),
        "may_comment": request.user.role != Person.Role.AUDITOR,
        "in_page": in_page,
        "refused": refused or Refusal(),
        "is_answer": request.method == "POST",
        "rationale": _marked(claim, threads) if in_page and not place.number else "",
    }
    part = ("#talk" if place.number else "#comments") if in_page else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return without_history(request, render(request, f"{TEMPLATE}{part}", context, status=status))


def _marked(claim: Claim, threads: list[Said]) -> str:
    """The rationale with its passages marked, for who sees them; empty where there is nothing to mark."""
    found = [(thread.comment, thread.passage) for thread in threads if thread.passage]
    return mark_passages(claim.rationale, found) if found else ""


def read_threads(claim: Claim, person: Person, number: int | None = None) -> list[Said]:
    """Threads with their replies; the words of those who know a verdict this person must not know are left out."""
    rows = Comment.objects.filter(claim=claim).select_related("by", "resolved_by", "evidence").order_by("at", "pk")
    found = list(rows.filter(evidence__number=number) if number else rows)
    kept = comments.kept_from(claim, person)
    told = {row.pk for row in found if row.passage} if _is_blind(claim, person, found) else set()
    said = {row.pk: Said(row, row.by_id in kept or bool({row.pk, row.parent_id} & told), False) for row in found}
    for line in said.values():
        if line.comment.passage and not line.is_kept:
            line.passage = find_passage(claim.rationale, line.comment)
    for row in found:
        if row.parent_id in said:
            said[row.parent_id].replies.append(said[row.pk])
    threads = [said[row.pk] for row in found if row.parent_id is None]
    for thread in threads:
        thread.may_resolve = comments.may_resolve(thread.comment, person)
        for line in (thread, *thread.replies):
            line.may_withdraw = line.comment.by_id == person.pk and _is_last(line, thread)
    return sorted(threads, key=lambda thread: thread.comment.resolved_at is not None)


def _is_blind(claim: Claim, person: Person, rows: list[Comment]) -> bool:
    """Whether passages of the rationale are among them, and he must not know it yet."""
    return any(row.passage for row in rows) and not standing(claim, person).sees_verdict


def _is_last(line: Said, thread: Said) -> bool:
    if line.comment.resolved_at is not None:
        return False
    later = thread.replies[thread.replies.index(line) + 1 :] if line is not thread else thread.replies
    return all(reply.comment.withdrawn_at is not None for reply in later)


@signed_in
@require_POST
def comment_add(request: DeskRequest, claim_id: int) -> HttpResponse:
    if "exact" in request.POST or "first" in request.POST:
        return _add_on_passage(request, claim_id)
    form = CommentForm(request.POST, name="comment")
    number, parent = read_id(request.POST.get("evidence", "")), read_id(request.POST.get("parent", ""))

    def add() -> None:
        evidence = _evidence(claim_id, request.POST.get("evidence", ""))
        if request.POST.get("parent") and parent is None:
            raise Refused(_("What you comment on is no longer on this claim."), "gone")
        text = _text_of(form)
        comment = comments.add_comment(claim_id, by=request.user, text=text, evidence_id=evidence, parent_id=parent)
        _say_who_is_not_told(request, comment)

    if is_part(request, Place(number).part) and number:
        return _answer_part(request, claim_id, Place(number), add, form, parent)
    return carry_out(request, claim_id, add, place="comments")


def _text_of(form: CommentForm) -> str:
    """The comment that was written.

    Raises:
        Refused: there is none, or it is too long; the field itself loads later than the answer, and cannot say it.
    """
    if not form.is_valid():
        raise Refused(" ".join(str(sentence) for errors in form.errors.values() for sentence in errors), "comment")
    return str(form.cleaned_data["text"])


def _add_on_passage(request: DeskRequest, claim_id: int) -> HttpResponse:
    form = PassageForm(request.POST, name="passage")

    def add() -> None:
        claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
        text = _text_of(form)
        passage = read_selection(claim, request.user, form.cleaned_data)
        comment = comments.add_comment(claim_id, by=request.user, text=text, passage=passage)
        _say_who_is_not_told(request, comment)

    return carry_out(request, claim_id, add, place="passage", form=form if form.is_valid() else None)


def _evidence(claim_id: int, number: str) -> int | None:
    if not number:
        return None
    found = Evidence.objects.filter(claim=claim_id, number=read_id(number) or 0).first()
    if found is None:
        raise Refused(_("What you comment on is no longer on this claim."), "gone")
    return found.pk


def _say_who_is_not_told(request: DeskRequest, comment: Comment) -> None:
    for person in comments.not_told(comment):
        sentence = _("%(name)s may not see this claim, or has left, and is not told of your comment.")
        messages.warning(request, sentence % {"name": isolate(str(person))})
    for name in comments.names_of_nobody(comment.text):
        sentence = _("Nobody here has the user name “%(name)s”, so nobody of that name is told of your comment.")
        messages.warning(request, sentence % {"name": isolate(name)})


def _answer_part(
    request: DeskRequest,
    claim_id: int,
    place: Place,
    operation: Callable[[], object],
    form: CommentForm | None = None,
    parent: int | None = None,
) -> HttpResponse:
    """The conversation about one piece of evidence after a press in it; a refusal stands in it, with what was written."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    written = request.POST.get("text", "")
    if form is not None and not form.is_valid():
        return _show(request, claim, place, Refusal(" ".join(map(str, form.errors["text"])), parent, written))
    try:
        operation()
    except UserFacingError as refusal:
        return _show(request, claim, place, Refusal(str(refusal), parent, written))
    response = _show(request, claim, place)
    response["HX-Trigger"] = "claim-changed, talk-changed"  # whether all is resolved is asked of the next step
    return response


def _settle(
    request: DeskRequest, claim_id: int, comment_id: int, operation: Callable[..., Any], said: str
) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.select_related("evidence"), pk=comment_id, claim=claim_id)
    place = Place(comment.evidence.number if comment.evidence else None)
    in_part = bool(place.number) and is_part(request, place.part)

    def settle() -> None:
        pressed_at = timezone.now()
        operation(comment.pk, by=request.user)
        if in_part:
            token = undo.offer([claim_id], by=request.user, since=pressed_at)
            messages.success(request, said, extra_tags=token)

    if in_part:
        return _answer_part(request, claim_id, place, settle)
    return carry_out(request, claim_id, settle, place="comments", said=said, undoable=True)


@signed_in
@require_POST
def comment_resolve(request: DeskRequest, claim_id: int, comment_id: int) -> HttpResponse:
    return _settle(request, claim_id, comment_id, comments.resolve_comment, _("Resolved."))


@signed_in
@require_POST
def comment_reopen(request: DeskRequest, claim_id: int, comment_id: int) -> HttpResponse:
    return _settle(request, claim_id, comment_id, comments.reopen_comment, _("Open again."))


@signed_in
@require_POST
def comment_withdraw(request: DeskRequest, claim_id: int, comment_id: int) -> HttpResponse:
    return _settle(request, claim_id, comment_id, comments.withdraw_comment, _("Taken back; the record keeps it."))


@signed_in
@require_safe
def comment_names(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Who can be named with ``@`` in a comment on this claim: the active people who may see it."""
    claim = get_object_or_404(visible_claims(request.user), pk=claim_id)
    people = Person.objects.filter(is_active=True)
    if claim.confidential:
        holds = Q(assignments__claim=claim, assignments__ended_at__isnull=True)
        people = people.filter(Q(role=Person.Role.EDITOR) | Q(pk=claim.created_by_id) | holds).distinct()
    rows = people.order_by("name", "pk").values("username", "name")[:MOST_NAMES]
    return JsonResponse({"people": list(rows)})


_COMMENTS = "claims/<int:claim_id>/comments/"
urlpatterns = [
    path(_COMMENTS, comment_list, name="comment-list"),
    path(f"{_COMMENTS}add/", comment_add, name="comment-add"),
    path(f"{_COMMENTS}names/", comment_names, name="comment-names"),
    path(f"{_COMMENTS}<int:comment_id>/resolve/", comment_resolve, name="comment-resolve"),
    path(f"{_COMMENTS}<int:comment_id>/reopen/", comment_reopen, name="comment-reopen"),
    path(f"{_COMMENTS}<int:comment_id>/withdraw/", comment_withdraw, name="comment-withdraw"),
]
