"""A real mail server on loopback, and the settings that lead to it."""

import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Inbox:
    """Keeps what arrives; ``refuse_mail``, ``refuse_rcpt`` and ``answer`` make it say no, as ``knows_password`` does;
    ``on_data`` runs between mail and answer."""

    def __init__(self):
        self.messages = []
        self.connections = 0
        self.refuse_mail = self.refuse_rcpt = ""
        self.knows_password = True
        self.answer = "250 Taken"
        self.on_data = lambda server: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    def authenticate(self, server, session, envelope, mechanism, auth_data):
        return AuthResult(success=self.knows_password, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self.refuse_mail or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuse_rcpt:
            return self.refuse_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.on_data(server)
        return self.answer


def words_of(message):
    """All a reader could find in it, decoded: the headers, the text and the HTML."""
    bodies = [message.get_body([kind]).get_content() for kind in ("plain", "html")]
    return "\n".join([*map(str, message.values()), *bodies])


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def inbox(settings):
    found = Inbox()
    options = {"authenticator": found.authenticate, "auth_require_tls": False}
    server = Controller(found, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 3
    settings.DEFAULT_FROM_EMAIL = "desk@example.org"
    settings.BASE_URL = "https://desk.example.org"
    found.port = server.port
    yield found
    server.stop(no_assert=True)
