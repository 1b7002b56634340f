#!/usr/bin/env bash
# Make .venv with Python 3.10 from a hash-locked requirements file: environment.sh LOCK
# Uses uv where it is there, else pip. Does nothing if .venv already holds that very lock.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=${1:?usage: environment.sh LOCK}
stamp=".venv/.$(basename "$lock").sha256"
want=$(sha256sum "$lock" | cut -d' ' -f1)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && exit 0

python310() {
  # pyenv's python3.10 shim works only where .python-version selects a 3.10, so try it, not `which`.
  for candidate in "${PYTHON:-}" python3.10 python3 python "$HOME"/.pyenv/versions/3.10*/bin/python; do
    [ -n "$candidate" ] && "$candidate" -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 10))' 2>/dev/null \
      && { command -v "$candidate"; return 0; }
  done
  return 1
}

uv=$(command -v uv || true)
if [ ! -x .venv/bin/python ]; then
  if python=$(python310); then
    echo "Python 3.10: $python"
    if [ -n "$uv" ]; then "$uv" venv -q --python "$python" .venv; else "$python" -m venv .venv; fi
  elif [ -n "$uv" ] && "$uv" venv -q --python 3.10 .venv 2>/dev/null; then
    :
  else
    echo "No Python 3.10 here (Rasa needs it). Get it with 'pyenv install 3.10', 'uv python install 3.10' or your system's packages, then run make again." >&2
    exit 1
  fi
fi
echo "Installing $lock (a few minutes the first time) ..."
if [ -n "$uv" ]; then
  VIRTUAL_ENV=.venv "$uv" pip install -q --require-hashes -r "$lock"
else
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
fi
echo "$want" > "$stamp"
