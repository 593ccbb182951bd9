"""Which days of the week a text tells of."""

from __future__ import annotations

import pytest

from rag.weekdays import WEEKDAYS, weekdays_in


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Open Mon–Wed and on Saturdays.", "monday tuesday wednesday saturday"),
        ("closed from Friday until Monday", "friday saturday sunday monday"),
        ("on weekdays", "monday tuesday wednesday thursday friday"),
        ("weekends only", "saturday sunday"),
        ("Tues. and Thurs. mornings", "tuesday thursday"),
        ("daily", " ".join(WEEKDAYS)),
        ("They sat in the sun for a month.", ""),
        ("10 Monk Street", ""),
    ],
)
def test_days_are_found_in_every_spelling(text: str, days: str) -> None:
    assert weekdays_in(text) == set(days.split())
