"""A website on loopback whose pages a test writes and changes."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.outside.door import leading_to


class Site:
    """``pages`` maps a path to (status, content type, bytes); ``asked`` lists the paths that were asked for.

    ``headers`` maps a path to more headers to send, ``heard`` lists the headers of each request, and paths in
    ``says_unchanged`` answer 304 to whoever asks for news since his last visit, whatever they hold by now.
    """

    def __init__(self):
        self.pages = {}
        self.asked = []
        self.headers = {}
        self.heard = []
        self.says_unchanged = set()
        self.slow = {}  # by path: seconds before it answers
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path, text, *, status=200, content_type="text/html; charset=utf-8"):
        body = text if isinstance(text, bytes) else text.encode()
        self.pages[path] = (status, content_type, body)
        return f"http://harbour.example.org{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                site.heard.append(dict(self.headers))
                time.sleep(site.slow.get(self.path, 0))
                status, content_type, body = site.pages.get(self.path, (404, "text/plain", b"Nothing here."))
                if self.path in site.says_unchanged and (
                    "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
                ):
                    status, body = 304, b""
                self.send_response(status)
                for name, value in site.headers.get(self.path, {}).items():
                    self.send_header(name, value)
                if 300 <= status < 400:
                    self.send_header("Location", body.decode())
                self.send_header("Content-Type", content_type)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def html(*paragraphs, title="Harbour report", head=""):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


@pytest.fixture
def site():
    """A website under http://harbour.example.org, reached through the one door."""
    site = Site()
    with leading_to(site.port):
        yield site
    site.close()
