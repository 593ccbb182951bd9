"""The same files indexed by LangChain with FAISS and by txtai; run by a Python that has them:

    OTHER/bin/python eval/benchmarks/rivals.py FOLDER MODEL

Imports nothing of ours and prints one JSON object, so that neither is ever a dependency. Both get
what their guides show first: pypdf for PDF, LangChain's recursive splitter at 1,000 characters
(about our passages), the same model with its window of 256 tokens. Models are loaded before the
clock starts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

_WINDOW = 256
_CHARACTERS = 1_000


def main() -> None:
    """Time both on the folder; print seconds, and seconds of the processors."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder, model = Path(sys.argv[1]), sys.argv[2]
    told = {"LangChain + FAISS": langchain(folder, model), "txtai": txtai(folder, model)}
    print(json.dumps(told))


def pieces(folder: Path) -> list[str]:
    """Texts of all files, split."""
    from langchain_text_splitters import (  # type: ignore[import-not-found, unused-ignore]
        RecursiveCharacterTextSplitter,
    )
    from pypdf import PdfReader

    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHARACTERS, chunk_overlap=0)
    found: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".pdf":
            text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        else:
            text = path.read_text(encoding="utf-8")
        found += splitter.split_text(text)
    return found


def langchain(folder: Path, model: str) -> dict[str, float]:
    """LangChain's Hugging Face embeddings into its FAISS store, saved."""
    from langchain_community.vectorstores import (  # type: ignore[import-not-found, unused-ignore]
        FAISS,
    )
    from langchain_huggingface import (  # type: ignore[import-not-found, unused-ignore]
        HuggingFaceEmbeddings,
    )

    embeddings = HuggingFaceEmbeddings(model_name=model)
    embeddings._client.max_seq_length = _WINDOW
    embeddings.embed_documents(["warm"])
    started, used = time.perf_counter(), processor_seconds()
    texts = pieces(folder)
    FAISS.from_texts(texts, embeddings).save_local(str(folder.with_name("langchain")))
    return {"seconds": time.perf_counter() - started, "processor": processor_seconds() - used}


def txtai(folder: Path, model: str) -> dict[str, float]:
    """txtai's Embeddings with content kept, saved."""
    from txtai import Embeddings  # type: ignore[import-not-found, unused-ignore]

    settings = {"path": model, "method": "sentence-transformers", "content": True}
    settings |= {"vectors": {"model_kwargs": {}}, "gpu": False}
    embeddings = Embeddings(settings)
    embeddings.index(["warm"])
    embeddings.model.model.max_seq_length = _WINDOW
    started, used = time.perf_counter(), processor_seconds()
    texts = pieces(folder)
    embeddings.index(texts)
    embeddings.save(str(folder.with_name("txtai")))
    return {"seconds": time.perf_counter() - started, "processor": processor_seconds() - used}


def processor_seconds() -> float:
    """Seconds of all processors that this process and its finished children have used."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
