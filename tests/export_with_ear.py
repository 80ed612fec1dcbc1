"""Exported masters in the ITU reference renderer (EAR, https://pypi.org/project/ear/): each loads there and renders to the
samples that Proscenium renders it to.

Usage: export_with_ear.py PROSCENIUM SCRATCH
"""

import pathlib
import subprocess
import sys

import numpy
import soundfile

proscenium, scratch = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]) / "ear"
# The tolerance of the conformance tests.
TOLERANCE = 10 ** (-120 / 20)

SCENE = """<scene version="1" name="Test" sampleRate="%(rate)d">
  <programme name="English" language="eng"/><programme name="Deutsch" language="deu"/>
  <track name="DX" role="dialogue" language="eng" programmes="English"><clip file="a.wav" start="0.1"/>
    <chain><eq><highPass frequency="80"/></eq><send to="hall" gain="-6"/></chain><object azimuth="12.5" width="20"/></track>
  <track name="DX deu" role="dialogue" language="deu" programmes="Deutsch"><clip file="b.wav"/><object/></track>
  <track name="MX" role="music"><clip file="bed.wav"/><bed layout="5.1"/></track>
  <track name="Top" role="effects"><clip file="bed.wav" channels="1 2 3 4 5 6 1 2"/><bed layout="5.1.2"/></track>
  <track name="Field" role="ambience"><clip file="bed.wav" channels="1 2 3 4"/><hoa order="1"/></track>
  <track name="Fly" role="effects"><clip file="b.wav"/><object diffuse="0.3">
    <automate parameter="azimuth"><key time="0" value="-90"/><key time="0.777" value="120" shape="smooth"/>
      <key time="%(step)dsmp" value="0" shape="step"/></automate>
    <automate parameter="gain"><key time="0.2" value="0"/><key time="0.6" value="-20"/></automate></object></track>
  <track name="Box" role="effects"><clip file="a.wav"/><object coordinates="cartesian" z="0.5" width="0.2" channelLock="1">
    <automate parameter="x"><key time="10001smp" value="-1"/><key time="0.9" value="1"/></automate></object></track>
  <reverb name="hall" return="5.1"><fdn decayLow="0.3" decayMid="0.3" decayHigh="0.2"/></reverb>
</scene>"""


def noise(seed, frames, channels):
    return 0.1 * (2 * numpy.random.RandomState(seed).rand(frames, channels) - 1)


scratch.mkdir(parents=True)
for rate in 48000, 96000:
    folder = scratch / str(rate)
    folder.mkdir()
    for seed, (name, channels) in enumerate([("a", 1), ("b", 1), ("bed", 6)]):
        soundfile.write(folder / (name + ".wav"), noise(seed, rate + 17, channels), rate, subtype="FLOAT")
    (folder / "scene.xml").write_text(SCENE % {"rate": rate, "step": 859 * rate // 1000 | 1})
    subprocess.run([proscenium, "export", "scene.xml", "-o", "master.wav", "--quiet"], cwd=folder, check=True)
    for layout, programme in ("4+5+0", "APR_1001"), ("0+2+0", "APR_1002"), ("9+10+3", "APR_1001"):
        ours, theirs = folder / "ours.wav", folder / "theirs.wav"
        subprocess.run([proscenium, "render", "master.wav", "--layout", layout, "--programme", programme, "--bits", "32f",
                        "-o", ours, "--quiet"], cwd=folder, check=True)
        render = "from ear.cmdline.render_file import main; main()"
        subprocess.run([sys.executable, "-c", render, "-s", layout, "--programme", programme, "master.wav", theirs],
                       cwd=folder, check=True, capture_output=True)
        a, b = soundfile.read(ours)[0], soundfile.read(theirs)[0]
        length = min(len(a), len(b))
        assert length > rate, (len(a), len(b))
        # 24 bits: EAR cuts samples off, half a step on average and one at most.
        worst = numpy.abs(a[:length] - b[:length]).max()
        assert worst < TOLERANCE, (rate, layout, worst)
        print("%d Hz, %s: %.1f dB" % (rate, layout, 20 * numpy.log10(worst)))
        for path in ours, theirs:
            path.unlink()
