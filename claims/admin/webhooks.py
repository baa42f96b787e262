"""Webhooks and what was delivered: addresses an administrator adds, their secrets shown once, and the log of deliveries."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import CharField, Model, Prefetch, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from claims.admin.base import RecordAdmin, SettingAdmin
from claims.admin.event_words import deed
from claims.errors import FetchRefused, UserFacingError
from claims.models import Claim, Delivery, DeliveryAttempt, Person, Webhook
from claims.notifications import outbox
from claims.notifications.webhook import EVENTS, show_secret
from claims.web.dial import check_target
from claims.workflow.people import record_setting


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Told of"), choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "kinds", "is_active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_target(url, allow=settings.OUTBOUND_ALLOW)
        except FetchRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return url


@admin.register(Webhook)
class WebhookAdmin(SettingAdmin):
    """The address itself may hold a key, so that lists, the record and auditors see its host only."""

    form = WebhookForm
    list_display = ("name", "host", "is_active", "created_at", "secret")
    list_filter = ("is_active",)
    search_fields = ("name",)
    actions = ("send_a_test",)
    kept_out_of_record = ("url",)

    @admin.display(description=gettext_lazy("Host"))
    def host(self, webhook: Webhook) -> str:
        return urlsplit(webhook.url).netloc.rpartition("@")[2]

    @admin.display(description=gettext_lazy("Signing secret"))
    def secret(self, webhook: Webhook) -> SafeString | str:
        if not webhook.pk:
            return _("Save first; then it can be shown once.")
        address = reverse("admin:claims_webhook_secret", args=[webhook.pk])
        return format_html('<a href="{}">{}</a>', address, _("replace") if webhook.secret_shown_at else _("show once"))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        if self._is_administrator(request):
            return ("name", "url", "kinds", "is_active", "secret")
        return ("name", "host", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("secret", "host")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self._is_administrator(request) else {}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "url" in form.changed_data:
            before = {"host": urlsplit(form.initial["url"]).netloc}
            by: Any = request.user
            record_setting(obj, "change_setting", by=by, before=before, after={"host": urlsplit(obj.url).netloc})

    @admin.action(description=gettext_lazy("Send a test"))
    def send_a_test(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        by: Any = request.user
        for webhook in queryset.filter(is_active=True):
            outbox.send_test(webhook, by=by)
        self.message_user(request, _("A test is on its way to each active address; the log shows what it answers."))

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(never_cache(self.secret_page))
        return [path("<int:pk>/secret/", shown, name="claims_webhook_secret"), *super().get_urls()]

    def secret_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Before: what a press does.  After it: the secret, on this one page."""
        webhook = get_object_or_404(Webhook, pk=pk)
        if not self._is_administrator(request):
            return redirect("admin:claims_webhook_changelist")
        secret = ""
        by: Any = request.user
        if request.method == "POST":
            try:
                secret = show_secret(pk, by=by, seen=int(request.POST.get("seen", "-1") or "-1"))
            except (UserFacingError, ValueError) as refusal:
                sentence = str(refusal) if isinstance(refusal, UserFacingError) else _("The form was not complete.")
                self.message_user(request, sentence, messages.ERROR)
                return redirect("admin:claims_webhook_secret", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Signing secret"),
            "webhook": webhook,
            "secret": secret,
            "seen": webhook.secret_version if webhook.secret_shown_at else 0,
        }
        return TemplateResponse(request, "admin/claims/webhook/secret.html", context)


class AttemptInline(admin.TabularInline):  # type: ignore[type-arg]
    model = DeliveryAttempt
    fields = ("number", "at", "status", "answer", "error")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """The log: what went where, when, how often it was tried, and what was answered."""

    list_display = ("id", "channel", "aim", "about", "state", "attempts", "answer", "said", "created_at")
    list_select_related = ("person", "webhook", "event")
    list_filter = ("state", "channel", "webhook")
    search_fields = ("person__name", "webhook__name")
    ordering = ("-id",)
    actions = ("send_again",)
    inlines = (AttemptInline,)
    fields = ("channel", "aim", "about", "key", "state", "said", "attempts", "created_at", "ended_at")
    change_form_template = "admin/claims/delivery/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        hidden = Claim.objects.filter(confidential=True).annotate(
            chain_name=Concat(Value("claim/"), Cast("pk", CharField()))
        )
        tries = Prefetch("tries", DeliveryAttempt.objects.order_by("number"))
        found = super().get_queryset(request).exclude(event__chain__in=hidden.values("chain_name"))
        return found.prefetch_related(tries)

    @admin.display(description=gettext_lazy("To"))
    def aim(self, delivery: Delivery) -> str:
        return str(delivery.webhook or delivery.person)

    @admin.display(description=gettext_lazy("About"))
    def about(self, delivery: Delivery) -> str:
        event = delivery.event
        return f"{event.chain}: {deed(event.action)}" if event else str(delivery.day)

    @admin.display(description=gettext_lazy("Last answer"))
    def answer(self, delivery: Delivery) -> str:
        tries = list(delivery.tries.all())
        return str(tries[-1].status or tries[-1].error) if tries else "\u2013"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self._may_send(request) else {}

    def _may_send(self, request: HttpRequest) -> bool:
        person: Any = request.user
        return bool(person.role == Person.Role.ADMINISTRATOR)

    @admin.action(description=gettext_lazy("Send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        for pk in list(queryset.values_list("pk", flat=True)):
            self._send_again(request, pk)

    def _send_again(self, request: HttpRequest, pk: int) -> None:
        by: Any = request.user
        try:
            outbox.send_again(pk, by=by)
        except UserFacingError as refusal:
            self.message_user(request, f"{pk}: {refusal}", messages.ERROR)
        else:
            self.message_user(request, _("Delivery %(id)s is on its way again.") % {"id": pk}, messages.SUCCESS)

    def get_urls(self) -> list[Any]:
        again = self.admin_site.admin_view(self.again_page)
        return [path("<int:pk>/again/", again, name="claims_delivery_again"), *super().get_urls()]

    def again_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on the page of one delivery."""
        get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method == "POST" and self._may_send(request):
            self._send_again(request, pk)
        return redirect("admin:claims_delivery_change", pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {**(extra_context or {}), "may_send": self._may_send(request)}
        return super().change_view(request, object_id, form_url, more)
