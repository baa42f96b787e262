"""What a person is told of an event, in one sentence.  Plain values in, plain values out; never a verdict."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.workflow.readable import close_directions, isolate

LONGEST = 400
STATEMENT = 120

# "%(who)s" is the person who did it; None of these sentences needs to know a verdict.
SENTENCES = {
    "assign": gettext_lazy("%(who)s gave this claim to you: %(claim)s"),
    "unassign": gettext_lazy("%(who)s took this claim back from its checker: %(claim)s"),
    "hand_over": gettext_lazy("%(who)s handed a part over: %(claim)s"),
    "offer": gettext_lazy("%(who)s asks you to take a part over: %(claim)s"),
    "take_over": gettext_lazy("%(who)s took a part over: %(claim)s"),
    "turn_down": gettext_lazy("%(who)s turned down what was offered: %(claim)s"),
    "release": gettext_lazy("A part of it waits for somebody: %(claim)s"),
    "pass": gettext_lazy("It passed preflight: %(claim)s"),
    "fail": gettext_lazy("Preflight found something missing: %(claim)s"),
    "cross_check": gettext_lazy("A second verdict was given: %(claim)s"),
    "waive_cross_check": gettext_lazy("%(who)s waived the cross-check: %(claim)s"),
    "decide": gettext_lazy("%(who)s decided between the two verdicts: %(claim)s"),
    "return": gettext_lazy("%(who)s asks for changes: %(claim)s"),
    "recall": gettext_lazy("%(who)s took it back into research: %(claim)s"),
    "approve": gettext_lazy("%(who)s approved it: %(claim)s"),
    "void": gettext_lazy("It was changed, so its review starts again: %(claim)s"),
    "schedule": gettext_lazy("%(who)s set a date to publish it: %(claim)s"),
    "publish": gettext_lazy("It is public now: %(claim)s"),
    "publish_refused": gettext_lazy("It could not be published at its date: %(claim)s"),
    "reopen": gettext_lazy("It was reopened: %(claim)s"),
    "stand": gettext_lazy("It was looked at again and stands: %(claim)s"),
    "withhold": gettext_lazy("%(who)s withheld its page: %(claim)s"),
    "lift": gettext_lazy("%(who)s put its page back: %(claim)s"),
    "propose_retraction": gettext_lazy("%(who)s proposes to retract it: %(claim)s"),
    "retract": gettext_lazy("%(who)s retracted it: %(claim)s"),
    "resume": gettext_lazy("Nobody is waited for any more: %(claim)s"),
    "wake": gettext_lazy("The date to look at it again has come: %(claim)s"),
    "decline": gettext_lazy("%(who)s declined it: %(claim)s"),
    "merge": gettext_lazy("%(who)s merged it into another claim: %(claim)s"),
    "comment": gettext_lazy("%(who)s commented on it: %(claim)s"),
    "mention": gettext_lazy("%(who)s named you in a comment on: %(claim)s"),
    "source_changed": gettext_lazy("A passage it relies on was altered or is gone: %(claim)s"),
    "source_change_confirmed": gettext_lazy("A second look found the altered passage again: %(claim)s"),
    "source_silent": gettext_lazy("One of its sources could not be read three times in a row; go and see: %(claim)s"),
    "copy_damaged": gettext_lazy("A stored copy of one of its sources is damaged or missing: %(claim)s"),
    "copy_mended": gettext_lazy("A stored copy of one of its sources is whole again: %(claim)s"),
    "due_soon": gettext_lazy("It is due soon: %(claim)s"),
    "overdue": gettext_lazy("It is overdue: %(claim)s"),
    "still_on_it": gettext_lazy("You have had this for %(days)s days. Still on it? %(claim)s"),
    "reply_due_soon": gettext_lazy("Somebody who was asked has little time left to answer: %(claim)s"),
    "reply_overdue": gettext_lazy("Somebody who was asked did not answer in time: %(claim)s"),
    "reply_deadline_passed": gettext_lazy("Somebody who was asked did not answer in time: %(claim)s"),
    "cross_checker_wanted": gettext_lazy("It needs a cross-checker, and nobody has taken it: %(claim)s"),
    "second_read": gettext_lazy("Its cross-check was waived; a second read is due: %(claim)s"),
    "withheld_too_long": gettext_lazy("Its page has been withheld for 72 hours: %(claim)s"),
    "cross_check_wanted": gettext_lazy("A second verdict is asked of you: %(claim)s"),
    "review_wanted": gettext_lazy("It waits for an editor to approve it: %(claim)s"),
}

# What somebody wrote with the step; it may speak of the verdict, so it goes only to those who see that.
WORDS_OF = {
    "fail": "missing", "return": "reason", "recall": "reason", "reopen": "reason", "withhold": "reason",
    "propose_retraction": "reason", "publish_refused": "reason", "decline": "reason", "comment": "text",
    "mention": "text", "waive_cross_check": "reason", "decide": "reason", "retract": "reason",
}  # fmt: skip


def notice(kind: str, statement: str, who: str, details: Mapping[str, Any], *, sees_verdict: bool) -> str:
    """The sentence of one notice, at most 400 characters.

    Args:
        kind: a key of ``SENTENCES``.
        details: the body of the event.
        sees_verdict: whether the person may read what was written with the step.
    """
    claim = isolate(Truncator(statement).chars(STATEMENT))
    text = str(SENTENCES[kind]) % {
        "who": isolate(who) or _("The desk"),
        "claim": claim,
        "days": details.get("days", ""),
    }
    words = words_of(kind, details) if sees_verdict else ""
    return close_directions(Truncator(f"{text} \u2014 {words}" if words else text).chars(LONGEST))


def words_of(kind: str, details: Mapping[str, Any]) -> str:
    """What was written with the step; it may speak of the verdict."""
    found = details.get(WORDS_OF.get(kind, ""), "")
    if kind == "fail":  # [[sentence, place], ...]
        return " ".join(sentence for sentence, _place in found)
    return str(found)
