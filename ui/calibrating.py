"""``footnote calibrate SET``: the refusal threshold for a person's own documents.

How it is fitted stands in `eval.calibration`.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.calibration import NO_CONFIDENCE, Effect, Fit, fit_threshold, judged
from index.errors import FootnoteError, UsageError
from rag.models import BUILT_IN
from rag.places import data_folder, settings_file
from rag.settings import Settings, load_settings
from ui.evaluating import journal_of, limited
from ui.opening import expanded
from ui.printing import print_json, progress_bar, say
from ui.set_documents import assistant_for, named_documents


def calibrate(options: argparse.Namespace, settings: Settings) -> int:
    """Fit the threshold to a set, show what to expect, and write it when asked to."""
    from eval.formats import open_set
    from eval.runner import evaluate

    most = options.wrong_at_most
    if most is not None and not 0 <= most <= 1:
        raise UsageError(f"--wrong-at-most is {most:g}; it has to be from 0 to 1.")
    if settings.model.strip() != BUILT_IN:  # said before a language model is asked for an hour
        raise UsageError(NO_CONFIDENCE)
    set_ = open_set(options.set, data_folder(), named_documents(options))
    # What is reported on must not be fitted to: of a set with two parts only "dev" is used.
    split = "dev" if {"dev", "test"} <= {q.split for q in set_.questions} else None
    set_, open_minded = limited(set_, split, None), replace(settings, threshold=0.0)
    with (
        assistant_for(set_, options, open_minded) as assistant,
        progress_bar("asking") as step,
    ):
        evaluation = evaluate(
            set_,
            assistant,
            progress=step,
            journal=journal_of(set_, None, assistant, open_minded),
        )
    fit = fit_threshold(judged(evaluation.outcomes), settings.threshold, wrong_at_most=most)
    if options.json:
        print_json({"set": set_.name, "split": split, **fit.to_dict()})
    else:
        _print(fit, set_.name)
    if options.write:
        file = settings_file() if options.settings is None else expanded(options.settings)
        write_threshold(file, fit.after.threshold)
        say(f"{file} now sets threshold = {fit.after.threshold:.3f}.")
    elif fit.after.threshold != fit.before.threshold:
        say("To use it, run this again with --write, or set it in the settings file.")
    return 0


def _print(fit: Fit, name: str) -> None:
    console = Console(highlight=False)
    without = fit.questions - fit.answerable
    console.print(f"{name}: {fit.questions} questions, {without} without an answer", markup=False)
    out = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    out.add_column("")
    out.add_column("in use", justify="right")
    out.add_column("fitted", justify="right")
    for row, one, other in zip(
        ("threshold", "errors", "wrong answers", "answered", "wrongly refused"),
        _cells(fit.before),
        _cells(fit.after),
        strict=True,
    ):
        out.add_row(row, one, other)
    console.print(out)
    wrong = fit.expected_wrong_answers
    of_given = "" if wrong is None else f"; of the answers given, {wrong:.1%} wrong"
    console.print(
        f"To expect on new questions of this kind: {fit.expected_error:.1%} errors (95 % interval "
        f"{fit.expected_low:.0%}–{fit.expected_high:.0%}){of_given}.",
        markup=False,
    )


def _cells(one: Effect) -> tuple[str, ...]:
    shares = (one.error, one.wrong_answers, one.answered, one.wrongly_refused)
    return (
        f"{one.threshold:.3f}",
        *("–" if share is None else f"{share:.1%}" for share in shares),
    )


def write_threshold(file: Path, threshold: float) -> None:
    """Set the threshold in a settings file and leave its other lines as they are."""
    line = f"threshold = {threshold:.3f}"
    try:
        text = file.read_text("utf-8") if file.is_file() else ""
        changed, count = re.subn(r"(?m)^[ \t]*threshold[ \t]*=.*$", line, text)
        if not count:
            changed = f"{line}\n{text}"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.part")
        part.write_text(changed, encoding="utf-8")
        load_settings(part)  # what cannot be read must not take its place
        part.replace(file)
    except OSError as error:
        raise FootnoteError(
            f"{file} could not be written ({error.strerror}), so the threshold is unchanged: check "
            "its rights."
        ) from None
