#!/bin/sh
# The viewer in a real window: opens a scene, drags an object, undoes, saves, and writes pictures without a window.
# Needs Xvfb, xdotool and a driver for Vulkan; $1 is the program, $2 a folder to work in.
set -eu
viewer=$1
folder=$2
mkdir -p "$folder/run" "$folder/state"
chmod 700 "$folder/run"
XDG_RUNTIME_DIR=$folder/run
XDG_STATE_HOME=$folder/state
XDG_CACHE_HOME=$folder/state
export XDG_RUNTIME_DIR XDG_STATE_HOME XDG_CACHE_HOME

cat >"$folder/scene.xml" <<'SCENE'
<?xml version="1.0" encoding="UTF-8"?>
<scene version="1" name="Window" sampleRate="48000" length="4">
  <track name="Anna" role="dialogue"><object coordinates="cartesian" x="0" y="0" z="0"/></track>
</scene>
SCENE

echo "-- pictures without a window"
"$viewer" "$folder/scene.xml" --screenshot "$folder/a.png" --size 800x600 --view top
"$viewer" "$folder/scene.xml" --screenshot "$folder/b.png" --size 800x600 --view top
cmp "$folder/a.png" "$folder/b.png"
"$viewer" "$folder/scene.xml" --contact-sheet "$folder/sheet.png" --size 900x600

echo "-- a window"
# The server chooses a number that is free, and tells it when it is ready.
: >"$folder/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$folder/display" >"$folder/xvfb.log" 2>&1 &
server=$!
for _ in $(seq 60); do
    if [ -s "$folder/display" ]; then break; fi
    sleep 0.5
done
DISPLAY=:$(cat "$folder/display")
export DISPLAY
unset WAYLAND_DISPLAY || true
program=
finish() {
    if [ -n "$program" ]; then kill "$program" 2>/dev/null || true; fi
    kill "$server" 2>/dev/null || true
}
trap finish EXIT
"$viewer" "$folder/scene.xml" --view top --size 1200x760 >"$folder/viewer.log" 2>&1 &
program=$!
window=
for _ in $(seq 60); do
    window=$(xdotool search --name 'Window - Proscenium' 2>/dev/null | tail -1 || true)
    if [ -n "$window" ]; then break; fi
    if ! kill -0 "$program" 2>/dev/null; then
        cat "$folder/viewer.log"
        echo "the viewer ended before it had a window" >&2
        exit 1
    fi
    sleep 0.5
done
if [ -z "$window" ]; then
    echo "no window appeared" >&2
    exit 1
fi
sleep 2

# Without a window manager nobody gives it the keyboard.
xdotool windowfocus "$window"
# The object lies at the listener's head, in the middle of the room: left panel 238, right panel 272 points wide, the one below 310 high.
eval "$(xdotool getwindowgeometry --shell "$window")"
x=$(((238 + 20 + WIDTH - 272 - 20) / 2))
y=$((HEIGHT * 296 / 1000))
drag() {
    xdotool mousemove --window "$window" "$1" "$2"
    sleep 0.4
    xdotool mousedown 1
    for step in 1 2 3 4 5; do
        xdotool mousemove --window "$window" $(($1 + ($3 - $1) * step / 5)) $(($2 + ($4 - $2) * step / 5))
        sleep 0.25
    done
    xdotool mouseup 1
    sleep 0.5
}
saved() { sed -n 's/.*<object[^>]* x="\([^"]*\)".*/\1/p' "$folder/scene.xml"; }
for tried in 0 8 -8 16 -16 24 -24 32 -32; do
    drag "$x" $((y + tried)) $((x + 60)) $((y + tried))
    xdotool key ctrl+s
    sleep 1
    if [ "$(saved)" != 0 ]; then break; fi
done
moved=$(saved)
echo "x is $moved after a drag of 60 points to the right"
case $moved in
0 | -* | "") echo "the object did not move to the right" >&2 && exit 1 ;;
esac
xdotool key ctrl+z
sleep 0.5
xdotool key ctrl+s
sleep 1
if [ "$(saved)" != 0 ]; then
    echo "undo did not bring it back: $(saved)" >&2
    exit 1
fi
xdotool key ctrl+q
for _ in $(seq 20); do
    if ! kill -0 "$program" 2>/dev/null; then break; fi
    sleep 0.5
done
if kill -0 "$program" 2>/dev/null; then
    echo "the viewer did not quit" >&2
    exit 1
fi
program=
echo "-- the viewer in a window: all is well"
