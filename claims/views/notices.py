"""What a person was told and has read, what his day asks of him, and how he wants to hear of things."""

import re
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.models import Claim, Notification
from claims.models.desk import spoken
from claims.notifications import choices, my_day
from claims.notifications.choices import Wish
from claims.notifications.told import retell
from claims.views import unsubscribe
from claims.views.access import DeskRequest, signed_in
from claims.views.context import desk_of
from claims.views.live import read_id

PER_PAGE = 50
PLACE = re.compile(r"[ur][0-9]{1,19}")

# The part of the claim's page a notice is about; the others lead to its top.
PLACES = {
    "comment": "comments", "mention": "comments", "source_changed": "evidence", "source_change_confirmed": "evidence",
    "source_silent": "evidence", "copy_damaged": "evidence", "copy_mended": "evidence", "reply_due_soon": "reply",
    "reply_overdue": "reply", "reply_deadline_passed": "reply", "assign": "your-move", "offer": "your-move", "hand_over": "your-move", "cross_check_wanted": "your-move", "review_wanted": "your-move", "return": "your-move",
    "fail": "your-move", "due_soon": "your-move", "overdue": "your-move", "still_on_it": "your-move",
    "cross_checker_wanted": "your-move", "second_read": "your-move", "withheld_too_long": "your-move",
}  # fmt: skip


@signed_in
@require_safe
def notice_list(request: DeskRequest) -> HttpResponse:
    """A person's notices, unread first, then newest first; those of claims he may no longer see are left out."""
    show, after = _filter(request.GET), request.GET.get("after", "")
    found = _shown(request, show).annotate(is_unread=Q(read_at__isnull=True))
    if PLACE.fullmatch(after) and read_id(after[1:]):
        below = Q(is_unread=after[0] == "u", pk__lt=int(after[1:]))
        found = found.filter(below | Q(is_unread=False) if after[0] == "u" else below)
    rows = list(found.select_related("claim", "event").order_by("-is_unread", "-pk")[: PER_PAGE + 1])
    retell(rows, written_in=_told_in(request))
    older = f"{'r' if rows[PER_PAGE - 1].read_at else 'u'}{rows[PER_PAGE - 1].pk}" if len(rows) > PER_PAGE else ""
    context = {
        "notices": rows[:PER_PAGE],
        "older": older,
        "is_first": not after,
        "show": show,
        "filters": {"unread": _("Unread"), **choices.GROUPS},
        "newest": max((row.pk for row in rows), default=0),
    }
    return render(request, "claims/notice_list.html", context)


def _told_in(request: DeskRequest) -> str:
    """The language of this person's notices; the page may be in another, as the browser wishes."""
    return spoken(request.user.language, desk_of(request).language)


def _filter(asked: QueryDict) -> str:
    show = asked.get("show", "")
    return show if show == "unread" or show in choices.GROUPS else ""


def _shown(request: DeskRequest, show: str) -> Any:
    found = Notification.objects.filter(
        person=request.user, in_app=True, claim__in=Claim.objects.visible_to(request.user)
    )
    if show == "unread":
        return found.filter(read_at__isnull=True)
    return found.filter(kind__in=choices.kinds_of(show)) if show else found


@signed_in
@require_POST
def notice_open(request: DeskRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go to the place it is about."""
    row = get_object_or_404(Notification, pk=pk, person=request.user.pk)
    Notification.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=Now())
    if not row.claim_id:
        return redirect("claims:notice-list")
    place = PLACES.get(row.kind, "")
    return redirect(reverse("claims:claim-detail", args=[row.claim_id]) + (f"#{place}" if place else ""))


@signed_in
@require_POST
def notice_read(request: DeskRequest, pk: int) -> HttpResponse:
    """Mark one notice read and stay."""
    row = get_object_or_404(Notification, pk=pk, person=request.user.pk)
    Notification.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=Now())
    return _back_to_list(_filter(request.POST))


@signed_in
@require_POST
def notice_read_all(request: DeskRequest) -> HttpResponse:
    """Mark read what the list holds, up to the newest notice the page showed."""
    show, upto = _filter(request.POST), read_id(request.POST.get("upto", ""))
    unread = Notification.objects.filter(pk__in=_shown(request, show).values("pk"), read_at__isnull=True)
    (unread.filter(pk__lte=upto) if upto else unread).update(read_at=Now())
    return _back_to_list(show)


def _back_to_list(show: str) -> HttpResponse:
    return redirect(reverse("claims:notice-list") + (f"?show={show}" if show else ""))


@signed_in
@require_safe
def my_day_page(request: DeskRequest) -> HttpResponse:
    """What is overdue, due today and waiting for a person, and what he has not read; the e-mail of the morning as a page."""
    day = my_day.read(request.user)
    retell(day.notices, written_in=_told_in(request))
    return render(request, "claims/my_day.html", {"day": day, "now": timezone.now()})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request: DeskRequest) -> HttpResponse:
    """Where a person wants to hear of each kind of notice."""
    refusal = ""
    if request.method == "POST":
        wanted = _read_wishes(request.POST)
        if wanted is not None:
            choices.save_wishes(request.user, wanted)
            messages.success(request, _("Your choices are kept."))
            return redirect("claims:notice-choices")
        refusal = _("The form was not complete, so nothing was changed; choose again.")
    chosen = choices.wishes([request.user.pk])
    context = {
        "refusal": refusal,
        "my_day": _wish(chosen, request, choices.MY_DAY).email,
        "groups": [
            (label, [(kind, choices.kind_of(kind).label, _wish(chosen, request, kind)) for kind in choices.kinds_of(group)])
            for group, label in choices.GROUPS.items()
        ],
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "claims/notice_choices.html", context, status=status)


def _wish(chosen: dict[tuple[int, str], Wish], request: DeskRequest, kind: str) -> Wish:
    return chosen.get((request.user.pk, kind)) or choices.default_of(kind)


def _read_wishes(sent: QueryDict) -> dict[str, Wish] | None:
    """Every kind with its wish; ``None`` when the form does not name one of them."""
    kinds = choices.kinds_sent()
    if "reset" in sent:
        return {kind: choices.default_of(kind) for kind in [*kinds, choices.MY_DAY]}
    mails = {kind: sent.get(f"mail-{kind}", "") for kind in kinds}
    if not set(mails.values()) <= {"no", "morning", "now"}:
        return None
    wanted = {
        kind: Wish(in_app=f"app-{kind}" in sent, email=mail == "now", digest=mail == "morning")
        for kind, mail in mails.items()
    }
    return {**wanted, choices.MY_DAY: Wish(email=choices.MY_DAY in sent)}


urlpatterns = [
    path("notices/", notice_list, name="notice-list"),
    path("notices/read/", notice_read_all, name="notice-read-all"),
    path("notices/<int:pk>/", notice_open, name="notice-open"),
    path("notices/<int:pk>/read/", notice_read, name="notice-read"),
    path("my-day/", my_day_page, name="my-day"),
    path("profile/notices/", notice_choices, name="notice-choices"),
    *unsubscribe.urlpatterns,
]
