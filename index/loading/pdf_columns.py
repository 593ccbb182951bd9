"""Names of narrow columns that stand so close that they look like one stretch of text.

Such a stretch is cut where the row beside it shows columns, and only when every part then stands
in line with one of them and the gaps at the cuts are wider than those between words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

from index.loading.pdf_layout import Piece, Row, in_line

#: First and last character, left, lower, right and upper edge.
Word = tuple[int, int, float, float, float, float]

_LEAST_COLUMNS = 3
_NEAR_ROWS = 3.0  #: character heights between two rows of one table
_GAP = 0.4  #: of a character's height; a space between words takes up about a quarter


def cuts(rows: Sequence[Row], words: Mapping[int, Sequence[Word]]) -> dict[int, list[int]]:
    """Pieces to be cut, by their first character, and the words that each begin a new part.

    ``words`` are those of each piece. Rows of ruled tables are left as their lines part them.
    """
    found: dict[int, list[int]] = {}
    for above, below in pairwise(rows):
        if above.page != below.page or above.edges or below.edges:
            continue
        if not 0 <= above.bottom - below.bottom < _NEAR_ROWS * below.size:
            continue
        for row, beside in ((above, below), (below, above)):
            if len(beside.pieces) < max(_LEAST_COLUMNS, len(row.pieces) + 1):
                continue
            for piece in row.pieces:
                starts = _starts(piece, words[piece.start], beside.pieces)
                if starts:
                    found.setdefault(piece.start, starts)
    return found


def _starts(piece: Piece, words: Sequence[Word], columns: Sequence[Piece]) -> list[int]:
    under = [c for c in columns if c.right > piece.left and c.left < piece.right]
    if len(under) < 2 or len(words) < 2:
        return []
    edges = [(left.right + right.left) / 2 for left, right in pairwise(under)]
    places = [bisect_right(edges, (word[2] + word[4]) / 2) for word in words]
    starts = [n for n, (one, other) in enumerate(pairwise(places), 1) if one != other]
    if not starts:
        return []
    gaps = [right[2] - left[4] for left, right in pairwise(words)]
    narrowest = min(gaps[n - 1] for n in starts)
    inside = [gap for n, gap in enumerate(gaps, 1) if n not in starts]
    if narrowest < _GAP * piece.size or narrowest <= 1.3 * max(inside, default=0.0):
        return []
    for first, end in pairwise([0, *starts, len(words)]):
        column = under[places[first]]
        if not in_line(words[first][2], words[end - 1][4], column.left, column.right):
            return []
    return starts
