"""What one statement tells of a claim beside its own row: the short lists that hang on it.

A step, its guards and the content it freezes ask for the same few rows; they are read once and passed on.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims.models import Claim, Event, Rating

# Events by which a person becomes an author: each changes what a revision says.
EDITS = frozenset(
    {
        "create", "edit", "add_appearance", "edit_appearance", "remove_appearance", "add_evidence", "edit_evidence",
        "remove_evidence", "add_quote", "remove_quote", "pin_snapshot", "waive_capture", "unwaive_capture",
        "answer_checklist", "log_contact", "edit_contact", "answer_contact", "remove_contact", "go_on_without",
        "title_source", "import",
    }
)  # fmt: skip


# Plain SQL: every step asks this, and putting it together from querysets took longer than the database takes for it.
_FACTS = """
SELECT jsonb_build_object(
    'rating', (SELECT to_jsonb(rating) FROM claims_rating rating WHERE rating.id = claim.rating_id),
    'appearances', (
        SELECT jsonb_agg(jsonb_build_object(
            'claimant', COALESCE(claimant.name, ''), 'url', COALESCE(NULLIF(made.url, ''), article.url, ''),
            'where', COALESCE(article.title, ''), 'date', made.said_on, 'verbatim', made.verbatim,
            'position', made.position, 'first', made.is_first) ORDER BY made.number)
        FROM claims_appearance made
        LEFT JOIN claims_claimant claimant ON claimant.id = made.claimant_id
        LEFT JOIN claims_article article ON article.id = made.article_id
        WHERE made.claim_id = claim.id),
    'citations', (
        SELECT jsonb_agg(jsonb_build_array(cited.number, evidence.number) ORDER BY cited.number)
        FROM claims_citation cited LEFT JOIN claims_evidence evidence ON evidence.id = cited.evidence_id
        WHERE cited.claim_id = claim.id),
    'contacts', (
        SELECT jsonb_agg(asked.public_line ORDER BY asked.asked_at, asked.id)
        FROM claims_contactlog asked WHERE asked.claim_id = claim.id AND asked.public_line <> ''),
    'checklist', (
        SELECT jsonb_agg(jsonb_build_object('code', item.code, 'version', item.version, 'text', item.text,
            'answer', given.answer) ORDER BY item.position, item.id)
        FROM claims_checklistanswer given JOIN claims_checklistitem item ON item.id = given.item_id
        WHERE given.claim_id = claim.id AND NOT EXISTS (
            SELECT FROM claims_checklistanswer again JOIN claims_checklistitem later ON later.id = again.item_id
            WHERE again.claim_id = claim.id AND later.code = item.code AND later.version > item.version)),
    'questions', (
        SELECT jsonb_agg(jsonb_build_object('pk', item.id, 'code', item.code, 'text', item.text, 'required', item.required,
            'answer', COALESCE(given.answer, ''), 'note', COALESCE(given.note, ''), 'reworded', EXISTS (
                SELECT FROM claims_checklistanswer before JOIN claims_checklistitem older ON older.id = before.item_id
                WHERE before.claim_id = claim.id AND older.code = item.code AND older.version < item.version)
            ) ORDER BY item.position, item.id)
        FROM claims_checklistitem item
        LEFT JOIN claims_checklistanswer given ON given.item_id = item.id AND given.claim_id = claim.id
        WHERE item.is_active),
    'logged', EXISTS (SELECT FROM claims_contactlog asked WHERE asked.claim_id = claim.id),
    'awaited', (
        SELECT jsonb_agg(jsonb_build_array(asked.id, asked.asked, asked.deadline) ORDER BY asked.asked_at, asked.id)
        FROM claims_contactlog asked WHERE asked.claim_id = claim.id AND asked.answer = ''
            AND asked.no_wait_reason = '' AND asked.deadline > %(now)s),
    'unawaited', (
        SELECT jsonb_agg(jsonb_build_array(asked.asked, asked.deadline, asked.no_wait_reason)
            ORDER BY asked.asked_at, asked.id)
        FROM claims_contactlog asked
        WHERE asked.claim_id = claim.id AND asked.answer = '' AND asked.no_wait_reason <> ''),
    'told', (
        SELECT revision.body::jsonb -> 'correction' FROM claims_factcheck public
        JOIN claims_revision revision ON revision.id = public.revision_id
        WHERE public.claim_id = claim.id ORDER BY public.number DESC LIMIT 1),
    'topics', (
        SELECT jsonb_agg(topic.name ORDER BY topic.name) FROM claims_claim_topics of_claim
        JOIN claims_topic topic ON topic.id = of_claim.topic_id WHERE of_claim.claim_id = claim.id),
    'wrote', (
        SELECT jsonb_agg(DISTINCT event.actor_ref) FROM claims_event event
        WHERE event.chain = 'claim/' || claim.id AND event.action = ANY(%(edits)s) AND event.seq > COALESCE((
            SELECT max(public.seq) FROM claims_event public
            WHERE public.chain = 'claim/' || claim.id AND public.action = 'publish' AND %(is_public)s), 0)),
    'roles', (
        SELECT jsonb_object_agg(held.role, held.person_id) FROM claims_assignment held
        WHERE held.claim_id = claim.id AND held.ended_at IS NULL),
    'last_number', (SELECT max(revision.number) FROM claims_revision revision WHERE revision.claim_id = claim.id),
    'open_comments', (
        SELECT count(*) FROM claims_comment said
        WHERE said.claim_id = claim.id AND said.parent_id IS NULL AND said.resolved_at IS NULL)
) FROM claims_claim claim WHERE claim.id = %(claim)s
"""


@dataclass(frozen=True)
class Facts:
    """What hangs on a claim at one moment.

    Attributes:
        appearances: where it was made, in their order, as a revision keeps them.
        citations: ``[number, number of the evidence]``, the second ``None`` where it points to none.
        contacts: lines as published.
        checklist: questions with their answers, in the checklist's order: ``code``, ``version``, ``text``, ``answer``.
        questions: what the checklist asks today: ``pk``, ``code``, ``text``, ``required``, with this claim's ``answer``
            and ``note``, and whether it was ``reworded`` since it was answered.
        logged: whether the log says of anybody that he was asked.
        awaited: questions put to somebody that are still open: id, who was asked, until when he may answer.
        unawaited: questions still open that the desk does not wait for: who was asked, until when he may answer, why not.
        told: kind and text of the change told with the newest public version; ``None``: it never was public.
        topics: their names.
        authors: ids of the people who wrote what it says now (see ``wrote``).
        roles: role -> id of who holds it, ``None`` where it waits for somebody.
        last_number: number of its newest revision, 0 before the first.
        open_comments: comments that are not resolved.
    """

    appearances: list[dict[str, Any]]
    citations: list[list[Any]]
    contacts: list[str]
    checklist: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    logged: bool
    awaited: list[tuple[int, str, datetime]]
    unawaited: list[tuple[str, datetime, str]]
    told: list[str] | None
    topics: list[str]
    authors: set[int]
    roles: dict[str, int | None]
    last_number: int
    open_comments: int


def read_facts(claim: Claim) -> Facts:
    """Read them all as they stand now; one statement, which brings the claim's ``rating`` too."""
    asked: dict[str, Any] = {
        "claim": claim.pk,
        "edits": sorted(EDITS),
        "is_public": claim.is_public,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, asked)
        row: tuple[str] | None = cursor.fetchone()
    said: dict[str, Any] = json.loads(row[0]) if row else {}
    _take_rating(claim, said.get("rating"))
    return Facts(
        appearances=said.get("appearances") or [],
        citations=said.get("citations") or [],
        contacts=said.get("contacts") or [],
        checklist=said.get("checklist") or [],
        questions=said.get("questions") or [],
        logged=bool(said.get("logged")),
        awaited=[(pk, who, datetime.fromisoformat(until)) for pk, who, until in said.get("awaited") or []],
        unawaited=[(who, datetime.fromisoformat(until), why) for who, until, why in said.get("unawaited") or []],
        told=said.get("told"),
        topics=said.get("topics") or [],
        authors=who(said.get("wrote") or []),
        roles=said.get("roles") or {},
        last_number=said.get("last_number") or 0,
        open_comments=said.get("open_comments") or 0,
    )


def _take_rating(claim: Claim, row: dict[str, Any] | None) -> None:
    """Spare the claim the reading of its rating; a claim that names another one by now is left alone."""
    if row is not None and row["id"] == claim.rating_id and not Claim.rating.is_cached(claim):
        names = [field.attname for field in Rating._meta.concrete_fields]
        claim.rating = Rating.from_db(connection.alias, names, [row[name] for name in names])


def wrote(claim: Claim) -> QuerySet[Event]:
    """The events by which people became authors: since the claim was last made public, or since it exists."""
    chain = Event.objects.filter(chain=claim.chain)
    if not claim.is_public:  # never was, or was retracted: its words are no more the public's than before
        return chain.filter(action__in=EDITS).order_by()
    public_at = chain.filter(action="publish").order_by("-seq").values("seq")[:1]
    return chain.filter(seq__gt=Coalesce(Subquery(public_at), 0), action__in=EDITS).order_by()


def who(refs: list[str]) -> set[int]:
    """Ids of the people among references of actors."""
    return {int(ref.removeprefix("person/")) for ref in refs if ref.startswith("person/")}
