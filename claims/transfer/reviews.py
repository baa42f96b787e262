"""ClaimReview -> records: one object, a list, JSON Lines, a Data Commons feed, or what Google's claim search answers.  Pure.

A review by this desk carries its verdict.  One by somebody else becomes a claim whose evidence names the review: what
others found is a source, never our verdict.

Sources: https://schema.org/ClaimReview, the DataFeed of Data Commons, factchecktools.googleapis.com v1alpha1.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any, TextIO
from urllib.parse import urlsplit

from claims.transfer.columns import BY_NAME, Unreadable, _, read_value
from claims.transfer.read import FileRefused, Record, decoded

CHUNK = 65_536
LONGEST_ITEM = 20_000_000  # characters
LISTS = ("dataFeedElement", "claims", "@graph", "itemListElement")
WHITE = " \t\r\n"


def read_reviews(text: TextIO, *, own: frozenset[str] = frozenset()) -> Iterator[Record]:
    """The records of a file of ClaimReviews; withdrawn items and other types of review are passed over.

    Args:
        own: hosts of this desk: reviews published there are its own.

    Raises:
        FileRefused: it is no JSON, or holds no review at all.
    """
    row, items = 0, 0
    for item in _Stream(text).items():
        items += 1
        for review in _reviews_of(item):
            row += 1
            yield _read_review(row, review, own)
    if not row:
        raise FileRefused(_("There is no ClaimReview in this file (%(items)d objects were read)."), items=items)


class _Stream:
    """JSON read piece by piece: the items of its long list, or its objects one after another."""

    def __init__(self, text: TextIO) -> None:
        self.chunks = decoded(iter(lambda: text.read(CHUNK), ""))
        self.held, self.ended = "", False
        self.decoder = json.JSONDecoder()

    def items(self) -> Iterator[Any]:
        while begins := self._peek():
            if begins == "[":
                self._take("[")
                yield from self._list()
            elif begins == "{":
                yield from self._object()
            else:
                self._take("{")

    def _object(self) -> Iterator[Any]:
        """The items of the list an object carries; the object itself when it carries none."""
        self._take("{")
        said: dict[str, Any] = {}
        carried = False
        while self._peek() != "}":
            key = self._value()
            self._take(":")
            if key in LISTS and self._peek() == "[":
                carried = True
                self._take("[")
                yield from self._list()
            else:
                said[str(key)] = self._value()
            if self._peek() == ",":
                self._take(",")
        self._take("}")
        if not carried:
            yield said

    def _list(self) -> Iterator[Any]:
        while self._peek() != "]":
            yield self._value()
            if self._peek() == ",":
                self._take(",")
        self._take("]")

    def _peek(self) -> str:
        while True:
            self.held = self.held.lstrip(WHITE)
            if self.held or not self._more():
                return self.held[:1]

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise FileRefused(_("The file is no JSON: “%(sign)s” is missing."), sign=sign)
        self.held = self.held[1:]

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.held)
            except (ValueError, RecursionError):
                if len(self.held) < LONGEST_ITEM and self._more(len(self.held)):
                    continue
                raise FileRefused(_("The file is no JSON near “%(near)s”."), near=self.held[:40]) from None
            if end < len(self.held) or not self._more():  # a number may go on in what is not read yet
                self.held = self.held[end:]
                return value

    def _more(self, wanted: int = CHUNK) -> bool:
        got = []
        while wanted > 0 and (chunk := next(self.chunks, "")):
            got.append(chunk)
            wanted -= len(chunk)
        self.held += "".join(got)
        return bool(got)


def _reviews_of(item: Any) -> Iterator[dict[str, Any]]:
    """The reviews in one item of a file: itself, what a feed's item carries, or what a search found."""
    if not isinstance(item, dict):
        return
    if "claimReview" in item:
        yield from _as_markup(item)
    elif "ClaimReview" in _many(item.get("@type")):
        yield item
    else:
        for inner in _many(item.get("item")):
            yield from _reviews_of(inner)


def _as_markup(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An answer of Google's claim search, as the markup that it was made from."""
    for review in _many(found.get("claimReview")):
        publisher = _dict(_dict(review).get("publisher"))
        yield {
            "claimReviewed": found.get("text"),
            "url": _dict(review).get("url"),
            "headline": _dict(review).get("title"),
            "inLanguage": _dict(review).get("languageCode"),
            "datePublished": _dict(review).get("reviewDate"),
            "author": {"name": publisher.get("name") or publisher.get("site")},
            "reviewRating": {"alternateName": _dict(review).get("textualRating")},
            "itemReviewed": {"author": {"name": found.get("claimant")}, "datePublished": found.get("claimDate")},
        }


def _read_review(row: int, review: dict[str, Any], own: frozenset[str]) -> Record:
    record = Record(row)
    url, statement = _text(review.get("url")), _text(review.get("claimReviewed"))
    named = hashlib.sha256(f"{url}\n{statement}".encode(errors="replace")).hexdigest()[:24]
    is_own = (urlsplit(url).hostname or "").removeprefix("www.") in own if _is_address(url) else False
    said = {
        "external_id": _text(review.get("identifier")) if is_own and review.get("identifier") else f"review-{named}",
        "statement": statement,
        "language": _text(review.get("inLanguage"))[:12] or "en",
    }
    if is_own:
        said |= _verdict_of(review)
    record.values = _kept(record, {name: value for name, value in said.items() if value})
    for appearance in _appearances_of(_dict(review.get("itemReviewed"))):
        record.add("appearance", _kept(record, appearance), row)
    for evidence in _sources_of(review) if is_own else [_review_as_source(review, url)]:
        record.add("evidence", _kept(record, evidence), row)
    return record


def _kept(record: Record, said: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, raw in said.items():
        try:
            values[name] = read_value(BY_NAME[name], raw)
        except Unreadable as error:
            record.refuse(name, error.sentence, **error.told)
    return values


def _verdict_of(review: dict[str, Any]) -> dict[str, str]:
    rating = _dict(review.get("reviewRating"))
    return {
        "rating": _text(rating.get("alternateName")),
        "rationale": _text(rating.get("ratingExplanation")),
        "title": _text(review.get("headline"))[:200],
        "summary": _text(review.get("abstract")),
    }


def _appearances_of(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the claim was made: the first known place, then the others; at least who made it, when that is told."""
    author: Any = next(iter(_many(claim.get("author"))), {})
    name = _text(_dict(author).get("name") if isinstance(author, dict) else author)[:160]
    kind = "person" if "Person" in _many(_dict(author).get("@type") or "Person") else "organisation"
    first = _addresses(claim.get("firstAppearance"))[:1]
    others = [url for url in _addresses(claim.get("appearance")) if url not in first]
    day = _day(claim.get("datePublished"))
    made = []
    for number, url in enumerate([*first, *others] or ([""] if name or day else []), start=1):
        who = {"claimant": name, "claimant_kind": kind} if name else {}
        made.append(
            {"appearance_number": number, **who, "said_on": day if number == 1 else None, "appearance_url": url}
        )
    return made


def _sources_of(review: dict[str, Any]) -> list[dict[str, Any]]:
    found = dict.fromkeys(_addresses(review.get("citation")))
    return [{"evidence_number": number, "evidence_url": url} for number, url in enumerate(found, start=1)]


def _review_as_source(review: dict[str, Any], url: str) -> dict[str, Any]:
    label = _text(_dict(review.get("reviewRating")).get("alternateName"))
    author: Any = next(iter(_many(review.get("author"))), {})
    who = _text(_dict(author).get("name") if isinstance(author, dict) else author)
    source: dict[str, Any] = {"evidence_number": 1, "evidence_kind": "news", "stance": "context"}
    if _is_address(url):
        source["evidence_url"] = url
    day = _day(review.get("datePublished"))
    return source | {
        "evidence_title": _text(review.get("headline"))[:400] or f"Fact-check by {who or 'others'}",
        "origin": (urlsplit(url).hostname or who)[:120] if _is_address(url) else who[:120],
        "evidence_note": " ".join(
            filter(None, (f"Rated “{label}”" if label else "Reviewed", who and f"by {who}", day))
        ),
    }


def _addresses(value: Any) -> list[str]:
    """Addresses in a value that may be one, an object with one, or a list of either; what is none is left out."""
    found = [_text(_dict(item).get("url") if isinstance(item, dict) else item) for item in _many(value)]
    return [url for url in dict.fromkeys(found) if _is_address(url)]


def _is_address(url: str) -> bool:
    try:
        return bool(read_value(BY_NAME["evidence_url"], url) and urlsplit(url).hostname)
    except ValueError:
        return False


def _day(value: Any) -> str:
    text = _text(value)[:10]
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
