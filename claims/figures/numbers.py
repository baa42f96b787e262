"""Numbers of charts as the reader's language writes them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

THOUSAND, MILLION = 1_000, 1_000_000
PLAIN = 10_000  # below it the figures take no more room than a short form would


def in_full(count: int) -> str:
    """Every figure, in groups of three."""
    return number_format(count, force_grouping=True)


def in_part(count: int) -> str:
    """For a part of a drawing that has room for six figures."""
    return in_full(count) if count < MILLION else in_short(count)


def in_short(count: int) -> str:
    """For a narrow column: four letters or a little more, two figures at least."""
    if count < PLAIN:
        return str(count)
    size = MILLION if count >= MILLION else THOUSAND
    figures = number_format(count // (size // 10) / 10, 1) if count < 10 * size else in_full(count // size)
    return (_("%(n)sm") if size == MILLION else _("%(n)sk")) % {"n": figures}
