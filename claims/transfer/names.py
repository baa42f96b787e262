"""What a file names, found on the desk or made new: ratings, claimants, topics, sources."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urldefrag

from django.db.models.functions import Lower

from claims.errors import FetchFailed
from claims.models import Claimant, Person, Rating, Resource, Topic
from claims.transfer.columns import _
from claims.transfer.read import Record
from claims.web import guard
from claims.workflow.claimants import add_claimant, fold, make_named
from claims.workflow.imports import find_resources


class Names:
    """Everything records name.  Ratings and claimants are read once for a whole file, the rest once a batch."""

    def __init__(self, by: Person | None) -> None:
        self.by = by
        ratings = Rating.objects.select_related("scale").order_by("-scale__is_current", "is_retired", "position")
        self.ratings = _spellings(list(ratings))
        rows = Claimant.objects.order_by("-pk")
        self.claimants: dict[str, Claimant] = {fold(row.name): row for row in rows}  # the oldest of a name stays
        self.topics: dict[str, Topic] = {}
        self.sources: dict[str, Resource] = {}
        self.new_claimants: list[str] = []

    def spell(self, record: Record) -> None:
        """Write names as the desk writes them, and refuse what it cannot know."""
        self._spell_rating(record)
        for place, item in enumerate(record.appearances):
            name = item.get("claimant")
            if name and not fold(name):
                record.refuse("claimant", _("“%(value)s” is no name."), record.rows["appearances"][place], value=name)
            elif name and fold(name) in self.claimants:
                item["claimant"] = self.claimants[fold(name)].name
        for place, item in enumerate(record.evidence):
            self._spell_source(record, item, record.rows["evidence"][place])

    def _spell_rating(self, record: Record) -> None:
        said = record.values.get("rating")
        found = self.ratings.get(said.casefold()) if said else None
        if said and found is None:
            offered = ", ".join(dict.fromkeys(row.code for row in self.ratings.values() if not row.is_retired))
            sentence = _("“%(value)s” is no rating of this desk; it has: %(offered)s.")
            record.refuse("rating", sentence, value=said, offered=offered or "-")
        elif found is not None:
            record.values["rating"] = f"{found.scale.slug}/{found.code}"

    def _spell_source(self, record: Record, item: dict[str, Any], row: int) -> None:
        if not item.get("evidence_url"):
            if not item.get("evidence_title"):
                record.refuse("evidence_url", _("a source needs an address, or at least a title."), row)
            return
        item["evidence_url"] = urldefrag(item["evidence_url"]).url
        try:
            guard.parse_url(item["evidence_url"])
        except FetchFailed as failure:
            record.refuse("evidence_url", "%(reason)s", row, reason=str(failure))

    # --- for one batch

    def prepare(self, records: Iterable[Record]) -> None:
        """Find, or make, the topics and sources of a batch."""
        wanted: dict[str, str] = {}
        titles: dict[str, str] = {}
        for record in records:
            wanted |= {name.casefold(): name for name in record.values.get("topics", [])}
            for item in record.evidence:
                if item.get("evidence_url"):
                    titles.setdefault(item["evidence_url"], item.get("evidence_title", ""))
        known = Topic.objects.annotate(plain=Lower("name")).filter(plain__in=[name.lower() for name in wanted.values()])
        self.topics = {row.name.casefold(): row for row in known.order_by("-pk")} if wanted else {}
        for plain, name in wanted.items():
            if plain not in self.topics:
                self.topics[plain] = make_named(Topic, name, {"name": name}, by=self.by)
        self.sources = find_resources(titles) if titles else {}

    def claimant(self, item: dict[str, Any]) -> Claimant | None:
        name = item.get("claimant", "")
        if not name:
            return None
        plain = fold(name)
        if plain not in self.claimants:
            self.claimants[plain] = add_claimant(name, by=self.by, kind=item.get("claimant_kind", ""))
            self.new_claimants.append(plain)
        return self.claimants[plain]

    def source(self, item: dict[str, Any]) -> Resource:
        """The source of a piece of evidence; one without an address is nobody else's."""
        if item.get("evidence_url"):
            return self.sources[item["evidence_url"]]
        return Resource.objects.create(title=item["evidence_title"])

    def rating(self, spelt: str) -> Rating | None:
        return self.ratings[spelt.casefold()] if spelt else None

    def end_batch(self, *, kept: bool) -> None:
        """Forget claimants that were added in a batch that is taken back."""
        for plain in [] if kept else self.new_claimants:
            del self.claimants[plain]
        self.new_claimants = []


def _spellings(ratings: list[Rating]) -> dict[str, Rating]:
    """Scale and code for every rating; code and label for those that are offered today."""
    found: dict[str, Rating] = {}
    for row in ratings:
        found.setdefault(f"{row.scale.slug}/{row.code}".casefold(), row)
        if row.scale.is_current and not row.is_retired:
            found.setdefault(row.code.casefold(), row)
            found.setdefault(row.label.casefold(), row)
    return found
