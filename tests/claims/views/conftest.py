from tests.outside.site import site  # noqa: F401
