#!/usr/bin/env bash
# Debian's packages that the tests need and Python's and npm's registries do not have. Installs what
# is missing (as root or with sudo); with `check` only says so, which is an error where CI is set.
set -euo pipefail
missing=()
has() { compgen -G "$2" >/dev/null || missing+=("$1"); }
has chromium "/usr/bin/chromium"
has fonts-wqy-zenhei "/usr/share/fonts/truetype/wqy/*"
command -v fc-list >/dev/null || missing+=(fontconfig)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
has postgresql "/usr/lib/postgresql/*/bin/initdb"
[ ${#missing[@]} = 0 ] && exit 0

if [ "${1:-install}" = check ]; then
  for package in "${missing[@]}"; do
    echo "$package is missing, the tests that need it are skipped: apt-get install $package" >&2
  done
  [ -z "${CI:-}" ]
  exit
fi
command -v apt-get >/dev/null || { echo "No apt-get here; install by hand: ${missing[*]}" >&2; exit 1; }
[ "$(id -u)" = 0 ] && sudo="" || sudo="sudo"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
