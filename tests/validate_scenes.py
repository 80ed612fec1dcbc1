"""Scene files against their schema, with an independent validator (lxml, libxml2).

Usage: validate_scenes.py PROSCENIUM SCRATCH
"""

import pathlib
import re
import subprocess
import sys
import wave

from lxml import etree

proscenium, scratch = sys.argv[1], pathlib.Path(sys.argv[2]) / "scenes"
root = pathlib.Path(__file__).resolve().parent.parent
stems = scratch / "stems"
stems.mkdir(parents=True)
for name, channels in [("DX_Anna_ENG", 1), ("DX_Anna_DEU", 1), ("MX_7.1.4", 12), ("FX", 2), ("AMB_ambix", 16), ("odd", 11)]:
    with wave.open(str(stems / f"{name}.wav"), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(3)
        out.setframerate(48000)
        out.writeframes(bytes(3 * channels * 4800))
made = scratch / "made.xml"
subprocess.run([proscenium, "new", made, "--stems", stems, "--frame-rate", "25", "--quiet"], check=True)

schema_text = subprocess.run([proscenium, "check", "--schema"], check=True, capture_output=True).stdout
schema = etree.XMLSchema(etree.fromstring(schema_text))
page = (root / "docs/scene-format.md").read_text()
example = re.search(r"```xml\n(.*?)```", page, re.S).group(1)
scenes = {
    "the example of docs/scene-format.md": etree.fromstring(example.encode()),
    "what `proscenium new` writes": etree.parse(str(made)),
    "the scene of the tests": etree.parse(str(root / "formats/src/scene/tests/full.xml")),
}
for what, scene in scenes.items():
    if not schema.validate(scene):
        sys.exit(f"{what}: {schema.error_log}")
    print(f"valid: {what}")
for what, text in {
    "a gain that is no number": '<scene version="1"><group name="a" gain="loud"/></scene>',
    "an element that is not known": '<scene version="1"><trak/></scene>',
    "a track without a role": '<scene version="1"><track name="a"><object/></track></scene>',
}.items():
    if schema.validate(etree.fromstring(text)):
        sys.exit(f"the schema takes {what}")
print("invalid, as they should be: 3 scenes")
