import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.jobs import JobRun
from claims.models import Appearance, Claim, Correction, Desk, Event, FactCheck, Job, Quote, QuoteCheck
from claims.models.event import sha256
from claims.publishing import publish as publishing
from claims.publishing import validate
from claims.publishing.page import read_page
from claims.workflow import edit, edit_appearances, edit_parts, record
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimFactory, RatingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    RatingFactory(code="false")
    return desk.hire()


def check_quotes(claim, state="unchanged"):
    for quote in Quote.objects.filter(evidence__claim=claim):
        QuoteCheck.objects.create(quote=quote, state=state)


def approved(people):
    claim = desk.approved(people)
    check_quotes(claim)
    return claim


def go_through_review(claim, people):
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    if (
        desk.reload(claim).status == "in_cross_check"
    ):  # the material changed, so an earlier second verdict does not stand
        desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
        apply(claim.pk, "cross_check", by=people.cross_checker, rating=RatingFactory(), reason="Same.")
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    check_quotes(claim)


def published(people):
    return publishing.publish(approved(people).pk, by=people.editor)


def check_deferred():
    """What is asked at commit, asked now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def last_event(claim):
    return Event.objects.filter(chain=f"claim/{claim.pk}").order_by("-seq").first()


def test_publishing_writes_the_public_version_with_the_step(people):
    claim = approved(people)

    row = publishing.publish(claim.pk, by=people.editor, seen=desk.seen(claim))

    claim = desk.reload(claim)
    check_deferred()
    assert (claim.status, claim.public_state, claim.slug) == ("published", "published", "twelve-ships-came-on-monday")
    assert (row.number, row.kind, row.slug, row.by) == (1, "published", claim.slug, people.editor)
    assert row.revision.content_sha256 == desk.seen(claim)
    details = last_event(claim).details
    assert (details["fact_check"], details["page_sha256"]) == (row.pk, sha256(row.page))
    assert details["content_sha256"] == row.revision.content_sha256


def test_record_is_whole_after_every_public_step(people):
    row = published(people)
    publishing.withhold(row.claim_id, by=people.editor, reason="A court asked us to.")
    publishing.lift(row.claim_id, by=people.editor)
    apply(row.claim_id, "propose_retraction", by=people.editor, reason="The count was of another day.")
    publishing.retract(row.claim_id, by=people.other_editor)

    check_deferred()
    assert record.verify().problems == ()


def test_page_holds_what_the_reader_sees(people):
    row = published(people)

    page = read_page(row)
    assert (page["statement"], page["rationale"]) == ("Twelve ships came on Monday.", "Two counts agree [1].")
    assert (page["rating"]["code"], page["confidence"]) == ("true", "high")
    assert [one["code"] for one in page["scale"]] == ["false", "true"]
    assert [one["quotes"] for one in page["evidence"]] == [[], ["twelve ships"]]
    assert all(len(one["copy"]["sha256"]) == 64 for one in page["evidence"])
    assert page["review"] == {"people": 3, "policy": "three", "waived": "", "informed": False, "decided": False}
    assert [one["kind"] for one in page["history"]] == ["published"]


def test_page_names_nobody_of_the_desk(people):
    row = published(people)

    for person in vars(people).values():
        assert person.name not in row.page
        assert person.username not in row.page


def test_withheld_source_tells_only_why(people):
    claim = desk.ready(people)
    evidence = claim.evidence.get(number=1)
    edit_parts.edit_evidence(evidence.pk, by=people.author, withheld=True, withheld_reason="It would name a witness.")
    go_through_review(claim, people)

    row = publishing.publish(claim.pk, by=people.editor)

    told = read_page(row)["evidence"][0]
    assert told == {"number": 1, "stance": "supports", "withheld": "It would name a witness."}
    assert evidence.resource.url not in row.page + row.jsonld


def test_waived_cross_check_is_told_with_its_reason(people):
    claim = desk.in_cross_check(people)
    apply(claim.pk, "waive_cross_check", by=people.other_editor, reason="Everybody else is ill.")
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    check_quotes(claim)

    page = read_page(publishing.publish(claim.pk, by=people.editor))

    assert (page["review"]["waived"], page["review"]["people"]) == ("Everybody else is ill.", 2)


def test_page_lists_where_merged_claims_appeared_but_not_their_words(people):
    claim = desk.in_research(people)
    twin = ClaimFactory(status="inbox")
    AppearanceFactory(claim=twin, verbatim="A dozen!", url="https://radio.example.org/talk", said_on="2026-01-02")
    secret = ClaimFactory(status="inbox", confidential=True)
    AppearanceFactory(claim=secret, url="https://leak.example.org/")
    for other in (twin, secret):
        apply(other.pk, "merge", by=people.editor, target=claim.pk)
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author)
    go_through_review(claim, people)

    page = read_page(publishing.publish(claim.pk, by=people.editor))

    assert [(one["url"], one["merged"], one["verbatim"]) for one in page["appearances"]] == [
        ("https://radio.example.org/talk", True, "")
    ]


def test_markup_of_what_is_published_is_right(people):
    row = published(people)

    assert validate.problems(json.loads(row.jsonld)) == []
    assert json.loads(row.jsonld)["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "True",
        "ratingExplanation": "Two counts agree [1].",
        "ratingValue": 5,
        "bestRating": 5,
        "worstRating": 1,
    }


def test_markup_that_is_wrong_keeps_the_claim_unpublished(people):
    claim = approved(people)
    Desk.objects.update_or_create(pk=1, defaults={"publisher_url": "https://elsewhere.example.org"})

    with pytest.raises(Refused, match="they must share a domain"):
        publishing.publish(claim.pk, by=people.editor)

    assert desk.reload(claim).status == "approved"
    assert not FactCheck.objects.exists()
    assert claim.refusals.get().action == "publish"


def test_page_another_editor_looked_at_is_not_published(people):
    claim = approved(people)

    with pytest.raises(Refused, match="has changed since this page was opened"):
        publishing.publish(claim.pk, by=people.editor, seen="0" * 64)


def declare_public(claim):
    """What a faulty program might do: say that a claim is public, without a version of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.step', %s, true)", [str(claim.pk)])
        Claim.objects.filter(pk=claim.pk).update(status="published", public_state="published", slug="x")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_public_claim_without_a_version_cannot_be_committed(people):
    claim = approved(people)

    with pytest.raises(IntegrityError, match="public state"):
        declare_public(claim)


def test_withholding_leaves_no_verdict_and_lifting_puts_back_every_word(people):
    first = published(people)

    withheld = publishing.withhold(first.claim_id, by=people.other_editor, reason="A court asked us to.")
    assert (withheld.kind, withheld.reason, withheld.jsonld) == ("withheld", "A court asked us to.", "")
    assert "rating" not in read_page(withheld)
    assert desk.reload(first.claim).public_state == "withheld"

    lifted = publishing.lift(first.claim_id, by=people.editor)
    was, now = read_page(first), read_page(lifted)
    moved = {"version", "published_at", "history"}
    assert {key: was[key] for key in was if key not in moved} == {key: now[key] for key in now if key not in moved}
    assert [one["kind"] for one in now["history"]] == ["lifted", "withheld", "published"]
    assert not Correction.objects.exists()
    assert desk.reload(first.claim).public_state == "published"


def test_withholding_wants_a_reason(people):
    with pytest.raises(Refused, match="Say why"):
        publishing.withhold(published(people).claim_id, by=people.editor, reason=" ")


def test_retraction_keeps_the_address_and_says_why_in_the_words_proposed(people):
    first = published(people)
    apply(first.claim_id, "propose_retraction", by=people.editor, reason="The count was of another day.")
    with pytest.raises(Refused, match="Another editor"):
        publishing.retract(first.claim_id, by=people.editor)

    row = publishing.retract(first.claim_id, by=people.other_editor)

    check_deferred()
    assert (row.kind, row.slug, row.reason) == ("retracted", first.slug, "The count was of another day.")
    assert (row.correction.kind, row.correction.text) == ("retraction", row.reason)
    assert validate.problems(json.loads(row.jsonld)) == []
    assert "reviewRating" not in json.loads(row.jsonld)


def reopened_and_approved(people, claim, kind="correction", text="We had the day wrong."):
    apply(claim.pk, "reopen", by=people.editor, reason="A reader wrote.")
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    claim = desk.reload(claim)
    fields = {"rationale": "Three counts agree [1].", "correction_kind": kind, "correction_text": text}
    edit.edit_claim(claim.pk, by=people.author, fields=fields, seen=edit.digests(claim))
    go_through_review(claim, people)


def test_change_after_publication_is_typed_dated_and_in_the_history(people):
    first = published(people)
    reopened_and_approved(people, first.claim)

    second = publishing.publish(first.claim_id, by=people.other_editor)

    assert (second.number, second.slug, second.first_published_at) == (2, first.slug, first.first_published_at)
    assert (second.correction.kind, second.correction.text) == ("correction", "We had the day wrong.")
    history = read_page(second)["history"]
    assert [(one["kind"], one["text"]) for one in history] == [
        ("correction", "We had the day wrong."),
        ("published", ""),
    ]
    assert json.loads(second.jsonld)["correction"][0]["text"] == "We had the day wrong."
    assert json.loads(second.jsonld)["dateModified"]


def test_change_after_publication_without_its_type_is_refused(people):
    first = published(people)

    with pytest.raises(Refused, match="say what kind of change"):
        reopened_and_approved(people, first.claim, kind="", text="")
    with pytest.raises(Refused):
        publishing.publish(first.claim_id, by=people.editor)
    assert first.claim.fact_checks.count() == 1


def test_retracted_claim_published_again_unchanged_says_so(people):
    first = published(people)
    apply(first.claim_id, "propose_retraction", by=people.editor, reason="In doubt.")
    publishing.retract(first.claim_id, by=people.other_editor)
    reopened_and_approved(people, first.claim, kind="update", text="Looked at once more.")

    again = publishing.publish(first.claim_id, by=people.editor)

    assert [one["kind"] for one in read_page(again)["history"]] == ["update", "retraction", "published"]
    assert desk.reload(first.claim).public_state == "published"


def test_same_words_get_addresses_of_their_own(people):
    one, other = published(people), published(people)

    assert (one.slug, other.slug) == ("twelve-ships-came-on-monday", f"twelve-ships-came-on-monday-{other.claim_id}")


@pytest.mark.parametrize(
    ("statement", "slug"),
    [
        ("Wörter mit Umlaut", "worter-mit-umlaut"),
        ("Двенадцать судов пришли в понедельник", "fact-check-{pk}"),
        ("word " * 60, "-".join(["word"] * 18)),
        ("w" * 200, "w" * 90),
        ("Exports fell by 4.2 percent", "exports-fell-by-4-2-percent"),
        ("Only 1/2 of 8,000 and of 1,234,567, or 2½ of 10²", "only-1-2-of-8000-and-of-1234567-or-2-1-2-of-10-2"),
        ("It was -5.5 in No. 7 at 4:30, e.g. 4,25.", "it-was-5-5-in-no-7-at-4-30-eg-4-25"),
    ],
)
def test_address_is_made_of_the_statement(statement, slug):
    claim = ClaimFactory(statement=statement.strip())

    assert publishing.free_slug(claim) == slug.format(pk=claim.pk)


def test_a_comma_of_another_language_parts_a_number():
    claim = ClaimFactory(statement="Nur 4,125 Millionen kamen.", language="de-AT")

    assert publishing.free_slug(claim) == "nur-4-125-millionen-kamen"


# --- at the date that was set


def run(claim, attempt=1):
    job = JobRun(1, "publish_due", "critical", "", {}, 1, attempt, claim.pk, None, None)
    publishing.publish_due(job)()


def scheduled(people):
    claim = approved(people)
    apply(claim.pk, "schedule", by=people.editor, publish_at=timezone.now() + timedelta(hours=1))
    return claim


def test_clock_publishes_at_the_date_that_was_set(people):
    claim = scheduled(people)

    run(claim)
    assert desk.reload(claim).status == "approved"
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        run(claim)
        run(claim)

    assert desk.reload(claim).status == "published"
    assert FactCheck.objects.get().by is None


def test_clock_that_may_not_publish_tries_again_then_takes_the_date_back_and_says_why(people):
    claim = scheduled(people)
    Quote.objects.filter(evidence__claim=claim).update(end=39)
    QuoteCheck.objects.all().delete()

    with time_machine.travel(timezone.now() + timedelta(hours=30)):
        with pytest.raises(Refused):
            run(claim, attempt=1)
        run(claim, attempt=3)

    claim = desk.reload(claim)
    event = last_event(claim)
    assert (claim.status, claim.publish_at, event.action) == ("approved", None, "publish_refused")
    assert event.details["reason"]
    assert Job.objects.filter(kind="notify", args={"event": event.pk}).exists()


def test_appearance_that_denies_is_not_where_the_claim_was_made(people):
    claim = desk.in_research(people)
    Appearance.objects.all().delete()
    first = edit_appearances.add_appearance(
        claim.pk, by=people.author, url="https://denial.example.org/", position="denies", said_on="2026-01-01"
    )
    made = edit_appearances.add_appearance(
        claim.pk, by=people.author, url="https://speech.example.org/", position="asserts", said_on="2026-01-03"
    )
    desk.add_proof(claim, people.author)
    desk.write_verdict(claim, people.author)
    go_through_review(claim, people)

    item = json.loads(publishing.publish(claim.pk, by=people.editor).jsonld)["itemReviewed"]

    assert first.position == "denies"
    assert item["firstAppearance"]["url"] == made.url
    assert item["datePublished"] == "2026-01-03"
    assert "appearance" not in item


# --- two at once


def at_once(*calls):
    """Run the calls in threads of their own; what each returned, or refused."""

    def one(call):
        try:
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


@pytest.mark.django_db(transaction=True)
def test_two_editors_who_publish_at_once_make_one_version(people):
    with transaction.atomic():
        claim = approved(people)

    results = at_once(*[partial(publishing.publish, claim.pk, by=by) for by in (people.editor, people.other_editor)])

    assert sorted(type(result).__name__ for result in results) == ["FactCheck", "Refused"]
    assert claim.fact_checks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_same_words_published_at_once_get_two_addresses(people):
    with transaction.atomic():
        claims = [approved(people), approved(people)]

    rows = at_once(*[partial(publishing.publish, claim.pk, by=people.editor) for claim in claims])

    assert len({row.slug for row in rows}) == 2


@pytest.mark.parametrize("decided_for", ["true", "false"])
def test_readers_are_told_of_everybody_who_gave_a_verdict_or_approved(people, decided_for):
    claim = desk.in_review(people, second="false")  # differs, so it goes back once
    apply(claim.pk, "submit", by=people.author)
    assert apply(claim.pk, "pass", by=None).status == "in_review"
    apply(claim.pk, "decide", by=people.other_editor, rating=RatingFactory(code=decided_for), reason="The later count.")
    apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))
    review = json.loads(publishing.publish(claim.pk, by=people.editor).page)["review"]

    # its author, the cross-checker, who decided and who approved
    assert (review["people"], review["decided"]) == (4, True)
