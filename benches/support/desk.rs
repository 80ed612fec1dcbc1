//! A desk in full use: a scene in which every track has a full chain, and all send to one reverb.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use formats::bw64::{AudioFormat, Planar, SampleFormat, Writer, WriterSpec};

use crate::scene::RATE;

/// Different stems; the tracks share them.
const STEMS: usize = 8;

/// Writes `scene.xml` and its stems to `folder`: so many objects all round, `seconds` of noise as loud as speech is, each through
/// trim, equaliser of four bands, gate, de-esser, compressor, fader and a send to one network of delays. Gives the scene's name.
///
/// # Errors
/// When a file can't be written.
pub fn write(folder: &Path, tracks: usize, seconds: u64) -> io::Result<PathBuf> {
    for stem in 0..STEMS {
        write_stem(&folder.join(format!("stem{stem}.wav")), stem as u64 + 1, seconds)?;
    }
    let mut text = String::from("<scene version=\"1\" name=\"Desk\">\n");
    for track in 0..tracks {
        let azimuth = 360.0 * (track as f64 / tracks as f64) - 180.0;
        // Writing to a String never fails.
        let _ = write!(
            text,
            r#"<track name="{track}" role="effects"><clip file="stem{}.wav"/><chain><trim gain="-3"/>
            <eq><highPass frequency="80"/><bell frequency="400" gain="-3" q="1.4"/><bell frequency="2500" gain="2"/>
            <highShelf frequency="9000" gain="3"/></eq><gate threshold="-40"/><deEsser/><compressor/><fader gain="-12"/>
            <send to="hall" gain="-12"/></chain><object azimuth="{azimuth}"/></track>
"#,
            track % STEMS
        );
    }
    text.push_str("<reverb name=\"hall\" return=\"7.1.4\"><fdn/></reverb>\n</scene>\n");
    let scene = folder.join("scene.xml");
    std::fs::write(&scene, text)?;
    Ok(scene)
}

fn write_stem(path: &Path, seed: u64, seconds: u64) -> io::Result<()> {
    let frames = seconds * u64::from(RATE);
    let format = AudioFormat::new(1, RATE, SampleFormat::Int24);
    let spec = WriterSpec { format, frames: Some(frames), dither: None };
    let mut writer = Writer::create(path, &spec).map_err(io::Error::other)?;
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0) as f32 * 0.2
    };
    let mut planes = Planar::<f32>::new(1, RATE as usize);
    for _ in 0..seconds {
        planes.channel_mut(0).iter_mut().for_each(|sample| *sample = next());
        writer.write_planar(&planes).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}
