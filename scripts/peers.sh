#!/usr/bin/env bash
# Programs that others wrote, which the channel tests run against: tests/npm.
set -euo pipefail
cd "$(dirname "$0")/../tests/npm"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  [ "$(id -u)" = 0 ] && sudo="" || sudo="sudo"
  command -v apt-get >/dev/null || { echo "The channel tests need node and npm; install them and run again." >&2; exit 1; }
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
fi
want=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.lock.sha256 2>/dev/null)" != "$want" ]; then
  # Without the registry the tests that need it are skipped and say so.
  npm ci --silent --no-audit --no-fund --ignore-scripts || { echo "npm packages could not be fetched; the peer tests that need them are skipped." >&2; exit 0; }
  echo "$want" > node_modules/.lock.sha256
fi
echo "peers: $(ls node_modules | tr '\n' ' ')" | cut -c1-120
