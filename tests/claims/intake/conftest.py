"""What the tests of intake share."""

from tests.outside.site import site  # noqa: F401
