"""The charts of the desk by name, and the lists their marks lead to."""

from django.utils.translation import gettext_lazy as _

from claims.figures import flow, sources, verdicts, work
from claims.figures.charts import Listed, Question
from claims.models import Person
from claims.models.claim import ClaimQuerySet

LISTS: dict[str, Listed] = {**flow.LISTS, **work.LISTS, **verdicts.LISTS, **sources.LISTS}
JUDGED = _("Verdicts on claims that are public, and those you may see. Dated by first publication.")
AGREEING = _(
    "Claims whose verdicts you may see, each by the last pair of these days; down: the first verdict, across: the second, given without sight of it."
)
QUESTIONS: dict[str, Question] = {
    "flow": Question(
        _("Do we finish as many claims as come in?"),
        _("Nothing yet: a bar comes for the days in which a claim comes in, is finished or comes back."),
        flow.count_flow,
        (
            _(
                "Finished: published, declined or merged. Came back: reopened or restored. A claim counts once in each bar."
            ),
        ),
        room=292,
    ),
    "stages": Question(
        _("Where do claims wait longest?"),
        _("Nothing yet: a stage comes here when a claim leaves it."),
        flow.count_stages,
        (
            _(
                "Claims that left the stage in these days. Solid: the typical time, over which half of them took; pale: what nine in ten took at most."
            ),
        ),
    ),
    "due": Question(
        _("What is late, and what falls due next?"),
        _("Nothing yet: a claim comes here while it is open."),
        work.count_due,
        (
            _(
                "At this moment, whatever the dates above. Each claim counts once, by the earlier of its own date and its stage's."
            ),
        ),
        work.DUE,
        dated=False,
    ),
    "load": Question(
        _("Who has how much in hand?"),
        _("Nothing yet: somebody comes here when he is given a part of an open claim."),
        work.count_load,
        (_("At this moment, whatever the dates above. One claim counts in each part somebody has in it."),),
        work.ROLES,
        dated=False,
    ),
    "claimants": Question(
        _("Whom do we judge, and how do they fare?"),
        _("Nothing yet: a claimant comes here when a claim he asserted has a verdict that you may see."),
        verdicts.count_claimants,
        (_("Only what somebody asserted; who denies or reports a claim is not judged by it."), JUDGED),
        verdicts.FAMILIES,
    ),
    "topics": Question(
        _("Which topics do we judge, and how do they fare?"),
        _("Nothing yet: a topic comes here when a claim of it has a verdict that you may see."),
        verdicts.count_topics,
        (JUDGED,),
        verdicts.FAMILIES,
    ),
    "sources": Question(
        _("Do our sources still say what we captured?"),
        _("Nothing yet: a claim comes here while it is open or published."),
        sources.count_sources,
        (_("At this moment, whatever the dates above: live claims, each once, by the worst of its sources."),),
        sources.SERIES,
        dated=False,
    ),
    "agreement": Question(
        _("Do second verdicts take the side of the first ones?"),
        _("Nothing yet: a claim comes here when its second verdict was given blind and you may see both."),
        verdicts.count_agreement,
        (AGREEING,),
        room=182,
    ),
}


def _read(value: str) -> tuple[Listed | None, list[str]]:
    name, *parts = value.split("~")
    return LISTS.get(name), parts


def is_list(value: str) -> bool:
    """Whether an address names a list of claims that a mark leads to."""
    listed, parts = _read(value)
    return "\x00" not in value and listed is not None and listed.fits(parts)


def narrow(claims: ClaimQuerySet, person: Person, value: str) -> ClaimQuerySet:
    """Of some claims those that a mark counts for this person; ``value`` is known to be a list."""
    listed, parts = _read(value)
    assert listed is not None
    return listed.narrow(claims, person, parts)


def in_words(value: str) -> str:
    """The name of a list, as its filter shows it."""
    listed, parts = _read(value)
    assert listed is not None
    return listed.words(parts)
