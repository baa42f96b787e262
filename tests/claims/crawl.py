"""Every address of the desk that can be read, asked for as one person after the other."""

import itertools
import re
from collections import Counter, deque
from urllib.parse import urljoin, urlsplit

from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from claims.figures.lists import QUESTIONS

LINK = re.compile(r'\b(?:href|src|hx-get)="([^"#]+)')
# Files, presses, and one list again in another order.
NOT_FOLLOWED = re.compile(r"^/static/|^/accounts/logout|[?&]o=|^/admin/.*/(change|history|delete|password)/$")
MOST_OF_A_PATH = 2  # addresses that differ in their query only
MOST_ROWS = 3  # the newest of a table
# Parts of a page as htmx asks for them: the end of the address, and the part's name.
PARTS = {
    "claims": "queue",
    "comments": "comments",
    "record": "record",
    "jobs": "jobs",
    "desk": "desk",
    "search": "found",
}
PARTS |= {"topics": "disputed", "agreement": "agreement", **{name: f"chart-{name}" for name in QUESTIONS}}
# What is drawn by lot for every request (tokens, nonces), and how long ago something was.
ONCE = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}|\d+ (?:s|min) ago|just now")


def models():
    return list(apps.get_app_config("claims").get_models())


def addresses(reader):
    """Addresses of the URL configuration that answer: each route with every row it may be about.

    Args:
        reader: a client signed in as who is shown most; what he does not find is not asked of others.
    """
    return {address for route, varying in routes() for address in _answering(reader, route, varying)}


def models_named():
    return {model._meta.model_name: model for model in models()}


def tables_of_the_panel():
    return [model for model in models() if model in admin.site._registry]


def panel_addresses(*, whole):
    """Pages of the administration panel: each table, and in the whole panel the pages of its newest rows."""
    found = set()
    for model in tables_of_the_panel():
        name = f"admin:claims_{model._meta.model_name}"
        found.add(reverse(f"{name}_changelist"))
        if not whole:
            continue
        for pk in model._base_manager.order_by("-pk").values_list("pk", flat=True)[:MOST_ROWS]:
            found.add(reverse(f"{name}_change", args=[pk]))
    found.add(reverse("admin:claims_claim_history", args=[models_named()["claim"].objects.latest("pk").pk]))
    return found


def routes(resolver=None, prefix="/", names=()):
    """Each address of the configuration with ``%(name)s`` where it varies, and those names with whether it is a number."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = getattr(pattern.pattern, "_route", None)
        if route is None or str(route) in {"admin/", "accounts/"}:
            continue  # the panel is asked for by model; addresses sent by mail carry a key
        varying = pattern.pattern.converters.items()
        known = [*names, *((name, isinstance(converter, IntConverter)) for name, converter in varying)]
        address = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"%(\1)s", str(route))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, address, known)
        else:
            yield address, known


def rows_named(name, is_number):
    """Values an address may take in one place: ids of the rows it is called after, else of all; numbers, or slugs."""
    named = models_named()
    wanted = named.get(name.removesuffix("_id").replace("_", ""))
    if not is_number:
        with_slug = [model for model in models() if any(field.name == "slug" for field in model._meta.concrete_fields)]
        return sorted({slug for model in with_slug for slug in model.objects.values_list("slug", flat=True) if slug})
    if name == "number":
        return sorted(set(named["evidence"].objects.values_list("number", flat=True)))
    if name == "claim_id":
        return sorted(wanted.objects.values_list("pk", flat=True))
    rows = [wanted] if wanted else models()
    ids = {pk for model in rows for pk in model._base_manager.order_by("-pk").values_list("pk", flat=True)[:MOST_ROWS]}
    return sorted(pk for pk in ids if isinstance(pk, int))


def _answering(client, route, varying):
    choices = [rows_named(name, is_number) for name, is_number in varying]
    names = [name for name, _is_number in varying]
    for values in itertools.product(*choices):
        asked = route % dict(zip(names, values, strict=True))
        status = client.get(asked).status_code
        if status == 405:  # a press
            return
        if status != 404:
            yield asked


def crawl(client, start, told):
    """Read all that one person is shown, from given addresses and along the links of every page.

    Args:
        told: called with each address, its headers and all that was sent.
    """
    waiting, seen, of_path = deque(sorted(start)), set(start), Counter()
    while waiting:
        address = waiting.popleft()
        for headers in _ways(address):
            response = client.get(address, headers=headers)
            text = text_of(response)
            told(address, headers, text)
            for link in [*LINK.findall(text), response.headers.get("Location", "")]:
                onward = _own(address, link.replace("&amp;", "&"))
                path = urlsplit(onward).path
                if onward and onward not in seen and of_path[path] < MOST_OF_A_PATH:
                    of_path[path] += 1
                    seen.add(onward)
                    waiting.append(onward)
    return seen


def _ways(address):
    """The whole page, and the part of it that htmx asks for by itself."""
    yield {}
    last = urlsplit(address).path.strip("/").rpartition("/")[2]
    part = "claim" if re.fullmatch(r"/claims/\d+/", address) else PARTS.get(last)
    if part and not address.startswith("/admin/"):
        yield {"HX-Request": "true", "HX-Target": part}


def _own(here, link):
    """A link to this site, whole; empty for any other."""
    parts = urlsplit(urljoin(f"http://testserver{here}", link))
    onward = parts.path + (f"?{parts.query}" if parts.query else "")
    return "" if parts.netloc != "testserver" or not link or NOT_FOLLOWED.search(onward) else onward


def text_of(response):
    """All that was sent: headers and body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return "\n".join(map(str, response.headers.values())) + body.decode(errors="replace")


def without_chance(text):
    """A page without what is drawn by lot for every request."""
    return ONCE.sub("", text)
