"""Who is to be told of which event.  One notice for each person and event, whatever happens to the job."""

from collections.abc import Callable
from functools import partial

from django.utils import translation

from claims.jobs import JobRun
from claims.models import Assignment, Claim, Comment, Desk, Event, Notification, Person, RevisionAuthor
from claims.models.desk import spoken
from claims.notifications import choices, outbox
from claims.notifications.due import WHO as WHO_OF_DUE
from claims.notifications.messages import SENTENCES, notice
from claims.notifications.settled import settle
from claims.workflow import comments
from claims.workflow.revisions import latest_revision
from claims.workflow.standing import standing

# Person id -> which sentence he is told; a later one, being nearer to him, replaces an earlier.
Told = dict[int, str]


def notify(job: JobRun, *, event: int) -> Callable[[], None]:
    """Tell the people an event concerns, but not the one who did it."""
    return partial(_notify, event)


def _notify(event_id: int) -> None:
    event = Event.objects.filter(pk=event_id).first()
    claim = outbox.claim_of(event) if event else None
    if event is None or claim is None:
        return
    outbox.call_webhooks(event, claim)
    if event.action in SENTENCES:
        _tell_people(event, claim)
    settle(claim)


def _tell_people(event: Event, claim: Claim) -> None:
    told = {pk: kind for pk, kind in _who(event, claim).items() if f"person/{pk}" != event.actor_ref}
    chosen = choices.wishes(told)
    wish = {pk: chosen.get((pk, kind)) or choices.default_of(kind) for pk, kind in told.items()}
    people = [
        person
        for person in Person.objects.filter(pk__in=told, is_active=True).order_by("pk")
        if wish[person.pk] != choices.NOWHERE and Claim.objects.visible_to(person).filter(pk=claim.pk).exists()
    ]
    who, desk = _name_of(event.actor_ref), Desk.objects.current()
    Notification.objects.bulk_create(
        (_row(event, claim, person, told[person.pk], who, desk, in_app=wish[person.pk].in_app) for person in people),
        ignore_conflicts=True,  # the job may run twice
    )
    outbox.mail_notices(event, claim, [person.pk for person in people if wish[person.pk].email and person.email])


def _row(event: Event, claim: Claim, person: Person, kind: str, who: str, desk: Desk, *, in_app: bool) -> Notification:
    sees_verdict = standing(claim, person).sees_verdict
    with translation.override(spoken(person.language, desk.language)):
        text = notice(kind, claim.statement, who, event.details, sees_verdict=sees_verdict)
    return Notification(person=person, event=event, claim=claim, kind=kind, text=text, in_app=in_app)


def _name_of(ref: str) -> str:
    kind, _slash, pk = ref.partition("/")
    person = Person.objects.filter(pk=pk).first() if kind == "person" else None
    return str(person) if person else ""


def _who(event: Event, claim: Claim) -> Told:
    chooser = WHO.get(event.action, _team)
    return chooser(event, claim)


# --- choosers, one for each group of events


def _team(event: Event, claim: Claim) -> Told:
    """Whoever holds a role on the claim now."""
    held = Assignment.objects.filter(claim=claim, ended_at__isnull=True, person__isnull=False)
    return dict.fromkeys(held.values_list("person_id", flat=True), event.action)


def _holder(event: Event, claim: Claim) -> Told:
    held = Assignment.objects.filter(claim=claim, role="checker", ended_at__isnull=True, person__isnull=False)
    return dict.fromkeys(held.values_list("person_id", flat=True), event.action)


def _editors(event: Event, claim: Claim) -> Told:
    """Every editor, and whoever works on it."""
    return dict.fromkeys(_editor_ids(), event.action) | _team(event, claim)


def _named(event: Event, claim: Claim) -> Told:
    """Who was given a role, and who had it before."""
    refs = [event.details.get(key) or "" for key in ("person", "before")]
    return dict.fromkeys((int(ref.removeprefix("person/")) for ref in refs if ref), event.action)


def _onward(event: Event, claim: Claim) -> Told:
    """A step that leads to the second verdict or to approval: those who are asked for it next, and its checker."""
    told, target = _holder(event, claim), event.details.get("to")
    if target == "in_cross_check":
        asked = Assignment.objects.filter(claim=claim, role="cross_checker", ended_at__isnull=True)
        people = [pk for pk in asked.values_list("person_id", flat=True) if pk]
        told |= dict.fromkeys(people or _editor_ids(), "cross_check_wanted")
    if target == "in_review":
        revision = latest_revision(claim)
        authors = RevisionAuthor.objects.filter(revision=revision).values_list("person_id", flat=True)
        told |= dict.fromkeys(set(_editor_ids()) - set(authors), "review_wanted")
    return told


def _makers(event: Event, claim: Claim) -> Told:
    """Who brought the claim in, and who worked on it, also before."""
    worked = Assignment.objects.filter(claim=claim, person__isnull=False).values_list("person_id", flat=True)
    made = [claim.created_by_id] if claim.created_by_id else []
    return dict.fromkeys([*made, *worked], event.action)


def _talkers(event: Event, claim: Claim) -> Told:
    """Its team, those who spoke before in this thread, and those it names with ``@name``."""
    comment = Comment.objects.filter(pk=event.details.get("comment", 0)).select_related("parent").first()
    told = _team(event, claim)
    if comment is None:
        return told
    if comment.parent_id:
        spoke = Comment.objects.filter(parent=comment.parent_id).values_list("by_id", flat=True)
        told |= dict.fromkeys({comment.parent.by_id, *spoke} if comment.parent else spoke, event.action)
    named = comments.people_named(comment.text).values_list("pk", flat=True)
    return told | dict.fromkeys(named, "mention")


def _editor_ids() -> list[int]:
    return list(Person.objects.eligible(Person.Role.EDITOR).values_list("pk", flat=True))


WHO: dict[str, Callable[[Event, Claim], Told]] = {
    "assign": _named,
    "unassign": _named,
    "hand_over": _named,
    "offer": _named,
    "take_over": _named,
    "turn_down": _named,
    "cross_check_wanted": _named,
    "release": _editors,
    "pass": _onward,
    "fail": _holder,
    "cross_check": _onward,
    "waive_cross_check": _onward,
    "decide": _holder,
    "return": _holder,
    "approve": _holder,
    "void": _onward,
    "publish": _makers,
    "publish_refused": _editors,
    "reopen": _editors,
    "withhold": _editors,
    "lift": _editors,
    "propose_retraction": _editors,
    "retract": _editors,
    "resume": _holder,
    "wake": _editors,
    "decline": _makers,
    "merge": _makers,
    "comment": _talkers,
    **WHO_OF_DUE,
    "source_changed": _editors,
    "source_change_confirmed": _editors,
    "source_silent": _editors,
    "copy_damaged": _editors,
    "copy_mended": _editors,
}
