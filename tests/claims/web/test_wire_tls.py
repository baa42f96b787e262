"""Secure connections: whom the door believes, and how it says that it does not."""

import dataclasses
import shutil
import ssl
import subprocess
import time

import pytest

from claims.web.fetch import fetch
from tests.claims.web.servers import PAGE, QUICK, client_trusting, door_to, refusal, response

OPENSSL_CA = """
[ca]
default_ca = one
[one]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:good.test, DNS:www.good.test
basicConstraints = CA:TRUE
"""
VALID = {"good": ("20200101000000Z", "20900101000000Z"), "expired": ("20200101000000Z", "20200102000000Z")}


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """For good.test: a good certificate and an expired one, each with a client that trusts it."""
    folder = tmp_path_factory.mktemp("certificates")
    if shutil.which("openssl") is None:
        pytest.skip("There is no openssl to make certificates with.")
    (folder / "ca.conf").write_text(OPENSSL_CA.format(folder=folder))
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    key, request = folder / "key.pem", folder / "request.pem"

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=good.test")
    made = {}
    for name, (start, end) in VALID.items():
        certificate = folder / f"{name}.pem"
        dates = ["-startdate", start, "-enddate", end]
        config = ["-config", folder / "ca.conf", "-keyfile", key, "-in", request, "-out", certificate]
        openssl("ca", "-selfsign", "-batch", "-notext", *dates, *config)
        (folder / "index").write_text("")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        made[name] = (context, client_trusting(certificate))
    return made


def secure_page(server, client, path="/", **names):
    door = dataclasses.replace(door_to(server, **names), tls=client)
    return fetch(server.url(path, scheme="https"), limits=QUICK, door=door)


def secure_refusal(server, client, host="good.test", **names):
    return refusal(server, url=server.url(host=host, scheme="https"), tls=client, **names)


def test_a_secure_page_is_read_and_its_cipher_recorded(serve, certificates):
    context, client = certificates["good"]
    server = serve(response(PAGE), tls=context)

    page = secure_page(server, client)

    assert page.body == PAGE
    assert page.hops[0].tls_version == "TLSv1.3"
    assert page.hops[0].tls_cipher.startswith("TLS_")
    assert page.hops[0].response == response(PAGE)


def test_a_certificate_for_another_name_or_of_an_unknown_issuer_is_refused(serve, certificates):
    context, client = certificates["good"]
    server = serve(response(PAGE), tls=context)

    assert secure_refusal(server, client, "other.test", other_test=["127.0.0.1"]) == "tls"
    assert secure_refusal(server, ssl.create_default_context()) == "tls"
    assert server.requests == []


def test_an_expired_certificate_is_refused(serve, certificates):
    context, client = certificates["expired"]
    server = serve(response(PAGE), tls=context)

    assert secure_refusal(server, client) == "tls"


def test_plain_http_on_a_secure_port_ends_in_words(serve, certificates):
    client = certificates["good"][1]

    assert secure_refusal(serve(response(PAGE)), client) == "timeout"  # it waits for the end of a request
    assert secure_refusal(serve(response(PAGE), tls=PlainHttp()), client) == "tls"


@pytest.mark.parametrize("record", [b"", b"\x16\x03\x03\x40\x00\x02"], ids=["silent", "drip"])
def test_a_handshake_that_takes_for_ever_is_not_waited_for(serve, certificates, record):
    server = serve(b"", tls=SlowTls(record))

    assert secure_refusal(server, certificates["good"][1]) == "timeout"  # waited for to its end, it would be "tls"


class PlainHttp:
    """A server that answers the first bytes of a handshake with a page about bad requests."""

    def wrap_socket(self, connection, *, server_side):
        connection.recv(65536)
        connection.sendall(response(b"", "400 Bad Request"))
        raise ssl.SSLError


class SlowTls:
    """A handshake that is always about to go on: the head of a record, then a byte at a time."""

    def __init__(self, record):
        self._record = record

    def wrap_socket(self, connection, *, server_side):
        connection.sendall(self._record)
        for _ in range(30):
            time.sleep(0.1)
            connection.sendall(self._record[:1])
        raise ssl.SSLError


class OldTls:
    """What a server that knows only TLS 1.0 says to a client of today: alert 70, protocol version."""

    def wrap_socket(self, connection, *, server_side):
        connection.recv(65536)
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46")
        raise ssl.SSLError


def test_a_server_that_only_speaks_old_tls_is_refused(serve, certificates):
    server = serve(response(PAGE), tls=OldTls())

    assert secure_refusal(server, certificates["good"][1]) == "tls"


def test_the_name_in_the_handshake_is_the_name_in_the_request_at_every_hop(serve, certificates):
    context, client = certificates["good"]
    asked = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = serve(
        lambda path, _request: (
            response(PAGE)
            if path == "/there"
            else response(b"", "302 Found", Location=server.url("/there", "www.good.test", "https"))
        ),
        tls=context,
    )

    page = secure_page(server, client, www_good_test=[server.ip])
    context.sni_callback = None

    assert asked == ["good.test", "www.good.test"]
    assert [
        f"Host: {name}:{server.port}\r\n".encode() in hop.request for name, hop in zip(asked, page.hops, strict=True)
    ] == [True, True]


def test_a_step_down_to_plain_http_is_taken_and_stands_in_the_record(site, serve, certificates):
    """Many sites do it; who reads the copy sees that its last hop could have been changed on the way."""
    context, client = certificates["good"]
    secure = serve(response(b"", "302 Found", Location=site.url("/plain")), tls=context)
    door = dataclasses.replace(door_to(secure), allowed={(secure.ip, secure.port), (site.ip, site.port)}, tls=client)

    page = fetch(secure.url(scheme="https"), limits=QUICK, door=door)

    assert [(hop.url, hop.tls_version) for hop in page.hops] == [
        (secure.url(scheme="https"), "TLSv1.3"),
        (site.url("/plain"), ""),
    ]
