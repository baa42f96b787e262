import pytest

from claims import models
from claims.errors import UserFacingError
from claims.matching.decisions import FLOOR, decide_match, find_matches
from claims.models import Candidate, Event, Match
from tests.factories import ClaimFactory, PersonFactory

pytestmark = pytest.mark.django_db

SAYS = "The Brook dam in Leeds broke in 1950."


class Run:
    """A job that is told of progress and keeps it."""

    def __init__(self):
        self.steps = []

    def progress(self, step, done=0, total=0):
        self.steps.append((step, done, total))


@pytest.fixture
def run():
    return Run()


@pytest.fixture
def desk():
    for statement in ("Nurses went on strike in York.", "A bridge was opened in Hull.", "Wages of nurses rose."):
        ClaimFactory(statement=statement)


@pytest.fixture
def claim(desk):
    return ClaimFactory(statement=SAYS)


@pytest.fixture
def twin(desk):
    return ClaimFactory(statement="In 1950 the Brook dam in Leeds broke.")


@pytest.fixture
def candidate(desk):
    article = models.Article.objects.create(title="The flood", language="en", text=SAYS)
    return Candidate.objects.create(article=article, number=1, text=SAYS, start=0, end=len(SAYS), score=0.5)


def targets(**query):
    return list(Match.objects.filter(**query).values_list("target", "label"))


def test_a_claim_finds_its_twin_and_not_itself(run, claim, twin):
    find_matches(run, claim=claim.pk)()

    assert targets(claim=claim) == [(twin.pk, "likely")]
    assert run.steps[-1][1:] == (1, 2)


def test_a_candidate_finds_the_claim_that_says_the_same(run, candidate, twin):
    find_matches(run, candidate=candidate.pk)()

    match = Match.objects.get(candidate=candidate)
    assert (match.target_id, match.label, match.reasons["shared_numbers"]) == (twin.pk, "likely", ["1950"])


def test_nothing_is_written_before_the_effects_run(run, claim, twin):
    find_matches(run, claim=claim.pk)

    assert not Match.objects.exists()


def test_running_twice_leaves_the_same_matches(run, claim, twin):
    find_matches(run, claim=claim.pk)()
    before = list(Match.objects.values("id", "target", "score"))

    find_matches(run, claim=claim.pk)()

    assert list(Match.objects.values("id", "target", "score")) == before


def test_what_a_person_decided_stays_and_what_is_no_longer_found_goes(run, claim, twin):
    other = ClaimFactory(statement="The Brook dam in Leeds was built by hand.")
    find_matches(run, claim=claim.pk)()
    assert {target for target, _ in targets(claim=claim)} == {twin.pk, other.pk}
    decide_match(Match.objects.get(target=other).pk, "different", by=PersonFactory())
    models.Claim.objects.filter(pk__in=[twin.pk, other.pk]).update(statement="Geese fly south.")

    find_matches(run, claim=claim.pk)()

    assert list(Match.objects.values_list("target", "decision")) == [(other.pk, "different")]


def test_a_duplicate_is_found_under_its_main_claim(run, claim, twin):
    main = ClaimFactory(statement="A dam gave way after heavy rain.")
    models.Claim.objects.filter(pk=twin.pk).update(duplicate_of=main)

    find_matches(run, claim=claim.pk)()

    assert targets(claim=claim) == [(main.pk, "likely")]


def test_a_claim_does_not_find_the_members_of_its_own_cluster(run, claim, twin):
    models.Claim.objects.filter(pk=twin.pk).update(duplicate_of=claim)

    find_matches(run, claim=claim.pk)()
    find_matches(run, claim=twin.pk)()

    assert targets() == []


@pytest.mark.parametrize("gone", [{"claim": 0}, {"candidate": 0}])
def test_what_is_gone_finds_nothing(run, gone):
    find_matches(run, **gone)()

    assert not Match.objects.exists()


def test_a_candidate_that_goes_while_it_is_compared_gets_no_matches(run, candidate, twin):
    write = find_matches(run, candidate=candidate.pk)
    candidate.delete()

    write()

    assert not Match.objects.exists()


@pytest.fixture
def match(claim, twin):
    return Match.objects.create(claim=claim, target=twin, score=0.9, label="likely")


def test_a_decision_says_who_and_is_recorded_with_the_claim(match, claim):
    checker = PersonFactory()

    decided = decide_match(match.pk, "same", by=checker)

    assert (decided.decision, decided.decided_by, decided.decided_at is not None) == ("same", checker, True)
    event = Event.objects.get(chain=claim.chain)
    assert (event.action, event.actor_ref) == ("decide_match", checker.ref)
    assert event.details == {"candidate": None, "target": match.target_id, "before": "", "after": "same"}
    claim.refresh_from_db()
    assert (claim.status, claim.duplicate_of) == ("inbox", None)


def test_a_decision_on_a_candidate_is_recorded_with_its_article(candidate, twin):
    match = Match.objects.create(candidate=candidate, target=twin, score=0.9)

    decide_match(match.pk, "related", by=PersonFactory(role="editor"))

    assert Event.objects.get().chain == candidate.article.chain


def test_a_decision_can_be_taken_back_and_saying_it_twice_is_once(match):
    checker = PersonFactory()
    decide_match(match.pk, "same", by=checker)
    decide_match(match.pk, "same", by=checker)

    undone = decide_match(match.pk, "", by=checker)

    assert (undone.decision, undone.decided_by, undone.decided_at) == ("", None, None)
    assert [event.details["after"] for event in Event.objects.order_by("seq")] == ["same", ""]


@pytest.mark.parametrize(
    ("role", "decision", "code"),
    [
        ("checker", "maybe", "unknown_decision"),
        ("contributor", "same", "not_allowed"),
        ("auditor", "same", "not_allowed"),
    ],
)
def test_a_decision_that_may_not_be_taken_is_refused_in_words(match, role, decision, code):
    with pytest.raises(UserFacingError, match=r"\.$") as refusal:
        decide_match(match.pk, decision, by=PersonFactory(role=role))

    assert refusal.value.code == code
    match.refresh_from_db()
    assert match.decision == ""


def test_a_match_that_is_gone_is_refused_in_words():
    with pytest.raises(UserFacingError, match="no longer there"):
        decide_match(0, "same", by=PersonFactory())


def test_numbers_that_two_languages_share_lift_a_claim_that_words_would_not(run, desk):
    ClaimFactory(
        statement="On 19 June the old bridge, the longest of its kind in all the country, was opened to walkers."
    )
    treaty = ClaimFactory(
        statement="A treaty of mutual defence with neighbours in the north was signed on 19 June 2024."
    )
    text = "وقعت روسيا معاهدة دفاع في ١٩ يونيو ٢٠٢٤."
    article = models.Article.objects.create(title="Treaty", language="ar", text=text)
    candidate = Candidate.objects.create(article=article, number=1, text=text, start=0, end=len(text), score=0.5)

    find_matches(run, candidate=candidate.pk)()

    match = Match.objects.get(candidate=candidate)
    assert (match.target_id, match.label, match.reasons["language"]) == (treaty.pk, "", ["en"])
    assert match.score < FLOOR
