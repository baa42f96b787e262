"""The page of an article that was read: its candidates best first, each beside the claims nearest to it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.conf.locale import LANG_INFO
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.forms.fields import keep_to
from claims.forms.intake import CandidateForm
from claims.intake.candidates import suggest_speaker
from claims.models import Article, Candidate, Claim, Job, Match, Person
from claims.views.captured_text import Passage, render_text
from claims.views.match_words import say_how_near, say_why
from claims.workflow.transitions import EDITABLE, INBOX, LIVE

THRESHOLDS = ("0.20", "0.35", "0.50")
PART = 60  # cards shown at once
NEAREST = 3  # claims shown beside a candidate


@dataclass(frozen=True)
class Near:
    """A claim that may say the same as a sentence, and why."""

    claim: Claim
    score: float
    label: str
    reasons: tuple[str, ...]
    is_opposite: bool
    is_likely: bool
    can_take: bool


@dataclass
class Card:
    """A candidate as the page shows it; only the current one carries a form."""

    candidate: Candidate
    rank: int
    nearest: list[Near] = field(default_factory=list)
    claim: Claim | None = None
    is_current: bool = False
    may_put_back: bool = False
    form: CandidateForm | None = None
    refusal: str = ""

    @property
    def key(self) -> int:
        return self.candidate.pk

    @property
    def form_id(self) -> str:
        return f"f{self.key}"

    @property
    def is_open(self) -> bool:
        return self.candidate.state == Candidate.State.OPEN

    @property
    def reasons(self) -> list[str]:
        """Why it is worth checking; kept in English, read in the reader's language."""
        return [_(reason) for reason in self.candidate.reasons]

    @property
    def first(self) -> Near | None:
        """The claim that the key ``p`` adds the sentence to: the nearest of those that are likely the same."""
        return next((near for near in self.nearest if near.can_take and near.is_likely), None)

    @property
    def speaker_found(self) -> bool:
        """Whether the form says who speaks because the article does, and nobody has looked at that yet."""
        given = {} if self.form is None or self.form.is_bound else self.form.initial
        return bool(given.get("claimant") or given.get("new_claimant"))


@dataclass
class Triage:
    """An article and what is to be decided about it, from one threshold up.

    Attributes:
        until: so many cards are on the page; the others come as one goes down.
        has_other_languages: the desk has claims in other languages than the article's.
    """

    article: Article
    person: Person
    threshold: str
    cards: list[Card]
    below: list[Card]
    matching: Job | None
    until: int = PART
    has_other_languages: bool = False

    @property
    def none_near(self) -> str:
        """What it means that no claim stands beside a sentence: words of different languages are not compared."""
        if not self.has_other_languages:
            return _("No claim of the desk is near it.")
        words = _("No claim in the language of the article (%(language)s) is near it.")
        info = LANG_INFO.get(self.article.language, {})
        own = words % {"language": _(info["name"]) if "name" in info else self.article.language}
        others = _("Claims in other languages are found only by the names and numbers they share.")
        return f"{own} {others}"

    @property
    def decided(self) -> int:
        return sum(not card.is_open for card in self.cards)

    @property
    def undecided(self) -> list[Card]:
        return [card for card in self.cards if card.is_open]

    @property
    def shown(self) -> list[Card]:
        return self.cards[: self.until]

    @property
    def shown_undecided(self) -> list[Card]:
        return [card for card in self.shown if card.is_open]

    @property
    def next_until(self) -> int:
        """How many are on the page when the next have come; 0 when all are there."""
        return self.until + PART if len(self.cards) > self.until else 0

    def part(self, after: int) -> list[Card]:
        """The cards that come behind so many, none of them open: the open one is on the page already."""
        self.until = after + PART
        for card in self.cards:
            card.is_current, card.form = False, None
        return self.cards[after : self.until]

    @property
    def may_decide(self) -> bool:
        return self.person.can_contribute

    @property
    def starts_with_title(self) -> bool:
        return self.article.text.partition("\n")[0].strip() == self.article.title

    @property
    def undoable(self) -> Card | None:
        """The person's own newest decision, when it can be taken back, or when it is told in words why not."""
        mine = [
            card for card in self.cards if card.candidate.decided_at and card.candidate.decided_by_id == self.person.pk
        ]
        newest = max(mine, key=lambda card: (card.candidate.decided_at, card.key), default=None)
        if newest is None:
            return None
        is_new, claim = newest.candidate.state == Candidate.State.ACCEPTED, newest.claim
        waits = is_new and claim is not None and claim.status == INBOX
        return newest if newest.may_put_back or waits else None

    @property
    def text(self) -> SafeString:
        """The article with its candidates marked; its ``textContent`` is the article's text."""
        shown, later = self.cards[: self.until], self.cards[self.until :]
        marks = [*map(_passage, shown), *(replace(_passage(card), href=self.address(card.key)) for card in later)]
        return render_text(self.article.text, [*marks, *map(_below, self.below)])

    def address(self, key: int) -> str:
        """The page, opened at one candidate."""
        query = urlencode({"from": self.threshold, "at": key})
        return f"{reverse('claims:intake-detail', args=[self.article.pk])}?{query}#p{key}"

    def card(self, key: int) -> Card | None:
        return next((card for card in self.cards if card.key == key), None)

    def next_open(self, after: Card) -> Card | None:
        """The next candidate to decide, from the top again after the last."""
        others = [card for card in self.undecided if card is not after]
        return min(others, key=lambda card: (card.rank < after.rank, card.rank), default=None)


def read_triage(article: Article, person: Person, threshold: str, at: int | None = None, until: int = 0) -> Triage:
    """Everything the page shows, in a fixed number of queries.

    Args:
        at: the candidate to open; else the first that is open.
        until: how many cards are on the page at least; the one that is open always is.
    """
    threshold = threshold if threshold in THRESHOLDS else THRESHOLDS[0]
    rows = article.candidates.select_related("decided_by").order_by("-score", "number")
    claims, nearest = _claims_of(article, person), _nearest(article, person)
    every = [Card(row, rank, nearest[row.pk], claims.get(row.claim_id or 0)) for rank, row in enumerate(rows, 1)]
    for one in every:
        one.may_put_back = _may_put_back(one, person)
    listed = [card for card in every if card.candidate.score >= float(threshold)]
    below = [card for card in every if card.candidate.score < float(threshold)]
    matching = Job.objects.unfinished().filter(kind="match_candidates", key=article.chain).first()
    triage = Triage(article, person, threshold, listed, below, matching)
    card = triage.card(at) if at else None
    card = card or next(iter(triage.undecided), None)
    if card is not None:
        card.is_current = True
        open_card(triage, card)
        until = max(until, listed.index(card) + 1)
    triage.until = max(-(-until // PART), 1) * PART
    triage.has_other_languages = _has_other_languages(article, person)
    return triage


def _has_other_languages(article: Article, person: Person) -> bool:
    if not article.language:
        return False
    others = Claim.objects.visible_to(person).exclude(language__istartswith=article.language[:2])
    return bool(others.exists())


def _may_put_back(card: Card, person: Person) -> bool:
    """Whether the decision can be taken back as far as the page knows; the operation looks at the claim's record too."""
    state, claim = card.candidate.state, card.claim
    if state == Candidate.State.DISMISSED:
        return person.can_contribute
    if state == Candidate.State.ACCEPTED:
        return person.is_editor and claim is not None and claim.status == INBOX
    if not (person.can_research or card.candidate.decided_by_id == person.pk):
        return False
    return person.can_contribute and claim is not None and claim.status in EDITABLE


def open_card(triage: Triage, card: Card, form: CandidateForm | None = None, refusal: str = "") -> None:
    """Give a card what is needed to decide on it."""
    card.refusal = refusal
    if card.is_open and triage.may_decide:
        card.form = form or keep_to(
            CandidateForm(initial=_suggestion(card.candidate, triage.person), prefix=f"c{card.key}"), triage.person
        )


def _suggestion(candidate: Candidate, person: Person) -> dict[str, object]:
    return {"statement": " ".join(candidate.text.split()), **suggest_speaker(candidate, person)}


def _claims_of(article: Article, person: Person) -> dict[int, Claim]:
    """The claims that came of the article's candidates, as far as the person may see them."""
    visible = Claim.objects.visible_to(person)
    found = visible.filter(candidates__article=article).select_related("duplicate_of").distinct()
    return {claim.pk: claim for claim in found}


def _nearest(article: Article, person: Person) -> dict[int, list[Near]]:
    place = Window(RowNumber(), partition_by=F("candidate"), order_by=[F("score").desc(), F("id").asc()])
    rows = (
        Match.objects.filter(candidate__article=article, target__in=Claim.objects.visible_to(person))
        .exclude(decision=Match.Decision.DIFFERENT)
        .annotate(place=place)
        .filter(place__lte=NEAREST)
        .select_related("target")
        .order_by("-score", "id")
    )
    found: dict[int, list[Near]] = defaultdict(list)
    for row in rows:
        found[row.candidate_id or 0].append(_near(row, person))
    return found


def _near(match: Match, person: Person) -> Near:
    status = match.target.status
    return Near(
        claim=match.target,
        score=match.score,
        label=say_how_near(match.label),
        reasons=tuple(say_why(match.reasons, is_near=bool(match.label))),
        is_opposite="negation" in match.reasons and bool(match.label),
        is_likely=match.label == "likely",
        can_take=person.can_contribute and status in (LIVE if person.is_editor else EDITABLE),
    )


def _passage(card: Card) -> Passage:
    css = "hl" if card.is_open else "hl hl-off" if card.candidate.state == Candidate.State.DISMISSED else "hl hl-done"
    return _mark(card, f"{css} hl-on" if card.is_current else css)


def _below(card: Card) -> Passage:
    return _mark(card, "hl hl-off")


def _mark(card: Card, css: str) -> Passage:
    label = _("Candidate %(number)d") % {"number": card.rank}
    candidate = card.candidate
    return Passage(candidate.start, candidate.end, card.rank, str(card.key), label, css)
