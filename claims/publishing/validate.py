"""Is the JSON-LD of a page right?  Every rule of schema.org and Google that we rely on, in words an editor understands."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from claims.language import marked as _
from claims.language import say

JsonLd = dict[str, Any]

SHORTENERS = frozenset(
    ["bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "is.gd", "buff.ly", "youtu.be", "fb.me", "lnkd.in", "cutt.ly"]
)
GOOD_LENGTH = 75  # characters of claimReviewed that Google shows
# Of an address: it is missing, is none, is a shortened one.
PAGE = (
    _("The address of the page is missing."),
    _("The address of the page must be a full web address: %(url)s"),
    _("The address of the page must not be a shortened one: %(url)s"),
)
APPEARANCE = (
    _("The address of an appearance is missing."),
    _("The address of an appearance must be a full web address: %(url)s"),
    _("The address of an appearance must not be a shortened one: %(url)s"),
)
NUMBERS = ("ratingValue", "bestRating", "worstRating")
CONTEXTS = frozenset(["https://schema.org", "http://schema.org", "https://schema.org/", "http://schema.org/"])


def problems(found: JsonLd) -> list[str]:
    """Return what is wrong with the markup of one page, one sentence each; empty when nothing is.

    A retracted page (a WebPage whose ``creativeWorkStatus`` is "Retracted") must say why and must not carry a verdict.
    """
    if found.get("@type") == "WebPage" and found.get("creativeWorkStatus") == "Retracted":
        return [*page_problems(found), *retraction_problems(found)]
    return [
        *page_problems(found),
        *review_problems(found),
        *author_problems(found),
        *rating_problems(part(found, "reviewRating")),
        *claim_problems(found),
    ]


def advice(found: JsonLd) -> list[str]:
    """Return what could be better: none of it makes the markup wrong."""
    claim, told = part(found, "itemReviewed"), []
    if len(text(found, "claimReviewed")) > GOOD_LENGTH:
        sentence = say("The claim is longer than %(most)d characters; search results cut it there.")
        told.append(sentence % {"most": GOOD_LENGTH})
    if not text(part(claim, "author"), "name"):
        told.append(say("Nobody is named as the one who made the claim."))
    if not claim.get("firstAppearance") and not claim.get("appearance"):
        told.append(say("No address is given where the claim was made."))
    if not text(claim, "datePublished"):
        told.append(say("The date on which the claim was made is missing."))
    return told


def page_problems(found: JsonLd) -> Iterator[str]:
    if text(found, "@context") not in CONTEXTS:
        yield say("The markup must name https://schema.org as its vocabulary.")
    yield from address_problems(PAGE, text(found, "url"))
    published = text(found, "datePublished")
    if published and not is_date(published):
        yield say("The date of publication is not a date.")
    for name in empty_fields(found):
        yield say("The field “%(name)s” is empty; leave it out or fill it.") % {"name": name}
    for change in as_list(found.get("correction")):
        yield from correction_problems(change)


def correction_problems(change: Any) -> Iterator[str]:
    if not isinstance(change, dict) or change.get("@type") != "CorrectionComment" or not text(change, "text"):
        yield say("A correction must be a CorrectionComment and say what was changed.")
    elif not is_date(text(change, "datePublished")):
        yield say("A correction must carry the date on which it was made.")


def retraction_problems(found: JsonLd) -> Iterator[str]:
    if not as_list(found.get("correction")):
        yield say("A retracted page must say why the check was retracted.")
    if "reviewRating" in found or "claimReviewed" in found:
        yield say("A retracted page must not carry a verdict any more.")


def review_problems(found: JsonLd) -> Iterator[str]:
    if found.get("@type") != "ClaimReview":
        yield say("The markup must be of the type ClaimReview.")
    if not text(found, "claimReviewed"):
        yield say("The claim that was checked is missing.")
    if not text(found, "datePublished"):
        yield say("The date of publication is missing.")


def author_problems(found: JsonLd) -> Iterator[str]:
    author = part(found, "author")
    if text(author, "@type") not in {"Organization", "NewsMediaOrganization", "Person"} or not text(author, "name"):
        yield say("The publisher of the check must be an organisation or a person with a name.")
    home, page = host(text(author, "url")), host(text(found, "url"))
    if not home:
        yield say("The publisher's own address is missing.")
    elif page and page != home and not page.endswith(f".{home}"):
        sentence = say("The page is on %(page)s, but the publisher's address is on %(home)s; they must share a domain.")
        yield sentence % {"page": page, "home": home}


def rating_problems(rating: JsonLd) -> Iterator[str]:
    if not text(rating, "alternateName"):
        yield say("The verdict in words is missing; it is the only part that readers of other sites see.")
    given = [name for name in NUMBERS if name in rating]
    if given and len(given) < len(NUMBERS):
        yield say("A verdict with a number needs all three: its value, the best and the worst of the scale.")
    elif given:
        value, best, worst = (number(rating[name]) for name in NUMBERS)
        yield from scale_problems(value, best, worst)


def scale_problems(value: float | None, best: float | None, worst: float | None) -> Iterator[str]:
    if value is None or best is None or worst is None:
        yield say("The value, the best and the worst of the scale must be numbers.")
    elif best <= worst:
        yield say("The best rating of the scale must be a greater number than the worst.")
    elif not worst <= value <= best:
        sentence = say("The verdict's value %(value)s lies outside the scale of %(worst)s to %(best)s.")
        yield sentence % {"value": f"{value:g}", "worst": f"{worst:g}", "best": f"{best:g}"}


def claim_problems(found: JsonLd) -> Iterator[str]:
    claim = part(found, "itemReviewed")
    if claim.get("@type") != "Claim":
        yield say("What was checked must be described as a Claim.")
    yield from claimant_problems(part(claim, "author"), part(found, "author"))
    said, published = text(claim, "datePublished"), text(found, "datePublished")
    if said and not is_date(said):
        yield say("The date on which the claim was made is not a date.")
    elif said and is_date(published) and said[:10] > published[:10]:
        yield say("The claim is dated after the check of it was published.")
    for place in [*as_list(claim.get("firstAppearance")), *as_list(claim.get("appearance"))]:
        yield from address_problems(APPEARANCE, text(place, "url") if isinstance(place, dict) else "")


def claimant_problems(claimant: JsonLd, publisher: JsonLd) -> Iterator[str]:
    if claimant and (text(claimant, "@type") not in {"Person", "Organization"} or not text(claimant, "name")):
        yield say("The one who made the claim must be a person or an organisation with a name.")
    if text(claimant, "name") and text(claimant, "name") == text(publisher, "name"):
        yield say("The publisher of the check cannot be the one who made the claim.")


def address_problems(sentences: tuple[str, str, str], url: str) -> Iterator[str]:
    missing, incomplete, shortened = sentences
    if not url:
        yield say(missing)
    elif not host(url):
        yield say(incomplete) % {"url": url}
    elif host(url) in SHORTENERS:
        yield say(shortened) % {"url": url}


def empty_fields(found: JsonLd, prefix: str = "") -> Iterator[str]:
    for name, value in found.items():
        if value in (None, "", [], {}):
            yield f"{prefix}{name}"
        for inner in as_list(value):
            if isinstance(inner, dict):
                yield from empty_fields(inner, f"{prefix}{name}.")


def part(found: JsonLd, name: str) -> JsonLd:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def text(found: JsonLd, name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def number(value: Any) -> float | None:
    """Return a number, also where it is given as text, as the Data Commons feed does."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def host(url: str) -> str:
    """Return the host of a web address without "www.", or nothing where it is none."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.") if parts.scheme in {"http", "https"} else ""


def is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return False
    return True
