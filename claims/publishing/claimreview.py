"""What machines are told of a published fact-check: schema.org ClaimReview, Data Commons feed, Google's claim search.

Sources: https://schema.org/ClaimReview, Google's "Fact Check (ClaimReview) structured data" rules, the discovery document
of factchecktools.googleapis.com v1alpha1, and the DataFeed of Data Commons.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

JsonLd = dict[str, Any]

ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True, slots=True)
class Publisher:
    """The desk, with the pages that say how it works."""

    name: str
    url: str
    logo: str = ""
    corrections_policy: str = ""
    methodology: str = ""
    sources_policy: str = ""


@dataclass(frozen=True, slots=True)
class Claimant:
    name: str
    is_person: bool = True
    job_title: str = ""
    image: str = ""
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rating of the published scale; ``value`` is None for verdicts without a number, as "unproven"."""

    label: str
    value: float | None = None
    best: float | None = None
    worst: float | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class PublicChange:
    """A clarification, correction, update or retraction, as the reader sees it."""

    kind: str
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class Review:
    """One fact-check as it is public now. ``appearances`` are addresses, the first known one first."""

    url: str
    claim_text: str
    title: str
    publisher: Publisher
    verdict: Verdict
    published: datetime
    modified: datetime | None = None
    claimant: Claimant | None = None
    claim_date: date | None = None
    appearances: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    language: str = "en"
    summary: str = ""
    changes: tuple[PublicChange, ...] = ()
    retracted: bool = False


def claim_review(review: Review) -> JsonLd:
    """Build the JSON-LD object of one public page.

    A retracted check claims nothing any more: its page is described as a retracted page, without verdict or claim, and
    with the reasons under ``correction``.
    """
    return (
        retracted_page(review)
        if review.retracted
        else compact(
            {
                "@context": "https://schema.org",
                "@type": "ClaimReview",
                "url": review.url,
                "headline": review.title,
                "abstract": review.summary,
                "inLanguage": review.language,
                "claimReviewed": review.claim_text,
                "datePublished": iso(review.published),
                "dateModified": iso(review.modified),
                "author": organization(review.publisher),
                "publisher": organization(review.publisher),
                "itemReviewed": reviewed_claim(review),
                "reviewRating": rating(review.verdict),
                "citation": list(review.sources),
                "correction": [correction(change, review.url) for change in review.changes],
            }
        )
    )


def retracted_page(review: Review) -> JsonLd:
    return compact(
        {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "url": review.url,
            "headline": review.title,
            "inLanguage": review.language,
            "creativeWorkStatus": "Retracted",
            "datePublished": iso(review.published),
            "dateModified": iso(review.modified),
            "publisher": organization(review.publisher),
            "correction": [correction(change, review.url) for change in review.changes],
        }
    )


def organization(publisher: Publisher) -> JsonLd:
    return compact(
        {
            "@type": "Organization",
            "name": publisher.name,
            "url": publisher.url,
            "logo": publisher.logo,
            "correctionsPolicy": publisher.corrections_policy,
            "verificationFactCheckingPolicy": publisher.methodology,
            "unnamedSourcesPolicy": publisher.sources_policy,
        }
    )


def reviewed_claim(review: Review) -> JsonLd:
    first, *others = review.appearances or ("",)
    return compact(
        {
            "@type": "Claim",
            "author": claimant(review.claimant) if review.claimant else None,
            "datePublished": iso(review.claim_date),
            "firstAppearance": creative_work(first) if first else None,
            "appearance": [creative_work(url) for url in others],
        }
    )


def claimant(claimant: Claimant) -> JsonLd:
    return compact(
        {
            "@type": "Person" if claimant.is_person else "Organization",
            "name": claimant.name,
            "jobTitle": claimant.job_title if claimant.is_person else "",
            "image": claimant.image,
            "sameAs": list(claimant.same_as),
        }
    )


def creative_work(url: str) -> JsonLd:
    return {"@type": "CreativeWork", "url": url}


def rating(verdict: Verdict) -> JsonLd:
    """Return the Rating; the three numbers go together or not at all."""
    found: JsonLd = {"@type": "Rating", "alternateName": verdict.label, "ratingExplanation": verdict.explanation}
    if verdict.value is not None and verdict.best is not None and verdict.worst is not None:
        found |= {
            "ratingValue": plain(verdict.value),
            "bestRating": plain(verdict.best),
            "worstRating": plain(verdict.worst),
        }
    return compact(found)


def plain(number: float) -> float:
    """Return 3 for 3.0."""
    return int(number) if number == int(number) else number


def correction(change: PublicChange, url: str) -> JsonLd:
    return {
        "@type": "CorrectionComment",
        "name": change.kind,
        "text": change.text,
        "datePublished": change.on.isoformat(),
        "correctedWork": {"@type": "WebPage", "url": url},
    }


def compact(found: JsonLd) -> JsonLd:
    """Return the object without what is empty: an empty field is wrong markup, a missing one is not."""
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def iso(moment: date | datetime | None) -> str:
    """Return a date as YYYY-MM-DD, and a moment in UTC to the second."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.isoformat() if moment else ""


def to_script(found: JsonLd | Sequence[JsonLd]) -> str:
    """Return JSON that is safe between <script type="application/ld+json"> and </script>, and in HTML at large."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)


def data_feed(items: Sequence[JsonLd], modified: datetime) -> JsonLd:
    """Return the feed in the shape of Data Commons; write ``dataFeedElement`` piece by piece where it is long."""
    return {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "dateModified": iso(modified),
        "dataFeedElement": list(items),
    }


def data_feed_item(review: Review) -> JsonLd:
    """Return one element of the Data Commons feed: ratings as strings, ``item`` null for a retracted check."""
    item = claim_review(review)
    if "reviewRating" in item:
        item["reviewRating"] = {key: str(value) for key, value in item["reviewRating"].items()}
        item["sdPublisher"] = organization(review.publisher)
    return {
        "@type": "DataFeedItem",
        "dateCreated": iso(review.published),
        "dateModified": iso(review.modified or review.published),
        "url": review.url,
        "item": None if review.retracted else [item],
    }


def google_claim(review: Review) -> JsonLd:
    """Return one entry of ``claims`` as factchecktools v1alpha1 ``claims:search`` answers.

    Raises:
        ValueError: the check was retracted; a search must not answer with it.
    """
    if review.retracted:
        raise ValueError("A retracted check has no place in a search for checks.")
    return compact(
        {
            "text": review.claim_text,
            "claimant": review.claimant.name if review.claimant else "",
            "claimDate": f"{iso(review.claim_date)}T00:00:00Z" if review.claim_date else "",
            "claimReview": [
                compact(
                    {
                        "publisher": {"name": review.publisher.name, "site": site(review.publisher.url)},
                        "url": review.url,
                        "title": review.title,
                        "reviewDate": iso(review.published),
                        "textualRating": review.verdict.label,
                        "languageCode": review.language,
                    }
                )
            ],
        }
    )


def site(url: str) -> str:
    """Return the host of an address, without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
