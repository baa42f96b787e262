"""Intake: an article comes in, is read, and each of its sentences is decided on."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.errors import UserFacingError
from claims.forms.fields import keep_to
from claims.forms.intake import CandidateForm, DescribeForm, PasteForm, TakeInForm
from claims.intake import article as intake
from claims.intake import candidates
from claims.intake.details import describe_article
from claims.models import Article, Candidate, Job, Person
from claims.templatetags.files import say_misnamed
from claims.views.access import DeskRequest, signed_in
from claims.views.candidate_cards import THRESHOLDS, Card, Triage, open_card, read_triage
from claims.views.live import STOP_POLLING, is_part, read_id

LIST, DETAIL = "claims/intake_list.html", "claims/intake_detail.html"
PER_PAGE = 30
NEED_NO_FORM = {"dismiss", "put_back"}  # whatever stands in the fields


# --- taking in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def intake_list(request: DeskRequest) -> HttpResponse:
    """The articles taken in, newest first, and the form that takes one in."""
    brought = {
        name: request.GET[name] for name in ("source", "title") if name in request.GET
    }  # by the bookmark of Help
    form = TakeInForm(request.POST, request.FILES) if request.method == "POST" else TakeInForm(initial=brought)
    if form.is_valid():
        try:
            article = _take_in(form, request.user)
            if article.state == Article.State.READY:
                messages.info(request, _("This was taken in before; here is what the desk has of it."))
            elif form.mime and (told := say_misnamed(form.cleaned_data["file"].name, form.mime)):
                messages.info(request, told)
            return redirect("claims:intake-detail", article.pk)
        except UserFacingError as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "source", str(refusal))
    context = {"form": form, "may_take_in": request.user.can_contribute, **_articles(request)}
    if is_part(request, "articles"):
        status = HTTPStatus.OK if context["is_reading"] else STOP_POLLING
        return render(request, f"{LIST}#articles", context, status=status)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, LIST, context, status=status)


def _take_in(form: TakeInForm, by: Person) -> Article:
    file = form.cleaned_data["file"]
    if file:
        return intake.add_file(file.read(), form.mime, form.about, by=by, name=file.name)
    if form.address:
        return intake.add_address(form.address, form.about, by=by)
    return intake.add_text(form.cleaned_data["source"], form.about, by=by)


def _articles(request: DeskRequest) -> dict[str, Any]:
    """One page of articles with how many of their candidates are open, or of those claims only cite, without a text."""
    is_cited, only_cited = "cited" in request.GET, Article.objects.filter(state=Article.State.READY, text_sha256="")
    taken_in = Article.objects.exclude(state=Article.State.READY, text_sha256="")
    found = (only_cited if is_cited else taken_in).defer("text").order_by("-pk")
    before = read_id(request.GET.get("before", ""))
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("publisher", "created_by")[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    counts = Candidate.objects.filter(article__in=[row.pk for row in shown]).values("article").order_by("article")
    open_of = {
        row["article"]: row for row in counts.annotate(total=Count("pk"), open=Count("pk", filter=Q(state="open")))
    }
    return {
        "articles": [(row, open_of.get(row.pk, {"total": 0, "open": 0})) for row in shown],
        "is_first": before is None,
        "is_cited": is_cited,
        "has_cited": is_cited or only_cited.exists(),
        "is_reading": any(row.state in {Article.State.WAITING, Article.State.READING} for row in shown),
        "older": shown[-1].pk if len(rows) > PER_PAGE else None,
    }


# --- one article


@signed_in
@require_GET
def intake_detail(request: DeskRequest, pk: int) -> HttpResponse:
    """The article while it is read, why it could not be, or its candidates.  A part of it when htmx asks for one."""
    article = _get(pk)
    if is_part(request, "comparing"):
        return _comparing(request, article)
    if is_part(request, "more-cards"):
        return _more(request, article)
    if is_part(request, "article"):
        context = _context(request, article, is_part=True)
        return render(
            request, f"{DETAIL}#article", context, status=HTTPStatus.OK if context.get("reading") else STOP_POLLING
        )
    return render(request, DETAIL, _context(request, article))


def _get(pk: int) -> Article:
    return get_object_or_404(Article.objects.select_related("publisher", "created_by"), pk=pk)


def _context(request: DeskRequest, article: Article, **more: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "article": article,
        "may_decide": request.user.can_contribute,
        "may_see_to": intake.may_see_to(article, request.user),
        "describe_form": DescribeForm.of(article),
        "paste_form": PasteForm(),
        **more,
    }
    if article.state == Article.State.READY and not article.text_sha256:
        return {"is_cited": True, **context}
    if article.state == Article.State.READY:
        triage = _triage(request, article, read_id(request.GET.get("at", "")))
        return {"triage": triage, "thresholds": THRESHOLDS, **context}
    job = Job.objects.unfinished().filter(kind="read_article", key=article.chain).first()
    again = article.state == Article.State.FAILED and not (job and (job.state == Job.State.RUNNING or not job.attempts))
    return {"job": job, "reading": not again, "next_try": job.run_after if job and again else None, **context}


def _triage(request: DeskRequest, article: Article, at: int | None = None) -> Triage:
    asked = request.POST if request.method == "POST" else request.GET
    return read_triage(article, request.user, asked.get("from", ""), at, read_id(asked.get("until", "")) or 0)


def _more(request: DeskRequest, article: Article) -> HttpResponse:
    """The cards that follow those on the page."""
    triage = _triage(request, article)
    cards = triage.part(read_id(request.GET.get("until", "")) or 0)
    context = {"triage": triage, "cards": cards, "article": article, "may_decide": triage.may_decide}
    return render(request, f"{DETAIL}#more", context)


def _comparing(request: DeskRequest, article: Article) -> HttpResponse:
    """How far the comparison with the desk's claims is; at its end what was found, without touching what is typed."""
    triage = _triage(request, article)
    context = {"triage": triage, "article": article, "may_decide": triage.may_decide}
    if triage.matching is not None:
        return render(request, f"{DETAIL}#comparing", context)
    return render(request, f"{DETAIL}#compared", context, status=STOP_POLLING)


@signed_in
@require_POST
def intake_retry(request: DeskRequest, pk: int) -> HttpResponse:
    return _answer(request, pk, lambda: intake.read_again(pk, by=request.user))


@signed_in
@require_POST
def intake_describe(request: DeskRequest, pk: int) -> HttpResponse:
    """Title, publisher and date of an article, put right."""
    article, form = _get(pk), DescribeForm(request.POST, auto_id="describe-%s")
    if form.is_valid():
        try:
            describe_article(pk, form.about, by=request.user)
            return redirect("claims:intake-detail", pk)
        except UserFacingError as refusal:
            form.add_error("title", str(refusal))
    return render(
        request, DETAIL, _context(request, article, describe_form=form), status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


@signed_in
@require_POST
def intake_paste(request: DeskRequest, pk: int) -> HttpResponse:
    """The text of an article that could not be fetched; it goes into the same article."""
    article, form = _get(pk), PasteForm(request.POST)
    if not form.is_valid():
        context = _context(request, article, paste_form=form)
        return render(request, DETAIL, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    about = intake.About(title=form.cleaned_data["title"], url=article.url)
    return _answer(request, pk, lambda: intake.add_text(form.cleaned_data["text"], about, by=request.user, into=pk))


def _answer(request: DeskRequest, pk: int, operation: Callable[[], Article]) -> HttpResponse:
    try:
        return redirect("claims:intake-detail", operation().pk)
    except UserFacingError as refusal:
        context = _context(request, _get(pk), refusal=str(refusal))
        return render(request, DETAIL, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


# --- one candidate


@signed_in
@require_http_methods(["GET", "POST"])
def intake_candidate(request: DeskRequest, pk: int, candidate_id: int) -> HttpResponse:
    """Open a candidate, or decide on it."""
    candidate = get_object_or_404(Candidate, pk=candidate_id, article=pk)
    if request.method == "POST":
        return _decide(request, candidate)
    triage = _triage(request, _get(pk), candidate_id)
    card = triage.card(candidate_id)
    if not request.htmx or card is None:
        return redirect(triage.address(candidate_id))
    return _render_card(request, triage, card)


def _decide(request: DeskRequest, candidate: Candidate) -> HttpResponse:
    form = keep_to(CandidateForm(request.POST, prefix=f"c{candidate.pk}"), request.user)
    decision = request.POST.get("decision", "")
    refusal = ""
    if form.is_valid() or decision in NEED_NO_FORM:
        try:
            say = _apply(candidate.pk, decision, form.cleaned_data, request.user)
            return _decided(request, candidate, say)
        except UserFacingError as error:
            refusal = str(error)
    return _refused(request, candidate, form, refusal)


def _apply(candidate_id: int, decision: str, data: dict[str, Any], by: Person) -> str:
    """Take one decision; what was done comes back in words.  ``add:14`` names the claim, ``deny:14`` the position too;
    ``enter`` is the key pressed in a field."""
    kind, _colon, named = decision.partition(":")
    if kind == "dismiss":
        candidates.dismiss(candidate_id, by=by)
        return _("Dismissed.")
    if kind == "put_back":
        candidates.put_back(candidate_id, by=by)
        return _("Put back.")
    said = candidates.Said(
        claimant=data["claimant"],
        new_claimant=data["new_claimant"],
        claimant_kind=data["claimant_kind"],
        position="denies" if kind == "deny" else data["position"],
    )
    if kind == "accept":
        claim = candidates.accept(candidate_id, by=by, statement=data["statement"], **said)
        return _("Accepted as claim C-%(number)d.") % {"number": claim.pk}
    return _add(candidate_id, kind, read_id(named) or data["number"], by, said)


def _add(candidate_id: int, kind: str, number: int | None, by: Person, said: candidates.Said) -> str:
    if kind not in {"add", "deny"} and not (kind == "enter" and number):
        raise UserFacingError(
            _("Say what becomes of this sentence: accept it, add it to a claim or dismiss it."), "decision"
        )
    if number is None:
        raise UserFacingError(_("Write the number of the claim it belongs to."), "number")
    claim = candidates.add_to_claim(candidate_id, number, by=by, **said)
    return _("Added to claim C-%(number)d.") % {"number": claim.pk}


def _decided(request: DeskRequest, candidate: Candidate, say: str) -> HttpResponse:
    """The card as it stands now; the cursor goes on to the next one, or stays with one that was put back."""
    triage = _triage(request, _get(candidate.article_id), candidate.pk)
    card = triage.card(candidate.pk)
    following = card if card is None or card.is_open else triage.next_open(card)
    goto = following.key if following else candidate.pk
    if not request.htmx or card is None:
        return redirect(triage.address(goto))
    response = _render_card(request, triage, card, decided=True)
    response["HX-Trigger-After-Settle"] = json.dumps({"say": say, "desk:goto": str(goto)})
    return response


def _refused(request: DeskRequest, candidate: Candidate, form: CandidateForm, refusal: str) -> HttpResponse:
    triage = _triage(request, _get(candidate.article_id), candidate.pk)
    card = triage.card(candidate.pk) or Card(candidate, 0)
    open_card(triage, card, form, refusal)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if request.htmx:
        return _render_card(request, triage, card, status=status)
    context = {"article": triage.article, "triage": triage, "thresholds": THRESHOLDS}
    return render(request, DETAIL, context | {"may_decide": triage.may_decide}, status=status)


def _render_card(
    request: DeskRequest, triage: Triage, card: Card, *, decided: bool = False, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"triage": triage, "card": card, "article": triage.article, "may_decide": triage.may_decide}
    return render(request, f"{DETAIL}#{'decided' if decided else 'card'}", context, status=status)


urlpatterns = [
    path("intake/", intake_list, name="intake"),
    path("intake/<int:pk>/", intake_detail, name="intake-detail"),
    path("intake/<int:pk>/retry/", intake_retry, name="intake-retry"),
    path("intake/<int:pk>/describe/", intake_describe, name="intake-describe"),
    path("intake/<int:pk>/text/", intake_paste, name="intake-paste"),
    path("intake/<int:pk>/candidates/<int:candidate_id>/", intake_candidate, name="intake-candidate"),
]
