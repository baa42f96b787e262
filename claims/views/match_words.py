"""How near two texts are and why, in words: for candidates beside claims, and for claims beside claims."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

MOST_WORDS = 5  # shared words named as a reason


def say_how_near(label: str) -> str:
    """How near two texts are, in words; a weak label says neither yes nor no, for it does not know."""
    words = {"likely": _("likely the same"), "related": _("may be the same, read both")}
    return words.get(label, _("few words in common, read both"))


def say_why(reasons: dict[str, list[str]], *, is_near: bool, of_claim: bool = False) -> Iterable[str]:
    """What speaks for two texts being the same, and what against it, in words.

    Args:
        of_claim: another claim is compared, not a sentence of an article.
    """
    shared = [word for word in reasons.get("shared_names", []) + reasons.get("shared_words", []) if len(word) > 1]
    if "language" in reasons:
        yield _("in another language, so only names and numbers were compared")
    if shared:
        yield _("same words: %(words)s") % {"words": ", ".join(shared[:MOST_WORDS])}
    sentences = {
        "shared_numbers": _("same numbers: %(numbers)s"),
        "numbers_only_here": _("only here: %(numbers)s") if of_claim else _("only in the sentence: %(numbers)s"),
        "numbers_only_there": _("only there: %(numbers)s") if of_claim else _("only in the claim: %(numbers)s"),
    }
    for name, sentence in sentences.items():
        if numbers := reasons.get(name):
            yield sentence % {"numbers": ", ".join(numbers)}
    if "negation" in reasons and not is_near:  # near enough to be the opposite is said apart
        yield _("one of the two denies something")
