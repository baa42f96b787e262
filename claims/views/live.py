"""Parts of a page that renew themselves."""

from claims.views.access import DeskRequest

STOP_POLLING = 286  # htmx's own status: what was asked for repeatedly has come to its end
LARGEST_ID = 2**63 - 1


def is_part(request: DeskRequest, target: str) -> bool:
    """Does htmx ask for this part of the page only?"""
    return bool(request.htmx) and not request.htmx.boosted and request.htmx.target == target


def read_id(text: str) -> int | None:
    """An id from the address; ``None`` for anything that is none."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)) else 0
    return found if 0 < found <= LARGEST_ID else None
