"""``footnote models``: which models can answer, and fetching one that the user names."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rag.backends.model_fetching import fetch, plan_fetch
from rag.models import usable_models
from rag.settings import Settings
from ui.printing import plain, print_json, progress_bar, say
from ui.render import count


def models(options: argparse.Namespace, settings: Settings) -> int:
    """List the models that can answer, or download one that was named."""
    if options.fetch is not None:
        return _fetch(options.fetch, sure=options.yes)
    found = usable_models(settings)
    if options.json:
        print_json([asdict(model) for model in found])
        return 0
    for model in found:
        mark = "*" if model.setting == settings.model else " "
        state = "" if model.usable else f"  (not usable: {model.reason})"
        away = "  (on another computer)" if model.leaves_machine else ""
        print(plain(f"{mark} {model.setting}  [{model.kind.value}]{away}{state}"))
    say("Use one with --model, or set model in settings.toml or FOOTNOTE_MODEL.")
    return 0


def _fetch(name: str, *, sure: bool) -> int:
    """Say how much there is to download, ask, and download it."""
    plan = plan_fetch(name)
    if plan.size:
        size = f"{plan.size / 1e6:,.0f} MB in {count(plan.files, 'file')}"
        say(f"{plan.name} is {size}. Nothing else that Footnote does needs the internet.")
        if not sure and not _agreed():
            say("Nothing was downloaded.")
            return 1
    with progress_bar("downloading") as step:
        folder = fetch(plan, lambda done: step(done, max(1, plan.size)))
    say(f"{plan.name} lies in {folder}; use it with --model {plan.name}.")
    return 0


def _agreed() -> bool:
    try:
        return input("Download it? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:  # no person is there to agree
        return False
