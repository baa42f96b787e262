"""What readers would see of a claim if it were published as it stands.  Nothing is written."""

import json
from dataclasses import dataclass

from claims.models import Claim, FactCheck, Person
from claims.publishing import corrections, page, publish, validate
from claims.publishing.claimreview import claim_review
from claims.workflow.attempt import Attempt


@dataclass(frozen=True)
class Preview:
    """A public page that is none yet.

    Attributes:
        number: the version it would rest on.
        markup: what search engines would read, as indented JSON.
        problems: sentences for which publishing it would be refused.
        advice: sentences on what could be better; none of it is wrong.
    """

    page: page.Page
    number: int
    markup: str
    problems: list[str]
    advice: list[str]


def preview(claim: Claim, *, by: Person) -> Preview:
    """The next public version of a claim: of what was approved, or else of what stands there now.

    It holds the verdict: whether a person may see that is for the caller to ask.
    """
    attempt = Attempt(claim, "publish", by)
    revision = attempt.revision
    if claim.status == Claim.Status.APPROVED and revision is not None and attempt.approval is not None:
        says, number = page.build_page(attempt, revision), revision.number
    else:
        says, number = page.draft_page(attempt), attempt.facts.last_number + 1
    claim.slug = claim.slug or publish.free_slug(claim)
    told = corrections.change_since(claim, says["content_sha256"], attempt.public_version)
    change = told if told and told[0] else None
    says = page.as_stored(says | publish.version_of(attempt, says, FactCheck.Kind.PUBLISHED, change=change))
    found = claim_review(page.review_of(says))
    markup = json.dumps(found, indent=2, ensure_ascii=False)
    return Preview(says, number, markup, validate.problems(found), validate.advice(found))
