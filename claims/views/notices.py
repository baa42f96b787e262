"""What a person was told, and has read."""

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from claims.models import Claim, Notification, Person

PER_PAGE = 50


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """A person's notices, newest first; those of claims he may no longer see are left out."""
    person = request.user
    assert isinstance(person, Person)
    found = Notification.objects.filter(person=person, claim__in=Claim.objects.visible_to(person))
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < len(str(2**63)):
        found = found.filter(pk__lt=int(before))
    rows = list(found.select_related("claim").order_by("-pk")[: PER_PAGE + 1])
    older = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
    context = {"notices": rows[:PER_PAGE], "older": older, "is_first": not before}
    return render(request, "claims/notice_list.html", context)


@login_required
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go to its claim."""
    row = get_object_or_404(Notification, pk=pk, person=request.user.pk)
    Notification.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=Now())
    return redirect("claims:claim-detail", row.claim_id) if row.claim_id else redirect("claims:notice-list")


@login_required
@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    Notification.objects.filter(person=request.user.pk, read_at__isnull=True).update(read_at=Now())
    return redirect("claims:notice-list")


urlpatterns = [
    path("notices/", notice_list, name="notice-list"),
    path("notices/read/", notice_read_all, name="notice-read-all"),
    path("notices/<int:pk>/", notice_open, name="notice-open"),
]
