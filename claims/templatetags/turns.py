"""Signs that turn the direction of writing, in a text from outside: shown as signs, and kept from working.

They have no width and can make "10" of "01"; here each stands in an element of its own (``unicode-bidi: isolate``), whose end
closes what it opens.  The characters stay what they are, so that a text with them is still the stored one.

Source: Unicode Standard Annex 9, sections 2.1 to 2.6 (the signs) and 3.3.2, rule X6a (an isolate closes what it holds).
"""

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NAMES = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_TURN = re.compile(f"[{''.join(NAMES)}]")


def count_turns(text: str) -> int:
    """How many such signs a text holds."""
    return len(_TURN.findall(text))


def turns_shown(text: str) -> SafeString:
    """A text as HTML in which each such sign can be seen; everything else is escaped."""
    return SafeString(show_turns(conditional_escape(text)))


def show_turns(html: str) -> str:
    """The same for what is HTML already."""
    return _TURN.sub(_show, html)


def _show(found: re.Match[str]) -> str:
    return f'<span class="turn" data-sign="{NAMES[found[0]]}">{found[0]}</span>'
