"""ClaimReview in all the shapes it is published in."""

import io
import json

import pytest

from claims.transfer.read import FileRefused
from claims.transfer.reviews import CHUNK, read_reviews

OWN = frozenset({"desk.example.org"})
REVIEW = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://www.desk.example.org/fact-checks/quay/",
    "headline": "The quay is old",
    "abstract": "Built in 1950.",
    "inLanguage": "en",
    "claimReviewed": "The quay is new.",
    "datePublished": "2024-06-20T10:00:00Z",
    "author": {"@type": "Organization", "name": "Desk"},
    "itemReviewed": {
        "@type": "Claim",
        "author": {"@type": "Organization", "name": "Harbour Office"},
        "datePublished": "2024-06-19",
        "firstAppearance": {"@type": "CreativeWork", "url": "https://news.example.org/1"},
        "appearance": [
            {"url": "https://news.example.org/1"},
            {"url": "https://news.example.org/2"},
            {"url": "nowhere"},
        ],
    },
    "reviewRating": {"@type": "Rating", "alternateName": "False", "ratingExplanation": "It is of 1950."},
    "citation": ["https://port.example.org/", {"url": "https://port.example.org/b"}, "not an address"],
    "identifier": "x-1",
}
GOOGLE = {
    "claims": [
        {
            "text": "The quay is new.",
            "claimant": "Harbour Office",
            "claimDate": "2024-06-19T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"site": "other.example.org"},
                    "url": "https://other.example.org/1",
                    "title": "Old quay",
                    "reviewDate": "2024-06-21T00:00:00Z",
                    "textualRating": "False",
                    "languageCode": "en",
                }
            ],
        }
    ],
    "nextPageToken": "abc",
}


def read(text, own=OWN):
    return list(read_reviews(io.StringIO(text if isinstance(text, str) else json.dumps(text)), own=own))


def test_a_review_of_the_desks_own_brings_its_verdict_and_its_sources():
    (record,) = read(REVIEW)

    assert record.values == {
        "external_id": "x-1", "statement": "The quay is new.", "language": "en", "rating": "False",
        "rationale": "It is of 1950.", "title": "The quay is old", "summary": "Built in 1950.",
    }  # fmt: skip
    assert [(item["claimant"], item["claimant_kind"], item["appearance_url"]) for item in record.appearances] == [
        ("Harbour Office", "organisation", "https://news.example.org/1"),
        ("Harbour Office", "organisation", "https://news.example.org/2"),
    ]
    assert [str(item["said_on"]) for item in record.appearances] == ["2024-06-19", "None"]
    assert [item["evidence_url"] for item in record.evidence] == [
        "https://port.example.org/",
        "https://port.example.org/b",
    ]
    assert record.problems == []


def test_a_review_by_others_is_a_source_and_never_our_verdict():
    (record,) = read(REVIEW, own=frozenset())

    assert set(record.values) == {"external_id", "statement", "language"}
    assert record.values["external_id"].startswith("review-")
    (source,) = record.evidence
    assert source == {
        "evidence_number": 1, "evidence_kind": "news", "stance": "context", "evidence_url": REVIEW["url"],
        "evidence_title": "The quay is old", "origin": "www.desk.example.org",
        "evidence_note": "Rated “False” by Desk 2024-06-20",
    }  # fmt: skip


def test_an_answer_of_the_claim_search_is_read():
    (record,) = read(GOOGLE)

    assert record.values["statement"] == "The quay is new."
    assert record.appearances == [
        {"appearance_number": 1, "claimant": "Harbour Office", "claimant_kind": "person", "appearance_url": "",
         "said_on": record.appearances[0]["said_on"]},
    ]  # fmt: skip
    assert str(record.appearances[0]["said_on"]) == "2024-06-19"
    assert record.evidence[0]["evidence_note"] == "Rated “False” by other.example.org 2024-06-21"


@pytest.mark.parametrize(
    "text",
    [
        [REVIEW],
        "\ufeff".lstrip("\ufeff") + json.dumps([REVIEW]),
        json.dumps(REVIEW) + "\n",
        {"@graph": [{"@type": "WebPage"}, REVIEW]},
        {
            "@type": "DataFeed",
            "dateModified": "x",
            "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}],
            "a": {},
        },
        {"dataFeedElement": [{"item": None}, {"item": REVIEW}, {"item": {"@type": "MediaReview"}}, "x", 1]},
        {"item": REVIEW},
        {**REVIEW, "@type": ["Thing", "ClaimReview"]},
    ],
)
def test_every_shape_of_a_file_holds_the_same_review(text):
    assert [record.values["external_id"] for record in read(text)] == ["x-1"]


def test_objects_one_after_another_are_read():
    assert [record.row for record in read("\n".join([json.dumps(REVIEW)] * 3))] == [1, 2, 3]


def test_a_long_feed_is_read_piece_by_piece():
    class Counting(io.StringIO):
        asked = 0

        def read(self, size=-1):
            assert size == CHUNK
            self.asked += 1
            return super().read(size)

    text = Counting(json.dumps({"dataFeedElement": [{"item": [REVIEW]}] * 2000}))

    records = read_reviews(text)
    next(records)
    assert text.asked == 1
    assert sum(1 for _record in records) == 1999


def test_an_item_that_ends_where_a_piece_ends_is_read_once():
    item = json.dumps(REVIEW)
    text = "[" + " " * (CHUNK - 1 - len(item)) + item + "," + item + "]"

    assert [record.row for record in read(text)] == [1, 2]


def test_an_item_longer_than_a_piece_is_read_whole():
    long = {**REVIEW, "reviewBody": "x" * (3 * CHUNK)}

    assert len(read([long, REVIEW, 12, long])) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no ClaimReview in this file (0 objects were read)."),
        ("[{}, 1]", "There is no ClaimReview in this file (2 objects were read)."),
        ("statement,claimant", "The file is no JSON: “{” is missing."),
        ('{"a" 1}', "The file is no JSON: “:” is missing."),
        ('{"a": }', "The file is no JSON near “}”."),
        ('[{"a": "x', 'The file is no JSON near “{"a": "x”.'),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(text, said):
    with pytest.raises(FileRefused) as refusal:
        read(text)
    assert str(refusal.value) == said


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(FileRefused, match="The file is not UTF-8"):
        list(read_reviews(io.TextIOWrapper(io.BytesIO(b'{"a": "\xff and more"}'), encoding="utf-8")))


def test_what_a_review_lacks_is_left_empty_and_what_is_too_long_is_refused():
    bare, authors, long = read(
        [
            {"@type": "ClaimReview", "claimReviewed": "Bare.", "author": "A paper", "datePublished": "soon"},
            {
                "@type": "ClaimReview",
                "claimReviewed": "Text.",
                "url": "http://[",
                "itemReviewed": {"author": ["Somebody"]},
            },
            {"@type": "ClaimReview", "claimReviewed": "x" * 501, "url": 7},
        ]
    )

    assert (bare.appearances, bare.evidence[0]["evidence_note"]) == ([], "Reviewed by A paper")
    assert bare.evidence[0]["evidence_title"] == "Fact-check by A paper"
    assert [item["claimant"] for item in authors.appearances] == ["Somebody"]
    assert authors.evidence[0]["evidence_note"] == "Reviewed"
    assert [problem.column for problem in long.problems] == ["statement"]


def test_a_review_of_the_desks_own_without_a_name_gets_one_from_its_address():
    (record,) = read({key: value for key, value in REVIEW.items() if key != "identifier"})

    assert record.values["external_id"].startswith("review-")
