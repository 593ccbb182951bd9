# Footnote: `make chat` to use it, `make test` to check it. Every target sets itself up.
PYTHON ?= python3
PORT ?= 7860
BIN := .venv/bin
STAMP := .venv/.installed
# Tests run side by side, each file in one process: half the time on two cores.
JOBS ?= 2

.PHONY: help setup chat test check bench bench-web performance torture screenshots clean

help:
	@echo "make chat         set up, then serve the web chat on http://127.0.0.1:$(PORT)"
	@echo "make test         set up, then ruff, mypy --strict and the tests"
	@echo "make setup        the set-up alone"
	@echo "make bench        measure speed on this machine (minutes)"
	@echo "make bench-web    measure the page: first paint, first words, weight"
	@echo "make performance  measure speed and size, and write docs/performance.md (half an hour)"
	@echo "make torture      try to lose, damage and mix up documents (hours; docs/reliability.md)"
	@echo "make screenshots  photograph the page (needs Chromium)"
	@echo "make clean        remove what make made"

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

chat: $(STAMP)
	$(BIN)/footnote chat --port $(PORT)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check
	$(BIN)/pytest -n $(JOBS) --dist loadfile

bench: $(STAMP)
	$(BIN)/python -m eval.benchmarks

bench-web: $(STAMP)
	$(BIN)/python -m tests.page_speed

performance: $(STAMP)
	$(BIN)/python -m eval.benchmarks --write docs/performance.md performance

# What each campaign does, and what it found: docs/reliability.md. SEED=2 draws others.
SEED ?= 1
torture: $(STAMP)
	for campaign in kills faults power full damage salvage readers real-kills; do \
		$(BIN)/python -m tests.torture $$campaign --seed $(SEED) || exit 1; done
	TORTURE_RUNS=1000 $(BIN)/pytest tests/test_index_machine.py --hypothesis-seed=$(SEED)
	for campaign in swap "crowd --real" cancel "soak --real"; do \
		$(BIN)/python -m tests.torture_web.load $$campaign || exit 1; done
	FOOTNOTE_STEP=1 FOOTNOTE_ALL_FILES=1 $(BIN)/pytest -s tests/test_promise_*.py
	FOOTNOTE_FUZZ=50 $(BIN)/pytest tests/test_fuzz_*.py

screenshots: $(STAMP)
	$(BIN)/python -m tests.screenshots

clean:
	rm -rf .venv build out ./*.egg-info .mypy_cache .ruff_cache .pytest_cache
