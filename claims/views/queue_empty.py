"""What an empty queue says: that it is empty, what would come here, and the ways on."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.views.result_list import ResultList

_EMPTY: dict[str, tuple[str | Promise, str | Promise]] = {
    "open": (
        gettext_lazy("No claim is open."),
        gettext_lazy("A claim comes here when somebody adds one, or accepts a sentence of an article."),
    ),
    "mine": (
        gettext_lazy("You hold no claim."),
        gettext_lazy("A claim comes here when you take one, or when an editor gives you one."),
    ),
    "waiting": (
        gettext_lazy("Nothing is waiting for you."),
        gettext_lazy(
            "A claim comes here when the next step is yours: a second verdict, a review, a publication, "
            "changes asked of you, a question put to you."
        ),
    ),
    "unassigned": (
        gettext_lazy("Every open claim has somebody."),
        gettext_lazy("A claim comes here when it is open and nobody holds a part of it."),
    ),
    "second": (
        gettext_lazy("Every cross-check has somebody."),
        gettext_lazy("A claim comes here when nobody may give its second verdict; whoever may, takes it in one press."),
    ),
    "overdue": (gettext_lazy("Nothing is overdue."), gettext_lazy("A claim comes here when its due date has passed.")),
    "changed": (
        gettext_lazy("No source has changed."),
        gettext_lazy("A claim comes here when a passage it relies on is altered or gone."),
    ),
    "review": (
        gettext_lazy("Nothing is in review."),
        gettext_lazy("A claim comes here when a second verdict was given or waived."),
    ),
    "published": (
        gettext_lazy("Nothing is published yet."),
        gettext_lazy("A claim comes here when an approved check is made public."),
    ),
}


def say_empty(asked: ResultList, views: list[dict[str, Any]]) -> dict[str, Any]:
    """What an empty list says: what would come here, and up to three ways on."""
    if not asked.is_plain:
        return _too_tight(asked)
    title, text = _EMPTY[asked.view or "open"]
    numbers = {view["key"]: view for view in views}
    ways = [
        (
            numbers[key]["url"],
            numbers[key]["icon"],
            _("%(view)s: %(count)s") % {"view": numbers[key]["label"], "count": numbers[key]["count"]},
        )
        for key in ("unassigned", "overdue", "open")
        if key != (asked.view or "open") and numbers[key]["count"] != "0"
    ]
    return {"title": title, "text": text, "ways": ways[:2] + _way_to_intake()}


def _too_tight(asked: ResultList) -> dict[str, Any]:
    """Filters that leave nothing: offer to drop the last one, or all."""
    dropped = ResultList(asked.view, "", asked.sort, asked.filters)
    if asked.filters:
        name = list(asked.filters)[-1]
        dropped = asked.without(name, asked.filters[name][-1])
    ways = [(f"?{dropped.query}", "x", _("Drop the last filter"))]
    if not dropped.is_plain:
        ways.append((f"?{ResultList(asked.view).query}", "list", _("Drop all of them")))
    return {"title": _("No claim fits."), "text": _("The search and the filters above leave nothing."), "ways": ways}


def _way_to_intake() -> list[tuple[str, str, str]]:
    try:
        return [(reverse("claims:intake"), "file-input", _("Read an article and triage its candidates"))]
    except NoReverseMatch:
        return []
