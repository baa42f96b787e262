"""What the desk says of an article can be put right, and who does so answers for it."""

from datetime import date

import pytest

from claims.errors import UserFacingError
from claims.intake import article as intake
from claims.intake.details import describe_article
from claims.models import Article, Event
from claims.workflow import edit_appearances
from claims.workflow.apply import apply
from claims.workflow.revisions import authors_of, read_content
from tests.claims.workflow import desk

pytestmark = pytest.mark.django_db

TEXT = "Sent to you by the newsletter of the harbour.\n\nThe harbour handled 1,240 ships in 2025.\n"


@pytest.fixture
def article(people):
    return intake.add_text(TEXT, intake.About(publisher="Harbour News"), by=people.contributor)


def about(title, publisher="Harbour News", day=None):
    return intake.About(title, publisher, day)


def cite(claim, article, people):
    return edit_appearances.add_appearance(claim.pk, by=people.author, article=article, verbatim="1,240 ships")


def test_title_publisher_and_date_are_put_right_and_recorded(people, article):
    describe_article(article.pk, about(" Ships in  numbers ", "Quay Gazette", date(2026, 1, 5)), by=people.editor)

    article.refresh_from_db()
    assert (article.title, article.publisher.name, article.published_on) == (
        "Ships in numbers",
        "Quay Gazette",
        date(2026, 1, 5),
    )
    assert article.date_basis == "given by who took it in"
    said = Event.objects.get(chain=article.chain, action="describe_article")
    assert (said.actor_ref, said.details["before"]["publisher"]) == (people.editor.ref, "Harbour News")


def test_saying_the_same_again_is_not_recorded(people, article):
    Article.objects.filter(pk=article.pk).update(is_title_guessed=False)
    describe_article(article.pk, about(article.title), by=people.editor)

    assert not Event.objects.filter(action="describe_article").exists()


def test_a_title_taken_from_the_first_line_is_confirmed_by_saving_it_or_put_right(people, article):
    assert article.is_title_guessed
    describe_article(article.pk, about(article.title), by=people.editor)

    article.refresh_from_db()
    assert not article.is_title_guessed
    said = Event.objects.get(chain=article.chain, action="describe_article").details
    assert (said["before"]["is_title_guessed"], said["after"]["is_title_guessed"]) == (True, False)
    other = intake.add_text("He came.\nHe saw it all.", intake.About(), by=people.contributor)
    describe_article(other.pk, about("What he saw"), by=people.editor)
    other.refresh_from_db()
    assert (other.title, other.is_title_guessed) == ("What he saw", False)


def test_a_date_can_be_taken_away_with_where_it_came_from(people, article):
    describe_article(article.pk, about("Ships", day=date(2026, 1, 5)), by=people.editor)
    describe_article(article.pk, about("Ships"), by=people.editor)

    article.refresh_from_db()
    assert (article.published_on, article.date_basis) == (None, "")


def test_whoever_changes_the_title_is_an_author_of_the_claims_that_cite_it(people, article):
    claim = desk.in_research(people)
    cite(claim, article, people)

    describe_article(article.pk, about("Ships in numbers"), by=people.editor)

    assert people.editor.pk in authors_of(claim)
    assert read_content(claim).values["appearances"][-1]["where"] == "Ships in numbers"


def test_a_title_stands_still_while_a_claim_that_cites_it_is_under_review(people, article):
    claim = desk.ready(people)
    cite(claim, article, people)
    apply(claim.pk, "submit", by=people.author)

    with pytest.raises(UserFacingError, match=f"C-{claim.pk} was made in it and is under review"):
        describe_article(article.pk, about("Ships in numbers"), by=people.editor)

    describe_article(article.pk, about(article.title, "Quay Gazette"), by=people.editor)  # no reader is shown this
    article.refresh_from_db()
    assert article.publisher.name == "Quay Gazette"


@pytest.mark.parametrize(("who", "title", "sentence"), [("auditor", "Ships", "role reads"), ("editor", " ", "a title")])
def test_a_refusal_is_a_sentence(people, article, who, title, sentence):
    with pytest.raises(UserFacingError, match=sentence):
        describe_article(article.pk, about(title), by=getattr(people, who))
