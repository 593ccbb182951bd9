"""LaTeX, Org and AsciiDoc: headings and text; commands that say nothing to a reader are left out.

No parser of any of them: what is not known stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from index.loading.builder import Parsed, TextBuilder, one_line
from index.loading.encoding import decode
from index.loading.limits import Limits, RefusedError
from index.loading.text import add_plain
from index.types import BlockKind, SkipReason

#: A heading's level and words, or 0 and a line of text.
_Lines = Iterator[tuple[int, str]]

_ORG_HEAD = re.compile(r"(\*{1,6}) +(\S.*?)(?:[ \t]+:[\w:@]+:)?[ \t]*")
_ORG_LEFT_OUT = re.compile(
    r"\s*(?:#\+(?!title|begin_example)\w+:?.*|# .*|:(?:PROPERTIES|LOGBOOK|END):)\s*", re.I
)
_ADOC_HEAD = re.compile(r"(={1,6}) +(\S.*)")
_ADOC_LEFT_OUT = re.compile(r"//.*|\[[\w\"#.,=% -]*\]|(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\|===)\s*")
_TEX_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "title": 1,
}  # fmt: skip
_TEX_HEAD = re.compile(
    r"\\(part|chapter|section|subsection|subsubsection|paragraph|title)\*?(?:\[[^\]\n]*\])?"
    r"\{((?:[^{}]|\{[^{}]*\})*)\}"
)
_TEX_COMMENT = re.compile(r"(?<!\\)%.*")
_TEX_SILENT = re.compile(
    r"\\(?:label|ref|eqref|pageref|cite[a-z]*|usepackage|documentclass|bibliography(?:style)?"
    r"|includegraphics|input|include|vspace|hspace|pagestyle|thispagestyle|newcommand"
    r"|setlength)\*?(?:\[[^\]\n]*\])*(?:\{[^{}\n]*\})+"
    r"|\\(?:begin|end)\{[^{}\n]*\}(?:\[[^\]\n]*\])?|\\(?:maketitle|tableofcontents|noindent|newpage"
    r"|clearpage|centering|hline|toprule|midrule|bottomrule|small|large|bigskip|medskip)\b"
)
_TEX_WORDS = re.compile(
    r"\\(?:text\w{2}|emph|underline|textit|mbox|footnote|url|caption|textsc|author|date)\{([^{}]*)\}"
)
_TEX_SIGNS = {"\\%": "%", "\\&": "&", "\\$": "$", "\\#": "#", "\\_": "_", "\\{": "{", "\\}": "}",
              "\\\\": "\n", "~": " ", "``": "“", "''": "”", "---": "—", "--": "–"}  # fmt: skip
_TEX_SIGN = re.compile("|".join(map(re.escape, _TEX_SIGNS)))


def parse(data: bytes, limits: Limits, variant: str) -> Parsed:
    """Parse a file; ``variant`` is tex, org or adoc. Raises RefusedError as for plain text."""
    text, warnings = decode(data)
    if len(text) > limits.text_chars:
        raise RefusedError(SkipReason.TOO_LARGE, f"more than {limits.text_chars:,} characters")
    builder = TextBuilder(limits.text_chars)
    waiting: list[str] = []
    for level, line in _READERS[variant](text.replace("\r\n", "\n").replace("\r", "\n")):
        if not level:
            waiting.append(line)
            continue
        add_plain(builder, "\n".join(waiting))
        waiting.clear()
        builder.add(BlockKind.HEADING, one_line(line), level=level)
    add_plain(builder, "\n".join(waiting))
    return builder.parsed(f"light_markup-{variant}", warnings=warnings)


def _org(text: str) -> _Lines:
    for line in text.split("\n"):
        head = _ORG_HEAD.fullmatch(line)
        title = re.match(r"#\+title:\s*(.+)", line, re.I)
        if head:
            yield len(head.group(1)), head.group(2)
        elif title:
            yield 1, title.group(1)
        elif not _ORG_LEFT_OUT.fullmatch(line):
            yield 0, re.sub(r"\[\[[^\[\]]*\]\[([^\[\]]*)\]\]", r"\1", line)


def _adoc(text: str) -> _Lines:
    for line in text.split("\n"):
        head = _ADOC_HEAD.fullmatch(line.rstrip())
        if head:
            yield len(head.group(1)), head.group(2)
        elif not _ADOC_LEFT_OUT.fullmatch(line):
            bullet = re.match(r"(\*+|-) (?=\S)", line)
            yield 0, ("- " + line[bullet.end() :] if bullet else line)


def _tex(text: str) -> _Lines:
    body = text.find("\\begin{document}")
    title = re.search(r"\\title\{((?:[^{}]|\{[^{}]*\})*)\}", text[: max(0, body)])
    if title:
        yield 1, _plain_tex(title.group(1))
    if body >= 0:
        text = text[body:].partition("\\end{document}")[0]
    text = "\n".join(
        _TEX_COMMENT.sub("", line) for line in text.split("\n") if not line.lstrip().startswith("%")
    )
    place = 0
    for head in _TEX_HEAD.finditer(text):
        yield from ((0, line) for line in _plain_tex(text[place : head.start()]).split("\n"))
        yield _TEX_LEVELS[head.group(1)], _plain_tex(head.group(2))
        place = head.end()
    yield from ((0, line) for line in _plain_tex(text[place:]).split("\n"))


def _plain_tex(text: str) -> str:
    text = _TEX_SILENT.sub("", text)
    for _ in range(3):  # marks within marks
        text = _TEX_WORDS.sub(r"\1", text)
    text = re.sub(r"\\item\b[ \t]*(?:\[([^\]\n]*)\])?", r"\n- \1", text)
    return _TEX_SIGN.sub(lambda match: _TEX_SIGNS[match.group()], text)


_READERS: dict[str, Callable[[str], _Lines]] = {"org": _org, "adoc": _adoc, "tex": _tex}
