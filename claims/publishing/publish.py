"""Make an approved claim public, withhold it, put it back, retract it: each writes a frozen version in the step's transaction."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from claims import jobs
from claims.jobs import JobRun, catalogue
from claims.models import Claim, Correction, Event, FactCheck, Person, Revision
from claims.models.event import canonical, sha256
from claims.publishing import corrections, page, validate
from claims.publishing.claimreview import claim_review, to_script
from claims.workflow import record_rows
from claims.workflow.apply import Refused, apply
from claims.workflow.attempt import Attempt

SLUG_LENGTH = 90
Make = Callable[[Attempt], FactCheck]
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)")
RAISED = re.compile(r"(?<=\d)(?=[¼-¾²³¹⁰-⁹⅐-⅞])")  # fractions and exponents that stand at a number without a gap
BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s]+(?=\d)")


def publish(claim_id: int, *, by: Person | None, seen: str = "") -> FactCheck:
    """Make what was approved public, in one transaction with its Event; the version readers see from now on.

    Args:
        by: the editor; ``None`` for the clock at the date that was set.
        seen: ``content_sha256`` of the page the editor decided on, where there was one.

    Raises:
        Refused: what is missing, or what is wrong with the markup for search engines.
    """
    return _take("publish", claim_id, by=by, make=partial(_make_public, seen=seen))


def withhold(claim_id: int, *, by: Person, reason: str) -> FactCheck:
    """Take a page down at once, for a reason its address then tells.  One editor may do it alone."""
    return _take("withhold", claim_id, by=by, reason=reason, make=_make_withheld)


def lift(claim_id: int, *, by: Person, reason: str = "") -> FactCheck:
    """Put back the page that was withheld, word for word."""
    return _take("lift", claim_id, by=by, reason=reason, make=_put_back)


def retract(claim_id: int, *, by: Person, reason: str = "") -> FactCheck:
    """Carry out a retraction another editor proposed; the address stays and says why (his reason, or a better one)."""
    return _take("retract", claim_id, by=by, reason=reason, make=_make_retracted)


def _take(action: str, claim_id: int, *, by: Person | None, make: Make, reason: str = "") -> FactCheck:
    written: list[FactCheck] = []

    def effect(attempt: Attempt) -> Mapping[str, Any]:
        row = make(attempt)
        attempt.claim.public_state = row.kind
        written.append(row)
        return {
            "fact_check": row.pk,
            "fact_check_sha256": record_rows.seal(row),
            "page_sha256": sha256(row.page),
            "content_sha256": row.revision.content_sha256,
        }

    apply(claim_id, action, by=by, reason=reason, effect=effect)
    return written[0]


# --- the four effects; each runs under the claim's lock


def _make_public(attempt: Attempt, *, seen: str) -> FactCheck:
    claim, revision = attempt.claim, attempt.revision
    assert revision is not None  # the guards asked for an approved one
    if seen and seen != revision.content_sha256:
        raise Refused(_("The claim has changed since this page was opened: read it again."), "seen")
    claim.slug = claim.slug or free_slug(claim)
    change = corrections.change_since(claim, revision.content_sha256, attempt.public_version)
    with translation.override(attempt.desk.spoken):  # the words of the page are frozen with it
        says = page.build_page(attempt, revision)
    return _write(attempt, "published", revision, says=says, change=change)


def _make_withheld(attempt: Attempt) -> FactCheck:
    last, reason = _last(attempt), attempt.reason
    notice = page.build_notice(page.read_page(last))
    return _write(attempt, "withheld", last.revision, says=notice, reason=reason, change=("withheld", reason))


def _put_back(attempt: Attempt) -> FactCheck:
    last = attempt.claim.fact_checks.filter(kind="published").select_related("revision").latest("number")
    return _write(attempt, "published", last.revision, says=page.read_page(last))


def _make_retracted(attempt: Attempt) -> FactCheck:
    last, reason = _last(attempt), attempt.reason
    notice = page.build_notice(page.read_page(last))
    return _write(attempt, "retracted", last.revision, says=notice, reason=reason, change=("retraction", reason))


def _last(attempt: Attempt) -> FactCheck:
    last = attempt.public_version
    assert last is not None  # the table lets only public claims come here
    return last


def _write(
    attempt: Attempt,
    kind: str,
    revision: Revision,
    *,
    says: page.Page,
    reason: str = "",
    change: tuple[str, str] | None = None,
) -> FactCheck:
    """Freeze one public version, with the correction it brings."""
    claim = attempt.claim
    says |= version_of(attempt, says, kind, reason=reason, change=change)
    row = FactCheck.objects.create(
        claim=claim,
        number=says["version"],
        kind=kind,
        revision=revision,
        slug=says["slug"],
        reason=reason,
        page=canonical(says),
        jsonld="" if kind == "withheld" else _markup(says),
        first_published_at=says["first_published_at"],
        at=says["published_at"],
        by=attempt.by,
    )
    if change and change[0] in Correction.Kind.values:
        corrections.add_correction(row, change)
    return row


def version_of(
    attempt: Attempt, says: page.Page, kind: str, *, reason: str = "", change: tuple[str, str] | None = None
) -> page.Page:
    """What a page says of itself as the next public version: number, address, moments, history."""
    claim, previous, now = attempt.claim, attempt.public_version, timezone.now()
    return {
        "kind": kind,
        "slug": claim.slug,
        "version": previous.number + 1 if previous else 1,
        "reason": reason,
        "published_at": now,
        "first_published_at": previous.first_published_at if previous else now,
        "history": corrections.history_with(previous, says, kind, at=now, change=change),
    }


def _markup(says: page.Page) -> str:
    """The JSON-LD of a page.

    Raises:
        Refused: with every problem found in it.
    """
    found = claim_review(page.review_of(says))
    problems = validate.problems(found)
    if problems:
        raise Refused(" ".join(problems), "markup")
    return to_script(found)


def free_slug(claim: Claim) -> str:
    """An address made of the statement that no other claim has; never changed once given."""
    words = slugify(_numbers_apart(claim.statement, claim.language))
    slug = words if len(words) <= SLUG_LENGTH else words[: SLUG_LENGTH + 1].rpartition("-")[0] or words[:SLUG_LENGTH]
    slug = slug or f"fact-check-{claim.pk}"
    with connection.cursor() as cursor:  # two claims in the same words, published at the same moment
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [slug])
    if Claim.objects.filter(slug=slug).exists():
        slug = f"{slug}-{claim.pk}"
    return slug


def _numbers_apart(statement: str, language: str) -> str:
    """A statement whose numbers survive in an address, where only letters, digits and hyphens may stand.

    "4.2", "1/2" and "2½" would run together to another number; the thousands of English, "8,000", may.
    """
    is_english = language.partition("-")[0] == "en"
    text = THOUSANDS.sub(lambda found: found[0].replace(",", ""), statement) if is_english else statement
    text = unicodedata.normalize("NFKC", RAISED.sub("-", text))
    return BETWEEN_DIGITS.sub("-", text)


# --- at the date that was set


def publish_due(job: JobRun) -> Callable[[], None]:
    """Publish a claim whose time has come.  When it may not be, the date is taken back and its editors are told why."""
    return partial(_publish_due, job)


def _publish_due(job: JobRun) -> None:
    claim = Claim.objects.locked().filter(pk=job.claim_id, status="approved", publish_at__lte=timezone.now()).first()
    if claim is None:  # published by hand, voided or put off meanwhile
        return
    try:
        with transaction.atomic():
            publish(claim.pk, by=None)
    except Refused as refusal:
        if job.attempt < catalogue.KINDS["publish_due"].attempts:
            raise  # some refusals pass by themselves: a look at a source that is under way
        _take_date_back(claim, str(refusal))


def _take_date_back(claim: Claim, sentence: str) -> None:
    Claim.objects.filter(pk=claim.pk).update(publish_at=None, version=F("version") + 1)
    body = {"reason": sentence, "publish_at": claim.publish_at}
    event = Event.objects.append(claim, "publish_refused", by=None, body=body)
    jobs.enqueue("notify", key=f"event/{event.pk}", event=event.pk)
