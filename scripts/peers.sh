#!/usr/bin/env bash
# Programs that others wrote, which tests run against or check with: tests/npm. Without them those
# tests are skipped and say so; where CI is set that is an error.
set -euo pipefail
cd "$(dirname "$0")/../tests/npm"
without() { echo "$1; the tests that need npm's packages are skipped." >&2; [ -z "${CI:-}" ]; exit; }
command -v node >/dev/null && command -v npm >/dev/null || without "No node or npm"
want=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.lock.sha256 2>/dev/null)" != "$want" ]; then
  npm ci --silent --no-audit --no-fund --ignore-scripts || without "npm's registry was not reached"
  echo "$want" > node_modules/.lock.sha256
fi
echo "peers: $(ls node_modules | tr '\n' ' ')" | cut -c1-120
