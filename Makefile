# The commands that people use. `make demo` and `make test` need only Python 3.11+ and make: they install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= demo
# One process more than cores: a third of a run of tests is waiting for the disk.
WORKERS = $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

.PHONY: help demo test damage install ui bench docs figures clean
.DEFAULT_GOAL := help

help:
	@echo "make demo     generate demo deliveries, run both studies, print the cost tables (in ./demo)"
	@echo "make test     lint, types and tests"
	@echo "make damage   feed each register damaged deliveries, and see what catches them"
	@echo "make install  make .venv with the forlob command"
	@echo "make ui       the Dagster UI on 127.0.0.1 over the folder DATA (default: demo)"
	@echo "make bench    measure the road beside DuckDB and pandas, SCALE=1 by default (hours; 0.05: minutes)"
	@echo "make docs     write the generated pages of docs/ again"
	@echo "make figures  run the demo, and write docs/printed_figures.md from it again"

$(BIN)/forlob: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/forlob
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

$(VENV)/.bench: $(BIN)/forlob
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[bench]"
	@touch $@

install: $(BIN)/forlob

demo: $(BIN)/forlob
	$(BIN)/forlob demo --folder $(DATA)

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(WORKERS)

damage: $(VENV)/.dev
	$(BIN)/python -m pytest -o addopts="-q --strict-markers --dist loadfile" -n auto tests/test_damage_*.py

ui: $(BIN)/forlob
	$(BIN)/forlob ui --folder $(DATA)

bench: $(VENV)/.dev $(VENV)/.bench
	$(BIN)/python -m pytest -o addopts="-q --strict-markers" tests/test_benchmarks.py
	$(BIN)/python -m benchmarks.road --scale $(or $(SCALE),1) $(if $(KEEP),--keep $(KEEP))

docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate

figures: demo $(VENV)/.dev
	$(BIN)/python -m docs.printed $(DATA)

clean:
	rm -rf $(VENV) demo build *.egg-info
