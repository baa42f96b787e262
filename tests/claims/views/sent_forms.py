"""What a browser would send of the forms of a page."""

from selectolax.lexbor import LexborHTMLParser

TICKED = {"checkbox", "radio"}


def forms_of(response, path):
    """Of each form that posts to an address, whatever its query: names and what is filled in, in the page's order.

    Of a choice of several a list; what is not ticked or chosen is left out.
    """
    page = LexborHTMLParser(response.content.decode())
    return [_filled(form) for form in page.css("form") if form.attributes.get("action", "").partition("?")[0] == path]


def _filled(form):
    given = {}
    for line in form.css("input[name]"):
        about = line.attributes
        if about.get("type") not in TICKED:
            given[about["name"]] = about.get("value") or ""
        elif "checked" in about:
            given[about["name"]] = about.get("value") or "on"
    given |= {box.attributes["name"]: box.text().removeprefix("\n") for box in form.css("textarea[name]")}
    for choice in form.css("select[name]"):
        chosen = [option.attributes.get("value") or "" for option in choice.css("option[selected]")]
        if "multiple" in choice.attributes:
            given[choice.attributes["name"]] = chosen
        elif chosen:
            given[choice.attributes["name"]] = chosen[0]
    return given
