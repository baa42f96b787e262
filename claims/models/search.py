"""What people search in: one row of words for each thing that can be found, kept beside the thing itself."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Lookup, Q
from django.utils.translation import gettext_lazy as _


class WordsField(SearchVectorField):  # type: ignore[type-arg]  # generic only in the stubs
    """A text search vector written and asked by ``claims.search``, which takes texts apart itself: no dictionary of the
    server has a part in it, so a search means the same on every server."""

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector"


@WordsField.register_lookup
class Holds(Lookup):
    """``words__holds="'ship':* & 'harbour'"``: by the index."""

    lookup_name = "holds"
    prepare_rhs = False
    template = "%s @@ %s::tsquery"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        words, of_words = self.process_lhs(compiler, connection)
        return self.template % (words, "%s"), (*of_words, self.rhs)


@WordsField.register_lookup
class RereadHolds(Holds):
    """The same asked of one row after the other, in a form no index serves: for words that stand in every hundredth row."""

    lookup_name = "reread_holds"
    template = "ts_match_vq(%s, %s::tsquery)"


class SearchEntry(models.Model):
    """The words of one thing that can be found.  Made anew from the thing; nothing is lost with it.

    The claim has no foreign key: a row may outlive it until the next round, and is then of nothing anybody may see.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", _("Claims")
        SAID = "said", _("Words as said")
        VERDICT = "verdict", _("Verdicts and their texts")
        PASSAGE = "passage", _("Passages")
        EVIDENCE = "evidence", _("Evidence")
        COPY = "copy", _("Captured texts")
        ARTICLE = "article", _("Articles")
        CLAIMANT = "claimant", _("Claimants")
        PERSON = "person", _("People of the desk")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.BigIntegerField()
    claim_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(null=True)
    words = WordsField()

    class Meta:
        verbose_name_plural = _("search entries")
        constraints = [
            # Read backwards it is "the newest first" of one kind.
            models.UniqueConstraint(name="search_entry_once", fields=["kind", "object_id"]),
        ]
        indexes = [
            # One for each kind: a search for claims does not read what the long captured texts hold.  Written through
            # at once (no pending list), so that a rare word costs the same at any hour.
            GinIndex(name=f"search_words_{kind}", fields=["words"], condition=Q(kind=kind), fastupdate=False)
            for kind in ("claim", "said", "verdict", "passage", "evidence", "copy", "article", "claimant", "person")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class SearchDue(models.Model):
    """Something changed and its words are to be read again.  Triggers write it: no way of changing a text goes past them.

    Nothing is unique in it, so two people who change one thing never wait for each other here.
    """

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} to be read"


class SearchWord(models.Model):
    """A word that stands somewhere, with its runs of three letters: what a mistyped word is compared with.

    Words of verdicts and of confidential claims are never among them.
    """

    word = models.TextField(primary_key=True)
    grams = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(name="search_word_grams", fields=["grams"], fastupdate=False)]

    def __str__(self) -> str:
        return self.word
