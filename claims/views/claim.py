"""The claim page, and how every press on it is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from claims.errors import StaleEdit, UserFacingError
from claims.forms.claim import ArrangeForm, StatementForm, VerdictForm
from claims.forms.fields import PlainForm
from claims.forms.parts import (
    AppearanceEditForm,
    AppearanceForm,
    CommentForm,
    ContactForm,
    EvidenceForm,
    LinksForm,
    RubricForm,
)
from claims.forms.steps import StepForm
from claims.models import ChecklistAnswer, Claim, Topic
from claims.views import claim_cards
from claims.views.access import (
    DeskRequest,
    back_to_claim,
    check_may_see,
    signed_in,
    visible_claims,
)
from claims.views.claim_moves import NEXT_STAGE, read_moves
from claims.views.claim_page import ClaimPage, read_page
from claims.views.claim_preflight import read_preflight
from claims.views.context import desk_of
from claims.views.live import STOP_POLLING, is_part, read_id
from claims.views.queue import queue_query
from claims.views.record_words import ABOUT_THE_VERDICT
from claims.views.reply_rows import reply_rows
from claims.views.result_list import ResultList, neighbours, place_of
from claims.workflow import stages, undo
from claims.workflow.attempt import Missing
from claims.workflow.edit import PLAIN_FIELDS, VERDICT_FIELDS, digest, digests
from claims.workflow.edit_review import QUESTION
from claims.workflow.transitions import WORKING

TEMPLATE = "claims/claim_detail.html"


@dataclass
class Outcome:
    """What came of a press that changed nothing: the sentence, where it stands, and the form as it was sent."""

    sentence: str = ""
    place: str = ""
    missing: list[Missing] = field(default_factory=list)
    form: PlainForm | None = None
    edited: int | None = None
    is_stale: bool = False

    @property
    def status(self) -> HTTPStatus:
        if self.is_stale:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.place else HTTPStatus.OK


@signed_in
@require_safe
def claim_detail(request: DeskRequest, claim_id: int) -> HttpResponse:
    return render_claim(request, claim_id, Outcome(edited=read_id(request.GET.get("edit", ""))))


def render_claim(request: DeskRequest, claim_id: int, outcome: Outcome | None = None) -> HttpResponse:
    """The claim page as it stands; with an outcome the sentence stands in its place and the form keeps what was written."""
    outcome = outcome or Outcome()
    template = f"{TEMPLATE}#claim" if is_part(request, "claim") else TEMPLATE
    context = read_context(request, claim_id, outcome)
    return without_history(request, render(request, template, context, status=outcome.status))


@signed_in
@require_safe
def your_move(request: DeskRequest, claim_id: int) -> HttpResponse:
    """The panel "Your move" alone: asked for again when something on the page changed without the page."""
    return render(request, f"{TEMPLATE}#your-move", read_context(request, claim_id, Outcome()))


def without_history(request: DeskRequest, response: HttpResponse) -> HttpResponse:
    """A press leaves the address as it is: htmx would put the address of the form there, which cannot be loaded anew."""
    return push_url(response, False) if request.htmx else response


def carry_out(
    request: DeskRequest, claim_id: int, operation: Callable[[], object], *, place: str, **given: Any
) -> HttpResponse:
    """Call one operation and answer: back to the claim, or the claim with the one sentence that says why not.

    Args:
        place: the part of the page the press came from; a refusal stands there.
        given: as ``press`` takes it.
    """
    refused = press(request, claim_id, operation, place=place, **given)
    return render_claim(request, claim_id, refused) if refused else back_to_claim(request, claim_id, place)


def press(
    request: DeskRequest,
    claim_id: int,
    operation: Callable[[], object],
    *,
    place: str,
    form: PlainForm | None = None,
    said: str = "",
    edited: int | None = None,
    undoable: bool = False,
) -> Outcome | None:
    """Call one operation; what comes back is why nothing was changed.

    Args:
        form: what was sent; the operation is not called at all when it is not valid.
        said: the sentence that tells of success.
        undoable: the sentence offers to take it back, where that can be.

    Raises:
        StaleEdit: the caller shows both texts.
    """
    check_may_see(request.user, claim_id)
    if form is not None and not form.is_valid():
        return Outcome("", place, form=form, edited=edited)
    pressed_at = timezone.now()
    try:
        operation()
    except UserFacingError as refusal:
        if isinstance(refusal, StaleEdit):
            raise
        return Outcome(str(refusal), place, getattr(refusal, "missing", []), form, edited)
    if said:
        token = undo.offer([claim_id], by=request.user, since=pressed_at) if undoable else ""
        messages.success(request, said, extra_tags=token)
    return None


# --- what the template shows


def read_context(request: DeskRequest, claim_id: int, outcome: Outcome) -> dict[str, Any]:
    """Everything the page and its parts show of a claim to this person."""
    return _context(request, read_page(claim_id, request.user, desk_of(request)), outcome)


def _context(request: DeskRequest, page: ClaimPage, outcome: Outcome) -> dict[str, Any]:
    claim = page.claim
    bound_step = outcome.form if isinstance(outcome.form, StepForm) else None
    moves = read_moves(page, bound_step)
    return {
        "page": page,
        "claim": claim,
        "held": page.standing,
        "undo_in_page": True,
        "refusal": outcome,
        "moves": [move for move in moves if move.place == "your-move"],
        "hand_over": next((move for move in moves if move.action in {"hand_over", "offer"}), None),
        "offered_by": _offered_by(page),
        "needs_cross_checker": claim.status == "in_cross_check" and not page.standing.roles.get("cross_checker"),
        "cross_check": next((move for move in moves if move.action == "cross_check"), None),
        "next_stage": NEXT_STAGE.get(claim.status, ""),
        "sent_back": _sent_back(page),
        "is_settled": claim.status not in Claim.OPEN and claim.public_state != Claim.PublicState.WITHHELD,
        **read_preflight(page),
        "replies": reply_rows(page.contacts, page.standing, page.now, outcome.form),
        "shows_checklist": claim.status in {"accepted", *WORKING},
        "checklist_answers": ChecklistAnswer.Answer.choices,
        "columns": claim_cards.evidence_columns(
            page, outcome.edited, outcome.form if isinstance(outcome.form, EvidenceForm) else None
        ),
        "shared_origins": claim_cards.shared_origins(page),
        "relations": claim_cards.relations(page),
        "claimants": claim_cards.claimants(page),
        "first": next((row for row in page.appearances if row.is_first), None),
        "people": claim_cards.people(page),
        **_forms(page, outcome),
        **_around(request, page),
    }


def _offered_by(page: ClaimPage) -> str:
    """Who asks this person to take a part over; empty: nobody."""
    holders = [int(ref.removeprefix("person/")) for ref in page.standing.offers.values()]
    return next((str(page.person_by_id[pk]) for pk in holders if pk in page.person_by_id), "")


def _around(request: DeskRequest, page: ClaimPage) -> dict[str, Any]:
    """The list the person came from, and the claims before and after this one in it."""
    if "from" not in request.GET:
        return {"back": "", "suffix": ""}
    origin = QueryDict(request.GET["from"][:1000])
    asked, left, suffix = ResultList.read(origin), request.GET.get("at", "")[:100], suffix_of(request)
    return {
        "neighbours": neighbours(asked, page.person, page.claim, left),
        "back": f"?{queue_query(origin)}",
        "suffix": suffix,
        "step_suffix": f"{suffix}&{urlencode({'at': left or place_of(page.claim, asked.sort)})}",
    }


def suffix_of(request: DeskRequest) -> str:
    """What addresses on the page carry, so that the person stays inside the list he came from."""
    if "from" not in request.GET:
        return ""
    return "?" + urlencode({"from": queue_query(QueryDict(request.GET["from"][:1000]))})


def _sent_back(page: ClaimPage) -> dict[str, Any] | None:
    """Why a claim came back to its checker: who sent it, when, and the words that go with it.

    The words of somebody who gave a verdict of his own are kept from those who must not know any verdict yet.
    """
    found = page.values.sent_back
    if found is None or page.claim.status != "changes_requested":
        return None
    event = claim_cards.read_event(found)
    person = page.person_by_id.get(event.person_id or 0)
    shown = page.sees_verdict or event.action not in ABOUT_THE_VERDICT
    asked = [Missing(*pair) for pair in event.body.get("missing", [])] if shown else []
    still = _still_missing(page, asked)
    mended = len({item.place for item in asked} - {item.place for item in still})
    return {
        "action": event.action,
        "at": event.at,
        "by": person,
        "reason": event.body.get("reason", "") if shown and not asked else "",
        "missing": still,
        "mended": mended,
    }


def _still_missing(page: ClaimPage, asked: list[Missing]) -> list[Missing]:
    """What preflight asked for and misses to this day, in today's words; only submitting again tells of the rest."""
    listed = [missing for item in page.preflight for missing in item.missing]
    places = {item.place for item in asked}
    return [*(item for item in asked if item.place == "verdict"), *(item for item in listed if item.place in places)]


def _forms(page: ClaimPage, outcome: Outcome) -> dict[str, PlainForm]:
    """The forms of the page; the one that came back keeps what was written."""
    claim = page.claim
    sees = page.sees_verdict or not claim.has_verdict
    forms: dict[str, PlainForm] = {
        "statement_form": StatementForm(
            name="statement", seen=digests(claim, PLAIN_FIELDS), initial=_initial(claim, PLAIN_FIELDS)
        ),
        "links_form": LinksForm(name="links"),
        "appearance_form": AppearanceForm(name="appearance"),
        "contact_form": ContactForm(
            name="contact", initial={"deadline": stages.after(page.desk, "reply_limit", page.now)}
        ),
        "comment_form": CommentForm(name="comment"),
        "rubric_form": RubricForm(
            questions=page.values.rubric, seen=_seen_rubric(page), initial={"reason": claim.worth_reason}
        ),
        "arrange_form": _arrange_form(page),
    }
    if sees:
        forms["verdict_form"] = VerdictForm(
            ratings=page.ratings,
            public=bool(claim.public_state),
            seen=digests(claim, VERDICT_FIELDS),
            initial=_initial(claim, VERDICT_FIELDS),
        )
    if isinstance(outcome.form, AppearanceEditForm):
        forms["edited_appearance"] = outcome.form
    if outcome.form is not None:
        same = (name for name, form in forms.items() if type(form) is type(outcome.form))
        forms |= dict.fromkeys(same, outcome.form)
    for form in forms.values():
        form.offer("topics", page.values.all_topics)
        form.offer("claimant", page.values.all_claimants)
    return forms


def _seen_rubric(page: ClaimPage) -> dict[str, str]:
    answers = {f"{QUESTION}{row['code']}": digest(row["answer"]) for row in page.values.rubric}
    return {**answers, "reason": digest(page.claim.worth_reason)}


def _arrange_form(page: ClaimPage) -> ArrangeForm:
    names = ("due_at", "priority", "confidential")
    topics = [topic["pk"] for topic in page.values.topic_names]
    seen = {**digests(page.claim, names), "topics": digest([Topic(pk=pk) for pk in topics])}
    return ArrangeForm(name="arrange", seen=seen, initial={**_initial(page.claim, names), "topics": topics})


def _initial(claim: Claim, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: claim.rating_id if name == "rating" else getattr(claim, name) for name in names}


# --- while the desk itself works on it


@signed_in
@require_safe
def claim_status(request: DeskRequest, claim_id: int) -> HttpResponse:
    """Asked every two seconds while the desk itself works on a claim: nothing new, or a page to load anew."""
    status = visible_claims(request.user).filter(pk=claim_id).values_list("status", flat=True).first()
    if status is None:
        raise Http404
    if status == request.GET.get("was"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})


urlpatterns = [
    path("claims/<int:claim_id>/", claim_detail, name="claim-detail"),
    path("claims/<int:claim_id>/move/", your_move, name="your-move"),
    path("claims/<int:claim_id>/status/", claim_status, name="claim-status"),
]
