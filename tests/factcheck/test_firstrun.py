import json

import pytest

from claims.models import ChecklistItem, Claim, Person, Rating
from factcheck import firstrun


@pytest.fixture
def installation(settings, tmp_path):
    """A data folder of its own, with an empty desk."""
    settings.VAR_DIR, settings.DEMO = tmp_path, False
    (tmp_path / "secrets").mkdir()
    return tmp_path


@pytest.fixture
def newsroom(settings, monkeypatch):
    """In place of the starting newsroom: two people without passwords, one of whom has left."""
    settings.DEMO = True

    def load(name, **options):
        Person.objects.create(username="editor-1", name="Editor 1", role="editor")
        Person.objects.create(username="editor-2", name="Editor 2", role="editor", is_active=False)

    monkeypatch.setattr(firstrun, "call_command", load)


@pytest.mark.django_db
def test_an_empty_desk_has_one_administrator_with_a_random_password(installation):
    firstrun._open_desk(print)

    person = Person.objects.get()
    passwords = json.loads((installation / "secrets/first-passwords.json").read_text())
    assert (person.username, person.role, person.is_superuser) == ("administrator", "administrator", True)
    assert person.check_password(passwords["administrator"])
    assert len(passwords["administrator"]) == 19
    assert (installation / "secrets/first-passwords.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_an_empty_desk_has_a_scale_and_a_checklist_to_begin_with_and_no_claims(installation):
    firstrun._open_desk(print)

    assert Rating.objects.offered().count() == 8
    assert ChecklistItem.objects.current().exists()
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_people_of_the_starting_newsroom_get_passwords_and_those_who_left_do_not(installation, newsroom):
    firstrun._open_desk(print)

    assert list(firstrun._known_passwords()) == ["editor-1"]
    assert not Person.objects.filter(username="administrator").exists()


@pytest.mark.django_db
def test_a_newsroom_that_cannot_be_loaded_leaves_the_desk_as_it_was(installation, newsroom, monkeypatch):
    monkeypatch.setattr(firstrun, "make_password", lambda password: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        firstrun._open_desk(print)

    assert not Person.objects.exists()
    assert firstrun._known_passwords() == {}


@pytest.fixture
def first_passwords(installation):
    """Of one who keeps his, of one who chose another, of one who left, and of one who is not there."""
    for username, password, is_active in [
        ("checker-1", "aaaa", True),
        ("editor-1", "own", True),
        ("left", "dddd", False),
    ]:
        Person.objects.create_user(username, "", password, name=username, role="checker", is_active=is_active)
    file = installation / "secrets/first-passwords.json"
    file.write_text('{"checker-1": "aaaa", "editor-1": "bbbb", "left": "dddd", "gone": "cccc"}')
    return file


@pytest.mark.django_db
def test_the_welcome_names_address_roles_and_data_and_only_passwords_that_hold(installation, settings, first_passwords):
    settings.BASE_URL = "http://127.0.0.1:8000"
    said = []

    firstrun.welcome(said.append, is_first=True)

    words = "\n".join(said)
    assert "http://127.0.0.1:8000/" in words
    assert ["checker", "checker-1", "aaaa"] in [line.split() for line in said]
    assert not [word for word in ("bbbb", "cccc", "dddd") if word in words]
    assert f"The data lies in {installation}" in words


@pytest.mark.django_db
def test_a_first_password_is_forgotten_when_its_owner_has_another(first_passwords):
    firstrun.sign_ins()

    assert json.loads(first_passwords.read_text()) == {"checker-1": "aaaa", "left": "dddd"}
    assert first_passwords.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_passwords_of_a_newsroom_at_work_are_said_at_its_first_start_only(first_passwords):
    said = []

    firstrun.welcome(said.append)

    assert "aaaa" not in "\n".join(said)
    assert str(first_passwords) in "\n".join(said)


@pytest.mark.django_db
def test_the_welcome_of_a_desk_set_up_elsewhere_names_no_passwords(installation):
    said = []

    firstrun.welcome(said.append)

    assert "Sign in" not in "\n".join(said)


def test_static_files_are_collected_again_only_when_one_changed(settings, tmp_path):
    source, settings.STATIC_ROOT = tmp_path / "source", tmp_path / "static"
    source.mkdir()
    (source / "a.css").write_text("one")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]

    firstrun._collect_static()
    (settings.STATIC_ROOT / "a.css").write_text("kept")
    firstrun._collect_static()
    after_no_change = (settings.STATIC_ROOT / "a.css").read_text()
    (source / "a.css").write_text("changed")
    firstrun._collect_static()

    assert after_no_change == "kept"
    assert (settings.STATIC_ROOT / "a.css").read_text() == "changed"
