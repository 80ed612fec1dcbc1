#!/bin/sh
# All tests. Needs Rust and a C compiler; Python 3 with venv and a network only for three checks, which open rendered
# files with soundfile (libsndfile), measure them with ffmpeg and validate scenes with lxml, and say so when they cannot.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cargo build --workspace
echo "== files opened by an independent reader (Python soundfile)"
if python3 -c 'import soundfile, lxml' 2>/dev/null; then
    python=python3
elif python3 -m venv "$scratch/venv" >/dev/null 2>&1 &&
    "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check soundfile imageio-ffmpeg lxml >/dev/null 2>&1; then
    python=$scratch/venv/bin/python
else
    python=
    echo "skipped: needs python3 with venv (Debian: python3-venv) and access to PyPI"
fi
if [ -n "$python" ]; then
    "$python" tests/open_with_soundfile.py "${CARGO_TARGET_DIR:-target}/debug/proscenium" "$scratch"
    echo "== loudness measured by an independent meter (ffmpeg)"
    "$python" tests/measure_with_ffmpeg.py "${CARGO_TARGET_DIR:-target}/debug/proscenium" "$scratch"
    echo "== scenes against their schema (lxml)"
    "$python" tests/validate_scenes.py "${CARGO_TARGET_DIR:-target}/debug/proscenium" "$scratch"
fi

cargo test --workspace
