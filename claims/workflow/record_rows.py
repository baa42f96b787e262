"""Do the rows that must never change say what the record says they said?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import BigIntegerField, Exists, JSONField, Model, OuterRef, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, NullIf

from claims.models import Approval, Event, FactCheck, Reading, Revision, Snapshot
from claims.models.event import canonical, sha256

AT_ONCE = 500


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was recorded: the chain, the event in it, and what is wrong."""

    chain: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        where = self.chain if self.seq is None else f"{self.chain}, event {self.seq}"
        return f"{where}: {self.what}"


@dataclass(frozen=True)
class Kind:
    """A kind of row that events name.

    Attributes:
        key: the key of an event's body under which the row is named; with ``_sha256`` after it, its seal.
        name: the column that key holds.
        claim: the way to the id of the claim it belongs to.
        sealed: the columns of its seal.
        same: further keys of the body -> columns that must say the same.
        hashed: further keys of the body -> columns whose hash the body holds.
    """

    key: str
    model: type[Model]
    name: str
    claim: str
    sealed: tuple[str, ...]
    same: dict[str, str] = field(default_factory=dict)
    hashed: dict[str, str] = field(default_factory=dict)


# fmt: off
KINDS = (
    Kind("revision", Revision, "number", "claim_id",
         ("origin", "format", "content_sha256", "material_sha256", "content_version", "created_by_id"),
         same={"content_sha256": "content_sha256", "material_sha256": "material_sha256"}),
    Kind("reading", Reading, "pk", "claim_id",
         ("revision_id", "kind", "by_id", "rating_id", "confidence", "reason", "material_sha256", "informed"),
         same={"material_sha256": "material_sha256"}),
    Kind("approval", Approval, "pk", "revision__claim_id",
         ("revision_id", "content_sha256", "approver_id", "cross_check_id", "cross_checker_id", "decision_id", "policy"),
         same={"content_sha256": "content_sha256", "policy": "policy"}),
    Kind("fact_check", FactCheck, "pk", "claim_id",
         ("number", "kind", "revision_id", "slug", "reason", "page", "jsonld", "by_id"),
         hashed={"page_sha256": "page"}),
)
# fmt: on


def seal(row: Revision | Reading | Approval | FactCheck) -> str:
    """The hash of what a row of the record says; its event keeps it, so that the row cannot change unseen."""
    kind = next(kind for kind in KINDS if isinstance(row, kind.model))
    return sha256(canonical({column: getattr(row, column) for column in kind.sealed}))


def broken_rows() -> Iterator[Problem]:
    """Rows that are not what was recorded of them; call it on chains that are whole."""
    yield from _changed_texts()
    yield from _untold_copies()
    for kind in KINDS:
        yield from _named_otherwise(kind)
        yield from _never_named(kind)


def _changed_texts() -> Iterator[Problem]:
    for revision in Revision.objects.order_by("pk").iterator(chunk_size=100):
        if sha256(revision.body) != revision.content_sha256:
            yield Problem(f"claim/{revision.claim_id}", None, f"the text of revision {revision.number} was changed")
    for snapshot in Snapshot.objects.order_by("pk").iterator(chunk_size=10):
        if sha256(snapshot.body_text) != snapshot.body_text_sha256:
            yield Problem(f"resource/{snapshot.resource_id}", None, f"the text of snapshot {snapshot.pk} was changed")


def _untold_copies() -> Iterator[Problem]:
    """Copies of sources no event tells of, and copies an event tells of that are not there."""
    told = _readable().annotate(sha256=KeyTextTransform("sha256", "said"), text=KeyTextTransform("text_sha256", "said"))
    told = told.filter(chain__startswith="resource/", sha256__isnull=False)
    copies = Snapshot.objects.annotate(chain=_chain("resource/", "resource_id"))
    of_copy = told.filter(chain=OuterRef("chain"), sha256=OuterRef("sha256"), text=OuterRef("body_text_sha256"))
    for pk, chain in copies.exclude(Exists(of_copy)).order_by("pk").values_list("pk", "chain").iterator():
        yield Problem(chain, None, f"no event tells of snapshot {pk}")
    of_event = copies.filter(chain=OuterRef("chain"), sha256=OuterRef("sha256"), body_text_sha256=OuterRef("text"))
    for chain, seq in told.exclude(Exists(of_event)).order_by("pk").values_list("chain", "seq").iterator():
        yield Problem(chain, seq, "the copy it tells of is gone")


def _readable() -> QuerySet[Any]:
    """Events with their body as ``said``; what was erased has none, and no cast stumbles over it."""
    return Event.objects.annotate(said=Cast(NullIf("body", Value("")), JSONField()))


def _naming(key: str) -> QuerySet[Any]:
    """Events whose body names a row under this key; the name as ``row``."""
    row = Cast(KeyTextTransform(key, "said"), BigIntegerField())
    named: QuerySet[Any] = _readable().filter(said__has_key=key).annotate(row=row)
    return named


def _chain(prefix: str, column: str) -> Concat:
    return Concat(Value(prefix), Cast(column, TextField()), output_field=TextField())


def _with_chain(kind: Kind) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.model._default_manager.annotate(chain=_chain("claim/", kind.claim))
    return rows


def _named_otherwise(kind: Kind) -> Iterator[Problem]:
    events = _naming(kind.key).order_by("pk").iterator(chunk_size=AT_ONCE)
    while some := list(islice(events, AT_ONCE)):
        names = {f"{kind.name}__in": {event.row for event in some}, "chain__in": {event.chain for event in some}}
        rows = {(row.chain, getattr(row, kind.name)): row for row in _with_chain(kind).filter(**names)}
        for event in some:
            what = _what_differs(kind, event.said, rows.get((event.chain, event.row)))
            if what:
                yield Problem(event.chain, event.seq, f"the {_words(kind)} it names {what}")


def _what_differs(kind: Kind, said: dict[str, Any], row: Any) -> str:
    """In what a row is not what the event that names it says; empty when in nothing."""
    if row is None:
        return "is gone"
    told = {f"{kind.key}_sha256": seal(row)}
    told |= {key: getattr(row, column) for key, column in kind.same.items()}
    told |= {key: sha256(getattr(row, column)) for key, column in kind.hashed.items()}
    return "was changed" if any(said.get(key, value) != value for key, value in told.items()) else ""


def _never_named(kind: Kind) -> Iterator[Problem]:
    """Rows no event tells of.  Where words of a chain were erased, that can no longer be asked."""
    told = _naming(kind.key).filter(chain=OuterRef("chain"), row=OuterRef(kind.name))
    erased = Event.objects.filter(chain=OuterRef("chain"), body="", salt="")
    rows = _with_chain(kind).exclude(Exists(told)).exclude(Exists(erased))
    for name, chain in rows.order_by("pk").values_list(kind.name, "chain").iterator():
        yield Problem(chain, None, f"no event tells of {_words(kind)} {name}")


def _words(kind: Kind) -> str:
    return kind.key.replace("_", "-")
