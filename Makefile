# What you type in a checkout. Each target sets up what it needs; nothing is installed outside the checkout,
# except system libraries, and those only as root or in CI.

PY := .venv/bin/python
LOCK := requirements/dev.txt
TOUR := out

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench format lock

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

setup: ## the virtual environment in .venv; seconds when nothing changed
	@.ci/setup

run: setup ## the window on the embedded demo, or a picture of it where there is no display
	@if [ "$$(uname)" = Linux ] && [ -z "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		echo "There is no display: watching the demo offscreen for about ten seconds."; \
		QT_QPA_PLATFORM=offscreen $(PY) main.py "demo:?seed=7" --tour $(TOUR) \
			&& echo "See $(TOUR)/eventscope.png and $(TOUR)/trace.json."; \
	else \
		$(PY) main.py demo:; \
	fi

test: setup ## the whole suite, in two processes: much of it waits for brokers
	@PYTHONPATH=. $(PY) tests/support/servers.py
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n 2 --dist loadgroup

check: setup ## formatter, linter, types, import contracts: for the edit loop
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

format: setup ## let the formatter and the linter repair what they can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup ## the benchmarks: a table, and bench/results.json
	@QT_QPA_PLATFORM=offscreen $(PY) -m bench

lock: setup ## resolve requirements/dev.txt again, with hashes (needs uv)
	@uv pip compile pyproject.toml --extra all --extra yaml --extra examples --group test --group lint --group build \
		--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o $(LOCK)
