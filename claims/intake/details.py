"""Put right what the desk says of an article: its title, its publisher, its date."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims.errors import UserFacingError
from claims.intake.article import About, check_may_see_to, find_publisher
from claims.models import Appearance, Article, Claim, Event, Person

# Claims whose words somebody is reading: what they cite stands still until he has done.
UNDER_REVIEW = ("preflight", "in_cross_check", "in_review", "approved")


@transaction.atomic
def describe_article(article_id: int, about: About, *, by: Person) -> Article:
    """Change title, publisher and date of an article; ``about.url`` is left alone.  A title that was guessed is so no more.

    The title is part of what every claim says that was made in the article, so whoever changes it is recorded as one
    of their authors.

    Raises:
        UserFacingError: the person only looks on, or contributes and did not take it in; the title is empty; or a
            claim that cites it is under review.
    """
    if not by.can_contribute:
        raise UserFacingError(_("Your role reads; it does not change articles."), "person")
    title = " ".join(about.title.split())[:300]
    if not title:
        raise UserFacingError(_("An article needs a title."), "title")
    citing = list(Claim.objects.locked().filter(pk__in=Appearance.objects.filter(article=article_id).values("claim")))
    article = Article.objects.select_for_update(of=("self",)).select_related("publisher").get(pk=article_id)
    check_may_see_to(article, by)
    before = _said_of(article)
    if title != article.title:
        _refuse_under_review(citing)
    _describe(article, title, about)
    after = _said_of(article)
    if before == after:
        return article
    article.save(update_fields=["title", "is_title_guessed", "publisher", "published_on", "date_basis"])
    Event.objects.append(article, "describe_article", by=by, body={"before": before, "after": after})
    if before["title"] != title:
        _record_on_claims(article, citing, before["title"], by)
    return article


def _describe(article: Article, title: str, about: About) -> None:
    article.title, article.is_title_guessed = title, False
    article.publisher = find_publisher(About(publisher=about.publisher, url=article.url))
    if about.published_on != article.published_on:
        article.published_on = about.published_on
        article.date_basis = _("given by who took it in") if about.published_on else ""


def _said_of(article: Article) -> dict[str, Any]:
    day: date | None = article.published_on
    return {
        "title": article.title,
        "is_title_guessed": article.is_title_guessed,
        "publisher": article.publisher.name if article.publisher else "",
        "published_on": day.isoformat() if day else None,
    }


def _refuse_under_review(citing: list[Claim]) -> None:
    for claim in citing:
        if claim.status in UNDER_REVIEW:
            raise UserFacingError(
                _("Claim C-%(number)d was made in it and is under review: change the title when that is done.")
                % {"number": claim.pk},
                "under_review",
            )


def _record_on_claims(article: Article, citing: list[Claim], old_title: str, by: Person) -> None:
    numbers = Appearance.objects.filter(article=article).order_by("claim", "number").values_list("claim", "number")
    claims = {claim.pk: claim for claim in citing}
    for pk, number in numbers:
        body = {"number": number, "before": {"article": old_title}, "after": {"article": article.title}}
        Event.objects.append(claims[pk], "edit_appearance", by=by, body=body)
