"""Python runs this at the start of every process that has this folder on its path: only those a test started."""

import os

if port := os.environ.get("TEST_SITE_PORT"):
    from tests.outside.door import lead_to

    lead_to(int(port))
