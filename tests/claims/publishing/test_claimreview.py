import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.publishing.claimreview import (
    Claimant,
    PublicChange,
    Publisher,
    Review,
    Verdict,
    claim_review,
    data_feed,
    data_feed_item,
    google_claim,
    to_script,
)
from claims.publishing.validate import problems

DESK = Publisher(
    name="Harbour Desk",
    url="https://www.desk.example",
    logo="https://desk.example/logo.png",
    corrections_policy="https://desk.example/corrections/",
    methodology="https://desk.example/methodology/",
)
REVIEW = Review(
    url="https://desk.example/fact-checks/dam/",
    claim_text="The dam broke in 1950",
    title="Did the dam break in 1950?",
    publisher=DESK,
    verdict=Verdict("False", 1.0, 5.0, 1.0, "It broke in 1987."),
    published=datetime(2024, 7, 2, 9, 30, tzinfo=UTC),
    modified=datetime(2024, 7, 3, 9, 30, tzinfo=UTC),
    claimant=Claimant("Elizabeth Bennet", job_title="Mayor", same_as=("https://www.wikidata.org/wiki/Q1",)),
    claim_date=date(2024, 6, 19),
    appearances=("https://news.example/first", "https://news.example/second"),
    sources=("https://archive.example/report",),
    summary="It did not.",
)


def test_the_whole_markup_of_a_fact_check():
    assert claim_review(REVIEW) == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": "https://desk.example/fact-checks/dam/",
        "headline": "Did the dam break in 1950?",
        "abstract": "It did not.",
        "inLanguage": "en",
        "claimReviewed": "The dam broke in 1950",
        "datePublished": "2024-07-02T09:30:00Z",
        "dateModified": "2024-07-03T09:30:00Z",
        "author": (desk := {
            "@type": "Organization",
            "name": "Harbour Desk",
            "url": "https://www.desk.example",
            "logo": "https://desk.example/logo.png",
            "correctionsPolicy": "https://desk.example/corrections/",
            "verificationFactCheckingPolicy": "https://desk.example/methodology/",
        }),
        "publisher": desk,
        "itemReviewed": {
            "@type": "Claim",
            "author": {
                "@type": "Person",
                "name": "Elizabeth Bennet",
                "jobTitle": "Mayor",
                "sameAs": ["https://www.wikidata.org/wiki/Q1"],
            },
            "datePublished": "2024-06-19",
            "firstAppearance": {"@type": "CreativeWork", "url": "https://news.example/first"},
            "appearance": [{"@type": "CreativeWork", "url": "https://news.example/second"}],
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "False",
            "ratingExplanation": "It broke in 1987.",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
        },
        "citation": ["https://archive.example/report"],
    }  # fmt: skip


def test_a_verdict_without_a_number_carries_no_scale():
    unproven = claim_review(replace(REVIEW, verdict=Verdict("Unproven", None, 5.0, 1.0)))

    assert unproven["reviewRating"] == {"@type": "Rating", "alternateName": "Unproven"}
    assert problems(unproven) == []


def test_half_steps_of_a_scale_stay_half_steps():
    assert claim_review(replace(REVIEW, verdict=Verdict("Half", 2.5, 5, 1)))["reviewRating"]["ratingValue"] == 2.5


def test_what_is_not_known_is_left_out():
    bare = claim_review(replace(REVIEW, claimant=None, claim_date=None, appearances=(), sources=(), modified=None))

    assert bare["itemReviewed"] == {"@type": "Claim"}
    assert not {"citation", "correction", "dateModified"} & set(bare)
    assert problems(bare) == []


def test_an_organisation_that_claims_has_no_job():
    ministry = Claimant("Harbour Ministry", is_person=False, job_title="ignored")

    assert claim_review(replace(REVIEW, claimant=ministry))["itemReviewed"]["author"] == {
        "@type": "Organization",
        "name": "Harbour Ministry",
    }


CORRECTED = replace(REVIEW, changes=(PublicChange("correction", "The year was wrong.", date(2024, 7, 3)),))


def test_corrections_are_public_typed_and_dated():
    assert claim_review(CORRECTED)["correction"] == [
        {
            "@type": "CorrectionComment",
            "name": "correction",
            "text": "The year was wrong.",
            "datePublished": "2024-07-03",
            "correctedWork": {"@type": "WebPage", "url": REVIEW.url},
        }
    ]
    assert problems(claim_review(CORRECTED)) == []


def test_a_retracted_check_keeps_its_page_and_loses_its_verdict():
    retracted = claim_review(replace(CORRECTED, retracted=True))

    assert (retracted["@type"], retracted["creativeWorkStatus"]) == ("WebPage", "Retracted")
    assert not {"reviewRating", "claimReviewed", "itemReviewed"} & set(retracted)
    assert problems(retracted) == []


def test_the_feed_gives_ratings_as_text_and_nothing_for_a_retracted_check():
    item = data_feed_item(REVIEW)

    assert item["item"][0]["reviewRating"]["ratingValue"] == "1"
    assert item["item"][0]["sdPublisher"]["name"] == "Harbour Desk"
    assert (item["dateCreated"], item["url"]) == ("2024-07-02T09:30:00Z", REVIEW.url)
    assert data_feed_item(replace(REVIEW, retracted=True, modified=None))["item"] is None
    feed = data_feed([item], datetime(2024, 7, 4, tzinfo=UTC))
    assert (feed["@type"], feed["dateModified"], feed["dataFeedElement"]) == (
        "DataFeed",
        "2024-07-04T00:00:00Z",
        [item],
    )


def test_a_search_answers_in_the_shape_of_googles():
    assert google_claim(REVIEW) == {
        "text": "The dam broke in 1950",
        "claimant": "Elizabeth Bennet",
        "claimDate": "2024-06-19T00:00:00Z",
        "claimReview": [
            {
                "publisher": {"name": "Harbour Desk", "site": "desk.example"},
                "url": REVIEW.url,
                "title": "Did the dam break in 1950?",
                "reviewDate": "2024-07-02T09:30:00Z",
                "textualRating": "False",
                "languageCode": "en",
            }
        ],
    }
    assert not {"claimant", "claimDate"} & set(google_claim(replace(REVIEW, claimant=None, claim_date=None)))


def test_a_search_never_answers_with_a_retracted_check():
    with pytest.raises(ValueError, match="retracted"):
        google_claim(replace(REVIEW, retracted=True))


@given(st.text(max_size=80))
def test_no_text_can_leave_its_script_tag(text):
    script = to_script(claim_review(replace(REVIEW, claim_text=text + "</script><!--\u2028&", summary=text)))

    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(script)
    assert json.loads(script)["claimReviewed"] == text + "</script><!--\u2028&"
