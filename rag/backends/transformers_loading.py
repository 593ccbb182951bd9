"""From a folder to a tokenizer, a window, weights: the loading side of ``TransformersModel``.

Reads JSON, Jinja templates (which the library runs in its sandbox) and safetensors, nothing that
could run. A fault of the folder becomes a few words, a fault of a library one sentence.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.embedding import has_fast_bfloat16
from index.errors import ModelError
from rag.backends.chat_marks import looks_like_mark
from rag.language_model import Message, Role

if TYPE_CHECKING:
    import torch
    from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

_DEFAULT_WINDOW = 2048  # of a model that does not state its window
_TURN_ENDS = ("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>")
_ROOM = 1.2  # memory needed, as a multiple of the weights


def folder_fault(folder: Path) -> str:
    """Why a folder is no chat model that can be loaded, in a few words; empty when it may be one.

    Reads a few small files only, so that many folders can be looked at.
    """
    return next(_faults(folder), "")


def _faults(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        yield f"there is no folder {folder}"
    if _read_json(folder / "config.json") is None:
        yield f"{folder} holds no readable config.json"
    if not writes_text(folder):
        yield "it is no model that writes text"
    index = _read_json(folder / "model.safetensors.index.json") or {}
    parts = index.get("weight_map")
    wanted = set(map(str, parts.values())) if isinstance(parts, dict) else set()
    if any(not (folder / name).is_file() for name in wanted):
        yield "its weights are not all there"
    if not any(folder.glob("*.safetensors")):
        yield "it has no .safetensors weights, and other formats are not loaded"
    if not _has_template(folder):
        yield "it has no chat template"


def writes_text(folder: Path) -> bool:
    """Whether the folder's settings name a network that writes text after text."""
    config = _read_json(folder / "config.json") or {}
    named = config.get("architectures")
    kinds = ("CausalLM", "LMHeadModel", "ConditionalGeneration")
    return isinstance(named, list) and any(str(name).endswith(kinds) for name in named)


def load_tokenizer(folder: Path, name: str) -> PreTrainedTokenizerBase:
    """The folder's own tokenizer. Raises ModelError when there is none that works."""
    prepare_libraries()
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # each tokenizer library has failures of its own
        raise load_failure(name, "its tokenizer", error) from error
    tokenizer.truncation_side = "left"
    return cast("PreTrainedTokenizerBase", tokenizer)


def marks_of(tokenizer: PreTrainedTokenizerBase) -> frozenset[str]:
    """The tokenizer's marks: special tokens, and added ones in brackets such as <tool_call>."""
    special = {str(token) for token in tokenizer.all_special_tokens}
    added = {str(token) for token in tokenizer.get_added_vocab()}
    return frozenset(
        token for token in special | set(filter(looks_like_mark, added)) if token.strip()
    )


def ids_of(tokenizer: PreTrainedTokenizerBase, marks: frozenset[str]) -> frozenset[int]:
    """The ids of marks; that for unknown words is left out, for it may stand for any word."""
    found = {cast(int, tokenizer.convert_tokens_to_ids(mark)) for mark in marks}
    return frozenset(found - {cast(int, tokenizer.unk_token_id), cast(int, None)})


def window_of(folder: Path, tokenizer: PreTrainedTokenizerBase) -> int:
    """Tokens of prompt and reply together, as the folder's settings state them."""
    config = _read_json(folder / "config.json") or {}
    inner = config.get("text_config")
    nested = inner if isinstance(inner, dict) else {}
    stated = [
        value
        for source in (config, nested)
        for key in ("max_position_embeddings", "n_positions", "max_sequence_length")
        if isinstance(value := source.get(key), int) and value > 0
    ]
    window = stated[0] if stated else _DEFAULT_WINDOW
    # tokenizers without a limit state one of 10^30
    return min(window, tokenizer.model_max_length) if tokenizer.model_max_length > 0 else window


def render(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], name: str) -> str:
    """The conversation in the model's chat template, open for its reply.

    Some templates know no system message: it then goes in front of the first question.
    """
    from jinja2 import TemplateError

    try:
        return _templated(tokenizer, messages)
    except TemplateError:
        try:
            return _templated(tokenizer, without_system(messages))
        except TemplateError as error:
            raise ModelError(
                f"The chat template of {name} does not take a question with an instruction "
                f"({first_line(error)}); choose another language model."
            ) from error


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The same messages, with what the system says put in front of the first question."""
    said = [m.content for m in messages if m.role is Role.SYSTEM]
    rest = [m for m in messages if m.role is not Role.SYSTEM]
    if not said or not rest:
        return list(messages)
    first = Message(rest[0].role, "\n\n".join([*said, rest[0].content]))
    return [first, *rest[1:]]


def load_weights(folder: Path, name: str) -> PreTrainedModel:
    """The network, whole, on the best device there is. Raises ModelError when it is not."""
    prepare_libraries()
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    # noise under an answer: what matters comes back as an error
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    device, dtype = device_and_dtype()
    _check_memory(folder, name, device, dtype)
    try:
        loaded = AutoModelForCausalLM.from_pretrained(
            str(folder),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
        )
        model, facts = cast("tuple[PreTrainedModel, Mapping[str, Sequence[str]]]", loaded)
        model.to(device).eval()  # type: ignore[arg-type]
    except Exception as error:  # the library, safetensors and torch each raise their own
        raise load_failure(name, "its weights", error) from error
    missing = [*facts.get("missing_keys", ()), *facts.get("mismatched_keys", ())]
    if missing:  # the library fills them with random numbers and goes on
        raise ModelError(
            f"The language model {name} is not whole: {len(missing)} of its weights are missing, "
            f"such as {missing[0]}; fetch it again."
        )
    return model


def greedy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> GenerationConfig:
    """Always the likeliest token, no penalties: names and numbers are to be copied exactly."""
    from transformers import GenerationConfig

    stated = getattr(model.generation_config, "eos_token_id", None)
    ends = set(stated if isinstance(stated, list) else [stated])
    added = tokenizer.get_added_vocab()
    ends |= {tokenizer.eos_token_id, *(added[mark] for mark in _TURN_ENDS if mark in added)}
    ends.discard(None)
    padding = tokenizer.pad_token_id
    if padding is None:
        padding = min(ends, default=0)
    return GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False,
        num_beams=1,
        use_cache=True,
        eos_token_id=sorted(ends) or None,
        pad_token_id=padding,
        bos_token_id=tokenizer.bos_token_id,
    )


def device_and_dtype() -> tuple[str, torch.dtype]:
    """A GPU if there is one; bfloat16 wherever it is fast."""
    import torch

    if torch.cuda.is_available():
        return "cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if torch.backends.mps.is_available():
        return "mps", torch.bfloat16
    return "cpu", torch.bfloat16 if has_fast_bfloat16() else torch.float32


def prepare_libraries() -> None:
    """Settings that the libraries read when they are first imported: ask no hub, wait asleep."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def load_failure(name: str, what: str, error: Exception) -> ModelError:
    """One sentence for whatever a library raised while loading."""
    return ModelError(
        f"The language model {name} could not be loaded: {what} cannot be read "
        f"({first_line(error)}); fetch it again or choose another."
    )


def first_line(error: Exception) -> str:
    """The first line of an error's own words, shortened: libraries write essays."""
    line = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return line if len(line) <= 160 else line[:159] + "…"


def _templated(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> str:
    rendered = tokenizer.apply_chat_template(
        [{"role": message.role.value, "content": message.content} for message in messages],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,  # templates that know no thinking do not look at it
    )
    return str(rendered)


def _check_memory(folder: Path, name: str, device: str, dtype: torch.dtype) -> None:
    """Refuse what would not fit, before the system ends the whole process for it."""
    config = _read_json(folder / "config.json") or {}
    halves = str(config.get("dtype") or config.get("torch_dtype")) in ("bfloat16", "float16")
    growth = 2 if dtype.itemsize == 4 and halves else 1
    needed = growth * sum(path.stat().st_size for path in folder.glob("*.safetensors")) * _ROOM
    free = _free_bytes(device)
    if free is not None and needed > free:
        raise ModelError(
            f"The language model {name} needs about {needed / 2**30:.1f} GB of memory and "
            f"{free / 2**30:.1f} GB are free; close other programs or choose a smaller model."
        )


def _free_bytes(device: str) -> int | None:
    """Memory that is free; None where that cannot be told."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return None


def _has_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return True
    return bool((_read_json(folder / "tokenizer_config.json") or {}).get("chat_template"))


def _read_json(path: Path) -> Mapping[str, object] | None:
    """A small JSON object; None when there is none."""
    try:
        if path.stat().st_size > 50 * 2**20:
            return None
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
