"""Saved views: the filters of an address under a name, for oneself or for the whole desk."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.models import Person, SavedView
from claims.views.access import DeskRequest, signed_in
from claims.views.once import forget_press
from claims.views.result_list import ResultList
from claims.workflow.readable import clean, has_visible, isolate

LONGEST_NAME, LONGEST_QUERY = 60, 500


def manageable(person: Person) -> QuerySet[SavedView]:
    """The views a person may rename, forget and, as an editor, share: his own; those of the desk are its editors'."""
    return SavedView.objects.filter(Q(owner=person) | Q(owner=None) if person.is_editor else Q(owner=person))


@signed_in
@require_POST
def view_save(request: DeskRequest) -> HttpResponse:
    """Keep the filters of the address under a name; one of the same name is replaced."""
    asked = ResultList.read(QueryDict(request.POST.get("query", "")[: 2 * LONGEST_QUERY]))
    name, is_desks = _name(request), bool(request.POST.get("shared")) and request.user.is_editor
    owner = None if is_desks else request.user
    if not name:
        _refuse(request, _("Give the view a name."))
    elif len(asked.query) > LONGEST_QUERY:
        _refuse(request, _("These are too many filters for one view; drop some."))
    else:
        SavedView.objects.update_or_create(owner=owner, name=name, defaults={"query": asked.query})
        said = _("Saved for the desk: %(name)s.") if is_desks else _("Saved: %(name)s.")
        messages.success(request, said % {"name": isolate(name)})
    return _to(asked.query)


@signed_in
@require_POST
def view_rename(request: DeskRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    view, name = _one(request, pk), _name(request)
    if not name:
        _refuse(request, _("Give the view a name."))
    elif _change(request, view, name=name):
        messages.success(request, _("Renamed: %(name)s.") % {"name": isolate(name)})
    return _to(view.query)


@signed_in
@require_POST
def view_share(request: DeskRequest, pk: int) -> HttpResponse:
    """Hand a view to the desk, or take one of the desk's for oneself; editors only."""
    view, share = _one(request, pk), bool(request.POST.get("shared"))
    if not request.user.is_editor:
        raise Http404
    if _change(request, view, owner=None if share else request.user):
        said = _("Everybody on the desk sees it now: %(name)s.") if share else _("Only you see it now: %(name)s.")
        messages.success(request, said % {"name": isolate(view.name)})
    return _to(view.query)


@signed_in
@require_POST
def view_remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Forget a view; its claims stay as they are."""
    view = _one(request, pk)
    view.delete()
    messages.success(request, _("Forgotten: %(name)s.") % {"name": isolate(view.name)})
    return _to(view.query)


def _one(request: DeskRequest, pk: int) -> SavedView:
    view = manageable(request.user).filter(pk=pk).first()
    if view is None:
        raise Http404
    return view


def _name(request: DeskRequest) -> str:
    name = clean(" ".join(request.POST.get("name", "").split())[:LONGEST_NAME]).strip()
    return name if has_visible(name) else ""


def _change(request: DeskRequest, view: SavedView, **values: object) -> bool:
    """Change a view unless another one has that name already."""
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(**values)
    except IntegrityError:
        _refuse(request, _("There is a view of this name already; choose another name."))
        return False
    return True


def _refuse(request: DeskRequest, sentence: str) -> None:
    messages.error(request, sentence)
    forget_press(request)


def _to(query: str) -> HttpResponse:
    return redirect(f"{reverse('claims:claim-list')}?{query}")


urlpatterns = [
    path("claims/views/", view_save, name="view-save"),
    path("claims/views/<int:pk>/rename/", view_rename, name="view-rename"),
    path("claims/views/<int:pk>/share/", view_share, name="view-share"),
    path("claims/views/<int:pk>/remove/", view_remove, name="view-remove"),
]
