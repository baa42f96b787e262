"""Claims, evidence, revisions, readings, approvals, public versions, events, jobs and snapshots: read here, never changed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin.base import RecordAdmin
from claims.errors import UserFacingError
from claims.jobs import control
from claims.matching.features import stems_of
from claims.models import (
    Approval,
    Article,
    Claim,
    Correction,
    Event,
    Evidence,
    FactCheck,
    Job,
    Person,
    Reading,
    Refusal,
    Resource,
    Revision,
    Snapshot,
    SourceAlert,
)

HIDDEN_VERDICT = ("rating", "rationale", "confidence", "evidence_exception", "title", "summary", "body")


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    list_display = ("id", "statement", "status", "public_state", "priority", "due_at", "on_the_desk")
    list_display_links = ("id", "statement")
    list_filter = ("status", "public_state", "worth", "topics")
    search_fields = ("external_id",)
    search_help_text = _("Words of the statement, or an outside id")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).filter(confidential=False)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """By the stems kept for matching, through their index; a scan of every statement would take seconds."""
        stems = list(stems_of(search_term, "en"))
        if not stems:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(text__stems__contains=stems) | queryset.filter(external_id=search_term), False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An unpublished verdict is no more shown here than on the desk."""
        return () if obj is not None and obj.is_public else HIDDEN_VERDICT

    @admin.display(description=_("On the desk"))
    def on_the_desk(self, claim: Claim) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("claims:claim-detail", args=[claim.pk]), _("open"))


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    list_display = ("id", "claim", "number", "resource", "stance", "reliability", "credibility", "pinned")
    list_select_related = ("claim", "resource", "pinned")
    list_filter = ("stance", "kind", "reliability", "credibility", "withheld")
    search_fields = ("resource__title", "resource__url")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).exclude(claim__confidential=True)


class PublicOnly(RecordAdmin):
    """Records that tell a verdict: shown for public claims only, as on the desk."""

    claim_path = "claim"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = (
            super().get_queryset(request).filter(**{f"{self.claim_path}__public_state__in": ["published", "withheld"]})
        )
        return found.exclude(**{f"{self.claim_path}__confidential": True})


@admin.register(Revision)
class RevisionAdmin(PublicOnly):
    list_display = ("claim", "number", "origin", "created_at", "created_by", "content_sha256")
    list_select_related = ("claim", "created_by")
    list_filter = ("origin",)


@admin.register(Reading)
class ReadingAdmin(PublicOnly):
    list_display = ("claim", "kind", "by", "rating", "informed", "at")
    list_select_related = ("claim", "by", "rating")
    list_filter = ("kind", "informed")


@admin.register(Approval)
class ApprovalAdmin(PublicOnly):
    claim_path = "revision__claim"
    list_display = ("revision", "approver", "cross_checker", "policy", "at")
    list_select_related = ("revision", "approver", "cross_checker")
    list_filter = ("policy",)


@admin.register(FactCheck)
class FactCheckAdmin(RecordAdmin):
    list_display = ("slug", "number", "kind", "at", "by")
    list_select_related = ("by",)
    list_filter = ("kind",)
    search_fields = ("slug",)


@admin.register(Correction)
class CorrectionAdmin(RecordAdmin):
    list_display = ("claim", "kind", "text", "at")
    list_select_related = ("claim",)
    list_filter = ("kind",)


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """The chain itself, without its words: those stand in the timeline of the claim, under the claim's rules."""

    list_display = ("chain", "seq", "at", "actor_ref", "action", "hash")
    list_filter = ("action",)
    search_fields = ("=chain",)
    search_help_text = _("A chain, such as claim/42")
    ordering = ("-at", "-id")
    fields = ("chain", "seq", "at", "actor_ref", "action", "format", "body_sha256", "prev", "hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        hidden = Claim.objects.filter(confidential=True).annotate(
            chain_name=Concat(Value("claim/"), Cast("pk", CharField()))
        )
        return super().get_queryset(request).exclude(chain__in=hidden.values("chain_name"))


@admin.register(Refusal)
class RefusalAdmin(RecordAdmin):
    list_display = ("at", "person", "action", "claim", "reason")
    list_select_related = ("person", "claim")
    list_filter = ("action",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refusal]:
        return super().get_queryset(request).exclude(claim__confidential=True)


@admin.register(Job)
class JobAdmin(RecordAdmin):
    list_display = ("id", "kind", "state", "step", "attempts", "last_error", "run_after", "created_by")
    list_select_related = ("created_by",)
    list_filter = ("state", "kind", "queue")
    exclude = ("args", "cursor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).exclude(claim__confidential=True)

    actions = ("try_again", "stop")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        person: Any = request.user
        return super().get_actions(request) if person.role == Person.Role.ADMINISTRATOR else {}

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, control.retry)

    @admin.action(description=_("Cancel"))
    def stop(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, control.cancel)

    def _each(self, request: HttpRequest, queryset: QuerySet[Job], operation: Any) -> None:
        for pk in list(queryset.values_list("pk", flat=True)):
            try:
                operation(pk, request.user)
            except UserFacingError as refusal:
                self.message_user(request, f"{pk}: {refusal}", messages.ERROR)


@admin.register(Resource)
class ResourceAdmin(RecordAdmin):
    list_display = ("title", "url", "publisher", "kind", "published_on")
    list_select_related = ("publisher",)
    list_filter = ("kind", "language")
    search_fields = ("title", "host")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).exclude(_only_confidential(OuterRef("pk")))


@admin.register(Snapshot)
class SnapshotAdmin(RecordAdmin):
    list_display = ("resource", "captured_at", "kind", "http_status", "mime", "sha256")
    list_select_related = ("resource",)
    list_filter = ("kind", "mime")
    exclude = ("body_text", "main_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).exclude(_only_confidential(OuterRef("resource")))


@admin.register(SourceAlert)
class SourceAlertAdmin(RecordAdmin):
    list_display = ("quote", "opened_at", "closed_at", "closed_by", "resolution")
    list_select_related = ("quote", "closed_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceAlert]:
        return super().get_queryset(request).exclude(quote__evidence__claim__confidential=True)


@admin.register(Article)
class ArticleAdmin(RecordAdmin):
    list_display = ("title", "publisher", "published_on", "state", "created_by")
    list_select_related = ("publisher", "created_by")
    list_filter = ("state",)
    search_fields = ("title",)


def _only_confidential(resource: OuterRef) -> Q:
    """A source that nothing but confidential claims cites."""
    cited = Evidence.objects.filter(resource=resource)
    return Q(Exists(cited.filter(claim__confidential=True))) & ~Q(Exists(cited.filter(claim__confidential=False)))
