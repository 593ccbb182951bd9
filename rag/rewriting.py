"""Question and history to a question that stands alone.

Without a language model `rag.follow_ups` spells out pronouns, "the second one", "and in 2014?" with
what the last turns talked of. With one, a prompt asks it, and what it writes is used only when
it asks the same with words of the conversation. A question that stands alone is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import QUESTION_WORDS, terms, words
from index.errors import ModelError
from rag.follow_ups.conversation import Rewrite, Talk
from rag.language_model import BoundedReply, LanguageModel, Message, Role, StopFlag
from rag.prompts import harmless
from rag.types import Turn

RECENT_TURNS = 6  #: older ones are left out, but for the first, which names the subject
_PROMPT_CHARACTERS = 300  # of an earlier answer that a model is shown
_REPLY_TOKENS = 80
_REPLY_SECONDS = 20.0
_KEPT_SHARE = 0.6  # of the question's own content words that a sane rewrite keeps
_NEW_WORDS = 2  # content words that neither question nor history holds, at most
_LABEL = re.compile(
    r"^\W*(?:(?:here is |the )?(?:rewritten|stand-?alone|new) ?(?:question)?|question|q)\s*:\s*",
    re.I,
)
_MARKUP = re.compile(r"[<>\[\]{}|`]|https?://|www\.", re.I)

_INSTRUCTION = """\
Rewrite the last question so that it can be understood without the conversation.
Replace words such as "he", "it", "that one" by the names they stand for.
Keep everything else as it is. Do not answer the question.
If it can be understood alone, repeat it unchanged. Write only the question."""


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on spelled out, or the question itself."""
    return rewrite(question, history).text


def rewrite(question: str, history: Sequence[Turn]) -> Rewrite:
    """As `standalone`, with what was carried over."""
    talk = Talk()
    for turn in kept_turns(history):
        talk.hear(turn)
    return talk.resolve(question)


def rewrite_with(
    model: LanguageModel, question: str, history: Sequence[Turn], stop: StopFlag
) -> Rewrite:
    """As `rewrite`, by a language model; by the rules when it fails or strays.

    The rules decide whether there is anything to rewrite, so that a model cannot change a question
    that stands alone, nor make it wait.
    """
    by_rules = rewrite(question, history)
    if not by_rules.changed:
        return by_rules
    reply = BoundedReply(
        model,
        rewrite_prompt(question, history),
        stop=stop,
        max_tokens=_REPLY_TOKENS,
        seconds=_REPLY_SECONDS,
    )
    try:
        for _ in reply:
            pass
    except ModelError:
        return by_rules  # the answer that follows will say what is wrong with the model
    text = sane_rewrite(question, reply.text, history)
    if text is None or text == question:
        return by_rules
    have = set(words(question))
    added = [word for word in words(text) if word not in have and word not in QUESTION_WORDS]
    return Rewrite(question, text, tuple(dict.fromkeys(added)))


def kept_turns(history: Sequence[Turn]) -> list[Turn]:
    """The turns that are read: the last few, and the first, which names the subject."""
    recent = list(history[-RECENT_TURNS:])
    return recent if len(history) <= RECENT_TURNS else [history[0], *recent]


def rewrite_prompt(question: str, history: Sequence[Turn]) -> list[Message]:
    """What a language model is asked; long answers are shortened, old turns left out."""
    lines: list[str] = []
    for turn in kept_turns(history):
        answer = " ".join(turn.answer.split())
        if len(answer) > _PROMPT_CHARACTERS:
            answer = answer[:_PROMPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
        lines += [f"Question: {harmless(turn.question)}", f"Answer: {harmless(answer)}"]
    asked = f"Last question: {harmless(question)}\nRewritten question:"
    return [
        Message(Role.SYSTEM, _INSTRUCTION),
        Message(Role.USER, "\n".join(["Conversation:", *lines, "", asked])),
    ]


def sane_rewrite(question: str, written: str, history: Sequence[Turn]) -> str | None:
    """The question that a model wrote, None when it is anything else than this one spelled out.

    It must be one line, hold most words of the question and hardly any that were never said.
    """
    line = next((line for line in written.splitlines() if line.strip()), "")
    line = _LABEL.sub("", line.strip()).strip(" \"'“”*")
    if not any(map(str.isalpha, line)) or _MARKUP.search(line):
        return None
    own, new = _content(question), _content(line)
    said = _content(" ".join(f"{turn.question} {turn.answer}" for turn in history))
    if len(line) > 2 * len(question) + 200 or len(new - own - said) > _NEW_WORDS:
        return None
    if own and len(own & new) < _KEPT_SHARE * len(own):
        return None
    return line


def _content(text: str) -> frozenset[str]:
    return frozenset(terms(" ".join(word for word in words(text) if word not in QUESTION_WORDS)))
