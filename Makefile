# make run    set up what is missing and train on the embedded data
# make test   set up what is missing and run the tests
# make docs   build the site into build/docs/html, warnings as errors, without network
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt

.PHONY: run test test-slow notebooks docs check bench bench-lab clean help wheel

help:
	@sed -n 's/^# //p' Makefile

run: $(VENV)/.ready
	$(BIN)/thalweg train digits --score cnn

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n auto -m "not slow"

# browser tests of the report and longer crash and fuzz runs; the browser is Debian's chromium
test-slow: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m slow

# the example notebooks, each from top to bottom in a fresh kernel; the slow tests run them too
notebooks: $(VENV)/.ready-dev
	$(BIN)/python -m pytest tests/test_notebooks.py

docs: $(VENV)/.ready-docs
	$(BIN)/python -m docs.builder

check: $(VENV)/.ready-dev
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/ruff format --check src tests benchmarks docs
	$(BIN)/mypy

bench: $(VENV)/.ready-dev
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[bench]"
	$(BIN)/python benchmarks/run.py

# the lab in Chromium: pictures a second, time from a drag to the loss, ten pages at once
bench-lab: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/lab.py

# the source archive and the wheel, into dist; tests/test_wheel.py installs the wheel in a fresh environment and tries it
wheel: $(VENV)/.ready-dev
	$(BIN)/python -m build --outdir dist .

# pip installs, not uv: the constraints file names the processor-only build of PyTorch that pip finds here
$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e .
	touch $@

$(VENV)/.ready-docs: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[docs]"
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.egg-info' -type d -prune -exec rm -rf {} +
