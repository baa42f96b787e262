"""A leaver's work goes back to nobody, on the record."""

import pytest

from claims.errors import StepRefused
from claims.models import Assignment, Claim, Event
from claims.workflow import people as staff
from claims.workflow.apply import Refused, apply
from tests.claims.workflow import desk
from tests.factories import AppearanceFactory, ClaimantFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_a_leavers_roles_wait_for_others():
    people = desk.hire()
    claim = desk.in_cross_check(people)

    released = staff.let_go(people.author, by=people.administrator)

    assert released == 1
    assert Assignment.objects.get(claim=claim, role="checker", ended_at__isnull=True).person is None
    assert Event.objects.filter(chain=claim.chain, action="release").get().details["before"] == people.author.ref
    assert Event.objects.get(chain="desk", action="let_go").actor_ref == people.administrator.ref


def test_somebody_who_left_leaves_once():
    people = desk.hire()
    staff.let_go(people.author, by=people.administrator)

    assert staff.let_go(people.author, by=people.administrator) == 0
    assert Event.objects.filter(chain="desk", action="let_go").count() == 1


def test_what_a_leaver_was_asked_to_take_over_is_not_offered_any_more():
    people = desk.hire()
    claim = desk.in_research(people)
    offered = apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    staff.let_go(people.cross_checker, by=people.administrator)

    assert claim.assignments.get(role="checker", ended_at__isnull=True).offered_to is None
    assert desk.reload(claim).version == offered.version + 1  # a page that was open before is out of date


# --- another role


def holders(claim):
    return dict(claim.assignments.filter(ended_at__isnull=True).values_list("role", "person"))


def test_who_is_no_checker_any_more_gives_back_what_he_holds_and_what_he_was_asked():
    people = desk.hire()
    claim, other = desk.in_cross_check(people), desk.in_research(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    apply(other.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    people.cross_checker.role = "contributor"
    people.cross_checker.save()

    assert staff.follow_role(people.cross_checker, by=people.administrator) == 1
    assert holders(claim) == {"checker": people.author.pk, "cross_checker": None}
    assert other.assignments.get(role="checker", ended_at__isnull=True).offered_to is None
    said = Event.objects.get(chain=claim.chain, action="release")
    assert said.actor_ref == people.administrator.ref
    assert said.details["reason"] == f"The role of {people.cross_checker} on the desk changed: Contributor."


def test_an_editor_who_becomes_a_checker_keeps_his_research_and_gives_back_his_editing():
    people = desk.hire()
    claim = desk.in_research(people)
    for role in ("checker", "editor"):
        apply(claim.pk, "hand_over", by=people.editor, role=role, person=people.other_editor)
    people.other_editor.role = "checker"
    people.other_editor.save()

    assert staff.follow_role(people.other_editor, by=people.administrator) == 1
    assert holders(claim) == {"checker": people.other_editor.pk, "editor": None}


def test_who_becomes_an_editor_keeps_all_he_has():
    people = desk.hire()
    claim = desk.in_research(people)
    people.author.role = "editor"
    people.author.save()

    assert staff.follow_role(people.author, by=people.administrator) == 0
    assert holders(claim) == {"checker": people.author.pk}


# --- recusal


def about(claim):
    """A topic and a claimant of a claim."""
    topic, claimant = TopicFactory(), ClaimantFactory()
    claim.topics.add(topic)
    AppearanceFactory(claim=claim, claimant=claimant, number=1)
    return topic, claimant


@pytest.mark.parametrize("by_topic", [True, False])
def test_who_recuses_himself_gives_back_what_he_holds_there_with_a_sentence(by_topic):
    people = desk.hire()
    claim, other = desk.in_research(people), desk.in_research(people)
    topic, claimant = about(claim)
    named = {"topic": topic} if by_topic else {"claimant": claimant}
    made, released = staff.recuse(people.author, by=people.author, reason="My sister works there.", **named)

    assert released == [claim.pk]
    assert claim.assignments.get(role="checker", ended_at__isnull=True).person is None
    assert other.assignments.get(role="checker", ended_at__isnull=True).person == people.author
    said = Event.objects.get(chain=claim.chain, action="release").details
    assert said["reason"] == f"{people.author} is recused from {topic if by_topic else claimant}."
    assert "sister" not in str(said)
    assert Event.objects.get(chain="desk", action="recuse").details["after"]["reason"] == "My sister works there."
    with pytest.raises(Refused, match="recused"):
        apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    staff.withdraw_recusal(made, by=people.author)
    apply(claim.pk, "hand_over", by=people.editor, role="checker", person=people.author)
    assert Event.objects.filter(chain="desk", action="withdraw_recusal").count() == 1


def test_a_recusal_takes_back_what_was_offered_there():
    people = desk.hire()
    claim = desk.in_research(people)
    topic, _claimant = about(claim)
    apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)
    staff.recuse(people.cross_checker, by=people.cross_checker, topic=topic)

    assert claim.assignments.get(role="checker", ended_at__isnull=True).offered_to is None


def test_a_recusal_is_declared_once_for_one_thing_by_oneself_or_an_administrator():
    people = desk.hire()
    topic, claimant = TopicFactory(), ClaimantFactory()
    for given in ({}, {"topic": topic, "claimant": claimant}):
        with pytest.raises(StepRefused, match="one claimant or one topic"):
            staff.recuse(people.author, by=people.author, **given)
    with pytest.raises(StepRefused, match="by the person himself"):
        staff.recuse(people.author, by=people.editor, topic=topic)
    made, _released = staff.recuse(people.author, by=people.administrator, topic=topic)
    with pytest.raises(StepRefused, match="already"):
        staff.recuse(people.author, by=people.author, topic=topic)
    with pytest.raises(StepRefused, match="by the person himself"):
        staff.withdraw_recusal(made, by=people.editor)

    assert people.author.recusals.count() == 1


# --- who is on what


def test_the_busiest_come_first_and_people_who_do_not_check_are_left_out():
    people = desk.hire()
    desk.in_research(people)

    assert list(staff.working_people().values_list("username", "load")) == [
        (people.author.username, 1),
        *((person.username, 0) for person in sorted(
            (people.cross_checker, people.editor, people.other_editor), key=lambda person: person.name)),
    ]  # fmt: skip


def test_roles_on_claims_one_may_not_see_are_not_listed():
    people = desk.hire()
    claim, secret = desk.in_research(people), desk.in_research(people)
    Claim.objects.filter(pk=secret.pk).update(confidential=True)

    assert [row.claim for row in staff.open_roles([people.author], people.auditor)] == [claim]
    assert [row.claim for row in staff.open_roles([people.author], people.editor)] == [claim, secret]


@pytest.mark.parametrize(
    ("set_it", "value"),
    [(staff.set_time_zone, "Asia/Seoul"), (staff.set_language, "de")],
    ids=["time zone", "language"],
)
def test_what_a_person_chose_for_his_pages_is_recorded_when_it_changes(set_it, value):
    person = desk.hire().author
    set_it(person, value)
    person.refresh_from_db()
    set_it(person, value)

    recorded = Event.objects.filter(chain="desk", action="change_setting")
    assert [list(event.details["after"].values()) for event in recorded] == [[value]]
