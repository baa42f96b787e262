"""The record: one hash chain of events for each subject, and the attempts that were refused."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone

GENESIS = "0" * 64
FORMAT = 1


class Subject(Protocol):
    @property
    def chain(self) -> str: ...


class Actor(Protocol):
    @property
    def ref(self) -> str: ...


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8 left readable."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hash_body(salt: str, body: str) -> str:
    return sha256(f"{salt}|{body}")


def hash_event(
    prev: str, chain: str, seq: int, at: datetime, actor_ref: str, action: str, fmt: int, body_sha256: str
) -> str:
    """The link of the chain, over the stored bytes; ``at`` in UTC with microseconds."""
    return sha256(f"{prev}|{chain}|{seq}|{_moment(at)}|{actor_ref}|{action}|{fmt}|{body_sha256}")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# One statement: lock the end of the chain, add the link (``hash_event`` in SQL), move the end, or make it where there is
# none.  A chain that somebody else makes longer meanwhile is waited for, and read as he leaves it; where he made it, nothing
# comes back, and the next try finds its end.
_APPEND = """
WITH head AS MATERIALIZED (
    SELECT seq, hash FROM claims_chainhead WHERE chain = %(chain)s FOR UPDATE
), link AS MATERIALIZED (
    SELECT seq + 1 AS seq, hash AS prev,
        encode(sha256(convert_to(concat_ws('|', hash, %(chain)s::text, seq + 1, %(moment)s::text, %(actor_ref)s::text,
            %(action)s::text, %(format)s::int, %(body_sha256)s::text), 'UTF8')), 'hex') AS hash
    FROM (SELECT seq, hash FROM head UNION ALL SELECT 0, %(genesis)s WHERE NOT EXISTS (SELECT FROM head)) AS before
), begun AS (
    INSERT INTO claims_chainhead (chain, seq, hash, anchored_seq)
    SELECT %(chain)s, seq, hash, 0 FROM link WHERE NOT EXISTS (SELECT FROM head)
    ON CONFLICT DO NOTHING RETURNING chain
), event AS (
    INSERT INTO claims_event (chain, seq, at, actor_ref, action, format, body, salt, body_sha256, prev, hash)
    SELECT %(chain)s, seq, %(at)s, %(actor_ref)s, %(action)s, %(format)s, %(body)s, %(salt)s, %(body_sha256)s, prev, hash
    FROM link WHERE EXISTS (SELECT FROM head) OR EXISTS (SELECT FROM begun)
    RETURNING *
), moved AS (
    UPDATE claims_chainhead AS head SET seq = event.seq, hash = event.hash FROM event
    WHERE head.chain = event.chain AND NOT EXISTS (SELECT FROM begun)
)
SELECT id, seq, prev, hash FROM event
"""


class EventManager(models.Manager["Event"]):
    def append(
        self, subject: Subject | str, action: str, *, by: Actor | None, body: Mapping[str, Any] | None = None
    ) -> "Event":
        """Add one event at the end of its subject's chain, under the lock of that chain's head.

        Args:
            subject: anything with a ``chain``, or the chain's name (``desk``).
            by: the person who did it; ``None`` for the system.
            body: what else the record must say; JSON values only.

        Call it inside the transaction of the change it tells of.
        """
        chain = subject if isinstance(subject, str) else subject.chain
        salt, text, at = secrets.token_hex(16), canonical(body or {}), timezone.now()
        link: dict[str, Any] = {
            "chain": chain,
            "at": at,
            "actor_ref": by.ref if by else "system",
            "action": action,
            "format": FORMAT,
            "body": text,
            "salt": salt,
            "body_sha256": hash_body(salt, text),
        }
        with connection.cursor() as cursor:
            added = None
            while added is None:
                cursor.execute(_APPEND, {**link, "moment": _moment(at), "genesis": GENESIS})
                added = cursor.fetchone()
        known = {**link, **dict(zip(("id", "seq", "prev", "hash"), added, strict=True))}
        columns = [field.attname for field in Event._meta.concrete_fields]
        return Event.from_db(connection.alias, columns, [known[name] for name in columns])

    def begin(
        self, chains: Mapping[str, Iterable[tuple[str, Mapping[str, Any]]]], *, by: Actor | None
    ) -> list["Event"]:
        """Begin the chains of many new subjects, each with its first events; two statements however many there are.

        Args:
            chains: the name of each chain, with action and body of its events in their order.

        Raises:
            IntegrityError: one of the chains was begun before.
        """
        at, ref = timezone.now(), by.ref if by else "system"
        heads, events = [], []
        for chain, happened in chains.items():
            head = ChainHead(chain=chain)
            for seq, (action, body) in enumerate(happened, start=1):
                salt, text = secrets.token_hex(16), canonical(body)
                words = {"body": text, "salt": salt, "body_sha256": hash_body(salt, text), "prev": head.hash}
                event = Event(chain=chain, seq=seq, at=at, actor_ref=ref, action=action, format=FORMAT, **words)
                event.hash = hash_event(head.hash, chain, seq, at, ref, action, FORMAT, event.body_sha256)
                head.seq, head.hash = seq, event.hash
                events.append(event)
            heads.append(head)
        ChainHead.objects.bulk_create(heads)
        return self.bulk_create(events)


class Event(models.Model):
    """One thing that happened.  Never changed; only its words can be erased, which leaves the chain whole."""

    chain = models.CharField(max_length=40)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_ref = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    format = models.PositiveSmallIntegerField()
    body = models.TextField()
    salt = models.CharField(max_length=32)
    body_sha256 = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar[EventManager] = EventManager()

    class Meta:
        ordering = ["chain", "seq"]
        constraints = [models.UniqueConstraint(name="event_seq_once", fields=["chain", "seq"])]
        indexes = [models.Index(name="event_newest", fields=["-at", "-id"])]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}: {self.action}"

    @property
    def is_erased(self) -> bool:
        return self.body == "" and self.salt == ""

    @property
    def details(self) -> dict[str, Any]:
        """The body as values; empty when it was erased."""
        return json.loads(self.body) if self.body else {}


class ChainHead(models.Model):
    """The end of one chain; its row is the lock under which the chain grows."""

    chain = models.CharField(max_length=40, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)
    anchored_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                name="chain_head_unanchored",
                fields=["chain"],
                condition=models.Q(seq__gt=models.F("anchored_seq")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"


class AnchorLog(models.Model):
    """One ``anchors.log``, as the database remembers it: the signature of its newest line must be found in it.

    Every folder that a clock runs in has one of its own.

    Attributes:
        name: the signature of its first line.
        place: the machine and the folder it lies in.
        mac: the signature of its newest line.
        at: when that line was written.
    """

    name = models.CharField(max_length=64, primary_key=True)
    place = models.CharField(max_length=300)
    mac = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place} at {self.at}"


class AnchorGap(models.Model):
    """A chain that was anchored in another log, and must be in this one too."""

    log = models.ForeignKey(AnchorLog, on_delete=models.CASCADE)
    chain = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(name="anchor_gap_once", fields=["log", "chain"])]

    def __str__(self) -> str:
        return f"{self.chain} in {self.log_id}"


class Refusal(models.Model):
    """An attempt the rules turned down; written in its own transaction and shown in the timeline."""

    claim = models.ForeignKey("claims.Claim", on_delete=models.CASCADE, null=True, related_name="refusals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(name="refusal_of_claim", fields=["claim", "-at"])]

    def __str__(self) -> str:
        return f"{self.action}: {self.reason}"
