"""The training loop: batches of like length, one optimiser, checkpoints as it goes.

The learning rate falls to zero with the share of steps done or, when a time limit is given, with
the share of time used, whichever is further: a run on a busy machine still ends well.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from index.embedding import has_fast_bfloat16
from rag.reader_network import forward, pad
from rag.training.encoding import Example, Task
from rag.training.examples import batches
from rag.training.teachers import Taught, Teachers


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is trained."""

    learning_rate: float = 2.5e-4
    weight_decay: float = 0.01
    batch_tokens: int = 4_096  #: about 26 pairs of 160 tokens
    warm_up_share: float = 0.04  #: of all steps
    limit_s: float = float("inf")
    report_every_s: float = 1_500.0
    seed: int = 1


class Threads:
    """Chooses, as it goes, between one thread and all of them.

    On a processor that others use too, threads wait for one another at every operation: one
    thread did 18 pairs a second where two did 8 to 13, and two did 45 when alone.
    """

    def __init__(self, most: int) -> None:
        self._speed = {1: 0.0, most: 0.0}
        self._using, self._left, self._began = most, 0, 0.0

    def begin(self) -> None:
        """A step begins."""
        if self._left == 0 and len(self._speed) > 1:
            best = max(self._speed, key=lambda count: self._speed[count])
            trying = self._using == best
            self._using = next(c for c in self._speed if c != best) if trying else best
            self._left = 3 if trying else 40  # three steps to try the other, then forty as chosen
            torch.set_num_threads(self._using)
        self._left -= 1
        self._began = time.monotonic()

    def end(self, tokens: int) -> None:
        """A step of so many tokens has ended."""
        speed = tokens / (time.monotonic() - self._began)
        before = self._speed[self._using]
        self._speed[self._using] = 0.6 * before + 0.4 * speed if before else speed

    def __str__(self) -> str:
        return ", ".join(f"{count} threads {speed:.0f}/s" for count, speed in self._speed.items())


Report = Callable[[torch.nn.ModuleDict, float], None]  #: network, share done


def train(
    network: torch.nn.ModuleDict,
    passes: Sequence[Sequence[Example]],
    plan: Plan,
    report: Report,
    teachers: Teachers | None = None,
) -> int:
    """Train over the passes in turn; return the number of steps. ``report`` is called at times."""
    chance = random.Random(plan.seed)  # noqa: S311 - nothing secret
    batched = [
        batch for examples in passes for batch in batches(examples, plan.batch_tokens, chance)
    ]
    optimiser = _optimiser(network, plan)
    began = reported = time.monotonic()
    loss_sum, seen = 0.0, 0
    threads = Threads(torch.get_num_threads())
    for step, batch in enumerate(batched):
        spent = time.monotonic() - began
        done = max(step / len(batched), spent / plan.limit_s)
        if done >= 1.0:
            return step
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate * min(1.0, done / plan.warm_up_share) * (1.0 - done)
        network.train()
        threads.begin()
        loss = loss_of(network, batch, chance, teachers)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        threads.end(sum(len(example.ids) for example in batch))
        loss_sum, seen = loss_sum + float(loss.detach()), seen + 1
        if seen == 50:
            mean = loss_sum / seen
            print(
                f"{spent:5.0f} s {done:6.1%} step {step + 1} loss {mean:.3f}, {threads}", flush=True
            )
            loss_sum, seen = 0.0, 0
        if time.monotonic() - reported > plan.report_every_s:
            report(network, done)
            reported = time.monotonic()
    return len(batched)


def loss_of(
    network: torch.nn.ModuleDict,
    batch: Sequence[Example],
    chance: random.Random,
    teachers: Teachers | None = None,
) -> torch.Tensor:
    """Mean over the heads of the mean loss of the examples that teach each.

    With teachers, a share of each example's loss is against their scores, the rest against the
    label.
    """
    device = next(network.parameters()).device
    parts = pad([e.ids for e in batch], [e.second for e in batch])
    ids, types, mask = (part.to(device) for part in parts)
    bfloat16 = device.type == "cuda" or has_fast_bfloat16()
    start, end, answerable, support = forward(network, ids, types, mask, bfloat16=bfloat16)
    taught = teachers.scores(batch, device) if teachers is not None else None
    quotable = torch.zeros_like(mask, dtype=torch.bool)
    quotable[:, 0] = True  # token 0 stands for "no span"
    for row, example in enumerate(batch):
        quotable[row, example.first : len(example.ids) - 1] = True
    targets = torch.tensor([_target(example, chance) for example in batch], device=device)
    labels = torch.tensor([example.label for example in batch], device=device)
    read = torch.tensor([example.task is Task.READ for example in batch], device=device)
    losses = []
    if bool((targets[:, 0] >= 0).any()):
        softs = (taught.start, taught.end) if taught else (None, None)
        for column, (scores, soft) in enumerate(zip((start, end), softs, strict=True)):
            allowed = scores.masked_fill(~quotable, -1e4)
            each = functional.cross_entropy(
                allowed, targets[:, column], ignore_index=NO_TARGET, reduction="none"
            )
            told = int((targets[:, column] != NO_TARGET).sum())
            if taught is None or soft is None:
                spans = each.sum() / told
            else:
                wanted = soft.masked_fill(~quotable, -1e4)[read].softmax(dim=-1)
                against = functional.cross_entropy(allowed[read], wanted, reduction="none")
                spans = ((1.0 - taught.share) * each).sum() / told
                spans = spans + (taught.share[read] * against).mean()
            losses.append(0.5 * spans)
    if bool(read.any()):
        wanted = _towards(labels, taught, taught.answerable) if taught else labels
        losses.append(_binary(answerable, wanted, read))
    if bool((~read).any()):
        # one in seven examples is a claim: its mean must not weigh like the others' mean
        share = min(1.0, 3.0 * float((~read).float().mean()))
        wanted = _towards(labels, taught, taught.support) if taught else labels
        losses.append(share * _binary(support, wanted, ~read))
    return torch.stack(losses).sum()


NO_TARGET = -100


def _towards(labels: torch.Tensor, taught: Taught, scores: torch.Tensor) -> torch.Tensor:
    """Labels and teachers' probabilities by their shares: the loss is linear in its target."""
    return (1.0 - taught.share) * labels + taught.share * scores.sigmoid()


def _binary(scores: torch.Tensor, wanted: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    return functional.binary_cross_entropy_with_logits(scores[rows], wanted[rows])


def _target(example: Example, chance: random.Random) -> tuple[int, int]:
    if example.task is Task.SUPPORT:
        return NO_TARGET, NO_TARGET
    if not example.label:
        return 0, 0
    return chance.choice(example.spans) if example.spans else (NO_TARGET, NO_TARGET)


def _optimiser(network: torch.nn.ModuleDict, plan: Plan) -> torch.optim.Optimizer:
    decayed: list[torch.nn.Parameter] = []
    plain: list[torch.nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            # biases, norms and embeddings are by custom not decayed
            (decayed if parameter.ndim > 1 and "embeddings" not in name else plain).append(
                parameter
            )
    groups = [
        {"params": decayed, "weight_decay": plan.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.98), eps=1e-6)
