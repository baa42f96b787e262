"""Claims, evidence, revisions, readings, approvals, public versions, events, jobs and snapshots: read here, never changed."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from claims import jobs
from claims.admin.actions import MOST_AT_ONCE, Question, asks, each
from claims.admin.base import CLAIM_NUMBER, RecordAdmin, spread
from claims.admin.event_words import deed, doer
from claims.admin.filters import ActionFilter, KindFilter, OpenFilter, PolicyFilter, StepFilter, TroubleFilter
from claims.jobs import catalogue, control
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
from claims.workflow.record import erase_event

NUMBER_HELP = _("The number of a claim, such as C-12")
HIDDEN_VERDICT = ("rating", "rationale", "confidence", "evidence_exception", "title", "summary", "body")


def is_administrator(request: HttpRequest) -> bool:
    person: Any = request.user
    return bool(person.role == Person.Role.ADMINISTRATOR)


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    list_display = ("id", "statement", "status", "public_state", "priority", "due_at", "on_the_desk")
    list_display_links = ("id", "statement")
    list_filter = ("status", "public_state", "worth", "topics")
    search_fields = ("external_id",)
    search_help_text = _("Words of the statement, a number such as C-12, or an outside id")
    ordering = ("-id",)
    of_claim = "pk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).filter(confidential=False)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """By the stems kept for matching, through their index; a scan of every statement would take seconds."""
        stems = list(stems_of(search_term, "en"))
        if not stems or CLAIM_NUMBER.fullmatch(search_term.strip()):
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(text__stems__contains=stems) | queryset.filter(external_id=search_term), False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An unpublished verdict is no more shown here than on the desk."""
        return () if obj is not None and obj.is_public else HIDDEN_VERDICT

    def view_on_site(self, claim: Claim) -> str:
        return reverse("claims:claim-detail", args=[claim.pk])

    @admin.display(description=_("On the desk"))
    def on_the_desk(self, claim: Claim) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("claims:claim-detail", args=[claim.pk]), _("open"))


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    list_display = ("id", "claim", "number", "resource", "stance", "reliability", "credibility", "pinned")
    list_select_related = ("claim", "resource", "pinned")
    list_filter = ("stance", "kind", "reliability", "credibility", "withheld")
    search_fields = ("resource__title", "resource__url")
    search_help_text = _("Words of the source's title or address, or the number of a claim, such as C-12")
    of_claim = "claim"

    def view_on_site(self, evidence: Evidence) -> str:
        return reverse("claims:evidence-reader", args=[evidence.pk])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).exclude(claim__confidential=True)


class PublicOnly(RecordAdmin):
    """Records that tell a verdict: shown for public claims only, as on the desk."""

    claim_path = of_claim = "claim"
    reads_words = False
    search_fields = ("pk",)
    search_help_text = NUMBER_HELP

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
    exclude = ("body",)
    readonly_fields = ("content",)

    @admin.display(description=_("What it says"))
    def content(self, revision: Revision) -> SafeString | str:
        return spread(revision.body)


@admin.register(Reading)
class ReadingAdmin(PublicOnly):
    list_display = ("claim", "kind", "by", "rating", "informed", "at")
    list_select_related = ("claim", "by", "rating")
    list_filter = ("kind", "informed")


@admin.register(Approval)
class ApprovalAdmin(PublicOnly):
    claim_path = of_claim = "revision__claim"
    list_display = ("revision", "approver", "cross_checker", "policy", "at")
    list_select_related = ("revision", "approver", "cross_checker")
    list_filter = (PolicyFilter,)


@admin.register(FactCheck)
class FactCheckAdmin(RecordAdmin):
    list_display = ("slug", "number", "kind", "at", "by")
    list_select_related = ("by",)
    list_filter = ("kind",)
    search_fields = ("slug",)
    search_help_text = _("A part of the address, or the number of a claim, such as C-12")
    of_claim = "claim"
    exclude = ("page", "jsonld")
    readonly_fields = ("shown", "markup")

    def view_on_site(self, version: FactCheck) -> str:
        return reverse("claims:fact-check-detail", args=[version.slug])

    @admin.display(description=_("Page"))
    def shown(self, version: FactCheck) -> SafeString | str:
        return spread(version.page)

    @admin.display(description=_("JSON-LD"))
    def markup(self, version: FactCheck) -> SafeString | str:
        return spread(version.jsonld)


@admin.register(Correction)
class CorrectionAdmin(RecordAdmin):
    list_display = ("claim", "kind", "text", "at")
    list_select_related = ("claim",)
    list_filter = ("kind",)
    search_fields = ("pk",)
    search_help_text = NUMBER_HELP
    of_claim, reads_words = "claim", False


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """The chain itself, without its words: those stand in the timeline of the claim, under the claim's rules."""

    list_display = ("chain", "seq", "at", "what", "hash")
    list_filter = (ActionFilter,)
    search_fields = ("=chain",)
    search_help_text = _("A chain, such as claim/42 or desk")
    ordering = ("-at", "-id")
    actions = ("erase_words",)
    fields = ("chain", "seq", "at", "actor_ref", "action", "format", "body_sha256", "prev", "hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        hidden = Claim.objects.filter(confidential=True).annotate(
            chain_name=Concat(Value("claim/"), Cast("pk", CharField()))
        )
        actor = Person.objects.annotate(reference=Concat(Value("person/"), Cast("pk", CharField())))
        named = actor.filter(reference=OuterRef("actor_ref")).values("name")[:1]
        found: QuerySet[Event] = super().get_queryset(request).exclude(chain__in=hidden.values("chain_name"))
        return found.annotate(actor_name=Subquery(named))

    @admin.display(description=_("what"), ordering="action")
    def what(self, event: Any) -> str:
        return deed(event.action, doer(event.actor_ref, event.actor_name))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        number = CLAIM_NUMBER.fullmatch(search_term.strip())
        return super().get_search_results(request, queryset, f"claim/{number[1]}" if number else search_term)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if is_administrator(request) else {}

    @admin.action(description=_("Erase the words of these entries"))
    @asks(
        Question(
            title=_("Erase the words of these entries?"),
            happens=_(
                "What these entries of the record say is emptied for good, as when somebody has a right to it. That they"
                " were there, when and by whom stays; the record can still be checked and says “erased”."
            ),
            press=_("Erase these words for good"),
            wants_reason=True,
        )
    )
    def erase_words(self, request: HttpRequest, rows: list[Event], reason: str) -> None:
        by: Any = request.user
        erase = partial(erase_event, by=by, reason=reason)
        each(self, request, [row for row in rows if not row.is_erased], erase, _("Erased: %(count)d."))

    def get_urls(self) -> list[Any]:
        check = self.admin_site.admin_view(require_POST(self.check_record))
        return [path("check/", check, name="claims_event_check"), *super().get_urls()]

    def check_record(self, request: HttpRequest) -> HttpResponse:
        """Read the whole record now, not only at night; what is found stands on the first page."""
        if is_administrator(request):
            by: Any = request.user
            jobs.enqueue("verify_record", key="record", by=by)
            self.message_user(request, _("The whole record is being read; what was found will stand here."))
        return redirect("admin:index")


@admin.register(Refusal)
class RefusalAdmin(RecordAdmin):
    list_display = ("at", "person", "action", "claim", "reason")
    list_select_related = ("person", "claim")
    list_filter = (StepFilter,)
    search_fields = ("pk",)
    search_help_text = NUMBER_HELP
    of_claim, reads_words = "claim", False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refusal]:
        return super().get_queryset(request).exclude(claim__confidential=True)


@admin.register(Job)
class JobAdmin(RecordAdmin):
    list_display = ("id", "work", "state", "step", "attempts", "last_error", "run_after", "created_by")
    list_select_related = ("created_by",)
    list_filter = ("state", KindFilter, "queue")
    exclude = ("args", "cursor")
    search_fields = ("pk",)
    search_help_text = NUMBER_HELP
    of_claim, reads_words = "claim", False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).exclude(claim__confidential=True)

    actions = ("try_again", "stop")

    @admin.display(description=_("kind"), ordering="kind")
    def work(self, job: Job) -> str:
        return catalogue.title_of(job.kind)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if is_administrator(request) else {}

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        by: Any = request.user
        rows = list(queryset[:MOST_AT_ONCE])
        each(self, request, rows, lambda job: control.retry(job.pk, by), _("Tried again: %(count)d."))

    @admin.action(description=_("Cancel"))
    @asks(
        Question(
            title=_("Cancel this work?"),
            happens=_(
                "What waits is stopped at once, what runs at its next step. A claim that waits for it is told so in words;"
                " it can be tried again later."
            ),
            press=_("Cancel this work"),
        )
    )
    def stop(self, request: HttpRequest, rows: list[Job], _reason: str) -> None:
        by: Any = request.user
        each(self, request, rows, lambda job: control.cancel(job.pk, by), _("Cancelled: %(count)d."))


@admin.register(Resource)
class ResourceAdmin(RecordAdmin):
    list_display = ("title", "url", "publisher", "kind", "published_on")
    list_select_related = ("publisher",)
    list_filter = (TroubleFilter, "kind")
    search_fields = ("title", "host")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).exclude(_only_confidential(OuterRef("pk")))


@admin.register(Snapshot)
class SnapshotAdmin(RecordAdmin):
    list_display = ("resource", "captured_at", "kind", "http_status", "mime", "sha256")
    list_select_related = ("resource",)
    list_filter = ("kind",)
    exclude = ("body_text", "main_text")
    search_fields = ("=sha256", "resource__host", "resource__title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        return super().get_queryset(request).exclude(_only_confidential(OuterRef("resource")))


@admin.register(SourceAlert)
class SourceAlertAdmin(RecordAdmin):
    list_display = ("quote", "opened_at", "closed_at", "closed_by", "resolution")
    list_select_related = ("quote", "closed_by")
    list_filter = (OpenFilter,)
    search_fields = ("pk",)
    search_help_text = NUMBER_HELP
    of_claim, reads_words = "quote__evidence__claim", False

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
