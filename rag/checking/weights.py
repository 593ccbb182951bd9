"""The fitted numbers of the citation check, in one place.

``python -m eval.benchmarks.claims_fit`` fits the weights again, on claims about documents that the
reader was not trained on, and prints what they and the present ones do there.
"""

from __future__ import annotations

# Of the share of wording held, the similarity of the embedder, the reader's log-odds of support,
# and the bias: with an embedder, and without.
WITH_EMBEDDER = (0.5, 4.5, 0.6, -2.3)
WITHOUT_EMBEDDER = (4.0, 0.0, 0.29, -1.6)
ACCEPTED = 0.5  #: from this score a span bears a sentence out
PARTLY = 0.35  #: under this it says too little of a sentence to be named as saying part of it
