"""Marks of chat templates inside somebody's text, made harmless.

A document that holds ``<|im_end|>`` could otherwise end its own message and speak as the user. The
marks are broken up by a space, so that a person still sees what stood there. Which words of a text
are orders is not judged here: a fence and an instruction (``rag.prompts``) and the checking of
citations see to those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# The families of marks in use; a model whose tokenizer is at hand adds its own.
_KNOWN = re.compile(
    r"<\|[^\n<>|]{1,40}\|>"  # ChatML, Llama 3, Phi
    r"|<｜[^\n<>｜]{1,40}｜>"  # DeepSeek
    r"|</?(?:s|bos|eos|pad|unk|think|thinking|tool_call|tool_response)>"
    r"|<(?:start|end)_of_turn>"  # Gemma
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\]"  # Mistral
    r"|<</?SYS>>",  # Llama 2
    re.IGNORECASE,
)
_LOOKS_LIKE_MARK = re.compile(r"[<\[{|].*[>\]}|]", re.DOTALL)


def break_marks(text: str, marks: Iterable[str] = ()) -> str:
    """The text with known marks, and these ones, broken up by a space after their first letter.

    Lone surrogates become "?", for neither a tokenizer nor a connection takes them.
    """
    text = text.encode("utf-8", "replace").decode()
    # longest first: of "<|end|>" and "<|end|>>" the shorter would leave the longer's tail whole
    own = [re.escape(mark) for mark in sorted(marks, key=len, reverse=True) if len(mark) > 1]
    broken = _KNOWN.sub(_spaced, text)
    if own:
        broken = re.sub("|".join(own), _spaced, broken)
    return broken


def looks_like_mark(token: str) -> bool:
    """Whether an added token is a mark in brackets, rather than a word or a run of spaces."""
    return len(token) > 2 and _LOOKS_LIKE_MARK.fullmatch(token.strip()) is not None


def _spaced(match: re.Match[str]) -> str:
    mark = match.group()
    return f"{mark[0]} {mark[1:]}"
