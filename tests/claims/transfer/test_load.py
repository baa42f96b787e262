"""Records of a file become claims, batch by batch, once however often the file comes."""

import json

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Appearance, Claim, Claimant, Event, Evidence, FactCheck, Job, Resource, Revision, Topic
from claims.transfer.dump import left_out
from claims.transfer.load import HELD_BACK
from claims.workflow.edit import digests, edit_claim
from claims.workflow.record import verify
from tests.claims.transfer.desks import EVERYTHING, dump, lines, problems, table, take
from tests.factories import ClaimantFactory, ClaimFactory, PersonFactory, RatingFactory

pytestmark = pytest.mark.django_db
ONE = {"external_id": "x-1", "statement": "The quay is new."}


def test_a_line_becomes_a_claim_in_the_inbox_with_all_that_hangs_on_it():
    RatingFactory(code="false")
    row = ONE | {
        "topics": "Harbours | Trade", "claimant": "Harbour Office", "claimant_kind": "government", "said_on": "2024-06-19",
        "appearance_url": "https://news.example.org/a", "verbatim": "New!", "evidence_url": "https://port.example.org/b#top",
        "evidence_title": "Register", "stance": "refutes", "reliability": "a", "credibility": "1", "rating": "False",
        "rationale": "No [1].",
    }  # fmt: skip

    assert take(table(row))[0] == {"created": 1}

    claim = Claim.objects.get(external_id="x-1")
    assert (claim.status, claim.statement, claim.rating.code) == ("inbox", "The quay is new.", "false")
    assert sorted(claim.topics.values_list("name", flat=True)) == ["Harbours", "Trade"]
    made = claim.appearances.get()
    assert (made.claimant.name, made.claimant.kind, str(made.said_on)) == ("Harbour Office", "government", "2024-06-19")
    assert (made.number, made.is_first, made.verbatim) == (1, True, "New!")
    piece = claim.evidence.get()
    assert (piece.resource.url, piece.resource.host) == ("https://port.example.org/b", "port.example.org")
    assert (piece.stance, piece.reliability, piece.credibility, piece.resource.title) == ("refutes", "A", 1, "Register")
    assert claim.citations.get().evidence == piece
    assert claim.stage_due_at is not None
    assert Job.objects.get(kind="capture").args == {"resource": piece.resource_id}
    assert Job.objects.get(kind="capture").priority == 9


def test_the_record_tells_of_it_and_holds():
    take(table(ONE, {"external_id": "x-2", "statement": "Two."}))

    claim = Claim.objects.get(external_id="x-2")
    events = Event.objects.filter(chain=claim.chain).order_by("seq")
    assert [event.action for event in events] == ["create", "import"]
    assert (events[1].details["file"], events[1].details["row"]) == ("file.csv", 3)
    assert verify().is_whole
    claim.refresh_from_db()
    assert claim.recorded_version == claim.content_version


def test_who_brought_the_file_is_in_the_record():
    person = PersonFactory(role="administrator")

    take(table(ONE), by=person)

    assert set(Event.objects.filter(chain=Claim.objects.get().chain).values_list("actor_ref", flat=True)) == {
        person.ref
    }
    assert Claim.objects.get().created_by == person


def test_the_same_file_twice_changes_nothing():
    text = table(ONE | {"claimant": "Harbour Office", "evidence_url": "https://port.example.org/b"})
    take(text)
    before = (Event.objects.count(), Job.objects.count(), Claim.objects.get().version)

    assert take(text)[0] == {"unchanged": 1}

    assert (Event.objects.count(), Job.objects.count(), Claim.objects.get().version) == before


def test_a_claim_without_an_outside_name_is_known_again_by_what_it_says():
    text = table({"statement": "The quay is new.", "claimant": "Harbour Office"})
    take(text)

    assert take(text)[0] == {"unchanged": 1}
    assert Claim.objects.get().external_id.startswith("made-")


def test_a_changed_row_changes_what_it_says_and_nothing_else():
    take(table(ONE | {"context": "Before.", "topics": "Harbours"}))
    claim = Claim.objects.get()

    counts, told = take(table(ONE | {"context": "After.", "topics": "Harbours"}))

    assert counts == {"changed": 1}
    assert told[0].columns == ("context",)
    claim.refresh_from_db()
    assert claim.context == "After."
    event = Event.objects.filter(chain=claim.chain).order_by("-seq").first()
    assert (event.action, event.details["before"], event.details["after"]) == (
        "import", {"context": "Before."}, {"context": "After."},
    )  # fmt: skip
    assert claim.recorded_version == claim.content_version


def test_what_the_desk_changed_since_stays_when_the_file_says_the_same_as_before():
    take(table(ONE | {"context": "Before."}))
    claim, editor = Claim.objects.get(), PersonFactory(role="editor")
    edit_claim(claim.pk, by=editor, fields={"context": "The desk's."}, seen=digests(claim, ["context"]))

    assert take(table(ONE | {"context": "Before."}))[0] == {"unchanged": 1}

    claim.refresh_from_db()
    assert claim.context == "The desk's."


def test_what_both_changed_is_refused_and_the_desks_text_stays():
    take(table(ONE | {"context": "Before."}))
    claim, editor = Claim.objects.get(), PersonFactory(role="editor")
    edit_claim(claim.pk, by=editor, fields={"context": "The desk's."}, seen=digests(claim, ["context"]))

    counts, told = take(table(ONE | {"context": "The file's."}))

    assert counts == {"refused": 1}
    assert problems(told)[0].startswith("row 2, context: the desk changed it too")
    claim.refresh_from_db()
    assert claim.context == "The desk's."


@pytest.mark.parametrize("status", ["preflight", "in_cross_check", "in_review", "approved", "declined"])
def test_a_claim_that_is_reviewed_or_closed_is_never_rewritten(status):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('factcheck.step', 'on', true)")
    ClaimFactory(external_id="x-1", status=status, decline_reason="other" if status == "declined" else "")

    counts, told = take(table(ONE))

    assert counts == {"refused": 1}
    assert "an import does not change it" in problems(told)[0]
    assert Claim.objects.get().statement != ONE["statement"]


def test_a_public_claim_is_never_rewritten_even_where_work_on_it_goes_on():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        claim = ClaimFactory(external_id="x-1", status="in_research", slug="quay", public_state="published")
        cursor.execute("SET LOCAL session_replication_role = origin")

    counts, told = take(table(ONE))

    assert counts == {"refused": 1}
    assert "is public" in problems(told)[0]
    claim.refresh_from_db()
    assert claim.statement != ONE["statement"]


def test_a_verdict_that_was_written_on_the_desk_is_not_overwritten_by_a_file_that_never_knew_it():
    RatingFactory(code="false")
    claim = ClaimFactory(external_id="x-1", statement="The quay is new.", rationale="Ours.")

    counts, told = take(table(ONE | {"rationale": "Theirs."}))

    assert counts == {"refused": 1}
    assert problems(told)[0].startswith("row 2, rationale: the desk changed it too")
    claim.refresh_from_db()
    assert claim.rationale == "Ours."


def test_one_refusal_holds_its_batch_back_and_no_other():
    rows = [{"external_id": f"x-{n}", "statement": f"Number {n}."} for n in range(4)]
    rows[1]["priority"] = "eleven"

    counts, told = take(table(*rows), batch=2)

    assert counts == {"created": 2, "refused": 1, "held_back": 1}
    assert [line.what for line in told] == [HELD_BACK, "refused", "created", "created"]
    assert problems(told) == ["row 3, priority: “eleven” is no number from 1 to 9."]
    assert sorted(Claim.objects.values_list("external_id", flat=True)) == ["x-2", "x-3"]


def test_what_a_batch_that_is_held_back_added_is_not_thought_to_be_there_later():
    rows = [
        {"external_id": "x-1", "statement": "One.", "claimant": "New Office", "topics": "New"},
        {"external_id": "x-2", "statement": ""},
        {"external_id": "x-3", "statement": "Three.", "claimant": "New Office", "topics": "New"},
    ]

    assert take(table(*rows), batch=2)[0] == {"refused": 1, "held_back": 1, "created": 1}

    assert Appearance.objects.get().claimant.name == "New Office"
    assert Topic.objects.get().name == "New"


def test_a_dry_run_says_the_same_and_changes_nothing():
    take(table(ONE))
    rows = [ONE | {"context": "New."}, {"external_id": "x-2", "statement": "Two.", "claimant": "Somebody"}]
    tables = (Claim, Claimant, Event, Job, Resource)
    before = [model.objects.count() for model in tables]

    tried, _told = take(table(*rows), try_only=True)

    assert [model.objects.count() for model in tables] == before
    assert Claim.objects.get().context == ""
    assert take(table(*rows))[0] == tried == {"created": 1, "changed": 1}


def test_lines_below_with_the_same_name_add_appearances_and_evidence():
    rows = [
        ONE | {"claimant": "Harbour Office", "evidence_url": "https://a.example.org/"},
        {
            "external_id": "x-1",
            "claimant": "Trade Union",
            "position": "denies",
            "evidence_url": "https://b.example.org/",
        },
        {"external_id": "x-1", "evidence_title": "A letter"},
    ]

    assert take(table(*rows))[0] == {"created": 1}

    claim = Claim.objects.get()
    assert [(row.number, row.claimant.name, row.position) for row in claim.appearances.all()] == [
        (1, "Harbour Office", "asserts"), (2, "Trade Union", "denies"),
    ]  # fmt: skip
    assert [(row.number, row.resource.url, row.resource.title) for row in claim.evidence.all()] == [
        (1, "https://a.example.org/", ""), (2, "https://b.example.org/", ""), (3, None, "A letter"),
    ]  # fmt: skip


def test_parts_of_a_claim_are_added_and_mended_and_never_taken_away():
    claimant = ClaimantFactory(name="Harbour Office")
    take(lines(ONE | {
        "appearances": [{"claimant": "harbour office", "place": "page 1"}],
        "evidence": [{"evidence_url": "https://a.example.org/", "stance": "supports"}],
    }), "jsonl")  # fmt: skip
    claim = Claim.objects.get()

    counts, told = take(lines(ONE | {
        "appearances": [{"appearance_number": 1, "claimant": "Trade Union", "place": "page 2"}, {"verbatim": "Two."}],
        "evidence": [
            {"evidence_url": "https://b.example.org/", "withheld_reason": "Its author is in danger."},
            {"evidence_url": "https://a.example.org/", "stance": "refutes", "credibility": "2", "withheld_reason": "Why not."},
        ],
    }), "jsonl")  # fmt: skip

    assert (counts, problems(told)) == ({"changed": 1}, [])
    assert [(row.number, row.claimant and row.claimant.name, row.place, row.verbatim) for row in claim.appearances.all()] == [
        (1, "Trade Union", "page 2", ""), (2, None, "", "Two."),
    ]  # fmt: skip
    assert [(row.number, row.stance, row.credibility, row.withheld) for row in claim.evidence.all()] == [
        (1, "refutes", 2, True), (2, "context", 6, True),
    ]  # fmt: skip
    assert claimant.appearances.count() == 0
    take(lines(ONE), "jsonl")
    assert (claim.appearances.count(), claim.evidence.count()) == (2, 2)


def test_a_number_that_is_taken_or_leaves_a_gap_is_refused():
    take(
        lines(ONE | {"evidence": [{"evidence_url": "https://a.example.org/"}], "appearances": [{"verbatim": "One."}]}),
        "jsonl",
    )

    _counts, told = take(lines(ONE | {
        "evidence": [
            {"evidence_url": "https://a.example.org/", "evidence_number": 2},
            {"evidence_url": "https://b.example.org/", "evidence_number": 5},
        ],
        "appearances": [{"appearance_number": 4, "verbatim": "Four."}],
    }), "jsonl")  # fmt: skip

    assert problems(told) == [
        "row 1, appearance_number: the next free number is 2.",
        "row 1, evidence_number: it is evidence 1 on the desk.",
        "row 1, evidence_number: the next free number is 2.",
    ]
    assert Evidence.objects.count() == 1


def test_another_first_appearance_takes_the_place_of_the_first():
    take(lines(ONE | {"appearances": [{"verbatim": "One."}, {"verbatim": "Two."}]}), "jsonl")

    take(lines(ONE | {"appearances": [{"verbatim": "One."}, {"verbatim": "Two.", "first": True}]}), "jsonl")
    assert list(Appearance.objects.order_by("number").values_list("is_first", flat=True)) == [False, True]

    added = [{"verbatim": "One."}, {"verbatim": "Two."}, {"verbatim": "Three.", "first": True}]
    take(lines(ONE | {"appearances": added}), "jsonl")
    assert list(Appearance.objects.order_by("number").values_list("is_first", flat=True)) == [False, False, True]


def test_a_rating_and_topics_of_a_claim_that_is_there_are_changed():
    RatingFactory(code="false")
    RatingFactory(code="true", label="Quite true")
    take(table(ONE | {"rating": "false", "topics": "Harbours"}))

    assert take(table(ONE | {"rating": "quite true", "topics": "harbours | Trade"}))[0] == {"changed": 1}

    claim = Claim.objects.get()
    assert claim.rating.code == "true"
    assert sorted(claim.topics.values_list("name", flat=True)) == ["Harbours", "Trade"]
    assert take(table(ONE | {"rating": ""}))[0] == {"changed": 1}
    claim.refresh_from_db()
    assert claim.rating is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"rating": "Nonsense"}, "row 2, rating: “Nonsense” is no rating of this desk; it has: false."),
        ({"claimant": "?!"}, "row 2, claimant: “?!” is no name."),
        ({"evidence_url": "https://user:pw@a.example.org/"}, "row 2, evidence_url: "),
        ({"stance": "refutes"}, "row 2, evidence_url: a source needs an address, or at least a title."),
        ({"statement": ""}, "row 2, statement: a new claim needs a statement."),
        ({"said_on": "19.6.2024"}, "row 2, said_on: “19.6.2024” is no day; write it as 2024-06-19."),
        ({"kind": "rumour"}, "row 2, kind: “rumour” is none of: past, present, quote, forecast, opinion."),
        ({"statement": "x" * 501}, "row 2, statement: it is 501 characters long; 500 are the most."),
        ({"confidential": "perhaps"}, "row 2, confidential: “perhaps” is neither yes nor no."),
        ({"appearance_url": "www.example.org"}, "row 2, appearance_url: “www.example.org” is no address"),
        ({"context": "a\x01\x00"}, "row 2, context: a character that no text may hold stands in it (NUL)."),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(row, said):
    RatingFactory(code="false")

    counts, told = take(table(ONE | row))

    assert counts == {"refused": 1}
    assert problems(told)[0].startswith(said)
    assert len(problems(told)) == 1
    assert not Claim.objects.exists()


def test_a_claim_that_comes_twice_in_a_file_is_refused_the_second_time():
    counts, told = take(table(ONE, {"external_id": "x-2", "statement": "Two."}, ONE | {"statement": "Three."}), batch=1)

    assert counts == {"created": 2, "refused": 1}
    assert problems(told) == ["row 4, external_id: row 2 names the same claim; put its lines one below the other."]


def test_a_confidential_claim_is_out_of_reach_from_the_panel():
    ClaimFactory(external_id="x-1", confidential=True)

    counts, told = take(table(ONE), reaches_confidential=False)

    assert counts == {"refused": 1}
    assert problems(told) == ["row 2, external_id: this claim cannot be changed by an import from here."]


def test_a_batch_takes_the_same_statements_however_many_claims_it_creates():
    def statements(first, number):
        rows = [
            {"external_id": f"x-{n}", "statement": f"Number {n}.", "claimant": "Harbour Office", "topics": "Harbours",
             "evidence_url": f"https://a.example.org/{n}"}
            for n in range(first, first + number)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as found:
            assert take(table(*rows))[0] == {"created": number}
        return len(found)

    statements(0, 1)
    assert statements(10, 2) == statements(100, 60)


def test_a_run_that_goes_on_skips_what_was_done():
    rows = [{"external_id": f"x-{n}", "statement": f"Number {n}."} for n in range(4)]

    assert take(table(*rows), batch=2, skip=2)[0] == {"created": 2}
    assert sorted(Claim.objects.values_list("external_id", flat=True)) == ["x-2", "x-3"]


def test_a_public_check_is_exported_as_a_claim_review_that_comes_back():
    """What is public is told with its claim's name, and an empty desk takes it in as a draft with its verdict."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    RatingFactory(code="false", label="False")
    claim = ClaimFactory(external_id="x-1", status="published", slug="quay", public_state="published")
    revision = Revision.objects.create(
        claim=claim, number=1, origin="submit", body="{}", content_sha256="0", material_sha256="0", content_version=1
    )
    review = {
        "@type": "ClaimReview", "url": f"{settings.BASE_URL}/fact-checks/quay/", "claimReviewed": claim.statement,
        "headline": "Wrong", "reviewRating": {"alternateName": "False"}, "citation": ["https://port.example.org/"],
    }  # fmt: skip
    checks = {"kind": "published", "revision": revision, "slug": "quay", "page": "{}", "jsonld": json.dumps(review)}
    FactCheck.objects.create(claim=claim, number=1, first_published_at="2026-01-01T00:00Z", **checks)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
    written = dump("claimreview")

    feed = json.loads(written)
    assert (feed["@type"], feed["dataFeedElement"][0]["item"][0]["identifier"]) == ("DataFeed", "x-1")
    ClaimFactory()
    assert left_out("claimreview", EVERYTHING) == [
        "1 claims that are not public: a ClaimReview is of a published check"
    ]

    Claim.objects.filter(pk=claim.pk).update(external_id="another")
    assert take(written, "claimreview")[0] == {"created": 1}
    taken = Claim.objects.get(external_id="x-1")
    assert (taken.status, taken.rating.code, taken.title, taken.public_state) == ("inbox", "false", "Wrong", "")
    assert taken.evidence.get().resource.url == "https://port.example.org/"


def test_an_appearance_that_was_the_first_and_is_gone_leaves_the_next_as_first_in_a_file():
    take(lines(ONE | {"appearances": [{"verbatim": "One."}, {"verbatim": "Two."}]}), "jsonl")
    Appearance.objects.filter(number=1).delete()

    (row,) = [json.loads(line) for line in dump("jsonl").splitlines()]

    assert [(item["appearance_number"], item["first"]) for item in row["appearances"]] == [(2, True)]
