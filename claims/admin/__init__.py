"""The admin panel."""

from claims.admin import records, settings

__all__ = ["records", "settings"]
