"""Leave off a kind of e-mail: a page with a button, and the one click a mail program makes by itself."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from claims.notifications import unsubscribe

TEMPLATE = "claims/unsubscribe.html"


@csrf_exempt  # a mail program sends no cookie: the signed address alone says who asks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET changes nothing, for programs look at links), or stop that kind of e-mail (POST)."""
    found = unsubscribe.read_token(token)
    if found is None:
        return render(request, TEMPLATE, status=HTTPStatus.NOT_FOUND)
    person, kind = found
    if request.method == "POST":
        unsubscribe.stop_mail(person, kind)
    return render(request, TEMPLATE, {"label": unsubscribe.label_of(kind), "is_done": request.method == "POST"})


urlpatterns = [path("unsubscribe/<str:token>/", unsubscribe_page, name="unsubscribe")]
