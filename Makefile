# Builds .venv once, then runs siting from it. Works from anywhere: make -C path/to/siting run
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help run app test conformity bench fuzz lint clean

BIN := .venv/bin
BUILT := .venv/.built
EXAMPLE := data/examples
OUT := out/example
# one test file a module, so the kernels' tests are the ones named after a file in kernels/; packing is tested through placement
KERNEL_TESTS := $(wildcard $(patsubst kernels/%.py,tests/test_%.py,$(wildcard kernels/*.py))) tests/test_placement.py

help:
	@echo 'make run   assess the example site; leaves $(OUT)/map.html'
	@echo 'make app   open the map app in a browser'
	@echo 'make test  run the tests: as they are, kernels without the compiler, all but the browser tests with bounds checks'
	@echo 'make conformity  write docs/conformity.md, simplifications.md and scenes.md from what the program computes now'
	@echo 'make bench time the sound engine and placing: two tables, some minutes; ONLY=placing or sound; WRITE=1 keeps them in docs/performance.md'
	@echo 'make fuzz  random scenes against the slow twin for 5 minutes; FIRST=seed and MINUTES=n choose others'
	@echo 'make lint  ruff, mypy, import-linter'
	@echo 'make clean remove .venv, out and the tools'"'"' caches'

run: $(BUILT)
	@$(BIN)/siting assess $(EXAMPLE)/parcels.geojson --id EX-001 --max --ordinance exampleton \
		--zoning $(EXAMPLE)/zoning.geojson --zone-field zone --buildings $(EXAMPLE)/buildings.geojson \
		--terrain $(EXAMPLE)/terrain.tif -o $(OUT) --overwrite
	@echo
	@echo "The map, for any browser: $(CURDIR)/$(OUT)/map.html"

app: $(BUILT)
	@$(BIN)/streamlit run app.py --browser.gatherUsageStats false --server.showEmailPrompt false

test: $(BUILT)
	$(BIN)/pytest --durations=15
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest $(KERNEL_TESTS)
	NUMBA_BOUNDSCHECK=1 $(BIN)/pytest -m 'not browser' # those run no kernel that the others do not

conformity: $(BUILT)
	PYTHONPATH=docs $(BIN)/python -m conformity.write

bench: $(BUILT)
	@PYTHONPATH=tests $(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(WRITE),--write)

fuzz: $(BUILT)
	@PYTHONPATH=tests $(BIN)/python -m fuzz $(if $(FIRST),--first $(FIRST)) $(if $(MINUTES),--minutes $(MINUTES))

lint: $(BUILT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find siting kernels tests data -name __pycache__ -type d -prune -exec rm -rf {} +

# uv where it is installed, else pip with the first Python that is new enough; the lock's versions either way
$(BUILT): pyproject.toml requirements.lock
	@if command -v uv >/dev/null 2>&1; then \
		mkdir -p "$$(uv cache dir)" 2>/dev/null || export UV_NO_CACHE=1; \
		[ -x $(BIN)/python ] || uv venv --python '>=3.11' .venv || exit 1; \
		uv pip install --python $(BIN)/python -c requirements.lock -e '.[test]' || exit 1; \
	else \
		if ! [ -x $(BIN)/python ]; then \
			for found in python3.14 python3.13 python3.12 python3.11 python3 none; do \
				$$found -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			done; \
			if [ $$found = none ]; then \
				echo 'siting needs Python 3.11 or newer, and neither python3 nor python3.11 to python3.14 is one: install it, or uv.' >&2; \
				exit 1; \
			fi; \
			if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
				echo "$$found cannot make environments: install its venv package (Debian, Ubuntu: python3-venv), or uv." >&2; \
				exit 1; \
			fi; \
			echo "Building .venv with $$($$found --version); this takes a minute or two."; \
			rm -rf .venv && $$found -m venv .venv || { rm -rf .venv; exit 1; }; \
		fi; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]' || exit 1; \
	fi
	@touch $@
