"""A limit that a question asks about, and the one figure that a sentence tells."""

from __future__ import annotations

import pytest

from rag.asked_limits import by_limit


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("Does it make more than 50 decibels?", "It makes 44 dB of noise.", 0.0),
        ("Is the chandelier heavier than 20 kg?", "Weighs 17 kg; needs a ceiling hook.", 0.0),
        ("Did it take less than two hours?", "The walk took 90 minutes.", 1.0),
        ("Is the flat smaller than 60 m²?", "It has 64 square metres.", 0.0),
        ("Was it at least £40?", "It cost £40.", 1.0),
        ("Was it more than £40?", "It cost £40.", 0.0),
        ("Is it heavier than 20 kg?", "Lamp: Mira | Bulb: max 25 W | Remarks: Weighs 17 kg", 0.0),
        # another unit, a limit, several figures, no figure: nothing is told
        ("Is it heavier than 20 kg?", "It is 17 cm wide.", None),
        ("Is the deposit over £4,000?", "A deposit of up to £4,350 is due.", None),
        ("Is it more than £40?", "It costs £30, with a case £45.", None),
        ("Is it more than £40?", "It is not £45.", None),
        ("Is it more than the usual £40?", "It is £45.", None),
        ("Is it later than 2024, or more than 2023?", "It was in 2025.", None),
        ("Is it over 2023?", "It was in 2025.", None),
        ("Is it dear?", "It costs £45.", None),
        ("Is it heavier than the old one?", "It weighs 17 kg.", None),
        ("Did more than ten come?", "It lasted 12 hours.", None),
    ],
)
def test_the_figure_decides(question: str, quote: str, told: float | None) -> None:
    assert by_limit(question, quote) == told
