"""The rows of the queue as finished values: a page of any length costs one statement and no template logic."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import BooleanField, CharField
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims.language import midway
from claims.models import Appearance, Assignment, Claim, Event, Evidence, Job, Person, SourceAlert
from claims.models.claim import ClaimQuerySet
from claims.templatetags import marks
from claims.templatetags.balance import balance
from claims.templatetags.moments import due
from claims.workflow.assignment import waiting_for_cross_checker
from claims.workflow.revisions import EDITS

NAMED_CLAIMANTS = 2
# The whole row and not its parts, because a template takes its time over each value: of fifty rows more than over all else.
ROW = (
    '<tr role="row" data-row="%(pk)s"><td role="cell">%(box)s</td><td role="cell">'
    '<a class="q-s" href="%(url)s" dir="auto" data-row-link>%(statement)s</a><div class="q-m">%(meta)s</div></td>'
    '<td role="cell">%(status)s</td><td role="cell">%(balance)s</td><td role="cell" class="text-sm">%(due)s</td>'
    '<td role="cell"><span class="inline-flex gap-1">%(people)s</span></td></tr>\n'
)
BOX = (
    '<label class="checkbox-t"><input type="checkbox" class="checkbox" name="claim" value="%s" form="bulk"'
    ' aria-label="%s %s"></label>'
)
DOT = SafeString('<span class="dot"></span>')
SETTLED = {"published", "declined", "duplicate", "retracted", "archived"}
ROLE_ORDER = {"checker": 0, "cross_checker": 1, "editor": 2}


class Read(NamedTuple):
    """What a row is made of, in the order of ``with_row_values``."""

    pk: int
    statement: str
    status: str
    public_state: str
    next_due_at: datetime | None
    priority: int
    worth: str
    confidential: bool
    rating: str | None
    rating_label: str | None
    rating_family: str | None
    stances: list[str]
    said: list[str]
    people: list[str]
    source_changed: bool
    capture_failed: bool
    needs_cross_checker: bool
    is_mine: bool


OWN = (
    "pk", "statement", "status", "public_state", "next_due_at", "priority", "worth", "confidential", "rating__code",
    "rating__label", "rating__family",
)  # fmt: skip


def with_row_values(claims: ClaimQuerySet, person: Person) -> QuerySet[Claim, tuple[Any, ...]]:
    """What a row shows, as the values of a ``Read``; no text is read that it does not show."""
    evidence = Evidence.objects.filter(claim=OuterRef("pk"))
    uncaptured = evidence.filter(pinned__isnull=True).exclude(waivers__kind="capture")
    said = Appearance.objects.filter(claim=OuterRef("pk")).order_by("number")
    held = Assignment.objects.filter(claim=OuterRef("pk"), ended_at=None, person__isnull=False)
    failed = Job.objects.filter(claim=OuterRef("pk"), kind="capture", state="failed")
    chain = Concat(Value("claim/"), Cast(OuterRef("pk"), CharField()))
    return claims.values_list(
        *OWN,
        ArraySubquery(evidence.values("stance")),
        ArraySubquery(said.values(row=JSONObject(name="claimant__name", position="position", article="article"))),
        ArraySubquery(
            held.values(row=JSONObject(role="role", pk="person", name="person__name", username="person__username"))
        ),
        Exists(SourceAlert.objects.filter(quote__evidence__claim=OuterRef("pk"), closed_at=None)),
        ExpressionWrapper(Exists(failed) & Exists(uncaptured), output_field=BooleanField()),
        Exists(waiting_for_cross_checker().filter(pk=OuterRef("pk"))),
        _is_own(person, chain),
    )


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


def read_rows(claims: Sequence[Read], person: Person, suffix: str = "") -> list[SafeString]:
    """The rows of one page, finished; an editor's can be selected.

    Args:
        suffix: what the address of each claim carries, so that its page knows the list it came from.
    """
    now, pattern = timezone.now(), reverse("claims:claim-detail", args=[0])
    before, after = pattern.split("/0/")
    after, select = escape(f"/{after}{suffix}"), escape(_("Select claim"))
    return [
        SafeString(
            ROW
            % {
                "pk": claim.pk,
                "box": BOX % (claim.pk, select, claim.pk) if person.is_editor else "",
                "url": f"{before}/{claim.pk}{after}",
                "statement": escape(claim.statement),
                "meta": _meta(claim),
                "status": _status(claim),
                "balance": _balance(claim),
                "due": _due(claim, now),
                "people": _marks(claim, person),
            }
        )
        for claim in claims
    ]


def _meta(claim: Read) -> SafeString:
    said = [json.loads(row) for row in claim.said]
    names = list(dict.fromkeys((row["name"], row["position"]) for row in said if row["name"]))
    parts = [_said(*name, get_language()) for name in names[:NAMED_CLAIMANTS]]
    if len(names) > NAMED_CLAIMANTS:
        left = len(names) - NAMED_CLAIMANTS
        parts.append(format_html("{}", ngettext("%(n)s more", "%(n)s more", left) % {"n": left}))
    articles = len({row["article"] for row in said if row["article"]})
    if articles:
        words = ngettext("in %(n)s article", "in %(n)s articles", articles) % {"n": articles}
        parts.append(format_html("{}", words))
    if claim.worth:
        parts.append(_worth(claim.worth, get_language()))
    if claim.confidential:
        parts.append(format_html("{} {}", marks.icon("lock", css="i-sm"), _("confidential")))
    return SafeString(DOT.join(parts))


@lru_cache(2048)
def _said(name: str, position: str, _language: str | None) -> SafeString:
    return format_html("<bdi>{}</bdi> {}", name, marks.STANCE[position].label)


@lru_cache
def _worth(worth: str, _language: str | None) -> SafeString:
    words = _("worth %(worth)s") % {"worth": midway(str(Claim.Worth(worth).label))}
    return format_html('<span class="whitespace-nowrap">{}</span>', words)


def _status(claim: Read) -> SafeString:
    shown = marks.status(claim.status, claim.public_state)
    is_public = claim.public_state in {Claim.PublicState.PUBLISHED, Claim.PublicState.WITHHELD}
    verdict = _verdict(claim) if is_public or claim.is_mine else SafeString("")
    note = SafeString("")
    if claim.source_changed:
        note = _note("git-compare-arrows", _("source changed"))
    elif claim.needs_cross_checker:
        note = _note("st-cross", _("needs a cross-checker"))
    elif claim.capture_failed:
        note = _note("circle-alert", _("capture failed"))
    return shown + verdict + note


def _note(glyph: str, words: str) -> SafeString:
    return format_html('<div class="text-xs late whitespace-nowrap">{} {}</div>', marks.icon(glyph, css="i-sm"), words)


def _verdict(claim: Read) -> SafeString:
    if claim.rating is None:
        return SafeString("")
    return format_html(
        "<div>{}</div>", marks.verdict(claim.rating, claim.rating_label or "", claim.rating_family or "")
    )


def _balance(claim: Read) -> SafeString:
    return balance(*(claim.stances.count(stance) for stance in ("refutes", "supports", "context")))


def _due(claim: Read, now: datetime) -> SafeString:
    settled = claim.status in SETTLED and claim.public_state != Claim.PublicState.WITHHELD
    if claim.status in SETTLED and claim.next_due_at is None:
        return SafeString("")
    return due(claim.next_due_at, now, settled=settled)


def _marks(claim: Read, me: Person) -> SafeString:
    if not claim.people:
        return marks.nobody()
    people = sorted((json.loads(row) for row in claim.people), key=lambda row: ROLE_ORDER[row["role"]])
    shown = (_mark(row["name"], row["username"], row["role"], row["pk"] == me.pk, get_language()) for row in people)
    return SafeString("".join(shown))


@lru_cache(2048)
def _mark(name: str, username: str, role: str, is_me: bool, _language: str | None) -> SafeString:
    person = Person(name=name, username=username)
    return marks.who(str(person), person.initials, str(Assignment.Role(role).label), me=is_me)
