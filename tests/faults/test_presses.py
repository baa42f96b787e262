"""Twenty times the same form at once, against a real server: one effect."""

import http.client
import re
import threading
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.test import Client

from claims.models import Assignment, Claim, Event, Evidence, SavedView
from claims.publishing import publish as publishing
from claims.workflow import edit, edit_review, replies
from claims.workflow.apply import apply
from claims.workflow.transitions import TRANSITIONS
from tests.claims.workflow import desk
from tests.factories import ClaimFactory, RatingFactory, TopicFactory

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

TIMES = 20
FIELD = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|once|seen)" value="([^"]*)">')
BOUNDARY = "press-of-a-button"


class Browser:
    """Somebody signed in, who presses a button twenty times without waiting for an answer."""

    def __init__(self, server, person):
        client = Client()
        client.force_login(person)
        self.host = server.thread.host
        self.port = server.thread.port
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.csrf = ""

    def get(self, address):
        answer, text = self._ask("GET", address)
        assert answer.status == 200, (address, answer.status, text[:300])
        found = re.search(r"csrftoken=(\w+)", answer.headers.get("Set-Cookie", ""))
        self.csrf = found[1] if found else self.csrf
        return text

    def hidden(self, page, action):
        """What the form of the page that posts there carries, as a browser would send it."""
        forms = re.findall(r'<form\b[^>]*method="post".*?</form>', self.get(page), flags=re.DOTALL)
        there = [form for form in forms if f'action="{action}' in unescape(form)]
        form = there[0] if there else next(form for form in forms if "action=" not in form and page == action)
        given = {name: unescape(value) for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', form)}
        return {name: given[name] for name in ("csrfmiddlewaretoken", "once", "seen", "parent") if name in given}

    def press(self, page, action, file=None, **fields):
        """The statuses of twenty equal presses, sent at the same moment."""
        sent = self.hidden(page, action) | fields
        assert sent["once"] != ""
        body, kind = _encode(sent, file)
        start, statuses = threading.Barrier(TIMES), []

        def once():
            start.wait()
            answer, _text = self._ask("POST", action, body, kind)
            statuses.append(answer.status)

        threads = [threading.Thread(target=once) for _ in range(TIMES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert len(statuses) == TIMES
        return statuses

    def _ask(self, method, address, body=None, kind="text/html"):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={self.csrf}"
        headers = {"Cookie": cookies, "Content-Type": kind, "Referer": f"http://{self.host}:{self.port}/claims/"}
        connection.request(method, quote(address, safe="/?=&"), body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text


def _encode(fields, file):
    if file is None:
        return urlencode(fields, doseq=True), "application/x-www-form-urlencoded"
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="count.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
    )
    return "".join(parts).encode(), f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def people(db):
    return desk.hire()


@pytest.fixture
def browser(live_server):
    return lambda person: Browser(live_server, person)


def at(claim, rest=""):
    return f"/claims/{claim.pk}/{rest}"


def events(claim, action):
    return Event.objects.filter(chain=claim.chain, action=action).count()


def page_of(claim):
    return f"/claims/{claim.pk}/"


# --- forms that write


def test_one_claim_is_made(browser, people):
    new = {"statement": "Nine ships.", "kind": "past", "language": "en", "position": "asserts", "url": "https://a.org/"}
    statuses = browser(people.contributor).press("/claims/new/", "/claims/new/", **new)

    assert set(statuses) == {302}
    assert Claim.objects.count() == 1
    assert Claim.objects.get().appearances.count() == 1


def test_one_piece_of_evidence_is_added_for_each_address(browser, people):
    claim = desk.in_research(people)
    given = {"urls": "https://a.org/\nhttps://b.org/", "stance": "supports", "kind": "news"}
    statuses = browser(people.author).press(page_of(claim), at(claim, "evidence/add/"), **given)

    assert set(statuses) == {302}
    assert claim.evidence.count() == events(claim, "add_evidence") == 2


def test_one_file_is_kept(browser, people):
    claim = desk.in_research(people)
    address = at(claim, "evidence/upload/")
    given = {"title": "Count", "stance": "supports", "kind": "news", "file": "Twelve ships came on Monday."}
    statuses = browser(people.author).press(address, address, **given)

    assert set(statuses) == {302}
    assert Evidence.objects.count() == events(claim, "add_evidence") == 1


def test_one_comment_and_one_reply_are_written(browser, people):
    claim = desk.in_research(people)
    somebody = browser(people.author)
    somebody.press(at(claim, "comments/"), at(claim, "comments/add/"), text="Who counted?")
    assert claim.comments.count() == events(claim, "comment") == 1

    first = claim.comments.get()
    somebody.press(at(claim, "comments/"), at(claim, "comments/add/"), text="The harbour.", parent=first.pk)
    assert claim.comments.count() == 2
    somebody.press(at(claim, "comments/"), at(claim, f"comments/{first.pk}/resolve/"))
    somebody.press(at(claim, "comments/"), at(claim, f"comments/{first.pk}/reopen/"))
    assert [events(claim, f"{action}_comment") for action in ("resolve", "reopen")] == [1, 1]


def test_one_appearance_one_question_and_one_arrangement_are_kept(browser, people):
    claim = desk.in_research(people)
    editor, author = browser(people.editor), browser(people.author)
    author.press(page_of(claim), at(claim, "appearances/"), url="https://a.org/", position="asserts")
    asked = {"asked": "Harbour office", "channel": "email", "question": "How many?", "deadline": "2030-01-01T10:00"}
    author.press(page_of(claim), at(claim, "contacts/"), **asked)
    seen = {"seen-priority": edit.digest(claim.priority)}
    editor.press(page_of(claim), at(claim, "arrange/"), **seen, priority=2)

    assert claim.appearances.count() == claim.contacts.count() == events(claim, "arrange") == 1


def test_one_edit_of_statement_and_verdict_is_recorded(browser, people):
    claim = desk.in_research(people)
    edit.edit_claim(claim.pk, by=people.author, fields={"statement": "Ten ships."}, seen=edit.digests(claim))
    before = events(claim, "edit")
    client = browser(people.author)
    page = client.get(page_of(claim))
    seen = dict(re.findall(r'name="(seen-[\w]+)" value="([^"]*)"', page))
    given = {"statement": "Eleven ships.", "context": "", "language": "en", "kind": "past", "no_appearance_reason": ""}
    statuses = client.press(page_of(claim), at(claim, "edit/"), **seen, **given)

    assert set(statuses) <= {302}
    assert events(claim, "edit") == before + 1


def test_one_bulk_action_and_one_undo_take_effect(browser, people):
    claims = [ClaimFactory(), ClaimFactory()]
    TopicFactory(name="Ports")
    editor = browser(people.editor)
    editor.press("/claims/", "/claims/bulk/", claim=[c.pk for c in claims], do="topic", topic="Ports")

    assert [events(claim, "arrange") for claim in claims] == [1, 1]


def test_one_view_is_saved(browser, people):
    browser(people.author).press("/claims/?view=mine", "/claims/views/", name="Mine", query="view=mine")

    assert SavedView.objects.filter(owner=people.author).count() == 1


# --- every step of the workflow

DUE = "2030-01-01T10:00"
WHY = {"reason": "Because."}


def fresh(people):
    return edit.create_claim(by=people.contributor, statement="Twelve ships came on Monday.")


def answered(people):
    desk.make_rubric()
    claim = fresh(people)
    answers = {"verifiable": 2, "significant": 2, "spread": 1, "harmful": 1}
    edit_review.answer_rubric(claim.pk, by=people.editor, answers=answers)
    return claim


def watching(people):
    return apply(fresh(people).pk, "watch", by=people.editor, look_again=desk.soon())


def declined(people):
    return apply(fresh(people).pk, "decline", by=people.editor, decline_reason="other", reason="No.")


def offered(people):
    claim = desk.in_research(people)
    return apply(claim.pk, "offer", by=people.author, role="checker", person=people.cross_checker)


def asked(people):
    claim = desk.in_research(people)
    replies.log_contact(
        claim.pk, by=people.author, asked="Harbour office", channel="email", question="How many?", deadline=desk.soon()
    )
    return claim


def awaiting(people):
    return apply(asked(people).pk, "request_reply", by=people.author)


def free_to_cross_check(people):
    claim = desk.in_cross_check(people)
    Assignment.objects.filter(claim=claim, role="cross_checker").update(person=None)
    return claim


def to_cross_check(people):
    claim = desk.in_cross_check(people)
    desk.hand_cross_check_to(claim, people.cross_checker, people.editor)
    return claim


def disputed(people):
    claim = desk.in_review(people, second="false")
    apply(claim.pk, "submit", by=people.author)
    apply(claim.pk, "pass", by=None)
    return shown(people, claim)


def shown(people, claim=None):
    claim = claim or desk.in_review(people)
    edit_review.show_verdict(claim.pk, by=people.editor)
    return claim


def approved(people):
    claim = shown(people)
    return apply(claim.pk, "approve", by=people.editor, seen=desk.seen(claim))


def published(people):
    claim = approved(people)
    publishing.publish(claim.pk, by=people.editor, seen=desk.seen(claim))
    return claim


def reopened(people):
    return apply(published(people).pk, "reopen", by=people.editor, reason="A reader wrote.")


def withheld(people):
    claim = published(people)
    publishing.withhold(claim.pk, by=people.editor, reason="A court asked.")
    return claim


def proposed(people):
    return apply(published(people).pk, "propose_retraction", by=people.other_editor, reason="It is wrong.")


STEPS = {
    "watch": (fresh, "editor", {"look_again": DUE}),
    "wake": (watching, "editor", {}),
    "accept": (answered, "editor", {}),
    "decline": (fresh, "editor", {"decline_reason": "other", **WHY}),
    "merge": (fresh, "editor", {"target": lambda people: ClaimFactory().pk}),
    "restore": (declined, "editor", {}),
    "assign": (desk.accepted, "editor", {"person": lambda people: people.author.pk, "due": DUE}),
    "unassign": (desk.in_research, "author", {}),
    "unaccept": (desk.accepted, "editor", {}),
    "hand_over": (desk.in_research, "editor", {"role": "checker", "person": lambda people: people.cross_checker.pk}),
    "offer": (desk.in_research, "author", {"role": "checker", "person": lambda people: people.cross_checker.pk}),
    "take_over": (offered, "cross_checker", {}),
    "turn_down": (offered, "cross_checker", {}),
    "take_cross_check": (free_to_cross_check, "cross_checker", {}),
    "request_reply": (asked, "author", {}),
    "resume": (awaiting, "author", WHY),
    "submit": (desk.ready, "author", {}),
    "recall": (desk.in_preflight, "author", WHY),
    "waive_cross_check": (desk.in_cross_check, "editor", WHY),
    "cross_check": (to_cross_check, "cross_checker", {"rating": lambda people: RatingFactory().pk, **WHY}),
    "decide": (disputed, "editor", {"rating": lambda people: RatingFactory().pk, **WHY}),
    "return": (desk.in_review, "editor", WHY),
    "approve": (shown, "editor", {}),
    "schedule": (approved, "editor", {"publish_at": DUE}),
    "publish": (approved, "editor", {}),
    "reopen": (published, "editor", WHY),
    "say_under_review": (reopened, "editor", WHY),
    "stand": (reopened, "editor", WHY),
    "withhold": (published, "editor", WHY),
    "lift": (withheld, "editor", {}),
    "propose_retraction": (published, "editor", WHY),
    "retract": (proposed, "editor", {}),
    "archive": (declined, "editor", {}),
}


def test_every_step_a_person_may_take_is_pressed_here():
    assert set(STEPS) == {action for action, step in TRANSITIONS.items() if not step.by_system_only}


@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_taken_once(browser, people, action):
    make, who, fields = STEPS[action]
    claim = make(people)
    before = events(claim, action)
    given = {name: value(people) if callable(value) else value for name, value in fields.items()}

    statuses = browser(getattr(people, who)).press(page_of(claim), at(claim, f"steps/{action}/"), **given)

    assert set(statuses) == {302}
    assert events(claim, action) == before + 1
    assert not claim.refusals.exists()
