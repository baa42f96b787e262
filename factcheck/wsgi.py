"""What the web server serves."""

import gc
import os

import kombu.transport.redis  # noqa: F401  # a third of a second that the first save must not wait for
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

application = get_wsgi_application()

# What is loaded now stays for good: looked through at each full collection of garbage, it makes some request wait.
gc.collect()
gc.freeze()
