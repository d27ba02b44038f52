# Two commands are enough: `make appraise` and `make test`. Everything else is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q --no-compile --no-cache-dir --require-hashes
# Many processes read the same modules: let them keep what they compile.
unexport PYTHONDONTWRITEBYTECODE
SCENARIO ?= examples/corridors.toml
OUT ?= out

.PHONY: appraise test serve thorough check lint types docs data install install-test clean

appraise: install ## install what is needed, appraise the corridors, write the report to out/
	$(BIN)/beltroad appraise $(SCENARIO) --out $(OUT)

test: install-test ## all tests, style, types, import contract
	$(BIN)/ruff check src tests data examples benchmarks
	$(BIN)/ruff format --check src tests data examples benchmarks
	$(BIN)/mypy -n auto
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile

thorough: install-test ## the studies that `make test` leaves out
	$(BIN)/pytest -n auto --dist loadfile -m thorough

install: $(VENV)/installed
install-test: $(VENV)/installed-test

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip --disable-pip-version-check install -q --no-compile --no-cache-dir --no-deps -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements-test.lock
	$(PIP) -r requirements-test.lock
	@touch $@

serve: install ## the workspace in the browser
	$(BIN)/beltroad serve --open

docs: install-test
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q --group docs
	$(BIN)/mkdocs build --strict

data: ## make the bundled tables again from their sources (needs a network)
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q --group data
	$(BIN)/python data/build_all.py

lock: ## resolve the dependencies again
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --extra app -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --extra app --group test --group lint -o requirements-test.lock

clean:
	rm -rf $(VENV) out site .pytest_cache .mypy_cache .ruff_cache
