"""What ``make run`` starts, in processes of its own, whose captures are led to pages of ours."""

import json

from tests.browser.visitor import Visitor
from tests.conftest import PROJECT
from tests.factcheck.house import House, command
from tests.outside import door
from tests.outside.site import Site

PAGES = PROJECT / "fixtures" / "pages"


class OpenHouse:
    """A running house: ``passwords`` by user name, ``sources`` the addresses of our pages by their names."""

    def __init__(self, var_dir):
        self.site = Site()
        self.sources = {page.stem: self._put_online(page) for page in PAGES.glob("*.html")}
        self.outside = door.environment(self.site.port, PROJECT)
        self.house = House(var_dir, **{"DEMO": "1", **self.outside})
        self.url = f"http://127.0.0.1:{self.house.port}"
        self.signed_in = {}

    def open(self):
        self.house.open(seconds=240)  # the first run loads a newsroom, perhaps on a busy machine
        self.passwords = json.loads((self.house.var_dir / "secrets" / "first-passwords.json").read_text())
        return self

    def close(self):
        if self.house.process.poll() is None:
            self.house.stop()
        self.site.close()

    def _put_online(self, page):
        self.site.put(f"/{page.name}", page.read_bytes())
        return f"http://{page.stem}.example.org/{page.name}"

    def command(self, *argv):
        """A ``manage.py`` command on the servers of this house."""
        return command(*argv, var_dir=self.house.var_dir)

    def story(self):
        """The ends of the logs, for the one who reads why a test failed."""
        logs = [self.house.var_dir / "log" / f"{name}.log" for name in ("web", "fast", "slow", "clock")]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs)

    def visitor(self, browser, username="", **options):
        """Somebody with a browser of his own; who signed in before comes back with the cookie."""
        visitor = Visitor(browser, self.url, cookies=self.signed_in.get(username), **options)
        if username and username not in self.signed_in:
            visitor.sign_in(username, self.passwords[username])
            self.signed_in[username] = visitor.context.storage_state()
        return visitor
