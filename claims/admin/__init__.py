"""The admin panel."""

from claims.admin import questions, records, settings, webhooks

__all__ = ["questions", "records", "settings", "webhooks"]
