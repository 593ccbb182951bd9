"""``python -m rag.training --data FOLDER --out FOLDER``: public data to shipped weights.

Prints the counts of every pass, trains, calibrates on held-out articles and exports. Runs on the
processor or, when there is one, a GPU.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file, save_file

from rag.reader_network import (
    embedder_folder,
    embedder_tokenizer,
    empty_network,
    load_network_state,
    shipped_state,
)
from rag.training.encoding import Encoder
from rag.training.examples import Maker, Pass
from rag.training.export import export
from rag.training.held_out import HeldOut
from rag.training.negatives import text_vectors
from rag.training.own_documents import SOURCE, own_documents
from rag.training.polar import Polar
from rag.training.sources import Claim, Row, held_out, load_claims, load_rows
from rag.training.teachers import Teachers
from rag.training.trainer import Plan, train

_Told = TypeVar("_Told", Row, Claim)


def main() -> None:
    """Read the arguments and run the stages."""
    parser = argparse.ArgumentParser(prog="python -m rag.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder the weights go to")
    parser.add_argument("--passes", type=int, default=3, help="passes over all data")
    parser.add_argument(
        "--share",
        type=float,
        default=1.0,
        help="how much of all rows and claims a short run draws from, 0-1",
    )
    parser.add_argument(
        "--whole",
        nargs="+",
        default=(),
        metavar="PREFIX",
        help="documents of our own, by the start of their names, that are drawn whole all the same",
    )
    parser.add_argument(
        "--times", type=int, default=1, help="how often a pass draws what is drawn whole"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="time limit")
    parser.add_argument("--rate", type=float, default=2.5e-4, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=Path, help="weights to start from")
    parser.add_argument(
        "--teachers",
        nargs="+",
        type=Path,
        default=(),
        metavar="WEIGHTS",
        help="weights to learn from beside the labels, on public data",
    )
    parser.add_argument(
        "--blend",
        nargs="+",
        type=Path,
        default=(),
        metavar="WEIGHTS",
        help="weights to average in before the export",
    )
    parser.add_argument(
        "--blend-share",
        nargs="+",
        type=float,
        default=(),
        metavar="SHARE",
        help="how much of each of them, 0-1 together",
    )
    parser.add_argument("--export-only", action="store_true", help="calibrate and export --from")
    arguments = parser.parse_args()
    shares = arguments.blend_share
    if len(shares) != len(arguments.blend):
        parser.error(f"{len(arguments.blend)} weights to blend, {len(shares)} shares of them.")
    if min(shares, default=0.0) < 0.0 or sum(shares) > 1.0:
        parser.error(f"--blend-share is {shares}; together they have to be from 0 to 1.")
    if not 0.0 < arguments.share <= 1.0:
        parser.error(f"--share is {arguments.share}; it has to be above 0, up to 1.")
    run(
        arguments.data,
        arguments.out,
        passes=arguments.passes,
        draw=Draw(arguments.share, tuple(arguments.whole), arguments.times, arguments.seed),
        plan=Plan(
            learning_rate=arguments.rate, limit_s=60 * arguments.minutes, seed=arguments.seed
        ),
        start=arguments.start,
        teachers=Teachers(arguments.teachers) if arguments.teachers else None,
        export_only=arguments.export_only,
        blend=tuple(zip(arguments.blend, shares, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Draw:
    """Which part of the rows or claims a run draws from; the same ones for the same seed."""

    share: float
    whole: tuple[str, ...]  #: starts of the names of our own documents that are drawn whole
    times: int  #: how often those are drawn
    seed: int

    def of(self, told: Iterable[_Told]) -> list[_Told]:
        """Those rows or claims."""
        chance = random.Random(self.seed)  # noqa: S311 - nothing secret
        drawn: list[_Told] = []
        for one in told:
            often = self.times if self._is_whole(one) else int(chance.random() < self.share)
            drawn += [one] * often
        return drawn

    def of_polar(self, told: Iterable[Polar]) -> list[Polar]:
        """Those yes/no questions of our own."""
        by_row = {one.row: one for one in told}
        return [by_row[row] for row in self.of(by_row)]

    def _is_whole(self, one: Row | Claim) -> bool:
        return one.source == SOURCE and one.group.startswith(self.whole)


def run(
    data: Path,
    out: Path,
    *,
    passes: int,
    plan: Plan,
    draw: Draw,
    start: Path | None = None,
    teachers: Teachers | None = None,
    export_only: bool = False,
    blend: Sequence[tuple[Path, float]] = (),
) -> None:
    """Data preparation, training, calibration and export; ``blend`` as in `blended`."""
    torch.manual_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    own = own_documents()
    rows = [*load_rows(data), *(row for one in own for row in one.rows)]
    claims = [*load_claims(data), *(claim for one in own for claim in one.claims)]
    kept = [row for row in rows if not held_out(row.group, row.source)]
    aside = [row for row in rows if held_out(row.group, row.source)]
    print("rows", Counter((row.source, row.answerable) for row in kept), flush=True)
    print("held out", Counter((row.source, row.answerable) for row in aside), flush=True)
    encoder = Encoder(embedder_tokenizer())
    kept_claims = [claim for claim in claims if not held_out(claim.group, claim.source)]
    aside_claims = [claim for claim in claims if held_out(claim.group, claim.source)]
    polar = [(one, held_out(one.row.group, SOURCE)) for own_one in own for one in own_one.polar]
    aside_polar = [one for one, is_aside in polar if is_aside]
    checked = HeldOut.of(Maker(aside, aside_claims, encoder, polar=aside_polar))
    network = empty_network("eager")
    load_network_state(network, load_file(start or embedder_folder() / "model.safetensors"))
    if not export_only:
        kept = draw.of(kept)
        kept_polar = draw.of_polar(one for one, is_aside in polar if not is_aside)
        asked = [*kept, *(one.row for one in kept_polar)]
        maker = Maker(kept, draw.of(kept_claims), encoder, text_vectors(asked), kept_polar)
        drawn = [maker.warm_up(plan.seed)] if start is None else []
        drawn += [maker.full(plan.seed + n + 1, draw.share) for n in range(passes)]
        network = _trained(network, drawn, checked, plan, out, teachers)
    if blend:
        older = [(load_file(path), share) for path, share in blend]
        load_network_state(network, blended(shipped_state(network), older))
    export(network, checked, out)


def blended(
    new: Mapping[str, torch.Tensor], older: Sequence[tuple[Mapping[str, torch.Tensor], float]]
) -> dict[str, torch.Tensor]:
    """Weights between those of several runs: each older one has its share, the new one the rest.

    Averages of fine-tuned weights often read better than any (Wortsman et al. 2022, "Model soups").
    Raises KeyError when they are not of one network.
    """
    rest = 1.0 - sum(share for _, share in older)
    return {
        name: sum((share * old[name].float() for old, share in older), rest * tensor.float())
        for name, tensor in new.items()
    }


def _trained(
    network: torch.nn.ModuleDict,
    drawn: Sequence[Pass],
    checked: HeldOut,
    plan: Plan,
    out: Path,
    teachers: Teachers | None,
) -> torch.nn.ModuleDict:
    if torch.cuda.is_available():
        network.to("cuda")
    network["encoder"].embeddings.word_embeddings.weight.requires_grad_(False)  # type: ignore[union-attr]
    for one in drawn:
        tokens = sum(len(example.ids) for example in one.examples)
        print(f"{len(one.examples)} examples, {tokens} tokens", one.counts, flush=True)

    def report(current: torch.nn.ModuleDict, done: float) -> None:
        began = time.monotonic()
        save_file(shipped_state(current), out / "checkpoint.safetensors")
        figures = checked.scores(current, quick=True).figures()
        took = time.monotonic() - began
        print(f"CHECK {done:.0%} {figures} ({took:.0f} s)", flush=True)

    steps = train(network, [one.examples for one in drawn], plan, report, teachers)
    print(f"trained for {steps} steps", flush=True)
    network.to("cpu")
    save_file(shipped_state(network), out / "final.safetensors")
    return network


if __name__ == "__main__":
    main()
