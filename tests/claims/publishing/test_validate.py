import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.publishing.claimreview import claim_review
from claims.publishing.validate import advice, problems
from tests.claims.publishing.test_claimreview import CORRECTED

GOOD = claim_review(CORRECTED)
GONE = object()


def changed(path, value):
    found = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    place = found
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return found


def test_good_markup_has_no_problems_and_needs_no_advice():
    assert problems(GOOD) == []
    assert advice(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("@context", "https://example.org", "The markup must name https://schema.org as its vocabulary."),
        ("@type", "Review", "The markup must be of the type ClaimReview."),
        ("claimReviewed", GONE, "The claim that was checked is missing."),
        ("url", GONE, "The address of the page is missing."),
        ("url", "/fact-checks/dam/", "The address of the page must be a full web address: /fact-checks/dam/"),
        ("url", "https://[bad", "The address of the page must be a full web address: https://[bad"),
        ("datePublished", GONE, "The date of publication is missing."),
        ("datePublished", "soon", "The date of publication is not a date."),
        ("headline", "", "The field “headline” is empty; leave it out or fill it."),
        (
            "itemReviewed.author.jobTitle",
            None,
            "The field “itemReviewed.author.jobTitle” is empty; leave it out or fill it.",
        ),
        ("author.name", GONE, "The publisher of the check must be an organisation or a person with a name."),
        ("author.url", GONE, "The publisher's own address is missing."),
        (
            "author.url",
            "https://other.example",
            "The page is on desk.example, but the publisher's address is on other.example; they must share a domain.",
        ),
        ("reviewRating", GONE, "The verdict in words is missing; it is the only part that readers of other sites see."),
        (
            "reviewRating.bestRating",
            GONE,
            "A verdict with a number needs all three: its value, the best and the worst of the scale.",
        ),
        ("reviewRating.ratingValue", "low", "The value, the best and the worst of the scale must be numbers."),
        ("reviewRating.ratingValue", True, "The value, the best and the worst of the scale must be numbers."),
        ("reviewRating.ratingValue", [1], "The value, the best and the worst of the scale must be numbers."),
        ("reviewRating.bestRating", 1, "The best rating of the scale must be a greater number than the worst."),
        ("reviewRating.ratingValue", "7", "The verdict's value 7 lies outside the scale of 1 to 5."),
        ("itemReviewed.@type", "Thing", "What was checked must be described as a Claim."),
        (
            "itemReviewed.author.@type",
            "Thing",
            "The one who made the claim must be a person or an organisation with a name.",
        ),
        (
            "itemReviewed.author.name",
            "Harbour Desk",
            "The publisher of the check cannot be the one who made the claim.",
        ),
        ("itemReviewed.datePublished", "June", "The date on which the claim was made is not a date."),
        ("itemReviewed.datePublished", "2024-07-09", "The claim is dated after the check of it was published."),
        (
            "itemReviewed.firstAppearance.url",
            "https://bit.ly/x",
            "The address of an appearance must not be a shortened one: https://bit.ly/x",
        ),
        ("itemReviewed.appearance", "https://news.example", "The address of an appearance is missing."),
        ("correction.0.text", GONE, "A correction must be a CorrectionComment and say what was changed."),
        ("correction", ["changed"], "A correction must be a CorrectionComment and say what was changed."),
        ("correction.0.datePublished", "3 July", "A correction must carry the date on which it was made."),
    ],
)
def test_one_thing_wrong_is_one_sentence(path, value, sentence):
    assert problems(changed(path, value)) == [sentence]


def test_a_page_on_a_subdomain_of_its_publisher_is_right():
    assert problems(changed("url", "https://facts.desk.example/dam/")) == []


def test_numbers_as_text_are_right_as_the_feed_has_them():
    assert problems(changed("reviewRating.ratingValue", "1")) == []


RETRACTED = {
    "@context": "https://schema.org",
    "@type": "WebPage",
    "url": "https://desk.example/fact-checks/dam/",
    "creativeWorkStatus": "Retracted",
}


def test_a_retracted_page_says_why_and_carries_no_verdict():
    assert problems({**RETRACTED, "correction": GOOD["correction"]}) == []
    assert problems({**RETRACTED, "reviewRating": GOOD["reviewRating"]}) == [
        "A retracted page must say why the check was retracted.",
        "A retracted page must not carry a verdict any more.",
    ]


def test_advice_names_what_could_be_better():
    poor = changed("itemReviewed", {"@type": "Claim"}) | {"claimReviewed": "long " * 20}

    assert advice(poor) == [
        "The claim is longer than 75 characters; search results cut it there.",
        "Nobody is named as the one who made the claim.",
        "No address is given where the claim was made.",
        "The date on which the claim was made is missing.",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "url", "name"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), JSON, max_size=8))
def test_whatever_is_given_the_answer_is_a_list_of_sentences(found):
    told = problems(found)

    assert "The claim that was checked is missing." in told or "claimReviewed" in found or "Retracted" in str(found)
    assert all(isinstance(sentence, str) and sentence[0].isupper() for sentence in told)
