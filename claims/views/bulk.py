"""The same step on several claims of the queue: one operation for each, and one sentence for all."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from claims.errors import UserFacingError
from claims.forms.steps import BulkForm
from claims.language import labelled
from claims.models import Claim, Event, Person, Topic
from claims.views.access import DeskRequest, signed_in, visible_claims
from claims.views.live import read_id
from claims.views.once import forget_press
from claims.views.queue import REFUSED_BULK, queue_query
from claims.workflow import undo
from claims.workflow.apply import Refused, apply
from claims.workflow.edit import add_topic, arrange_claim
from claims.workflow.transitions import INBOX, WATCHING

MOST_AT_ONCE, MOST_TOLD = 200, 5
WRITTEN = ("do", "person", "due", "date", "topic", "decline_reason", "reason")
Operation = Callable[[int], object]


@signed_in
@require_POST
def claim_bulk(request: DeskRequest) -> HttpResponse:
    """Accept, assign, date, decline or give a topic to the selected claims; those that refuse say why, the others go through.

    Those stay selected, with what was written.
    """
    ids = [pk for text in dict.fromkeys(request.POST.getlist("claim")) if (pk := read_id(text))]
    found = visible_claims(request.user).filter(pk__in=ids[: MOST_AT_ONCE + 1]).order_by("pk")
    visible = list(found.values_list("pk", flat=True))
    form = BulkForm(request.POST, people=Person.objects.eligible("checker", "editor"))
    back = queue_query(QueryDict(request.META.get("QUERY_STRING", "")))
    done: list[int] = []
    if not visible:
        messages.error(request, _("Select claims first, and say what is to be done with them."))
    elif not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        _keep(request, visible)
    elif len(ids) > MOST_AT_ONCE:
        messages.error(request, _("Select at most %(n)d claims at once.") % {"n": MOST_AT_ONCE})
    else:
        pressed_at = timezone.now()
        done, refused = _carry_out(visible, _operation(request, form))
        _tell(request, done, refused, pressed_at)
        _keep(request, [pk for ids in refused.values() for pk in ids])
    if not done:
        forget_press(request)
    return redirect(f"{reverse('claims:claim-list')}?{back}")


def _keep(request: DeskRequest, ids: list[int]) -> None:
    """Have the list select these again, and show what was written for them."""
    if ids:
        request.session[REFUSED_BULK] = {"ids": ids, "given": {name: request.POST.get(name, "") for name in WRITTEN}}


def _carry_out(ids: list[int], operation: Operation) -> tuple[list[int], dict[str, list[int]]]:
    """The claims on which it was done, and for each reason those that refused."""
    done: list[int] = []
    refused: dict[str, list[int]] = {}
    for pk in ids:
        try:
            operation(pk)
            done.append(pk)
        except UserFacingError as refusal:
            refused.setdefault(str(refusal), []).append(pk)
    return done, refused


def _tell(request: DeskRequest, done: list[int], refused: dict[str, list[int]], pressed_at: datetime) -> None:
    """How many were changed, with an undo for all of them, and why the others were not."""
    if done:
        chains = [f"claim/{pk}" for pk in done]
        events = Event.objects.filter(chain__in=chains, actor_ref=request.user.ref, at__gte=pressed_at)
        changed = events.values("chain").distinct().count()
        same = len(done) - changed
        told = [ngettext("%(n)d claim changed.", "%(n)d claims changed.", changed) % {"n": changed}] if changed else []
        told += [ngettext("%(n)d was so already.", "%(n)d were so already.", same) % {"n": same}] if same else []
        messages.success(request, " ".join(told), extra_tags=undo.offer(done, by=request.user, since=pressed_at))
    if refused:
        messages.error(request, " ".join(labelled(_named(ids), reason) for reason, ids in refused.items()))


def _named(ids: list[int]) -> str:
    names = [f"C-{pk}" for pk in ids[:MOST_TOLD]]
    if len(ids) > MOST_TOLD:
        left = len(ids) - MOST_TOLD
        names.append(ngettext("%(n)s more", "%(n)s more", left) % {"n": left})
    return ", ".join(names)


def _operation(request: DeskRequest, form: BulkForm) -> Operation:
    given, by = form.cleaned_data, request.user
    operations: dict[str, Operation] = {
        "accept": lambda pk: apply(pk, "accept", by=by),
        "assign": lambda pk: assign(pk, by, given["person"], given["due"]),
        "date": lambda pk: set_date(pk, by, request.POST.get("date", "")),
        "topic": lambda pk: tag(pk, by, given["topic"]),
        "decline": lambda pk: apply(
            pk, "decline", by=by, decline_reason=given["decline_reason"], reason=given["reason"]
        ),
    }
    found = operations.get(request.POST.get("do", ""))
    if found is None:
        raise Http404
    return found


def assign(pk: int, by: Person, person: Person | None, due: datetime | None) -> object:
    if person is None:
        raise Refused(_("Choose a person."), "person")
    try:
        return apply(pk, "assign", by=by, person=person, due=due)
    except Refused as refusal:
        if refusal.code == "state" and Claim.objects.filter(pk=pk, status__in=(INBOX, WATCHING)).exists():
            raise Refused(" ".join([str(refusal), _("Accept it first.")]), "state") from refusal
        raise


def set_date(pk: int, by: Person, text: str) -> object:
    try:
        due = parse_datetime(text)
    except ValueError:
        due = None
    if due is None:
        raise Refused(_("Choose a date."), "due")
    return arrange_claim(pk, by=by, due_at=due if timezone.is_aware(due) else timezone.make_aware(due))


def tag(pk: int, by: Person, name: str) -> object:
    """Add a topic by its name, whatever the case, or by its slug."""
    wanted = " ".join(name.split())
    topic = Topic.objects.filter(Q(name__iexact=wanted) | Q(slug=wanted.lower())).order_by("pk").first()
    if topic is None:
        raise Refused(_("Choose a topic the desk has."), "topic")
    return add_topic(pk, by=by, topic=topic)


urlpatterns = [path("claims/bulk/", claim_bulk, name="claim-bulk")]
