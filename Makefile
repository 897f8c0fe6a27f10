# Everything from a bare clone with python3 (>= 3.11) and make. The first call makes .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TREE := build/tree

.PHONY: report matrix docs site notebooks notebooks-run test lint tree bench conformance nightly clean

report: $(STAMP)
	$(BIN)/lastchunk report --out reports/out --date $$(date -u +%F)

matrix: $(STAMP)
	$(BIN)/lastchunk matrix --out build/matrix

docs: $(STAMP)
	$(BIN)/python -m lastchunk.reports.docs.platform
	$(BIN)/python -m lastchunk.reports.docs.designs
	$(BIN)/python -m lastchunk.reports.docs.readme
	$(BIN)/python -m lastchunk.reports.docs.reference

notebooks: $(STAMP)
	$(BIN)/python -m jupyter lab notebooks

# Runs them all, and writes their outputs.
notebooks-run: $(STAMP)
	$(BIN)/python -m lastchunk.reports.docs.notebooks

site: $(STAMP)
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "build/site/index.html; to search it: $(BIN)/python -m http.server -d build/site"

# Many tests start the command anew: each would compile all of it, where Python may not write.
# One process has all tests of a file, so that what they share is made once. Of the plugins nbmake
# takes seconds to load; the test of the notebooks calls it itself.
test: $(STAMP)
	$(BIN)/python -m compileall -q -j 2 lastchunk model reference_impl reports
	$(BIN)/python -m pytest -n 2 --dist loadfile -p no:nbmake

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --silent tree
	cd $(TREE) && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p lastchunk -p benchmarks -p tests

# The folders as they are installed, for tools that read sources.
tree:
	rm -rf $(TREE)
	mkdir -p $(TREE)/lastchunk
	cd $(TREE)/lastchunk && ln -s ../../../lastchunk/* . && rm -rf __pycache__ && \
	    for part in model reference_impl reports scenarios; do ln -s ../../../$$part $$part; done
	cd $(TREE) && ln -s ../../benchmarks ../../tests .

bench: $(STAMP)
	$(BIN)/python -m benchmarks.simulate
	$(BIN)/python -m benchmarks.engines
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.many_sessions memory
	$(BIN)/python -m benchmarks.random_worlds 100000
	$(BIN)/python -m benchmarks.explore
	$(BIN)/python -m benchmarks.by_detangle 1 30

# The big campaign on the real runtime; the first run fetches it by npm.
conformance: $(STAMP)
	$(BIN)/lastchunk conform --sessions 10 --edges 10 --troubles 5 --coverage 2 \
	    --counterexamples --out build/conformance

# The same on the newest published runtime: names the rule of the platform that has changed.
nightly: $(STAMP)
	$(BIN)/lastchunk conform --sessions 2 --edges 4 --troubles 3 --runtime newest --out build/nightly

clean:
	rm -rf .venv reports/out build *.egg-info

# uv takes a third of the time that pip takes; where it cannot be had, pip does it.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	{ $(BIN)/python -m pip install --quiet --require-hashes -r .ci/uv.lock && \
	    $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python \
	    --require-hashes -r requirements.lock; } || \
	    $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(STAMP)
