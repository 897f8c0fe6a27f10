"""A choice as a piece of a notebook: its picture, what is chosen, and the frontier as a table."""

from __future__ import annotations

from html import escape

from lastchunk.model.estimate.choice.choose import SettingsChoice
from lastchunk.reports.choice.draw import choice_figure
from lastchunk.reports.choice.words import choice_words, price_words
from lastchunk.reports.figures.save import svg_bytes


def choice_html(choice: SettingsChoice) -> str:
    """The picture with its words and the table behind the frontier."""
    svg = svg_bytes(choice_figure(choice)).decode("utf-8")
    lines = "".join(f"<p>{escape(line)}</p>" for line in choice_words(choice))
    return f"{svg[svg.index('<svg') :]}{lines}{_frontier_table(choice)}"


def _frontier_table(choice: SettingsChoice) -> str:
    if not choice.held:
        return ""
    keys = [each.key for each in choice.question.free]
    names = [*keys, "known how", "dollars per million sessions", "mean wait"]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{value:,}</td>" for value in each.setting.values)
        + f"<td>{escape(each.setting.status)}</td>"
        + "".join(f"<td>{escape(words)}</td>" for words in price_words(each.price)[:2])
        + "</tr>"
        for each in choice.frontier
    )
    return f"<table><caption>the frontier</caption><tr>{head}</tr>{rows}</table>"
