#!/bin/sh
# Builds release, runs every bench, and times `proscenium render` on generated scenes beside the ITU reference
# renderer: best of n, one thread and two, peak memory from a minute to two hours.
#
# Threads are those that read, render and write; where there is one, another reads and writes beside it. On a machine with two
# cores a whole job with one thread nearly fills both already, so what a second one gives shows in the bench of the engine alone.
#
#   benches/run.sh [RUNS]        RUNS: repeats per figure, 3 by default
#
# EAR=/path/to/ear-render runs the reference here (otherwise its published figures stand in); found in PATH as
# well. SKIP_KERNELS=1 leaves the kernels out, SKIP_LONG=1 the two hours. Works in $TMPDIR (about 3 GB).
set -eu

runs=${1:-3}
cd "$(dirname "$0")/.."
# Figures of the reference on two Zen 5 cores, November 2026: EAR 2.1.0, CPython 3.11.
film_reference=10.9
atmos_reference=268

cargo build --release --quiet -p proscenium -p proscenium-benches --bins
target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
proscenium=$target/release/proscenium
generate=$target/release/generate

work=$(mktemp -d "${TMPDIR:-/tmp}/proscenium-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Other programs' libraries on this machine: libzita-convolver-dev libopenal-dev libebur128-dev libsndfile1-dev of Debian.
peers() {
    # shellcheck disable=SC2046
    c++ -O3 -march=native -o "$work/peers" benches/peers/peers.cpp \
        $(pkg-config --cflags --libs openal libebur128 sndfile) -lzita-convolver -lpthread || return 1
    "$work/peers" "$work/peers.wav"
}

if [ -z "${SKIP_KERNELS:-}" ]; then
    if peers > "$work/peers.txt" 2> "$work/peers.log"; then
        export PEERS="$work/peers.txt"
    else
        echo "Peers are those published (benches/peers can't be built here: $(head -n 1 "$work/peers.log"))"
    fi
    rm -f "$work/peers.wav"
    cargo bench --quiet -p proscenium-benches
fi

# Wall seconds and peak kB of a command, from the shell's children: "SECONDS KILOBYTES".
measure() {
    if command -v python3 > /dev/null; then
        python3 - "$@" << 'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.monotonic() - start
if code:
    sys.exit(f"{' '.join(sys.argv[1:])}: exit code {code}")
print(f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
PYTHON
    else
        /usr/bin/time -f '%e %M' -o "$work/time" "$@" > /dev/null 2>&1
        cat "$work/time"
    fi
}

# The fastest of $runs runs. What the last one wrote is gone before the next: to replace a file takes the system
# longer the larger it is.
best() {
    n=0
    while [ "$n" -lt "$runs" ]; do
        rm -f "$work/out.wav"
        measure "$@"
        n=$((n + 1))
    done | sort -n | head -n 1
}

# A line: what, seconds, then "N x THAT".
line() {
    awk -v what="$1" -v seconds="$2" -v other="$3" -v name="$4" \
        'BEGIN { printf "  %-34s %9.3f s   %8.1f × %s (%.2f s)\n", what, seconds, other / seconds, name, other }'
}

printf '\nProscenium render, to 4+7+0, best of %s\n' "$runs"
ear=${EAR:-$(command -v ear-render || true)}
for scene in film atmos; do
    "$generate" "$scene" "$work/$scene.wav"
    eval reference=\$${scene}_reference
    name="EAR, published"
    if [ -n "$ear" ]; then
        reference=$(measure "$ear" -s 4+7+0 "$work/$scene.wav" "$work/ear.wav" | cut -d ' ' -f 1)
        name="EAR, here"
    fi
    one=$(best "$proscenium" render "$work/$scene.wav" --layout 4+7+0 --threads 1 -o "$work/out.wav")
    two=$(best "$proscenium" render "$work/$scene.wav" --layout 4+7+0 --threads 2 -o "$work/out.wav")
    line "$scene, one thread" "${one% *}" "$reference" "$name"
    line "$scene, two threads" "${two% *}" "${one% *}" "one thread"
    printf '  %-34s %9.1f MB\n' "$scene, peak memory" "$(awk -v kb="${one#* }" 'BEGIN { print kb / 1000 }')"
done

printf '\nWhole job, 128 tracks to 7.1.4 and 24 bits with loudness and true peak, warm\n'
"$generate" wide "$work/wide.wav" 30
for threads in 1 2; do
    job=$(best "$proscenium" render "$work/wide.wav" --layout 7.1.4 --bits 24 --measure --threads $threads -o "$work/out.wav")
    awk -v s="${job% *}" -v n=$threads 'BEGIN { printf "  %-34s %9.3f s   %8.0f × real time\n", n " thread(s)", s, 30 / s }'
done
rm -f "$work/wide.wav"

if [ -z "${SKIP_LONG:-}" ]; then
    printf '\nMemory, 12 tracks to stereo\n'
    first=
    for seconds in 60 7200; do
        "$generate" long "$work/long.wav" $seconds
        long=$(measure "$proscenium" render "$work/long.wav" --layout 0+2+0 --bits 16 -o "$work/out.wav")
        first=${first:-${long#* }}
        awk -v s=$seconds -v t="${long% *}" -v kb="${long#* }" -v first="$first" \
            'BEGIN { printf "  %5d s of film %9.2f s  %8.1f MB   %.2f × a minute\n", s, t, kb / 1000, kb / first }'
        rm -f "$work/long.wav" "$work/out.wav"
    done
fi
