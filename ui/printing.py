"""What the ``footnote`` command prints: answers, passages, reports, progress.

Document text may hold anything: everything printed from it goes through `plain`, so that it cannot
steer the terminal, and into `Text`, so that it is no markup. Decides nothing and opens nothing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.loading.refused_kinds import kind_of, remedy
from index.syncing import SyncProgress, SyncReport
from index.types import SkipReason
from rag.types import Answer, Citation, Passage, Refusal
from ui.markup import dated
from ui.places import place_of_citation, place_of_passage
from ui.render import count, sureness

_SHOWN_SKIPS = 10  # skipped files named one by one after a sync
_SHOWN_KINDS = 8  # of files that are not supported, most frequent first
_QUOTE_CHARACTERS = 400  # of a passage, in a list of passages
_IN_ONE_PARAGRAPH = 4  # sentences; more are a list or a summary


def plain(text: str) -> str:
    """Text without characters that steer a terminal; line breaks and tabs stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def short_path(source: str) -> str:
    """A path as a person would write it: from the current folder, or from home as ``~``."""
    path = Path(source)
    for base, shown in ((Path.cwd, Path()), (Path.home, Path("~"))):
        try:
            return str(shown / path.relative_to(base()))
        except (OSError, RuntimeError, ValueError):  # no such folder any more, no home, elsewhere
            continue
    return source


def say(words: str, style: str = "") -> None:
    """A line for the person, on standard error; answers alone go to standard output."""
    console = Console(stderr=True, highlight=False)
    console.print(Text(plain(words), style=style), soft_wrap=True)


def print_json(data: object) -> None:
    """JSON that survives the encoding of the output: escapes where it cannot hold all of Unicode.

    What UTF-8 cannot hold, a lone surrogate, is written as an escape by the stream itself.
    """
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    print(json.dumps(data, ensure_ascii=encoding != "utf8", indent=2))


# ---- answers and passages ----------------------------------------------------------------


def print_answer(answer: Answer) -> None:
    """The answer, then its footnotes; or the refusal with what is near."""
    console = Console(highlight=False)
    if answer.standalone_question != answer.question:
        console.print(Text(f"({plain(answer.standalone_question)})", style="dim"))
    for line in _lines(answer):
        console.print(Text(plain(line), style="bold" if not answer.declined else ""))
    console.print()
    for citation in answer.citations:
        _print_citation(console, citation, answer.passages)
    if answer.conflicts:
        console.print("These documents disagree:")
        for passage in answer.conflicts:
            console.print(Padding(_head("", passage, dated(passage.document)), (0, 0, 0, 4)))
    if answer.refusal is not None:
        _print_refusal(console, answer.refusal)
    for note in answer.notes:
        console.print(Text(plain(note)))
    for struck in answer.struck:
        console.print(Text(f"Left out: {plain(struck.text)} ({plain(struck.why)})", style="dim"))
    facts = [answer.model, f"{answer.timings.get('total', 0):.2f} s"]
    if answer.confidence is not None and not answer.declined:
        words, percentage = sureness(answer.confidence)
        facts.insert(0, f"{words} ({percentage})")
    console.print(Text(plain(", ".join(filter(None, facts))), style="dim"))


def _lines(answer: Answer) -> list[str]:
    """The answer's text; a list or summary of many sentences, one a line."""
    if len(answer.sentences) <= _IN_ONE_PARAGRAPH:
        return [answer.text]
    return [replace(answer, sentences=(sentence,)).text for sentence in answer.sentences]


def _print_citation(console: Console, citation: Citation, passages: Sequence[Passage]) -> None:
    where = _where(place_of_citation(citation, passages), citation.pages)
    head = Text(f"[{citation.number}] {plain(citation.title)}{where}  ")
    head.append(plain(short_path(citation.source)), style="dim")
    console.print(head)
    quote = " ".join(plain(citation.quote).split())
    console.print(Padding(Text(f"“{quote}”"), (0, 0, 0, 4)))


def _print_refusal(console: Console, refusal: Refusal) -> None:
    if refusal.missing_words:
        found = ", ".join(map(plain, refusal.missing_words))
        console.print(Text(f"Found in no document: {found}"))
    for file in refusal.unreadable[:_SHOWN_SKIPS]:
        console.print(Text(f"Not readable: {plain(str(file))}"))
    if refusal.nearest:
        console.print("Nearest passages:")
        print_passages(refusal.nearest, explain=False)


def print_passages(passages: Sequence[Passage], *, explain: bool) -> None:
    """Numbered passages with their place; with ranks and scores on request."""
    console = Console(highlight=False)
    for number, passage in enumerate(passages, 1):
        console.print(_head(f"{number}. ", passage))
        if explain:
            console.print(Padding(Text(explanation(passage), style="cyan"), (0, 0, 0, 4)))
        text = " ".join(plain(passage.chunk.text).split())
        short = text if len(text) <= _QUOTE_CHARACTERS else text[:_QUOTE_CHARACTERS] + " …"
        console.print(Padding(Text(short), (0, 0, 1, 4)))


def _head(number: str, passage: Passage, dated: str = "") -> Text:
    where = _where(place_of_passage(passage), passage.chunk.pages)
    when = f", {plain(dated)}" if dated else ""
    head = Text(f"{number}{plain(passage.document.title)}{where}{when}  ")
    head.append(plain(short_path(passage.document.source)), style="dim")
    return head


def _where(place: str, pages: Sequence[int]) -> str:
    """``, p. 3`` or ``, sheet Staff``."""
    short = f"p. {', '.join(map(str, pages))}" if place.startswith("page") else plain(place)
    return f", {short}" if place else ""


def explanation(passage: Passage) -> str:
    """Why a passage stands where it does, in one line."""
    parts = passage.parts
    pieces = [
        f"fused {parts.fused_rank} ({passage.score:.2f})",
        _rank("dense", parts.dense_rank, parts.dense_score),
        _rank("lexical", parts.lexical_rank, parts.lexical_score),
    ]
    if parts.reader_score is not None:
        pieces.append(f"reader {parts.reader_score:.2f}")
    if passage.duplicates:
        pieces.append(f"same text in {', '.join(map(plain, passage.duplicates))}")
    return "  ".join(pieces)


def _rank(side: str, rank: int | None, score: float | None) -> str:
    place = f"{rank}" if rank is not None else "–"
    return f"{side} {place}" + (f" ({score:.2f})" if score is not None else "")


# ---- reports and progress ----------------------------------------------------------------


def print_report(report: SyncReport, given: Sequence[str] = ()) -> None:
    """The summary of a sync, with the files it had to leave out.

    Files of unsupported kinds are only counted by kind, but for those ``given`` by name.
    """
    say(summary(report))
    named = [
        file
        for file in report.skipped
        if file.reason is not SkipReason.UNSUPPORTED or file.source in given
    ]
    for file in named[:_SHOWN_SKIPS]:
        say(f"  {file}", "yellow")
    if len(named) > _SHOWN_SKIPS:
        say(f"  … and {len(named) - _SHOWN_SKIPS} more: footnote doctor lists them all")
    others = [
        file
        for file in report.skipped
        if file.reason is SkipReason.UNSUPPORTED and file.source not in given
    ]
    if others:
        kinds = "a kind that is" if len(others) == 1 else "kinds that are"
        counts = Counter(kind_of(file.source) for file in others).most_common()
        said = ", ".join(f"{kind} {number:,}" for kind, number in counts[:_SHOWN_KINDS])
        more = f" and {len(counts) - _SHOWN_KINDS} more kinds" if counts[_SHOWN_KINDS:] else ""
        say(f"  {count(len(others), 'file')} of {kinds} not supported: {said}{more}", "dim")
        for kind, _ in counts:
            if remedy(kind):
                say(f"    {kind}: {remedy(kind)}", "dim")
        say("    footnote doctor lists them", "dim")
    if report.foreign is not None:
        say(f"  {report.foreign}", "dim")
    for root in report.missing_roots:
        say(f"  {root} is not there now; its documents were kept (footnote forget drops them)")


def summary(report: SyncReport) -> str:
    """What a sync did, in one line."""
    parts = [f"{len(report.added)} added", f"{len(report.changed)} changed"]
    parts += [f"{len(report.removed)} removed", f"{report.unchanged} unchanged"]
    if report.skipped:
        parts.append(f"{len(report.skipped)} skipped")
    made = f" ({count(report.chunks, 'passage')} in {report.seconds:.1f} s)"
    return ", ".join(parts) + made + (", stopped early" if report.stopped else "")


@contextmanager
def sync_progress() -> Iterator[Callable[[SyncProgress], None]]:
    """A bar on standard error with files, passages a second and time left."""
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading documents", total=None, visible=False, rate="")

        def tell(state: SyncProgress) -> None:
            rate = f"{state.chunks / state.seconds:.0f} passages/s" if state.seconds > 0 else ""
            bar.update(task, total=state.total, completed=state.done, visible=True, rate=rate)

        yield tell


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for anything that counts."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
