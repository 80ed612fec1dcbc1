//! Scenes as axml text: written straight to a sink, so that a million blocks need no memory.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Hz of every scene.
pub const RATE: u32 = 48_000;

/// The ten channels of a 7.1.2 bed: name, label, azimuth and elevation in degrees.
const BED: [(&str, &str, i32, i32); 10] = [
    ("Left", "M+030", 30, 0),
    ("Right", "M-030", -30, 0),
    ("Centre", "M+000", 0, 0),
    ("LFE", "LFE1", 45, -30),
    ("LeftSide", "M+090", 90, 0),
    ("RightSide", "M-090", -90, 0),
    ("LeftRear", "M+135", 135, 0),
    ("RightRear", "M-135", -135, 0),
    ("LeftTop", "U+090", 90, 45),
    ("RightTop", "U-090", -90, 45),
];

/// How the objects of a scene move and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Polar, a new position four times a second, interpolated; a third with extent, a fourth diffuse.
    Film,
    /// As [`Motion::Film`], points only.
    Points,
    /// As [`Motion::Film`], but every fourth object has both extent and diffuse, the others neither.
    Quarter,
    /// Cartesian, a new position every 32 ms, `jumpPosition` 1 over 0.0052 s; a third with size.
    Atmos,
}

impl Motion {
    /// Length of a block in units of 10 µs.
    fn step(self) -> u64 {
        match self {
            Self::Film | Self::Points | Self::Quarter => 25_000,
            Self::Atmos => 3_200,
        }
    }
}

/// A scene: a bed of ten channels or none, and moving objects.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Length in seconds.
    pub seconds: u64,
    /// With the 7.1.2 bed.
    pub has_bed: bool,
    /// Number of objects.
    pub objects: u32,
    /// How they move.
    pub motion: Motion,
    /// Blocks per object; `None`: as many as the motion has in the scene's length.
    pub blocks: Option<u64>,
}

impl Scene {
    /// 60 s, a 7.1.2 bed and 10 objects moved four times a second.
    pub const FILM: Self =
        Self { seconds: 60, has_bed: true, objects: 10, motion: Motion::Film, blocks: None };
    /// 20 s, a ten-channel bed and 118 Cartesian objects.
    pub const ATMOS: Self =
        Self { seconds: 20, has_bed: true, objects: 118, motion: Motion::Atmos, blocks: None };

    /// Number of tracks.
    pub fn tracks(&self) -> u16 {
        let bed = if self.has_bed { BED.len() } else { 0 };
        u16::try_from(self.objects).unwrap_or(u16::MAX).saturating_add(bed as u16)
    }

    /// Track format and pack of each track, in order.
    pub fn references(&self) -> Vec<(String, String)> {
        let bed = (1..=if self.has_bed { BED.len() as u32 } else { 0 })
            .map(|n| (format!("AT_{:08x}_01", 0x0001_1000 + n), "AP_00011001".to_string()));
        let objects = (1..=self.objects)
            .map(|n| (format!("AT_{:08x}_01", 0x0003_1000 + n), format!("AP_{:08x}", 0x0003_1000 + n)));
        bed.chain(objects).collect()
    }

    /// Writes the document.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write_axml(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ebuCoreMain xmlns=\"urn:ebu:metadata-schema:ebuCore_2016\" \
              xml:lang=\"en\">\n\t<coreMetadata>\n\t\t<format>\n\t\t\t<audioFormatExtended>\n",
        )?;
        self.write_content(out)?;
        if self.has_bed {
            write_bed(out)?;
        }
        for number in 1..=self.objects {
            self.write_object(number, out)?;
        }
        self.write_uids(out)?;
        out.write_all(b"\t\t\t</audioFormatExtended>\n\t\t</format>\n\t</coreMetadata>\n</ebuCoreMain>\n")
    }

    /// Programme, content and objects.
    fn write_content(&self, out: &mut impl Write) -> io::Result<()> {
        let end = time(self.seconds * 100_000);
        writeln!(
            out,
            "<audioProgramme audioProgrammeID=\"APR_1001\" audioProgrammeName=\"Bench\" start=\"00:00:00.00000\" \
             end=\"{end}\"><audioContentIDRef>ACO_1001</audioContentIDRef></audioProgramme>\n\
             <audioContent audioContentID=\"ACO_1001\" audioContentName=\"Bench\">"
        )?;
        let first = if self.has_bed { 0 } else { 1 };
        for number in first..=self.objects {
            writeln!(out, "<audioObjectIDRef>AO_{:04x}</audioObjectIDRef>", 0x1001 + number)?;
        }
        out.write_all(b"</audioContent>\n")?;
        let mut uid = 0;
        for number in first..=self.objects {
            let (name, pack, tracks) = match number {
                0 => ("Bed".to_string(), "AP_00011001".to_string(), BED.len()),
                n => (format!("Object {n}"), format!("AP_{:08x}", 0x0003_1000 + n), 1),
            };
            writeln!(
                out,
                "<audioObject audioObjectID=\"AO_{:04x}\" audioObjectName=\"{name}\" start=\"00:00:00.00000\" \
                 duration=\"{end}\"><audioPackFormatIDRef>{pack}</audioPackFormatIDRef>",
                0x1001 + number
            )?;
            for _ in 0..tracks {
                uid += 1;
                writeln!(out, "<audioTrackUIDRef>ATU_{uid:08x}</audioTrackUIDRef>")?;
            }
            out.write_all(b"</audioObject>\n")?;
        }
        Ok(())
    }

    /// Pack, channel with its blocks, stream and track of object `number`.
    fn write_object(&self, number: u32, out: &mut impl Write) -> io::Result<()> {
        let digits = 0x0003_1000 + number;
        writeln!(
            out,
            "<audioPackFormat audioPackFormatID=\"AP_{digits:08x}\" audioPackFormatName=\"Object {number}\" \
             typeDefinition=\"Objects\" typeLabel=\"0003\"><audioChannelFormatIDRef>AC_{digits:08x}\
             </audioChannelFormatIDRef></audioPackFormat>\n<audioChannelFormat \
             audioChannelFormatID=\"AC_{digits:08x}\" audioChannelFormatName=\"Object {number}\" \
             typeDefinition=\"Objects\" typeLabel=\"0003\">"
        )?;
        let step = self.motion.step();
        let total = self.seconds * 100_000;
        let blocks = self.blocks.unwrap_or(total.div_ceil(step));
        let mut text = String::new();
        for index in 0..blocks {
            let start = index * step;
            let length = if self.blocks.is_none() { step.min(total - start) } else { step };
            text.clear();
            let at = Place { index, start, length };
            match self.motion {
                Motion::Film => {
                    film_block(&mut text, number, number.is_multiple_of(3), number.is_multiple_of(4), at)
                }
                Motion::Points => film_block(&mut text, number, false, false, at),
                Motion::Quarter => {
                    film_block(&mut text, number, number.is_multiple_of(4), number.is_multiple_of(4), at)
                }
                Motion::Atmos => atmos_block(&mut text, number, at),
            }
            out.write_all(text.as_bytes())?;
        }
        out.write_all(b"</audioChannelFormat>\n")?;
        write_stream(out, digits, &format!("Object {number}"))
    }

    fn write_uids(&self, out: &mut impl Write) -> io::Result<()> {
        for ((track, pack), uid) in self.references().iter().zip(1u32..) {
            writeln!(
                out,
                "<audioTrackUID UID=\"ATU_{uid:08x}\" sampleRate=\"{RATE}\" bitDepth=\"24\"><audioTrackFormatIDRef>\
                 {track}</audioTrackFormatIDRef><audioPackFormatIDRef>{pack}</audioPackFormatIDRef></audioTrackUID>"
            )?;
        }
        Ok(())
    }
}

fn write_bed(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<audioPackFormat audioPackFormatID=\"AP_00011001\" audioPackFormatName=\"Bed\" \
         typeDefinition=\"DirectSpeakers\" typeLabel=\"0001\">"
    )?;
    for number in 1..=BED.len() {
        writeln!(out, "<audioChannelFormatIDRef>AC_{:08x}</audioChannelFormatIDRef>", 0x0001_1000 + number)?;
    }
    out.write_all(b"</audioPackFormat>\n")?;
    for ((name, label, azimuth, elevation), number) in BED.iter().zip(1u32..) {
        let digits = 0x0001_1000 + number;
        let frequency =
            if *name == "LFE" { "<frequency typeDefinition=\"lowPass\">120.0</frequency>" } else { "" };
        writeln!(
            out,
            "<audioChannelFormat audioChannelFormatID=\"AC_{digits:08x}\" audioChannelFormatName=\"{name}\" \
             typeDefinition=\"DirectSpeakers\" typeLabel=\"0001\">{frequency}<audioBlockFormat \
             audioBlockFormatID=\"AB_{digits:08x}_00000001\"><speakerLabel>{label}</speakerLabel>\
             <position coordinate=\"azimuth\">{azimuth}.0</position><position coordinate=\"elevation\">{elevation}.0\
             </position><position coordinate=\"distance\">1.0</position></audioBlockFormat></audioChannelFormat>"
        )?;
        write_stream(out, digits, name)?;
    }
    Ok(())
}

fn write_stream(out: &mut impl Write, digits: u32, name: &str) -> io::Result<()> {
    writeln!(
        out,
        "<audioStreamFormat audioStreamFormatID=\"AS_{digits:08x}\" audioStreamFormatName=\"PCM_{name}\" \
         formatLabel=\"0001\" formatDefinition=\"PCM\"><audioChannelFormatIDRef>AC_{digits:08x}\
         </audioChannelFormatIDRef><audioTrackFormatIDRef>AT_{digits:08x}_01</audioTrackFormatIDRef>\
         </audioStreamFormat>\n<audioTrackFormat audioTrackFormatID=\"AT_{digits:08x}_01\" \
         audioTrackFormatName=\"PCM_{name}\" formatLabel=\"0001\" formatDefinition=\"PCM\"><audioStreamFormatIDRef>\
         AS_{digits:08x}</audioStreamFormatIDRef></audioTrackFormat>"
    )
}

/// `hh:mm:ss.zzzzz` of a time in units of 10 µs.
fn time(units: u64) -> String {
    let seconds = units / 100_000;
    format!("{:02}:{:02}:{:02}.{:05}", seconds / 3600, seconds / 60 % 60, seconds % 60, units % 100_000)
}

/// Where a block is in its channel: its number from 0, its start and length in units of 10 µs.
#[derive(Clone, Copy)]
struct Place {
    index: u64,
    start: u64,
    length: u64,
}

fn film_block(text: &mut String, number: u32, has_extent: bool, is_diffuse: bool, at: Place) {
    let Place { index, start, length } = at;
    let azimuth = (f64::from(number) * 36.0 + index as f64 * 7.3).rem_euclid(360.0) - 180.0;
    let elevation = 20.0 + 25.0 * (index as f64 * 0.17 + f64::from(number)).sin();
    let extent =
        if has_extent { "\t\t\t\t\t\t<width>30.0</width>\n\t\t\t\t\t\t<height>20.0</height>\n" } else { "" };
    let diffuse = if is_diffuse { "\t\t\t\t\t\t<diffuse>0.5</diffuse>\n" } else { "" };
    // Writing to a String never fails.
    let _ = write!(
        text,
        "\t\t\t\t\t<audioBlockFormat audioBlockFormatID=\"AB_{:08x}_{:08x}\" rtime=\"{}\" duration=\"{}\">\n\
         \t\t\t\t\t\t<position coordinate=\"azimuth\">{azimuth:.6}</position>\n\
         \t\t\t\t\t\t<position coordinate=\"elevation\">{elevation:.6}</position>\n\
         \t\t\t\t\t\t<position coordinate=\"distance\">1.0</position>\n{extent}{diffuse}\
         \t\t\t\t\t</audioBlockFormat>\n",
        0x0003_1000 + number,
        index + 1,
        time(start),
        time(length),
    );
}

fn atmos_block(text: &mut String, number: u32, at: Place) {
    let Place { index, start, length } = at;
    let phase = f64::from(number) * 0.37 + index as f64 * 0.021;
    let (x, y, z) = (phase.sin(), (phase * 0.73).cos(), (phase * 0.31).sin().abs());
    let size = match number % 3 {
        0 => {
            "\t\t\t\t\t\t<width>0.200000</width>\n\t\t\t\t\t\t<depth>0.200000</depth>\n\
             \t\t\t\t\t\t<height>0.200000</height>\n"
        }
        _ => "",
    };
    let ramp = if index == 0 { "0.0000" } else { "0.0052" };
    // Writing to a String never fails.
    let _ = write!(
        text,
        "\t\t\t\t\t<audioBlockFormat audioBlockFormatID=\"AB_{:08x}_{:08x}\" rtime=\"{}\" duration=\"{}\">\n\
         \t\t\t\t\t\t<cartesian>1</cartesian>\n\
         \t\t\t\t\t\t<position coordinate=\"X\">{x:.10}</position>\n\
         \t\t\t\t\t\t<position coordinate=\"Y\">{y:.10}</position>\n\
         \t\t\t\t\t\t<position coordinate=\"Z\">{z:.10}</position>\n{size}\
         \t\t\t\t\t\t<jumpPosition interpolationLength=\"{ramp}\">1</jumpPosition>\n\
         \t\t\t\t\t</audioBlockFormat>\n",
        0x0003_1000 + number,
        index + 1,
        time(start),
        time(length),
    );
}
