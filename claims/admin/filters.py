"""What the lists of records can be filtered by, beside the fields themselves: no list of records reads a table for its values."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.event_words import BESIDE_CLAIMS, deed
from claims.jobs import catalogue
from claims.models import Claimant, Desk, Resource, SourceAlert
from claims.models.evidence import Reliability
from claims.views.record_words import WORDS
from claims.workflow.transitions import TRANSITIONS


class KnownValues(admin.SimpleListFilter):
    """Filter by one of the values the code knows: the table is not read for those it happens to hold."""

    field: ClassVar[str]

    def known(self) -> Iterable[tuple[str, str]]:
        """The values, each with its words."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(self.known(), key=lambda pair: pair[1].lower())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class KindFilter(KnownValues):
    title, parameter_name, field = _("kind"), "kind", "kind"

    def known(self) -> Iterable[tuple[str, str]]:
        return [(name, str(kind.title)) for name, kind in catalogue.KINDS.items()]


class ActionFilter(KnownValues):
    title, parameter_name, field = _("action"), "action", "action"

    def known(self) -> Iterable[tuple[str, str]]:
        return [(name, deed(name)) for name in {*TRANSITIONS, *WORDS, *BESIDE_CLAIMS}]


class StepFilter(KnownValues):
    title, parameter_name, field = _("step"), "action", "action"

    def known(self) -> Iterable[tuple[str, str]]:
        return [(name, str(step.label or name)) for name, step in TRANSITIONS.items()]


class PolicyFilter(KnownValues):
    title, parameter_name, field = _("review policy"), "policy", "policy"

    def known(self) -> Iterable[tuple[str, str]]:
        return [(value, str(label)) for value, label in Desk.Policy.choices]


def grades() -> list[tuple[str, str]]:
    """The letters of the Admiralty scale, each with what it says of a source."""
    return [(letter, f"{letter}: {words}") for letter, words in Reliability.choices]


class GradeFilter(KnownValues):
    title, parameter_name, field = _("reliability"), "reliability", "reliability"

    def known(self) -> Iterable[tuple[str, str]]:
        return grades()


class CountryFilter(KnownValues):
    """There are no more countries than a list can hold; claimants without one have no choice of their own."""

    title, parameter_name, field = _("country"), "country", "country"

    def known(self) -> Iterable[tuple[str, str]]:
        named = Claimant.objects.exclude(country="").order_by("country").values_list("country", flat=True)
        return [(code, code) for code in named.distinct()]


class TroubleFilter(admin.SimpleListFilter):
    """Sources that did not answer when they were last asked."""

    title, parameter_name = _("state"), "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("silent", _("Did not answer")), ("fine", _("Answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Resource]) -> QuerySet[Resource]:
        if self.value() == "silent":
            return queryset.filter(misses__gt=0)
        return queryset.filter(misses=0) if self.value() == "fine" else queryset


class OpenFilter(admin.SimpleListFilter):
    """Alerts that nobody has closed, and the others."""

    title, parameter_name = _("state"), "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Waits for somebody")), ("no", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SourceAlert]) -> QuerySet[SourceAlert]:
        return queryset.filter(closed_at__isnull=self.value() == "yes") if self.value() else queryset
