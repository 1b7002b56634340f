#!/usr/bin/env bash
# Debian's chromium and a Chinese font, for the browser tests.
set -euo pipefail
if ! command -v chromium >/dev/null || ! fc-list 2>/dev/null | grep -qi wqy; then
  [ "$(id -u)" = 0 ] && sudo="" || sudo="sudo"
  command -v apt-get >/dev/null || { echo "The browser tests need chromium and a Chinese font (fonts-wqy-zenhei); install them and run again." >&2; exit 1; }
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium fonts-wqy-zenhei fontconfig >/dev/null
fi
chromium --version
