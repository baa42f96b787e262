"""Sign-in of the desk: people are made by an administrator, never by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest, HttpResponse


class ClosedDesk(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def not_built(request: HttpRequest) -> HttpResponse:
    """Pages the sign-in library brings and this house does not: they do not exist."""
    raise Http404
