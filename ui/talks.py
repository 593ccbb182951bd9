"""The list of conversations as escaped HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ui.conversations import Summary
from ui.markup import bdi, count, day, text


def talk_list(found: Sequence[Summary], words: str, trouble: str) -> str:
    """Conversations by day, the latest first, each with what one can do with it."""
    parts = [f'<p class="fn-notice" role="alert">{text(trouble)}</p>'] if trouble else []
    if not found:
        none = "No conversation holds these words." if words.strip() else "None yet."
        return "".join([*parts, f'<p class="fn-empty">{none}</p>'])
    before = ""
    for item in found:
        when = day_of(item.updated)
        if when != before:
            parts.append(
                ("</ol>" if before else "") + f'<h3>{text(when)}</h3><ol class="fn-talk-days">'
            )
            before = when
        parts.append(talk(item))
    return "".join([*parts, "</ol>"])


def talk(item: Summary) -> str:
    """One conversation: its title opens it, its menu holds the rest."""
    exports = "".join(
        f'<a class="fn-quiet" href="/api/conversations/{text(item.id)}/export?form={form}"'
        f" download>{words}</a>"
        for form, words in (("markdown", "Save as Markdown"), ("html", "Save as a web page"))
    )
    return (
        f'<li data-talk="{text(item.id)}"><button type="button" class="fn-talk"'
        f' data-action="open-talk" title="{count(item.turns, "question")}">{bdi(item.title)}'
        '</button><details class="fn-pop fn-talk-menu">'
        '<summary aria-label="More about this conversation">'
        '<span aria-hidden="true">⋯</span></summary><div class="fn-menu-body">'
        '<button type="button" class="fn-quiet" data-action="rename-talk">Rename</button>'
        f"{exports}"
        '<button type="button" class="fn-quiet fn-danger" data-action="delete-talk">Delete'
        "</button></div></details></li>"
    )


def day_of(stamp: str) -> str:
    """Today, yesterday, or the date, in this computer's time."""
    try:
        when = datetime.fromisoformat(stamp).astimezone().date()
    except ValueError:
        return day(stamp)
    if when == date.today():
        return "Today"
    return "Yesterday" if when == date.today() - timedelta(days=1) else day(when.isoformat())
