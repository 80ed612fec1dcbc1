#!/bin/sh
# All tests. Needs Rust and a C compiler. Some need more, and say so when they are skipped: four open rendered files with
# soundfile (libsndfile), measure them with ffmpeg, validate scenes with lxml and render exported masters with the ITU
# reference renderer (Python 3 with venv and a network); the viewer's pictures need a driver for Vulkan (Debian:
# mesa-vulkan-drivers), its window Xvfb and xdotool.
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

viewer=${CARGO_TARGET_DIR:-target}/debug/proscenium-viewer
printf '<scene version="1"/>' >"$scratch/empty.xml"
if "$viewer" "$scratch/empty.xml" --screenshot "$scratch/empty.png" --size 64x64 2>/dev/null; then
    cargo test --workspace
    echo "== the viewer in a window"
    if command -v Xvfb >/dev/null 2>&1 && command -v xdotool >/dev/null 2>&1; then
        sh tests/viewer.sh "$viewer" "$scratch/viewer"
    else
        echo "skipped: needs Xvfb and xdotool (Debian: xvfb xdotool)"
    fi
else
    cargo test --workspace --exclude proscenium-viewer
    cargo test -p proscenium-viewer --lib --test ui
    echo "skipped: the viewer's pictures and window need a driver for Vulkan (Debian: mesa-vulkan-drivers)"
fi
