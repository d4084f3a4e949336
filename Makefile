# Two commands: `make demo` and `make test`. Both set up everything they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GUIDELINE := models/b12-deficiency
PATIENT := $(GUIDELINE)/example-patient.yaml

.DEFAULT_GOAL := help
.PHONY: help demo test lint clean

help:
	@echo "make demo   what the B12 guideline says for an example patient, and its flowchart"
	@echo "make test   all tests"
	@echo "make lint   style, types, layers"

$(VENV)/.demo: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.demo
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/guidewright explain $(GUIDELINE) --patient $(PATIENT)
	@echo
	@echo "The flowchart, with the way of this patient marked:"
	@$(BIN)/guidewright draw $(GUIDELINE) --patient $(PATIENT) --only workflow --output out

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
