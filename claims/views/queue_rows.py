"""The rows of the queue as finished values: a page of any length costs three statements and no template logic."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.fields import BooleanField, CharField
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Appearance, Assignment, Claim, Event, Evidence, Job, Person, SourceAlert
from claims.models.claim import ClaimQuerySet
from claims.templatetags import marks
from claims.templatetags.balance import balance
from claims.templatetags.moments import due
from claims.workflow.assignment import waiting_for_cross_checker
from claims.workflow.revisions import EDITS

NAMED_CLAIMANTS = 2
SETTLED = {"published", "declined", "duplicate", "retracted", "archived"}
ROLE_ORDER = {"checker": 0, "cross_checker": 1, "editor": 2}


class Row(TypedDict):
    pk: int
    url: str
    statement: str
    meta: SafeString
    status: SafeString
    balance: SafeString
    due: SafeString
    people: SafeString


def with_row_values(claims: ClaimQuerySet, person: Person) -> ClaimQuerySet:
    """Add what a row shows beside the claim's own fields, and read no text that it does not show."""
    evidence = Evidence.objects.filter(claim=OuterRef("pk"))
    uncaptured = evidence.filter(pinned__isnull=True).exclude(waivers__kind="capture")
    chain = Concat(Value("claim/"), Cast(OuterRef("pk"), CharField()))
    failed = Job.objects.filter(claim=OuterRef("pk"), kind="capture", state="failed")
    return (
        claims.select_related("rating")
        .annotate(
            stances=ArraySubquery(evidence.values("stance")),
            source_changed=Exists(SourceAlert.objects.filter(quote__evidence__claim=OuterRef("pk"), closed_at=None)),
            capture_failed=Exists(failed) & Exists(uncaptured),
            needs_cross_checker=Exists(waiting_for_cross_checker().filter(pk=OuterRef("pk"))),
            is_mine=_is_own(person, chain),
        )
        .only(
            "statement", "status", "public_state", "next_due_at", "priority", "worth", "confidential", "rating__code",
            "rating__label", "rating__family",
        )
    )  # fmt: skip


def _is_own(person: Person, chain: Any) -> Case:
    """Whether the person wrote what an unpublished claim says now; only then is its verdict his to see in a list."""
    published = Event.objects.filter(chain=chain, action="publish").order_by().values("chain").annotate(n=Max("seq"))
    wrote = Event.objects.filter(
        chain=chain,
        actor_ref=person.ref,
        action__in=EDITS,
        seq__gt=Coalesce(Subquery(published.values("n")), 0),
    )
    holds = Assignment.objects.filter(claim=OuterRef("pk"), role="checker", person=person, ended_at=None)
    return Case(
        When(Q(rating=None), then=Value(False)),
        When(Exists(holds), then=Value(True)),
        default=Exists(wrote),
        output_field=BooleanField(),
    )


def read_rows(claims: Sequence[Claim], person: Person, suffix: str = "") -> list[Row]:
    """Finish the rows of one page.

    Args:
        suffix: what the address of each claim carries, so that its page knows the list it came from.
    """
    ids = [claim.pk for claim in claims]
    said, people, now = _claimants(ids), _people(ids), timezone.now()
    pattern = reverse("claims:claim-detail", args=[0])
    return [
        {
            "pk": claim.pk,
            "url": pattern.replace("/0/", f"/{claim.pk}/") + suffix,
            "statement": claim.statement,
            "meta": _meta(claim, said[claim.pk]),
            "status": _status(claim),
            "balance": _balance(claim),
            "due": _due(claim, now),
            "people": _marks(people[claim.pk], person),
        }
        for claim in claims
    ]


def _claimants(ids: list[int]) -> dict[int, list[tuple[str, str, int | None]]]:
    found: dict[int, list[tuple[str, str, int | None]]] = defaultdict(list)
    rows = (
        Appearance.objects.filter(claim__in=ids)
        .order_by("claim", "number")
        .values_list("claim", "claimant__name", "position", "article")
    )
    for claim, name, position, article in rows:
        found[claim].append((name or "", position, article))
    return found


def _people(ids: list[int]) -> dict[int, list[tuple[str, Person]]]:
    found = defaultdict(list)
    rows = Assignment.objects.filter(claim__in=ids, ended_at=None, person__isnull=False).select_related("person")
    for row in sorted(rows, key=lambda row: ROLE_ORDER[row.role]):
        assert row.person is not None
        found[row.claim_id].append((row.get_role_display(), row.person))
    return found


def _meta(claim: Claim, said: list[tuple[str, str, int | None]]) -> SafeString:
    names = list(dict.fromkeys((name, position) for name, position, _article in said if name))
    parts = [
        format_html("<bdi>{}</bdi> {}", name, marks.STANCE[position].label)
        for name, position in names[:NAMED_CLAIMANTS]
    ]
    if len(names) > NAMED_CLAIMANTS:
        parts.append(format_html("{}", _("%(n)s more") % {"n": len(names) - NAMED_CLAIMANTS}))
    articles = len({article for _name, _position, article in said if article})
    if articles:
        words = ngettext("in %(n)s article", "in %(n)s articles", articles) % {"n": articles}
        parts.append(format_html("{}", words))
    if claim.worth:
        worth = _("worth %(worth)s") % {"worth": claim.get_worth_display().lower()}
        parts.append(format_html('<span class="whitespace-nowrap">{}</span>', worth))
    if claim.confidential:
        parts.append(format_html("{} {}", marks.icon("lock", css="i-sm"), _("confidential")))
    return format_html_join(SafeString('<span class="dot"></span>'), "{}", ((part,) for part in parts))


def _status(claim: Claim) -> SafeString:
    shown = marks.status(claim.status, claim.public_state)
    values: Any = claim
    verdict = _verdict(claim) if claim.is_public or values.is_mine else ""
    note = ""
    if values.source_changed:
        note = _note("git-compare-arrows", _("source changed"))
    elif values.needs_cross_checker:
        note = _note("st-cross", _("needs a cross-checker"))
    elif values.capture_failed:
        note = _note("circle-alert", _("capture failed"))
    return format_html("{}{}{}", shown, verdict, note)


def _note(glyph: str, words: str) -> SafeString:
    return format_html('<div class="text-xs late whitespace-nowrap">{} {}</div>', marks.icon(glyph, css="i-sm"), words)


def _verdict(claim: Claim) -> SafeString | str:
    rating = claim.rating
    if rating is None:
        return ""
    return format_html("<div>{}</div>", marks.verdict(rating.code, rating.label, rating.family))


def _balance(claim: Claim) -> SafeString:
    values: Any = claim
    stances: list[str] = values.stances
    return balance(*(stances.count(stance) for stance in ("refutes", "supports", "context")))


def _due(claim: Claim, now: datetime) -> SafeString:
    settled = claim.status in SETTLED and claim.public_state != Claim.PublicState.WITHHELD
    if claim.status in SETTLED and claim.next_due_at is None:
        return SafeString("")
    return due(claim.next_due_at, now, settled=settled)


def _marks(people: list[tuple[str, Person]], me: Person) -> SafeString:
    if not people:
        return marks.nobody()
    return format_html_join(
        "",
        "{}",
        ((marks.who(str(person), person.initials, role, me=person.pk == me.pk),) for role, person in people),
    )
