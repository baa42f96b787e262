"""What the help pages say of each stage, of who may take a step, and of what must hold before it."""

from django.utils.translation import gettext_lazy as _

# state -> what happens there, who acts, what usually keeps a claim there
STAGES = {
    "inbox": _(
        "A claim nobody has decided on yet. It came from an article, a feed, a colleague or a reader. An editor answers "
        "the questions of the rubric and then accepts it, watches it, declines it, or merges it with the claim it repeats."
    ),
    "watching": _(
        "Not worth a check today, perhaps next week. It comes back to the inbox by itself on the date that was given."
    ),
    "accepted": _(
        "The desk will check it and nobody has begun. An editor assigns it to a checker with a date, or a checker takes it."
    ),
    "in_research": _(
        "One checker holds it: collects evidence for and against, quotes the passage each piece rests on, writes the verdict "
        "and the rationale. Your move, on the claim page, lists what preflight would still ask for."
    ),
    "awaiting_reply": _(
        "Somebody was asked for a comment and may still answer. It goes on when the answer is noted, when the last deadline "
        "passes, or when the checker says why the desk does not wait."
    ),
    "changes_requested": _(
        "Somebody asked for changes: preflight, a second verdict that differs, or an editor. What is asked stands on the "
        "claim page; the same checker changes it and submits again."
    ),
    "preflight": _(
        "What the claim says is frozen and the desk goes through its list by itself: enough independent evidence, every "
        "source captured, every passage found, the checklist answered. It takes seconds; what is missing comes back in words."
    ),
    "in_cross_check": _(
        "Somebody who has neither written it nor seen its verdict reads the evidence and gives a verdict of his own. Until "
        "then the first verdict is hidden from everybody who must not know it."
    ),
    "in_review": _(
        "Both verdicts are in. An editor who wrote nothing of this version reads the exact text that would be published, decides where the "
        "verdicts differ, and approves it or returns it."
    ),
    "approved": _(
        "Ready for readers, word for word. An editor publishes it now or at a time; any change to what it says takes the "
        "approval back. The quoted passages are looked up once more in the last day before."
    ),
    "published": _(
        "Readers see it. Its sources stay watched: when a quoted passage changes or vanishes, the claim is opened again inside "
        "the desk and its people are told. Readers learn of it only when an editor says so."
    ),
    "declined": _("Closed with a reason. It can be restored to where it was."),
    "duplicate": _("It repeats another claim and points there, with everything it had. It can be restored."),
    "retracted": _(
        "Two editors took the check back. Its address stays and says so, and why; the record keeps what had been said."
    ),
    "archived": _("Out of every list, found by search and kept with its record."),
}

# What the system does without a button.
BY_ITSELF = {
    "pass": _("Everything on the preflight list is met"),
    "fail": _("Something on the preflight list is missing"),
    "void": _("What was approved or judged was changed"),
}

# Kinds of person of ``transitions``, as those who may take a step.
WHO = {
    "editor": _("editors"),
    "checker": _("checkers, for themselves"),
    "holder": _("its checker"),
    "cross_checker": _("checkers and editors who may still judge blind"),
    "part_holder": _("whoever holds a part of it"),
    "asked": _("whoever was asked to take a part over"),
    "system": _("the desk by itself"),
}

# guard -> what must hold, as the end of the sentence "It asks that ..."
MUST_HOLD = {
    "has_reason": _("a reason is given"),
    "has_decline_reason": _("the kind of reason is chosen"),
    "has_look_again_date": _("a date to look again is given"),
    "has_due_date": _("there is a due date"),
    "publish_at_is_ahead": _("the time is ahead"),
    "rubric_answered": _("every question of the rubric is answered"),
    "merge_target_is_live": _("the other claim is open or published, and no duplicate itself"),
    "assignee_may_work": _("that person may research it"),
    "role_can_be_handed_over": _("that person may take the part over"),
    "part_is_his_to_offer": _("the part is yours to give"),
    "offer_stands": _("the offer still stands"),
    "cross_check_is_free": _("nobody holds the cross-check"),
    "not_an_author": _("you wrote no part of it"),
    "still_blind": _("you have not seen the verdict"),
    "not_recused": _("you have declared no interest in its topic or claimant"),
    "contact_with_deadline": _("somebody was asked, with a deadline"),
    "reply_settled": _("the replies are in, or you say why you go on"),
    "has_verdict": _("there is a verdict"),
    "has_rationale": _("there is a rationale"),
    "draft_is_the_one_seen": _("nobody changed it since you opened the page"),
    "preflight_list": _("every line of the preflight list is met"),
    "waiver_allowed": _("this desk allows it"),
    "version_is_the_one_seen": _("it is the version on your page"),
    "has_own_verdict": _("you give your own verdict"),
    "verdicts_differ": _("the two verdicts differ"),
    "decision_is_one_of_two": _("you decide for one of the two"),
    "policy_kept": _("as many different people had a part in it as the desk asks for"),
    "seen_is_current": _("what you approve is exactly what stands there"),
    "second_verdict_stands": _("a second verdict stands for this evidence and verdict"),
    "comments_resolved": _("every comment is resolved"),
    "not_confidential": _("it is not confidential"),
    "approved_is_current": _("what stands there is what was approved"),
    "everything_recorded": _("every change is in the record"),
    "quotes_checked_today": _("every passage was looked up within 24 hours and found, or is gone without for a reason"),
    "correction_typed": _("a change to something public is named for the readers"),
    "content_is_public_one": _("it says what is public already"),
    "not_withheld": _("it is not withheld"),
    "is_withheld": _("it is withheld"),
    "readers_not_told": _("readers are not told yet"),
    "not_yet_proposed": _("no retraction is proposed yet"),
    "retraction_proposed_by_another": _("another editor has proposed it"),
}
