"""open_with_soundfile.py PROSCENIUM FOLDER: renders the demo in every sample format and reads it back with
libsndfile, a reader that shares no code with ours."""
import os
import subprocess
import sys

import numpy
import soundfile

FORMATS = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "32f": "FLOAT", "64f": "DOUBLE"}
LAYOUTS = {"mono": 1, "stereo": 2, "5.1": 6, "5.1.2": 8, "5.1.4": 10, "7.1": 8, "7.1.2": 10, "7.1.4": 12,
           "9.1.6": 16, "22.2": 24, "hoa1": 4, "hoa3": 16}


def main():
    command, folder = sys.argv[1:]
    demo = os.path.join(folder, "demo")
    subprocess.run([command, "demo", "-o", demo, "--quiet"], check=True)
    master = next(os.path.join(demo, name) for name in sorted(os.listdir(demo)) if "master" in name)
    frames = soundfile.info(master).frames
    render = [command, "render", master, "--quiet", "--no-dither"]

    targets = [word for name in LAYOUTS for word in ("--to", "%s=%s" % (name, os.path.join(folder, name + ".wav")))]
    subprocess.run(render + targets, check=True)
    for name, channels in LAYOUTS.items():
        info = soundfile.info(os.path.join(folder, name + ".wav"))
        assert (info.channels, info.frames) == (channels, frames), (name, info)

    exact = None
    for bits, subtype in reversed(FORMATS.items()):
        path = os.path.join(folder, "bits-%s.wav" % bits)
        subprocess.run(render + ["--layout", "7.1.4", "--bits", bits, "-o", path], check=True)
        info = soundfile.info(path)
        samples = soundfile.read(path)[0]
        assert info.subtype == subtype and info.frames == frames, (bits, info)
        exact = samples if exact is None else exact
        step = 0.0 if bits.endswith("f") else 2.0 ** (1 - int(bits))
        error = numpy.abs(samples - exact).max()
        assert error <= max(step, 1e-7), (bits, error)
    print("ok: %d layouts and %d sample formats" % (len(LAYOUTS), len(FORMATS)))


main()
