# Two commands: `make demo` and `make test`. Both set up everything they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A second Python, in which journals are replayed; without it those tests are skipped.
OTHER_PYTHON ?= python3.13
OTHER := .venv-3.13
GUIDELINE := models/b12-deficiency
PATIENT := $(GUIDELINE)/example-patient.yaml

.DEFAULT_GOAL := help
.PHONY: help demo test test-spark packs site lint clean

help:
	@echo "make demo   what the B12 guideline says for an example patient, and its flowchart"
	@echo "make test   all tests (those on Spark are left out where pyspark is not installed)"
	@echo "make test-spark   Spark against the local run on 100,000 rows; installs 0.6 GB, needs Java 17"
	@echo "make packs  the review packs of all models, HTML and PDF, in build/review"
	@echo "make site   the documentation with these packs, in build/site; a broken link stops it"
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

$(OTHER)/.ready: pyproject.toml
	@mkdir -p $(OTHER)
	@if $(OTHER_PYTHON) -m venv $(OTHER) 2>/dev/null; \
	then $(OTHER)/bin/python -m pip install --quiet --disable-pip-version-check --editable .; \
	else echo "no $(OTHER_PYTHON): journals are not replayed on it"; fi
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/guidewright explain $(GUIDELINE) --patient $(PATIENT)
	@echo
	@echo "The flowchart, with the way of this patient marked:"
	@$(BIN)/guidewright draw $(GUIDELINE) --patient $(PATIENT) --only workflow --output out

test: $(VENV)/.dev $(OTHER)/.ready
	@$(BIN)/python -m pytest -n auto

# Apart from the rest: pyspark more than doubles the size of .venv, and takes a minute or two.
test-spark: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	@$(BIN)/python -m pytest tests/batch/test_batch_spark.py

packs: $(VENV)/.dev
	@$(BIN)/python site/packs.py build/review

site: packs
	@$(BIN)/python site/pages.py build/review build/pages
	@$(BIN)/zensical build --clean --strict

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf $(VENV) $(OTHER) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
