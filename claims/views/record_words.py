"""The record in words: each kind of event as a sentence with its glyph, and what it changed, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.language import labelled, midway, say
from claims.models import Assignment, Event, Refusal
from claims.views.compare_rows import Line
from claims.views.record_changes import changes_of
from claims.workflow.readable import isolate
from claims.workflow.transitions import TRANSITIONS


@dataclass(frozen=True)
class Words:
    icon: str
    text: str | Promise
    tone: str = ""


_w = gettext_lazy
WORDS: dict[str, Words] = {
    "create": Words("inbox", _w("%(who)s put the claim into the inbox")),
    "import": Words("file-input", _w("The claim was imported")),
    "edit": Words("pencil", _w("%(who)s changed %(fields)s")),
    "arrange": Words("calendar-clock", _w("%(who)s arranged %(fields)s")),
    "add_appearance": Words("map-pin", _w("%(who)s added appearance %(number)s")),
    "edit_appearance": Words("map-pin", _w("%(who)s changed appearance %(number)s")),
    "remove_appearance": Words("map-pin", _w("%(who)s removed appearance %(number)s")),
    "add_evidence": Words("file-plus", _w("%(who)s added evidence %(number)s")),
    "edit_evidence": Words("pencil", _w("%(who)s changed %(fields)s of evidence %(number)s")),
    "remove_evidence": Words("file-x", _w("%(who)s took evidence %(number)s off"), "hot"),
    "pin_snapshot": Words("camera", _w("Evidence %(number)s rests on a captured copy")),
    "add_quote": Words("highlighter", _w("%(who)s marked a passage of evidence %(number)s")),
    "remove_quote": Words("highlighter", _w("%(who)s removed a passage of evidence %(number)s")),
    "waive_capture": Words("ban", _w("%(who)s waived the copy of evidence %(number)s")),
    "unwaive_capture": Words("ban", _w("%(who)s took a waiver back on evidence %(number)s")),
    "answer_rubric": Words("list-checks", _w("%(who)s answered the rubric")),
    "answer_checklist": Words("list-checks", _w("%(who)s answered the checklist")),
    "log_contact": Words("mail", _w("%(who)s asked %(asked)s")),
    "answer_contact": Words("mail", _w("%(asked)s answered")),
    "edit_contact": Words("mail", _w("%(who)s put right what was asked of %(asked)s")),
    "remove_contact": Words("mail", _w("%(who)s took off the question to %(asked)s"), "hot"),
    "go_on_without": Words("play", _w("%(who)s goes on without an answer"), "hot"),
    "reply_deadline_passed": Words("hourglass", _w("A deadline passed without an answer; readers are told")),
    "title_source": Words("pencil", _w("%(who)s named the source of evidence %(number)s")),
    "comment": Words("message-square", _w("%(who)s commented")),
    "resolve_comment": Words("check", _w("%(who)s resolved a comment")),
    "reopen_comment": Words("rotate-ccw", _w("%(who)s reopened a comment")),
    "withdraw_comment": Words("undo-2", _w("%(who)s took a comment back")),
    "show_verdict": Words("eye", _w("%(who)s asked to see the verdict"), "hot"),
    "decide_match": Words("equal", _w("%(who)s compared it with C-%(target)s")),
    "adopt": Words("triangle-alert", _w("Changed outside the application"), "hot"),
    "watch": Words("st-watching", _w("%(who)s set it aside to look again")),
    "wake": Words("inbox", _w("It came back to the inbox")),
    "accept": Words("check", _w("%(who)s accepted it"), "good"),
    "unaccept": Words("undo-2", _w("%(who)s sent it back to triage")),
    "decline": Words("st-declined", _w("%(who)s declined it"), "hot"),
    "merge": Words("git-merge", _w("%(who)s merged it into C-%(target)s")),
    "restore": Words("undo-2", _w("%(who)s restored it")),
    "assign": Words("user-round-check", _w("%(who)s assigned it to %(person)s"), "good"),
    "unassign": Words("undo-2", _w("%(who)s gave it back: it waits for somebody")),
    "hand_over": Words("user-round", _w("%(who)s gave the part “%(role)s” to %(person)s")),
    "offer": Words("user-round", _w("%(who)s asked %(person)s to take over the part “%(role)s”")),
    "take_over": Words("user-round-check", _w("%(who)s took over the part “%(role)s”"), "good"),
    "turn_down": Words("user-round", _w("%(who)s turned the part “%(role)s” down")),
    "take_cross_check": Words("user-round-check", _w("%(who)s took the cross-check"), "good"),
    "cross_check_wanted": Words("user-round-check", _w("The cross-check was given to %(person)s")),
    "release": Words("user-round-plus", _w("The part “%(role)s” of %(person)s waits for somebody"), "hot"),
    "request_reply": Words("hourglass", _w("%(who)s waits for a reply")),
    "resume": Words("play", _w("%(who)s went on")),
    "submit": Words("arrow-right", _w("%(who)s submitted version %(revision)s")),
    "recall": Words("undo-2", _w("%(who)s took it back")),
    "pass": Words("check", _w("Preflight passed"), "good"),
    "fail": Words("corner-down-left", _w("Preflight sent it back"), "hot"),
    "waive_cross_check": Words("ban", _w("%(who)s waived the cross-check"), "hot"),
    "cross_check": Words("st-cross", _w("%(who)s gave a second verdict"), "good"),
    "decide": Words("scale", _w("%(who)s decided between the two verdicts")),
    "return": Words("corner-down-left", _w("%(who)s returned it"), "hot"),
    "approve": Words("st-approved", _w("%(who)s approved it"), "good"),
    "void": Words("rotate-ccw", _w("An edit took back what was given on the text before"), "hot"),
    "schedule": Words("calendar-clock", _w("%(who)s set a date to publish")),
    "publish": Words("st-published", _w("%(who)s published it"), "good"),
    "reopen": Words("st-reopened", _w("%(who)s reopened it"), "hot"),
    "say_under_review": Words("megaphone", _w("%(who)s told readers that it is under review"), "hot"),
    "stand": Words("st-published", _w("%(who)s looked again: it stands"), "good"),
    "withhold": Words("st-withheld", _w("%(who)s withheld the public page"), "hot"),
    "lift": Words("st-published", _w("%(who)s put the public page back"), "good"),
    "propose_retraction": Words("st-retracted", _w("%(who)s proposed a retraction"), "hot"),
    "retract": Words("st-retracted", _w("%(who)s retracted it"), "hot"),
    "archive": Words("archive", _w("%(who)s archived it")),
    "due_soon": Words("clock", _w("It was due soon: who must act was reminded")),
    "overdue": Words("clock", _w("It was overdue: the editors were told"), "hot"),
    "still_on_it": Words("clock", _w("%(person)s was asked: still on it?")),
    "stay_on_it": Words("user-round-check", _w("%(who)s is still on it")),
    "reply_due_soon": Words("hourglass", _w("An answer was due soon")),
    "reply_overdue": Words("hourglass", _w("An answer did not come in time"), "hot"),
    "cross_checker_wanted": Words(
        "user-round-plus", _w("Nobody had taken the cross-check: the editors were told"), "hot"
    ),
    "second_read": Words("clock", _w("A second read was due, as the cross-check was waived"), "hot"),
    "read_again": Words("check", _w("%(who)s read it again: it stands"), "good"),
    "withheld_too_long": Words("clock", _w("Its page was withheld for 72 hours: the editors were told"), "hot"),
    "publish_refused": Words("triangle-alert", _w("It could not be published at its date"), "hot"),
    "retry_job": Words("rotate-cw", _w("%(who)s had work of the desk tried again: %(title)s")),
    "cancel_job": Words("x", _w("%(who)s stopped work of the desk: %(title)s")),
    "erase": Words("trash-2", _w("Words of an event were erased")),
}
# The first event of a chain: nobody created the claim here, so nothing was changed either.
CAME_IN = Words("file-input", _w("It came in with data that was loaded, not through a page of the desk"))
# Attempts that are no step of the table, as the record names them when they were refused.
TRIED: dict[str, str | Promise] = {
    "edit": _w("Change the claim"),
    "add_appearance": _w("Add an appearance"),
    "edit_appearance": _w("Change an appearance"),
    "remove_appearance": _w("Remove an appearance"),
    "add_evidence": _w("Add evidence"),
    "edit_evidence": _w("Judge evidence"),
    "remove_evidence": _w("Take evidence off"),
    "title_source": _w("Name a source"),
    "pin_snapshot": _w("Rest on another copy"),
    "add_quote": _w("Mark a passage"),
    "remove_quote": _w("Remove a passage"),
    "waive_capture": _w("Do without a copy"),
    "unwaive_capture": _w("Take a waiver back"),
    "upload": _w("Upload a file"),
    "answer_checklist": _w("Answer the checklist"),
    "log_contact": _w("Log a contact"),
    "edit_contact": _w("Put right who was asked"),
    "answer_contact": _w("Note an answer"),
    "go_on_without": _w("Go on without an answer"),
    "remove_contact": _w("Take a question off"),
    "import": _w("Import"),
    "undo": _w("Undo"),
    "arrange": _w("Arrange the claim"),
    "answer_rubric": _w("Answer the rubric"),
    "comment": _w("Comment"),
    "resolve_comment": _w("Resolve a thread"),
    "reopen_comment": _w("Open a thread again"),
    "withdraw_comment": _w("Take a comment back"),
    "show_verdict": _w("Show the verdict"),
    "stay_on_it": _w("Say that one is still on it"),
    "hand_back": _w("Give the claim back"),
    "read_again": _w("Read it a second time"),
}
SHORT = 60  # characters
# Events whose own words come from somebody who knew a verdict, and may speak of it.
ABOUT_THE_VERDICT = {
    "cross_check", "decide", "approve", "fail", "waive_cross_check", "return", "recall", "reopen", "say_under_review", "stand",
    "decline",
    "propose_retraction", "retract", "publish",
}  # fmt: skip


@dataclass
class Entry:
    """One line of the record."""

    icon: str
    tone: str
    sentence: str
    at: datetime
    reason: str = ""
    changes: list[Line] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    revision: int | None = None  # the version it froze
    place: str = ""  # its own place on the page

    @property
    def is_short(self) -> bool:
        """What changed fits on a line, so nobody has to open it."""
        return sum(len(text) for line in self.changes for _kind, text in line.words) <= SHORT


def entry_of_event(event: Event, names: dict[str, str], *, sees_verdict: bool, viewer: str = "") -> Entry:
    """An event in words.

    Args:
        names: people by their reference (``person/3``).
        sees_verdict: when not, what tells the verdict is left out without a trace.
        viewer: who reads it; his own words are never kept from him.
    """
    body = event.details
    words = WORDS.get(event.action, Words("history", event.action.replace("_", " ")))
    if event.action == "adopt" and event.seq == 1:
        words = CAME_IN
    changes = changes_of(event, sees_verdict=sees_verdict)
    hides_words = event.action in ABOUT_THE_VERDICT and not sees_verdict and viewer != event.actor_ref
    told = {
        "who": names.get(event.actor_ref, _("The desk")),
        "fields": _fields(changes),
        "person": names.get(str(body.get("person", "")), ""),
        "role": _role(str(body.get("role", ""))),
        **{name: body.get(name, "") for name in ("number", "target", "revision", "title")},
        "asked": isolate(str(body.get("asked", ""))),
    }
    in_items = bool(body.get("missing"))  # its reason is the same sentences once more
    return Entry(
        words.icon,
        words.tone,
        str(words.text) % told + ("" if not event.is_erased else " " + _("(erased)")),
        event.at,
        reason="" if hides_words or in_items else str(body.get("reason", "") or ""),
        changes=changes,
        listed=[] if hides_words else [*(str(pair[0]) for pair in body.get("missing", [])), *_noted(body)],
        revision=body.get("revision"),
        place=f"event-{event.seq}",
    )


def _role(part: str) -> str:
    return midway(str(Assignment.Role(part).label)) if part in Assignment.Role.values else part


def _noted(body: Mapping[str, Any]) -> list[str]:
    """The notes an approval rests on."""
    notes = body.get("notes") or {}
    said = {"yes": _("yes"), "no": _("no"), "n/a": _("does not apply")}
    answered = [
        labelled(f"{question} {said.get(answer, answer)}", why)
        for _pk, question, answer, why in notes.get("checklist", [])
    ]
    not_awaited = _("%(who)s was not waited for: %(why)s")
    return [*answered, *(not_awaited % {"who": who, "why": why} for who, _until, why in notes.get("not_awaited", []))]


def _fields(changes: list[Line]) -> str:
    """What was changed, inside a sentence; "the claim" where that is not told."""
    labels = (midway(line.label) for line in changes)
    return ", ".join(dict.fromkeys(labels)) or _("the claim")


def name_of_attempt(action: str) -> str:
    """What somebody tried, as the button that does it says it."""
    step = TRANSITIONS.get(action)
    if step is not None:
        return str(say(step.label) or _("a step of the desk itself"))
    return str(TRIED.get(action, _("something else")))


def entry_of_refusal(refusal: Refusal, names: dict[str, str], *, sees_verdict: bool, viewer: str = "") -> Entry:
    """An attempt the rules turned down."""
    by = f"person/{refusal.person_id}"
    hides_words = refusal.action in ABOUT_THE_VERDICT and not sees_verdict and viewer != by
    return Entry(
        "st-declined",
        "hot",
        _("%(who)s tried “%(step)s” and was refused")
        % {"who": names.get(by, _("Somebody")), "step": name_of_attempt(refusal.action)},
        refusal.at,
        reason="" if hides_words else refusal.reason,
        place=f"refusal-{refusal.pk}",
    )
