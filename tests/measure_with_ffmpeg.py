"""measure_with_ffmpeg.py PROSCENIUM FOLDER: renders the demo to 5.1 and stereo and measures the files with `proscenium loudness`
and with ffmpeg's ebur128, a meter that shares no code with ours. (Beyond 5.1 ffmpeg weights the rears wrongly.)"""
import json
import math
import os
import shutil
import subprocess
import sys

LOUDNESS_TOLERANCE = 0.1
# ffmpeg reads true peaks four times between two samples, we eight times.
PEAK_TOLERANCE = 0.15


def ffmpeg():
    """The program on the path, or the one of the package imageio-ffmpeg."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    return imageio_ffmpeg.get_ffmpeg_exe()


def theirs(program, path):
    """Integrated loudness, LUFS, loudness range, LU, and true peak, dBTP."""
    graph = "ebur128=metadata=1:peak=true,ametadata=print:file=-"
    run = subprocess.run([program, "-hide_banner", "-nostats", "-i", path, "-af", graph, "-f", "null", os.devnull],
                         check=True, capture_output=True, text=True)
    last = dict(line.split("=") for line in run.stdout.split() if line.startswith("lavfi.r128.") and "=" in line)
    values = [float(last["lavfi.r128." + key]) for key in ("I", "LRA", "true_peak")]
    return values[0], values[1], 20 * math.log10(values[2])


def main():
    command, folder = sys.argv[1:]
    program = ffmpeg()
    if program is None:
        print("skipped: needs ffmpeg, or Python's imageio-ffmpeg")
        return
    demo = os.path.join(folder, "measured")
    subprocess.run([command, "demo", "-o", demo, "--quiet"], check=True)
    for name in ("5.1", "stereo"):
        path = os.path.join(demo, "demo-%s.wav" % name)
        answer = subprocess.run([command, "loudness", path, "--json", "--quiet"], check=True, capture_output=True).stdout
        ours = json.loads(answer)
        ours = ours["integrated_lufs"], ours["loudness_range_lu"], ours["true_peak_dbtp"]
        others = theirs(program, path)
        for one, other, tolerance in zip(ours, others, (LOUDNESS_TOLERANCE, LOUDNESS_TOLERANCE, PEAK_TOLERANCE)):
            assert abs(one - other) <= tolerance, (name, one, other)
    print("ok: loudness, range and true peak agree with ffmpeg's")


main()
