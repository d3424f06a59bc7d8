# Everything one does with this repository, by name. `make` alone prints the list.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps build run test test-redis lint format bench conformance screenshots release clean system-deps python-deps redis-deps applications-deps bench-deps screenshots-deps

PYTHON := .venv/bin/python
ARGS ?=
ISSUER ?=
TRAITS ?=
TLS ?=
RELEASE := -c release --static-swift-stdlib $(if $(TRAITS),--traits $(TRAITS))
WITH_REDIS := --traits Redis --scratch-path .build/redis
FACES := $(wildcard conformance/test_self_identity_*.py conformance/test_chat_*.py conformance/test_session_*.py conformance/test_user_management_*.py \
	conformance/test_token_store.py conformance/test_across_faces.py)
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

deps: system-deps python-deps ## Install what is missing: C libraries, and a Python environment for the conformance suite.

build: system-deps ## Build everything for debugging.
	swift build

run: system-deps ## Build for release and serve http://127.0.0.1:8080 for development. ARGS="--port 9000" are passed on; TLS=self-signed for https.
	swift build -c release --product martlet
	exec "$$(swift build -c release --show-bin-path)/martlet" serve --dev $(if $(TLS),--tls $(TLS)) $(ARGS)

test: deps redis-deps applications-deps ## Run the unit tests, then the conformance suite against the binary just built. ARGS="-k races" go to pytest.
	PATH="$(CURDIR)/.venv/bin:$$PATH" swift test --quiet --experimental-maximum-parallelization-width 8
	swift build --product martlet
	scripts/readme check "$$(swift build --show-bin-path)/martlet"
	packaging/check "$$(swift build --show-bin-path)/martlet"
	MARTLET_BINARY="$$(swift build --show-bin-path)/martlet" $(PYTHON) -m pytest conformance $(ARGS)

test-redis: deps redis-deps ## Build with the trait Redis as well (.build/redis), and run the suite of the Redis and of every face with one.
	swift build --product martlet
	swift build $(WITH_REDIS) --product martlet
	MARTLET_BINARY="$$(swift build --show-bin-path)/martlet" MARTLET_REDIS_BINARY="$$(swift build $(WITH_REDIS) --show-bin-path)/martlet" \
		$(PYTHON) -m pytest conformance/test_redis.py $(ARGS)
	MARTLET_BINARY="$$(swift build $(WITH_REDIS) --show-bin-path)/martlet" \
		$(PYTHON) -m pytest --redis $(FACES) $(ARGS)

lint: ## Check format, import directions, names and the other rules of the house.
	swift format lint -r --strict $(SWIFT_SOURCES)
	scripts/lint --self-check
	scripts/lint

format: ## Format all Swift sources in place.
	swift format format -r -i $(SWIFT_SOURCES)

bench: system-deps python-deps bench-deps ## Measure the release build against ceilings of the same run. ARGS=--quick for a smoke run.
	swift build -c release --product martlet
	swift build -c release --product ceiling
	$(PYTHON) Benchmarks/run --binaries "$$(swift build -c release --show-bin-path)" --date "$$(date -u +%Y-%m-%dT%H:%MZ)" $(ARGS)

conformance: python-deps ## Run the conformance suite against a server of yours: make conformance ISSUER=https://id.example
	@test -n "$(ISSUER)" || { echo "say which server: make conformance ISSUER=https://id.example" >&2; exit 2; }
	$(PYTHON) -m pytest conformance --issuer "$(ISSUER)" $(ARGS)

screenshots: system-deps screenshots-deps ## Look at every page in Chromium, light and dark, narrow and wide; pictures go to docs/screenshots/out.
	swift build --product martlet
	.venv-screenshots/bin/python docs/screenshots/take "$$(swift build --show-bin-path)/martlet" $(ARGS)

release: system-deps ## Build the binary to ship: dist/martlet, stripped, with the Swift runtime inside. TRAITS=… adds a backend.
	swift build $(RELEASE) --product martlet
	mkdir -p dist
	install -m 0755 "$$(swift build $(RELEASE) --show-bin-path)/martlet" dist/martlet
	strip dist/martlet
	ls -l dist/martlet

clean: ## Remove what the builds made. Data and keys stay.
	rm -rf .build .venv .venv-screenshots dist

system-deps:
	@scripts/deps system

python-deps:
	@scripts/deps python

redis-deps:
	@scripts/deps redis

applications-deps:
	@scripts/deps applications

bench-deps:
	@scripts/deps bench

screenshots-deps:
	@scripts/deps screenshots
