"""What was found as finished values: name, why it was found, where it leads.  One statement for each kind of a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.models import Appearance, Article, Claim, Claimant, Evidence, Person, Quote, Rating, Snapshot
from claims.search.excerpts import excerpt, excerpts
from claims.search.query import Query
from claims.templatetags import marks, moments
from claims.views.access import visible_claims

# Called by their claim or their source, whose words are hits of their own and no reason for these.
NAMED_BY_ANOTHER = {"said", "verdict", "passage"}
DOT = SafeString('<span class="dot"></span>')


class Row(TypedDict):
    """One hit.  ``reasons`` are labels with the stretch of text that answers; the name may answer too."""

    kind: str
    url: str
    title: SafeString
    reasons: list[tuple[str, SafeString]]
    meta: SafeString


@dataclass(frozen=True)
class Reader:
    """Finishes the rows of one answer."""

    query: Query
    person: Person

    def rows(self, kind: str, ids: Sequence[int]) -> list[Row]:
        """The rows of these things, in this order; what is gone meanwhile is left out."""
        found = READ[kind](self, ids) if ids else {}
        return [found[pk] for pk in ids if pk in found]

    def row(
        self, kind: str, url: str, title: str, texts: Iterable[tuple[str, str]], language: str, meta: Sequence[Any] = ()
    ) -> Row:
        """Mark what answers in the name, then in those texts that answer something the name and the others do not.

        Args:
            texts: ``(label, text)``.
        """
        named = None if kind in NAMED_BY_ANOTHER else excerpt(self.query, title, language, letters=600)
        answered = named.terms if named else frozenset()
        reasons = []
        for label, text in texts:
            for found in excerpts(self.query, text, language, answered=answered):
                answered |= found.terms
                reasons.append((label, marked(found.parts)))
        shown = marked(named.parts) if named else SafeString(escape(title))
        said = format_html_join(DOT, "{}", ((part,) for part in meta if part))
        return {"kind": kind, "url": url, "title": shown, "reasons": reasons, "meta": said}


def marked(parts: Iterable[tuple[str, bool]]) -> SafeString:
    """Pieces of a text with those marked that answer; everything is escaped."""
    forms = {True: '<mark class="hit">{}</mark>', False: "{}"}
    return SafeString("".join(format_html(forms[answers], words) for words, answers in parts))


# --- one reader for each kind


def _claim_meta(claim: Claim) -> list[Any]:
    verdict: Rating | None = claim.rating if claim.is_public else None
    shown = marks.verdict(verdict.code, verdict.label, verdict.family) if verdict else ""
    hidden = format_html("{} {}", marks.icon("lock", css="i-sm"), _("confidential")) if claim.confidential else ""
    return [marks.status(claim.status, claim.public_state), shown, hidden]


def _claim_url(pk: int, place: str = "") -> str:
    return reverse("claims:claim-detail", args=[pk]) + (f"#{place}" if place else "")


def _claims(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Claim.objects.filter(pk__in=ids).select_related("rating")
    return {
        claim.pk: reader.row(
            "claim",
            _claim_url(claim.pk),
            claim.statement,
            [(_("Context"), claim.context)],
            claim.language,
            _claim_meta(claim),
        )
        for claim in rows
    }


def _verdicts(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Claim.objects.filter(pk__in=ids).select_related("rating")
    return {
        claim.pk: reader.row(
            "verdict",
            _claim_url(claim.pk, "verdict"),
            claim.statement,
            [
                (_("Headline"), claim.title),
                (_("Summary"), claim.summary),
                (_("Rationale"), claim.rationale),
                (_("Text"), claim.body),
                (_("Why less evidence is enough"), claim.evidence_exception),
            ],
            claim.language,
            _claim_meta(claim),
        )
        for claim in rows
    }


def _appearances(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Appearance.objects.filter(pk__in=ids).select_related("claim__rating", "claimant")
    return {
        said.pk: reader.row(
            "said",
            _claim_url(said.claim_id, "appearances"),
            said.claim.statement,
            [(_("As said"), said.verbatim)],
            said.claim.language,
            [
                said.claimant
                and format_html("<span><bdi>{}</bdi> {}</span>", said.claimant.name, marks.STANCE[said.position].label),
                said.said_on and _day(said.said_on),
            ],
        )
        for said in rows
    }


def _quotes(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Quote.objects.filter(pk__in=ids).select_related("evidence__claim", "evidence__resource")
    languages = dict(rows.values_list("pk", "snapshot__language"))
    return {
        quote.pk: reader.row(
            "passage",
            reverse("claims:evidence-reader", args=[quote.evidence_id]) + f"#p{quote.pk}",
            str(quote.evidence.resource),
            [(_("Passage"), quote.exact)],
            languages[quote.pk],
            [marks.stance(quote.evidence.stance), _of_claim(quote.evidence.claim)],
        )
        for quote in rows
    }


def _evidence(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Evidence.objects.filter(pk__in=ids).select_related("claim", "resource")
    return {
        piece.pk: reader.row(
            "evidence",
            _claim_url(piece.claim_id, f"e{piece.number}"),
            str(piece.resource),
            [
                (_("What it shows"), piece.note),
                (_("Origin"), piece.origin),
                (_("Address"), piece.resource.url or piece.resource.host),
            ],
            piece.claim.language,
            [marks.stance(piece.stance), _of_claim(piece.claim)],
        )
        for piece in rows
    }


def _day(day: date) -> str:
    return moments.short_day(day, timezone.localdate())


def _of_claim(claim: Claim) -> SafeString:
    return format_html("<span>{} <bdi>{}</bdi></span>", _("for the claim"), claim.statement)


def _copies(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    """Newest copies of sources, each led to by the first piece of evidence the person may see."""
    claims = visible_claims(reader.person)
    first = Evidence.objects.filter(resource=OuterRef("resource"), claim__in=claims).order_by("pk").values("pk")[:1]
    newest = Snapshot.objects.filter(resource__in=ids).exclude(body_text="").order_by("resource", "-captured_at", "-id")
    rows = newest.distinct("resource").annotate(evidence=Subquery(first)).select_related("resource")
    rows = rows.only("resource__title", "resource__url", "title", "main_text", "body_text", "language", "captured_at")
    return {
        copy.resource_id: reader.row(
            "copy",
            reverse("claims:evidence-reader", args=[copy.evidence]),
            copy.title or str(copy.resource),
            [(_("In the text"), copy.main_text or copy.body_text)],
            copy.language,
            [format_html("<span>{} {}</span>", _("captured"), moments.moment(copy.captured_at))],
        )
        for copy in rows
        if copy.evidence
    }


def _articles(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    rows = Article.objects.filter(pk__in=ids).select_related("publisher")
    return {
        article.pk: reader.row(
            "article",
            reverse("claims:intake-detail", args=[article.pk]),
            article.title,
            [
                (_("In the text"), article.text),
                (_("Author"), article.author),
                (_("Publisher"), article.publisher.name if article.publisher else ""),
            ],
            article.language,
            [
                article.publisher and format_html("<bdi>{}</bdi>", article.publisher.name),
                article.published_on and _day(article.published_on),
            ],
        )
        for article in rows
    }


def _claimants(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    queue = reverse("claims:claim-list")
    return {
        who.pk: reader.row(
            "claimant",
            f"{queue}?{urlencode({'claimant': who.slug})}",
            who.name,
            [(_("Position"), who.position), (_("Organisation"), who.organisation)],
            "",
            [who.get_kind_display(), who.position or who.organisation],
        )
        for who in Claimant.objects.filter(pk__in=ids)
    }


def _people(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    queue = reverse("claims:claim-list")
    return {
        person.pk: reader.row(
            "person",
            f"{queue}?{urlencode({'person': person.pk})}",
            str(person),
            [(_("User name"), person.username)],
            "",
            [person.get_role_display(), "" if person.is_active else _("left the desk")],
        )
        for person in Person.objects.filter(pk__in=ids)
    }


READ: Mapping[str, Callable[[Reader, Sequence[int]], dict[int, Row]]] = {
    "claim": _claims,
    "said": _appearances,
    "verdict": _verdicts,
    "passage": _quotes,
    "evidence": _evidence,
    "copy": _copies,
    "article": _articles,
    "claimant": _claimants,
    "person": _people,
}
