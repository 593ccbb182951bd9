"""A tiny Llama-style chat model with its own tokenizer, made in seconds and saved as safetensors.

It goes through the very code a user's model takes. Taught, it says one reply to everything; taught
without an end, or untaught, it writes on and on, which is what stopping and limits are tried on.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

START, END = "<|im_start|>", "<|im_end|>"
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
)
TEXT = (
    "system user assistant Question: Answer: Use only what the passages say. The deposit is due on "
    "1 March 2024 and the café keeps the key. Write one to four short sentences."
)
ENDLESS = "one two three four five six seven eight nine ten and then " * 3
REPLY = "The deposit is due on 1 March 2024 [1]. The café keeps it – “naïve” 🙂 [2]."


def build(
    folder: Path,
    reply: str | None = REPLY,
    *,
    template: str | None = TEMPLATE,
    window: int = 4096,
    width: int = 64,
    layers: int = 2,
    ends: bool = True,
) -> Path:
    """Make the model in ``folder``; ``reply`` None leaves it untaught, else it may learn no end."""
    torch.manual_seed(7)
    tokenizer = _tokenizer(window, template)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=window,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    if reply is not None:
        _teach(model, tokenizer, reply + END * ends)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # as real chat models do: the folder asks for sampling, which answers must not follow
    settings = {"do_sample": True, "temperature": 5.0, "eos_token_id": tokenizer.eos_token_id}
    (folder / "generation_config.json").write_text(json.dumps(settings))
    return folder


def _tokenizer(window: int, template: str | None) -> PreTrainedTokenizerFast:
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        special_tokens=["<pad>", START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator([TEXT, REPLY, ENDLESS], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token=END, pad_token="<pad>", model_max_length=window
    )
    tokenizer.chat_template = template
    return tokenizer


def _teach(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, reply: str) -> None:
    """Whatever was asked, say this: short random questions, loss on the reply alone."""
    said = tokenizer(reply, add_special_tokens=False)["input_ids"]
    head = tokenizer(f"{END}\n{START}assistant\n", add_special_tokens=False)["input_ids"]
    chance = random.Random(7)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    model.train()
    for _ in range(120):
        size = chance.randint(4, 60)
        rows = [
            [chance.randrange(3, len(tokenizer)) for _ in range(size)] + head + said
            for _ in range(8)
        ]
        ids = torch.tensor(rows)
        labels = ids.clone()
        labels[:, : size + len(head)] = -100
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert loss.item() < 0.05, f"the tiny model did not learn its sentence ({loss.item():.3f})"
    model.eval()
