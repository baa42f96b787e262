"""What an administrator sees first: what is wrong, what a new desk still lacks, who has how much, what waits, what is kept."""

import shutil
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import (
    Article,
    Blob,
    ChainHead,
    ChecklistItem,
    Claim,
    Desk,
    Event,
    Job,
    Person,
    Rating,
    Resource,
    RubricQuestion,
    SourceAlert,
)
from claims.views import desk as desk_view
from claims.views import jobs as jobs_view
from claims.views.result_list import count_in_words
from claims.workflow import anchors, people
from claims.workflow.people import DESK_CHAIN
from claims.workflow.record import VERIFIED

MOST_JOBS, MOST_COUNTED = 5, 1000


@dataclass(frozen=True)
class Step:
    """One thing a desk needs before its first publication, and where it is done."""

    done: bool
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Tool:
    """Something an administrator may want to open."""

    icon: str
    title: str
    text: str
    url: str


def read_dashboard(person: Person) -> dict[str, Any]:
    """All that the first page shows; the same number of statements for a desk of any size."""
    desk, staff = Desk.objects.current(), people.count_staff()
    steps = _first_steps(desk, staff)
    return {
        "desk": desk,
        "now": timezone.now(),
        "staff": staff,
        "team": desk_view.team(person),
        "waiting": desk_view.numbers(person)["waiting"],
        "jobs": _jobs(person),
        "sources": _sources(),
        **_record(),
        "storage": _storage(),
        "steps": steps,
        "steps_left": sum(not step.done for step in steps),
        "tools": _tools(),
        "may_change": person.role == Person.Role.ADMINISTRATOR,
    }


# --- a new desk


def _first_steps(desk: Desk, staff: people.Staff) -> list[Step]:
    some = Person.objects.filter(pk__isnull=False)
    offered, asked, judged, claims, articles = (
        some.values_list(
            Exists(Rating.objects.offered()),
            Exists(ChecklistItem.objects.current()),
            Exists(RubricQuestion.objects.current()),
            Exists(Claim.objects.all()),
            Exists(Article.objects.all()),
        ).first()
        or (False,) * 5
    )
    return [
        Step(
            bool(desk.publisher_url and desk.corrections_contact),
            _("Say who publishes"),
            _("The desk's name, the publisher's address, and where readers report an error."),
            reverse("admin:claims_desk_change", args=[desk.pk]),
        ),
        Step(
            staff.can_publish,
            _("Bring in the people"),
            _("Under the policy “%(policy)s”: %(needed)d who check or edit, one of them an editor.")
            % {"policy": desk.get_review_policy_display(), "needed": staff.needed},
            reverse("admin:claims_person_add"),
        ),
        Step(
            offered,
            _("Choose the ratings"),
            _("The scale readers see; a rating in use is never reworded."),
            reverse("admin:claims_ratingscale_changelist"),
        ),
        Step(
            asked and judged,
            _("Word the questions"),
            _("The checklist of every check, and the rubric that says what is worth one."),
            reverse("admin:claims_checklistitem_changelist"),
        ),
        Step(
            claims or articles,
            _("Take in the first article or claim"),
            _(
                "Whoever contributes, checks or edits pastes an address or a text; the sentences that may hold a claim are ranked."
            ),
            reverse("claims:intake"),
        ),
    ]


# --- what is under way


def _jobs(person: Person) -> dict[str, Any]:
    """How much runs and waits, and the newest work in trouble, as far as the person may know what it is about."""
    found = list(Job.objects.in_trouble().order_by("-pk")[:MOST_JOBS])
    return {"counts": jobs_view.counts(), "rows": jobs_view.rows_of(found, person)}


def _sources() -> dict[str, Any]:
    """Passages that changed and nobody has looked at, sources that did not answer, stored copies that are damaged."""
    changed = SourceAlert.objects.filter(closed_at__isnull=True)
    silent = Resource.objects.filter(misses__gt=0)
    damaged = Blob.objects.exclude(damage=Blob.Damage.NONE)
    numbers = [rows.order_by()[:MOST_COUNTED].count() for rows in (changed, silent, damaged)]
    return dict(zip(("changed", "silent", "damaged"), map(count_in_words, numbers), strict=True))


# --- what is kept


def _record() -> dict[str, Any]:
    """When the record was last anchored outside the database and last checked as a whole, and with what outcome."""
    check = Event.objects.filter(chain=DESK_CHAIN, action=VERIFIED).order_by("-seq").first()
    waiting = ChainHead.objects.filter(seq__gt=F("anchored_seq")).order_by()[:MOST_COUNTED].count()
    said = check.details if check else {}
    return {
        "anchored_at": anchors.last_written(),
        "unanchored": waiting,
        "check": check,
        "events": said.get("events", 0),
        "chains": said.get("chains", 0),
        "problem": said.get("problem", ""),
    }


def _storage() -> dict[str, Any]:
    """Bytes free for the evidence and taken by the database, and how many files are kept.

    Many are told by the planner's estimate; of few it may know nothing yet, so those are counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            ["claims_blob"],
        )
        size, estimate = cursor.fetchone() or (0, 0)
    files = Blob.objects.order_by()[:MOST_COUNTED].count()
    many = files >= MOST_COUNTED
    return {
        "free": shutil.disk_usage(settings.VAR_DIR).free,
        "database": size,
        "files": max(files, estimate) if many else files,
        "roughly": many,
    }


# --- where else to go


def _tools() -> list[Tool]:
    """Pages an administrator uses; those that this version does not have are left out."""
    offered = [
        ("admin:claims_transfer", "file-input", _("Import and export"), _("Claims in and out, in bulk.")),
        ("admin:claims_webhook_changelist", "send", _("Webhooks"), _("Other systems that are told of what happens.")),
        ("admin:claims_delivery_changelist", "mail", _("Deliveries"), _("What went out, and what was answered.")),
        ("claims:job-list", "loader-circle", _("Background work"), _("Every job: try again, or stop.")),
        ("claims:desk", "chart-column", _("Charts of the desk"), _("Where claims wait, and who has how much.")),
        ("claims:help", "circle-question-mark", _("Help"), _("A page for each stage, and the keys.")),
    ]
    found = []
    for name, icon, title, text in offered:
        try:
            found.append(Tool(icon, title, text, reverse(name)))
        except NoReverseMatch:
            continue
    return found
