"""Read an article, print its candidates, leave them for triage."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from claims.errors import NotYet, UserFacingError
from claims.intake import article as intake
from claims.intake import reading
from claims.models import Article
from claims.web.politeness import LONGEST_DELAY


class Command(BaseCommand):
    help = "Read an article (a file or an address), print its candidates best first, and leave them for triage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument("--title", default="")
        parser.add_argument("--publisher", default="")
        parser.add_argument("--date", default="", help="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            article = self.take_in(options["source"], self.about(options))
            if article.state in {Article.State.WAITING, Article.State.FAILED}:
                keep = self.read(article)
                with transaction.atomic():
                    keep()
                article.refresh_from_db(fields=["title"])
        except UserFacingError as problem:
            raise CommandError(str(problem)) from problem
        self.print_candidates(article)

    def read(self, article: Article) -> Callable[[], None]:
        """Read it as its job would, and wait like that for its turn at the website, unless that is long to come."""
        while True:
            try:
                return reading.read_article(reading.Silent(), article=article.pk)
            except NotYet as wait:
                seconds = (wait.until - timezone.now()).total_seconds()
                if seconds > LONGEST_DELAY:
                    when = timezone.localtime(wait.until).strftime("%H:%M")
                    raise CommandError(f"The site asks to be left alone until {when}; it is read then.") from wait
                time.sleep(max(seconds, 0.0))

    def about(self, options: dict[str, Any]) -> intake.About:
        try:
            day = date.fromisoformat(options["date"]) if options["date"] else None
        except ValueError as problem:
            raise CommandError(f"--date: “{options['date']}” is no date; write it as 2024-06-19.") from problem
        return intake.About(options["title"], options["publisher"], day)

    def take_in(self, source: str, about: intake.About) -> Article:
        if source.startswith(("http://", "https://")):
            return intake.add_address(source, about, by=None)
        path = Path(source)
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise CommandError(f"{source} cannot be read: {problem.strerror or problem}.") from problem
        content_type = "text/plain" if path.suffix in {".txt", ".md", ""} else ""
        return intake.add_file(data, content_type, about, by=None, name=path.name)

    def print_candidates(self, article: Article) -> None:
        rows = article.candidates.order_by("-score", "number").values_list("score", "text")
        for rank, (score, text) in enumerate(rows, 1):
            self.stdout.write(f"{rank:3}  {score:.2f}  {' '.join(text.split())}")
        self.stdout.write(f"{len(rows)} candidates of “{article.title}” wait at /intake/{article.pk}/.")
