//! The stems of a scene: which there are, and all of them open.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use formats::scene::{self, ReverbUnit, Scene, chain};

use super::OpenError;
use super::stem_file::{BadStems, StemFile};
use crate::audio::AudioBlock;
use crate::mix::mixer::ClipSource;
use crate::mix::reverb::LONGEST_RESPONSE_SECONDS;

/// The sound files that the scene names, each once.
pub(super) fn files(scene: &Scene, folder: &Path) -> Vec<PathBuf> {
    let clips = scene.tracks.iter().flat_map(|track| &track.clips).map(|clip| clip.file.as_str());
    let responses = scene.reverbs.iter().filter_map(|unit| match &unit.reverb {
        chain::Reverb::Convolution(convolution) => Some(convolution.file.as_str()),
        chain::Reverb::Fdn(_) => None,
    });
    let mut known = BTreeSet::new();
    let names = clips.chain(responses).filter(|name| known.insert(name.to_string()));
    names.map(|name| scene::resolve(folder, name)).collect()
}

/// The files of all clips of all tracks, open.
pub(super) fn clips(
    scene: &Scene,
    folder: &Path,
    bad: &BadStems,
) -> Result<Vec<Vec<Box<dyn ClipSource>>>, OpenError> {
    let mut all = Vec::new();
    for track in &scene.tracks {
        let mut clips: Vec<Box<dyn ClipSource>> = Vec::new();
        for clip in track.clips.iter().filter(|_| scene.is_heard(track)) {
            let file = scene::resolve(folder, &clip.file);
            let wanted = (clip.channels.as_slice(), track.spatial.channels());
            let stem = StemFile::open(&file, wanted, scene.sample_rate, bad).map_err(|message| {
                OpenError::file(&file, format_args!("track \"{}\": {message}", track.name))
            })?;
            clips.push(Box::new(stem));
        }
        all.push(clips);
    }
    Ok(all)
}

/// The responses of all reverbs that have a file.
pub(super) fn responses(scene: &Scene, folder: &Path) -> Result<Vec<Vec<Vec<f32>>>, OpenError> {
    scene.reverbs.iter().map(|unit| response((scene, folder), unit)).collect()
}

/// The reverbs of a scene whose responses can't be used, by their places, and why.
pub(crate) fn bad_responses(scene: &Scene, folder: &Path) -> Vec<(usize, OpenError)> {
    let all = scene.reverbs.iter().enumerate();
    all.filter_map(|(number, unit)| Some((number, response((scene, folder), unit).err()?))).collect()
}

fn response((scene, folder): (&Scene, &Path), unit: &ReverbUnit) -> Result<Vec<Vec<f32>>, OpenError> {
    let chain::Reverb::Convolution(convolution) = &unit.reverb else { return Ok(Vec::new()) };
    let file = scene::resolve(folder, &convolution.file);
    let error = |message: String| OpenError::file(&file, format_args!("reverb \"{}\": {message}", unit.name));
    let mut stem = StemFile::open_whole(&file, scene.sample_rate).map_err(error)?;
    let most = LONGEST_RESPONSE_SECONDS as u64 * u64::from(scene.sample_rate.get());
    if stem.frames() > most {
        return Err(error(format!("is a response of more than {LONGEST_RESPONSE_SECONDS} s; cut it")));
    }
    let mut block = AudioBlock::new(stem.channels(), usize::try_from(stem.frames()).unwrap_or(0));
    stem.read(0, &mut block).map_err(|e| error(e.to_string()))?;
    if stem.is_bad() {
        return Err(error("has samples that are NaN or infinite; make it anew".to_owned()));
    }
    // It says what comes back of one sample. Resampled as sound it would be as high, and so more with more samples a second.
    let share = stem.file_rate() as f32 / scene.sample_rate.get() as f32;
    Ok(block.channels_mut().map(|row| row.iter().map(|sample| share * sample).collect()).collect())
}
