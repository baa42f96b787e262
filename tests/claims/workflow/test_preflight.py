"""The preflight list, line by line, and the job that goes through it."""

import pytest

from claims.models import Claim, Evidence, Quote, Snapshot, Waiver
from claims.workflow import edit_parts, edit_review, preflight, replies
from claims.workflow.apply import Refused, apply
from claims.workflow.preflight_list import read_list, ungraded
from tests.claims.workflow import desk
from tests.factories import ChecklistItemFactory, RatingFactory, ResourceFactory, SnapshotFactory

pytestmark = pytest.mark.django_db


class Run:
    """What a handler is given: the claim it is about, and a way to say how far it is."""

    def __init__(self, claim):
        self.claim_id = claim.pk
        self.said = []

    def progress(self, step, done, total):
        self.said.append((step, done, total))


@pytest.fixture
def people():
    return desk.hire()


def missing(claim):
    return {item.title: [m.sentence for m in item.missing] for item in read_list(desk.reload(claim)) if item.missing}


def test_a_claim_with_everything_misses_nothing(people):
    assert missing(desk.ready(people)) == {}


def test_an_empty_claim_misses_verdict_rationale_and_evidence(people):
    found = missing(desk.in_research(people))

    assert found.pop("Verdict and rationale") == ["Give a verdict.", "Write the rationale."]
    assert list(found) == ["Enough independent evidence"]


def test_two_pieces_of_one_origin_count_once(people):
    claim = desk.ready(people)
    Evidence.objects.filter(claim=claim).update(origin="one wire")

    (sentence,) = missing(claim)["Enough independent evidence"]
    assert "there are 1" in sentence
    assert "One origin counts once: evidence 1, 2." in sentence


@pytest.mark.parametrize("same", [{"likeness": 12345}, {"canonical_url": "https://wire.example.org/1"}])
def test_pieces_with_one_text_or_one_address_count_once_whatever_was_written(people, same):
    claim = desk.in_research(people)
    for _piece in range(2):
        copy = SnapshotFactory(**same)
        edit_parts.add_evidence(claim.pk, by=people.author, resource=copy.resource, stance="supports")
    desk.write_verdict(claim, people.author)

    (sentence,) = missing(desk.reload(claim))["Enough independent evidence"]
    assert "One origin counts once: evidence 1, 2." in sentence


@pytest.mark.parametrize("change", [{"stance": "context"}, {"kind": "desk_note"}])
def test_context_and_desk_notes_prove_nothing(people, change):
    claim = desk.ready(people)
    Evidence.objects.filter(claim=claim).update(**change)

    assert "there are 0" in missing(claim)["Enough independent evidence"][0]


def test_one_quoted_primary_document_of_grade_a_is_enough(people):
    claim = desk.ready(people)
    quoted = Quote.objects.get().evidence
    Evidence.objects.filter(claim=claim).exclude(pk=quoted.pk).update(stance="context")
    assert "Enough independent evidence" in missing(claim)

    Evidence.objects.filter(pk=quoted.pk).update(kind="primary", reliability="A")
    assert missing(claim) == {}


def test_a_stated_exception_or_a_rating_that_needs_none_is_enough(people):
    claim = desk.ready(people)
    Evidence.objects.filter(claim=claim).update(stance="context")
    Claim.objects.filter(pk=claim.pk).update(evidence_exception="One witness only.")
    assert missing(claim) == {}

    Claim.objects.filter(pk=claim.pk).update(
        evidence_exception="", rating=RatingFactory(code="open", needs_evidence=False)
    )
    assert missing(claim) == {}


def test_a_source_without_a_copy_is_named_until_it_is_waived(people):
    claim = desk.ready(people)
    evidence = claim.evidence.get(number=1)
    Evidence.objects.filter(pk=evidence.pk).update(pinned=None)
    assert missing(claim)["Every source captured"][0].startswith("Evidence 1 rests on none of its copies")

    Waiver.objects.create(evidence=evidence, kind="capture", reason="The site is gone.")
    assert missing(claim) == {}


@pytest.mark.parametrize(
    ("copy", "is_named"),
    [
        ({"mime": "application/pdf", "problem": "Damaged."}, True),
        ({"mime": "text/html", "problem": "The page came without any text."}, True),
        ({"mime": "application/pdf", "problem": "Pictures of pages.", "pages": [0, 0]}, False),
        ({"mime": "image/png", "problem": "No text here."}, False),
        ({"mime": "text/html", "problem": "Very long.", "body_text": "Its beginning."}, False),
    ],
)
def test_a_copy_that_could_not_be_read_is_none_until_it_is_waived(people, copy, is_named):
    claim = desk.ready(people)
    evidence = claim.evidence.get(number=1)
    unread = SnapshotFactory(resource=evidence.resource, **{"body_text": ""} | copy)
    Evidence.objects.filter(pk=evidence.pk).update(pinned=unread)

    found = missing(claim).get("Every source captured", [])
    assert [sentence.partition(":")[0] for sentence in found] == ["The copy of evidence 1 could not be read"] * is_named

    # Another copy of this source is whole.
    with pytest.raises(Refused, match="rest it on that one" if is_named else "nothing to waive"):
        edit_parts.waive(evidence.pk, "capture", by=people.author, reason="Only this one is left.")
    lone = edit_parts.add_evidence(claim.pk, by=people.author, resource=ResourceFactory(url=None, host=""))
    Evidence.objects.filter(pk=lone.pk).update(
        pinned=SnapshotFactory(resource=lone.resource, **{"body_text": ""} | copy)
    )
    if is_named:
        edit_parts.waive(lone.pk, "capture", by=people.author, reason="Only this one is left.")
        Evidence.objects.filter(pk=evidence.pk).delete()
        assert "Every source captured" not in missing(claim)


FOUND = "Every passage found in its source, or a reason to go without a look"


@pytest.mark.parametrize(
    ("state", "fails"), [("altered", True), ("gone", True), ("moved", False), ("unverifiable", True)]
)
def test_a_passage_that_left_its_source_or_may_have_fails(people, state, fails):
    claim = desk.ready(people)
    desk.look_again(Quote.objects.get(), "altered")
    desk.look_again(Quote.objects.get(), state)

    assert (FOUND in missing(claim)) == fails


def test_a_look_that_could_not_tell_says_why_until_a_person_goes_without_it(people):
    claim = desk.ready(people)
    quote = Quote.objects.get()
    desk.look_again(quote, "unverifiable", problem="The site answered 404: there is no such page.")
    assert missing(claim)[FOUND] == [
        "The last look at the source of evidence 2 could not tell whether its passage still stands (The site answered 404: "
        "there is no such page): capture it again, upload a copy of today, or go without a look, with a reason."
    ]

    edit_parts.waive(quote.evidence_id, "quote_check", by=people.author, reason="The paper closed; we hold its copy.")
    assert FOUND not in missing(claim)
    desk.look_again(quote, "gone")
    assert missing(claim)[FOUND] == ["A passage of evidence 2 is no longer in its source."]


def test_only_required_questions_of_today_are_asked(people):
    claim = desk.ready(people)
    ChecklistItemFactory(required=False)
    ChecklistItemFactory(is_active=False)
    asked = ChecklistItemFactory(text="Is the date right?")

    assert missing(claim) == {"Checklist answered": ["Checklist: Is the date right?"]}
    from claims.workflow import edit_review

    edit_review.answer_checklist(claim.pk, by=people.author, item=asked, answer="n/a")
    assert missing(claim) == {}


def test_a_claimant_who_was_asked_stands_in_the_log_or_a_note_says_why_not(people):
    claim, item = desk.ready(people), ChecklistItemFactory(code="reply", text="Was the claimant asked?", required=False)

    def answer(said, note=""):
        edit_review.answer_checklist(claim.pk, by=people.author, item=item, answer=said, note=note)

    answer("n/a")
    assert missing(claim) == {}

    answer("yes")
    (line,) = (line for line in read_list(desk.reload(claim)) if line.missing)
    assert line.title == "Replies in, or a reason not to wait"
    assert [(found.place, "log whom you asked" in found.sentence) for found in line.missing] == [
        (f"checklist-{item.pk}", True)
    ]

    answer("yes", "Asked at a briefing; the spokesman would not be named.")
    assert missing(claim) == {}

    answer("yes")
    replies.log_contact(
        claim.pk, by=people.author, asked="Port office", channel="email", contact_detail="", question="How many?",
        deadline=desk.soon(), asked_at=None, public_line="",
    )  # fmt: skip
    assert "log whom you asked" not in " ".join(missing(claim)["Replies in, or a reason not to wait"])


def test_a_yes_that_stands_nowhere_is_never_approved(people):
    claim = desk.in_review(people)
    item = ChecklistItemFactory(code="reply", text="Was the claimant asked?", required=False)
    edit_review.answer_checklist(claim.pk, by=people.editor, item=item, answer="yes")
    claim = desk.reload(claim)

    with pytest.raises(Refused, match="log whom you asked"):
        apply(claim.pk, "approve", by=people.other_editor, seen=desk.seen(claim), notes=desk.noted(claim))


def test_the_list_costs_the_same_however_much_evidence(people, django_assert_num_queries):
    claim = desk.ready(people)
    for _ in range(30):
        edit_parts.add_evidence(claim.pk, by=people.author, resource=SnapshotFactory().resource)
    claim = desk.reload(claim)

    with django_assert_num_queries(2):
        read_list(claim)


# --- the job


def test_the_job_lets_a_whole_claim_pass(people):
    claim = desk.in_preflight(people)
    run = Run(claim)

    preflight.run_preflight(run, revision=claim.revisions.get().pk)()

    assert desk.reload(claim).status == "in_cross_check"
    assert run.said == [("going through the preflight list", 0, 1)]


def test_the_job_sends_back_what_misses_something(people):
    claim = desk.in_preflight(people)
    Waiver.objects.all().delete()
    Evidence.objects.filter(claim=claim).update(pinned=None)

    preflight.run_preflight(Run(claim), revision=claim.revisions.get().pk)()

    claim = desk.reload(claim)
    assert claim.status == "changes_requested"
    from claims.models import Event

    event = Event.objects.get(chain=claim.chain, action="fail")
    assert ["Something changed after it was submitted: submit it again.", "verdict"] in event.details["missing"]


@pytest.mark.parametrize("role", ["rests on it", "quoted from it"])
def test_the_job_computes_the_hash_of_every_text_relied_on(people, role):
    claim = desk.in_preflight(people)
    piece = claim.evidence.first()
    copy = SnapshotFactory(resource=piece.resource, body_text="999 ships.", body_text_sha256="a" * 64)
    if role == "rests on it":
        Evidence.objects.filter(pk=piece.pk).update(pinned=copy)
    else:
        Quote.objects.create(evidence=piece, snapshot=copy, exact="999", start=0, end=3)

    preflight.run_preflight(Run(claim), revision=claim.revisions.get().pk)

    assert Snapshot.objects.get(pk=copy.pk).text_changed


def test_a_late_job_leaves_a_recalled_claim_alone(people):
    claim = desk.in_preflight(people)
    revision = claim.revisions.get().pk
    settle = preflight.run_preflight(Run(claim), revision=revision)
    apply(claim.pk, "recall", by=people.author, reason="Wait.")
    settle()
    assert desk.reload(claim).status == "in_research"

    apply(claim.pk, "submit", by=people.author)
    settle()
    assert desk.reload(claim).status == "preflight"


def test_a_job_that_was_given_up_does_not_leave_the_claim_waiting(people):
    claim = desk.in_preflight(people)
    revision = claim.revisions.get().pk

    for _ in range(2):
        preflight.give_up(claim.pk, revision, "The worker died three times.")

    assert desk.reload(claim).status == "changes_requested"


def test_a_piece_nobody_graded_is_named_and_stops_nothing(people):
    claim = desk.ready(people)
    first, second = claim.evidence.order_by("number")
    assert ungraded(claim.evidence.order_by("number")) == [first.number, second.number]

    Evidence.objects.filter(pk=first.pk).update(reliability="B", credibility=6)
    Evidence.objects.filter(pk=second.pk).update(grade_reason="Nobody knows who keeps this page.")
    assert ungraded(claim.evidence.all()) == []
    Evidence.objects.filter(pk=first.pk).update(kind="desk_note", reliability="F")
    assert ungraded(claim.evidence.all()) == []
    Evidence.objects.filter(claim=claim).update(reliability="B", kind="research")
    assert missing(claim) == {}
