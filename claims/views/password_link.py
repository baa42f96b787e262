"""A link with which somebody sets a new password once: for a desk without a mail server."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from claims.models import Person
from claims.workflow.people import record_setting


def make_link(person: Person, *, by: Person) -> str:
    """The path of a link that ends with its first use, with the next sign-in, or after ``PASSWORD_RESET_TIMEOUT``.

    That it was made, and by whom, goes on the desk's record; the link itself is kept nowhere.
    """
    record_setting(person, "password_link", by=by, before={}, after={})
    who = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("claims:password-link", args=[who, default_token_generator.make_token(person)])


class PasswordLink(PasswordResetConfirmView):
    """The page behind the link."""

    template_name = "account/password_link.html"
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is set: sign in with it."))
        return super().form_valid(form)


urlpatterns = [path("password-link/<uidb64>/<token>/", PasswordLink.as_view(), name="password-link")]
