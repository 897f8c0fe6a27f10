"""What a report's front says beside what is found: title, author, question, date, audience."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from lastchunk.cli.app import SOURCES_EPOCH, check_epoch
from lastchunk.model.base.errors import InputError
from lastchunk.reports.review import AUDIENCES, Front

TitleOption = Annotated[str, typer.Option("--title", help="The report's title.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who answers for it.")]
QuestionOption = Annotated[
    str, typer.Option("--question", help="The question that the answer is put under.")
]
DateOption = Annotated[
    str,
    typer.Option("--date", help="Its date; that of SOURCE_DATE_EPOCH by default, else none."),
]
AudienceOption = Annotated[
    str, typer.Option("--audience", help="review: all of it; ci: what decides.")
]


def front_of(title: str, author: str, question: str, date: str, audience: str) -> Front:
    """What stands on the front. Raises `InputError`."""
    if audience not in AUDIENCES:
        raise InputError("--audience", audience, "one of " + ", ".join(AUDIENCES))
    if date:
        check_day(date)
    return Front(title, author, question, date or date_of_sources(), audience)


def check_day(text: str) -> None:
    """Refuse what is no day. Raises `InputError`."""
    try:
        datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError("--date", text, "a day, such as 2026-01-31") from error


def date_of_sources() -> str:
    """The day of SOURCE_DATE_EPOCH, by which builds are made repeatable; empty without it."""
    check_epoch()
    given = os.environ.get(SOURCES_EPOCH)
    return "" if given is None else datetime.fromtimestamp(int(given), UTC).date().isoformat()
