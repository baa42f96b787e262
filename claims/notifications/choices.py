"""What a person may choose for each kind of notice, and what holds while he chose nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import NoticePreference, Person
from claims.notifications.messages import SENTENCES


@dataclass(frozen=True)
class Wish:
    """Where one person wants one kind of notice: under the bell, and by e-mail at once or in the morning."""

    in_app: bool = True
    email: bool = False
    digest: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of notice in words, and where it goes unless a person says otherwise."""

    label: str | Promise
    group: str
    default: Wish


SILENT, MORNING, AT_ONCE, NOWHERE = Wish(), Wish(digest=True), Wish(email=True), Wish(in_app=False)
YOURS, DATES, REVIEW, PUBLIC, REST = "yours", "dates", "review", "public", "other"
GROUPS: dict[str, str | Promise] = {
    YOURS: _("Your work"),
    DATES: _("Dates"),
    REVIEW: _("Review"),
    PUBLIC: _("Public page"),
    REST: _("Other steps"),
}
MY_DAY = "my_day"  # no notice but the e-mail of the morning itself
MY_DAY_BY_DEFAULT = AT_ONCE
MY_DAY_LABEL: str | Promise = _("My day, each morning")

KINDS: dict[str, Kind] = {
    "assign": Kind(_("A claim is given to me"), YOURS, AT_ONCE),
    "unassign": Kind(_("A claim is taken back from me"), YOURS, MORNING),
    "hand_over": Kind(_("A part is handed over"), YOURS, AT_ONCE),
    "offer": Kind(_("Somebody asks me to take a part over"), YOURS, AT_ONCE),
    "take_over": Kind(_("Somebody takes a part over"), YOURS, MORNING),
    "turn_down": Kind(_("Somebody will not take a part over"), YOURS, AT_ONCE),
    "release": Kind(_("A leaver's part waits for somebody"), YOURS, MORNING),
    "cross_check_wanted": Kind(_("A second verdict is asked of me"), YOURS, AT_ONCE),
    "mention": Kind(_("Somebody names me in a comment"), YOURS, AT_ONCE),
    "comment": Kind(_("A comment on a claim I work on"), YOURS, MORNING),
    "return": Kind(_("An editor asks for changes"), YOURS, AT_ONCE),
    "fail": Kind(_("Preflight finds something missing"), YOURS, MORNING),
    "source_changed": Kind(_("A source was altered or is gone"), YOURS, MORNING),
    "source_change_confirmed": Kind(_("A second look found a source altered again"), YOURS, AT_ONCE),
    "source_silent": Kind(_("A source could not be read three times in a row"), YOURS, MORNING),
    "copy_damaged": Kind(_("A stored copy is damaged"), YOURS, MORNING),
    "copy_mended": Kind(_("A stored copy is whole again"), YOURS, SILENT),
    "due_soon": Kind(_("Something is due soon"), DATES, MORNING),
    "overdue": Kind(_("Something is overdue"), DATES, AT_ONCE),
    "still_on_it": Kind(_("“Still on it?”"), DATES, AT_ONCE),
    "reply_due_soon": Kind(_("An answer is due soon"), DATES, MORNING),
    "reply_overdue": Kind(_("No answer came in time"), DATES, MORNING),
    "reply_deadline_passed": Kind(_("The time to answer has passed"), DATES, MORNING),
    "cross_checker_wanted": Kind(_("A claim needs a cross-checker"), DATES, MORNING),
    "second_read": Kind(_("A second read is due"), DATES, MORNING),
    "withheld_too_long": Kind(_("A page is withheld for too long"), DATES, AT_ONCE),
    "wake": Kind(_("A watched claim comes back"), DATES, MORNING),
    "resume": Kind(_("Nobody is waited for any more"), DATES, MORNING),
    "review_wanted": Kind(_("A claim waits for approval"), REVIEW, MORNING),
    "pass": Kind(_("It passed preflight"), REVIEW, SILENT),
    "cross_check": Kind(_("A second verdict was given"), REVIEW, MORNING),
    "waive_cross_check": Kind(_("The cross-check was waived"), REVIEW, SILENT),
    "decide": Kind(_("Two verdicts were decided between"), REVIEW, MORNING),
    "void": Kind(_("A change starts the review again"), REVIEW, MORNING),
    "approve": Kind(_("It was approved"), REVIEW, MORNING),
    "publish_refused": Kind(_("It could not be published at its date"), PUBLIC, AT_ONCE),
    "reopen": Kind(_("It was reopened"), PUBLIC, MORNING),
    "withhold": Kind(_("Its page was withheld"), PUBLIC, AT_ONCE),
    "lift": Kind(_("Its page was put back"), PUBLIC, SILENT),
    "propose_retraction": Kind(_("Somebody proposes to retract it"), PUBLIC, AT_ONCE),
    "retract": Kind(_("It was retracted"), PUBLIC, AT_ONCE),
    "publish": Kind(_("It is public"), PUBLIC, SILENT),
    "stand": Kind(_("It was looked at again and stands"), PUBLIC, SILENT),
    "schedule": Kind(_("A date to publish was set"), PUBLIC, SILENT),
    "recall": Kind(_("It was taken back into research"), REST, SILENT),
    "decline": Kind(_("It was declined"), REST, SILENT),
    "merge": Kind(_("It was merged into another claim"), REST, SILENT),
}


def kind_of(kind: str) -> Kind:
    """A kind of notice; one this table does not know yet goes under the bell and into the e-mail of the morning."""
    return KINDS.get(kind) or Kind(kind.replace("_", " ").capitalize(), REST, MORNING)


def kinds_sent() -> list[str]:
    """Every kind anybody may be told, in the order of the table."""
    return [kind for kind in KINDS if kind in SENTENCES] + [kind for kind in SENTENCES if kind not in KINDS]


def kinds_of(group: str) -> list[str]:
    return [kind for kind in kinds_sent() if kind_of(kind).group == group]


def default_of(kind: str) -> Wish:
    return MY_DAY_BY_DEFAULT if kind == MY_DAY else kind_of(kind).default


def wishes(people: Iterable[int]) -> dict[tuple[int, str], Wish]:
    """What people chose, by person and kind; whatever is not in it is as ``default_of`` says."""
    rows = NoticePreference.objects.filter(person__in=people)
    return {(row.person_id, row.kind): Wish(row.in_app, row.email, row.digest) for row in rows}


def wish_of(person: Person, kind: str) -> Wish:
    return wishes([person.pk]).get((person.pk, kind)) or default_of(kind)


@transaction.atomic
def save_wishes(person: Person, wanted: Mapping[str, Wish]) -> None:
    """Keep what a person chose; a choice that is the default leaves no row, so that it follows the default."""
    own = NoticePreference.objects.filter(person=person, kind__in=wanted)
    own.filter(kind__in=[kind for kind, wish in wanted.items() if wish == default_of(kind)]).delete()
    NoticePreference.objects.bulk_create(
        (
            NoticePreference(person=person, kind=kind, in_app=wish.in_app, email=wish.email, digest=wish.digest)
            for kind, wish in wanted.items()
            if wish != default_of(kind)
        ),
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["in_app", "email", "digest"],
    )
