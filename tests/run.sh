#!/bin/sh
# All tests. Needs Rust and a C compiler; Python 3 with venv and a network only for four checks, which open rendered
# files with soundfile (libsndfile), measure them with ffmpeg, validate scenes with lxml and render exported masters with
# the ITU reference renderer (ear), and say so when they cannot.
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

echo "== exported masters in the ITU reference renderer (Python ear)"
# It needs a numpy older than 2.
if python3 -m venv "$scratch/ear-venv" >/dev/null 2>&1 &&
    "$scratch/ear-venv/bin/pip" install --quiet --disable-pip-version-check ear==2.1.0 'numpy<2' soundfile setuptools \
        >/dev/null 2>&1; then
    "$scratch/ear-venv/bin/python" tests/export_with_ear.py "${CARGO_TARGET_DIR:-target}/debug/proscenium" "$scratch"
else
    echo "skipped: needs python3 with venv (Debian: python3-venv) and access to PyPI"
fi

cargo test --workspace
