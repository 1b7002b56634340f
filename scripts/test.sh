#!/usr/bin/env bash
# All checks, in the order in which they fail fastest. Ends with pytest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/environment.sh requirements-dev.lock
py=.venv/bin/python
step() { printf '\n== %s\n' "$*"; }

step lint; .venv/bin/ruff check .; .venv/bin/ruff format --check .
step types; .venv/bin/mypy
step "import rules"; .venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports
step content; $py -m bot check
step model; $py -m bot train --if-changed
step "system packages"; scripts/packages.sh check
step peers; scripts/peers.sh
step tests; $py -m pytest -n 2 --dist loadgroup "$@"
