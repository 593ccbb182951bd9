"""Dates as documents state them, made ISO 8601; anything doubtful becomes None."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?")
_PDF = re.compile(r"\s*(?:D:)?(\d{4})(\d{2})?(\d{2})?")


def iso_date(text: str | None) -> str | None:
    """``2024-05-01T09:30:00Z`` → ``2024-05-01``; None when it is no such date."""
    match = _ISO.match(text or "")
    return _checked(match.group(1), match.group(2), match.group(3)) if match else None


def pdf_date(text: str | None) -> str | None:
    """``D:20240501093000Z`` → ``2024-05-01``; None when month or day are missing or wrong."""
    match = _PDF.match(text or "")
    if not match or not match.group(2) or not match.group(3):
        return iso_date(text)
    return _checked(match.group(1), match.group(2), match.group(3))


def _checked(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
