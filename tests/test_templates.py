"""Rules that hold for every template, whoever writes it: safe under the content policy, icons that exist, styles that
are built, and a shell that shows only what there is."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.loader import get_template, render_to_string

from claims.models.person import Person
from claims.templatetags import marks
from claims.templatetags.desk import NOTICE_ICONS

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
PYTHON = sorted((PROJECT / "claims").rglob("*.py"))
ADMIN_STYLES = Path(admin.__file__).parent / "static" / "admin" / "css"
NAMES = [str(path.relative_to(PROJECT / "templates")) for path in TEMPLATES]
SVG = "{http://www.w3.org/2000/svg}"
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment.*?endcomment %\}", re.DOTALL)
DATA_BLOCK = re.compile(r'type="application/(ld\+)?json"')


@pytest.fixture(scope="module")
def sprite():
    return ET.parse(PROJECT / "static" / "sprite.svg").getroot()


def source_of(name):
    return COMMENT.sub("", (PROJECT / "templates" / name).read_text())


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_template_has_nothing_the_content_policy_refuses(name):
    source = source_of(name)
    scripts = [
        tag for tag in re.findall(r"<script\b[^>]*>", source) if "src=" not in tag and not DATA_BLOCK.search(tag)
    ]

    assert scripts == []
    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|\bhx-on\b|javascript:", source) == []
    assert re.findall(r"""hx-vals=["']js:|hx-trigger="[^"]*\[""", source) == []


def icons_named_in(source):
    """Names of glyphs written out in a template."""
    found = re.findall(r'\{% (?:icon|entry) "([\w-]+)"', source)
    found += re.findall(r'\{% way [^"%]*(?:"[^"]*" )?"([\w-]+)"', source)
    found += re.findall(r'\b(?:action_)?icon="([\w-]+)"', source)
    return set(found)


@pytest.mark.parametrize("name", NAMES)
def test_icons_of_a_template_are_in_the_sprite(name, sprite):
    drawn = {symbol.get("id") for symbol in sprite}

    assert icons_named_in(source_of(name)) - drawn == set()


def test_icons_of_the_code_are_in_the_sprite(sprite):
    drawn = {symbol.get("id") for symbol in sprite}
    tables = [marks.STATUS, marks.STANCE, marks.QUOTE_CHECK, marks.JOB_STATE]
    used = {mark.glyph for table in tables for mark in table.values()}
    used |= {*marks.VERDICT_GLYPHS.values(), *marks.FAMILY_GLYPHS.values(), *marks.EVIDENCE_GLYPHS.values()}
    used |= {*NOTICE_ICONS.values(), "s-supports", "s-refutes", "s-context"}
    for path in PYTHON:
        used |= set(re.findall(r'\bicon\(\s*"([\w-]+)"', path.read_text()))

    assert used - drawn == set()


def test_sprite_holds_each_glyph_once_and_only_glyphs(sprite):
    names = [symbol.get("id") for symbol in sprite]

    assert len(set(names)) == len(names)
    assert {symbol.tag for symbol in sprite} == {f"{SVG}symbol"}
    assert all(symbol.get("viewBox") for symbol in sprite)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("vendor/licences/lucide.txt", "ISC License"),
        ("vendor/licences/tailwindcss.txt", "MIT License"),
        ("vendor/licences/daisyui.txt", "MIT License"),
        ("fonts/LICENSE-source-serif-4.txt", "SIL OPEN FONT LICENSE"),
    ],
)
def test_what_others_made_comes_with_its_licence(path, says):
    assert says in (PROJECT / "static" / path).read_text()


# --- the stylesheet is built from the templates


def classes_in(css):
    names = re.findall(r"\.((?:\\3\d |\\.|[\w-])+)", css)
    return {re.sub(r"\\(.)", r"\1", re.sub(r"\\3(\d) ", r"\1", name)) for name in names}


def classes_used(source):
    """Classes a template writes out in full; those made from variables are known to the tags that make them."""
    plain = re.sub(
        r"\{\{.*?\}\}", "\0", TAG.sub(lambda tag: "\0" if "cycle" in tag[0] else " ", source), flags=re.DOTALL
    )
    names = " ".join(re.findall(r'\bclass="([^"]*)"', plain)).split()
    return {name for name in names if "\0" not in name}


@pytest.mark.parametrize("name", NAMES)
def test_classes_of_a_template_are_in_the_stylesheet(name):
    """When this fails: npm ci && npm run css, and commit static/css/app.css."""
    built = classes_in((PROJECT / "static" / "css" / "app.css").read_text())
    if name.startswith("admin/"):  # these stand in Django's own pages, and use what those use
        sheets = [*ADMIN_STYLES.glob("*.css"), PROJECT / "static" / "css" / "admin.css"]
        built |= {known for sheet in sheets for known in classes_in(sheet.read_text())}

    assert classes_used(source_of(name)) - built == set()


def test_class_search_reads_escapes_and_leaves_variables_out():
    assert classes_in(r".lg\:p-2{}.\33xl\:flex{}.w-\[26rem\]:hover{}.a.b{}") >= {"lg:p-2", "w-[26rem]", "a", "b"}
    assert classes_in(".\\33 xl\\:flex{}") == {"3xl:flex"}
    assert classes_used('<p class="a {% if x %}b{% endif %} st-{{ kind }}">') == {"a", "b"}


# --- the shell


class Asked:
    """Counts how often the number of jobs was asked for."""

    times = 0

    def __call__(self):
        self.times += 1
        return 3


def shell(rf, user, **context):
    request = rf.get("/")
    request.user = user
    return render_to_string("base.html", context, request)


def checker():
    return Person(username="checker", name="Desk Checker", role=Person.Role.CHECKER)


@pytest.mark.django_db
def test_shell_names_the_person_and_how_to_leave(rf):
    page = shell(rf, checker())

    assert "Desk Checker, checker" in page
    assert 'action="/accounts/logout/"' in page
    assert "/admin/" not in page


@pytest.mark.django_db
def test_shell_shows_the_admin_panel_to_who_may_enter_it(rf):
    person = checker()
    assert 'href="/admin/"' not in shell(rf, person)

    person.role = "administrator"
    assert 'href="/admin/"' in shell(rf, person)


@pytest.mark.django_db
def test_shell_asks_for_the_number_of_jobs_once_and_only_for_the_desk(rf):
    asked = Asked()

    shell(rf, AnonymousUser(), jobs_in_trouble=asked)
    assert asked.times == 0
    shell(rf, checker(), jobs_in_trouble=asked)
    assert asked.times == 1


@pytest.mark.django_db
def test_shell_lets_htmx_swap_refusals_and_evaluate_nothing(rf):
    page = shell(rf, AnonymousUser())

    assert '"allowEval":false' in page
    assert '{"code":"422","swap":true},{"code":"409","swap":true}' in page
    assert re.search(r"""hx-headers='\{"x-csrftoken": "\w+"\}'""", page)


def test_messages_are_alerts_when_something_went_wrong():
    shown = render_to_string(
        "includes/messages.html",
        {
            "messages": [
                Message(constants.ERROR, "No."),
                Message(constants.WARNING, "Hm."),
                Message(constants.INFO, "Yes."),
            ]
        },
    )

    assert re.findall(r'class="note note-(\w+)" role="(\w+)"', shown) == [
        ("late", "alert"),
        ("wait", "alert"),
        ("info", "status"),
    ]


def test_messages_of_a_partial_replace_those_of_the_page():
    assert 'id="messages" class="messages" hx-swap-oob="true"' in render_to_string(
        "includes/messages.html", {"oob": True}
    )


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "429", "500"])
def test_error_page_needs_nothing_but_itself(name):
    page = render_to_string(f"{name}.html")

    assert re.search(r"<h1[^>]*>[A-Z]", page)
    assert "<title>" in page


def test_refusal_of_a_page_says_its_reason():
    assert "This claim is confidential." in render_to_string("403.html", {"exception": "This claim is confidential."})


@pytest.mark.django_db
def test_sign_in_page_has_labels_and_no_way_to_sign_up(client):
    page = client.get("/accounts/login/").content.decode()

    assert '<label class="h3 block mb-1" for="id_login">' in page
    assert '<label class="h3 block mb-1" for="id_password">' in page
    assert "signup" not in page


@pytest.mark.django_db
def test_wrong_password_is_refused_in_words(client):
    page = client.post("/accounts/login/", {"login": "nobody", "password": "wrong"}).content.decode()

    assert re.search(r'<div class="note note-late" role="alert">.*?<p>[^<]+</p>', page, re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["logout", "password/change"])
def test_pages_of_the_account_have_the_look_of_the_desk(client, address):
    client.force_login(Person.objects.create_user("checker", password="x", name="Desk Checker"))
    page = client.get(f"/accounts/{address}/").content.decode()

    assert '<h1 class="font-semibold text-lg">' in page
    assert 'class="btn btn-primary' in page
