//! An open BW64 file or scene, its ADM, and what to render of it.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use formats::Warning;
use formats::adm::{self, AdmId, AdmTime, AudioChannelFormat, BlockFormats, Document, Gain, Index};
use formats::bw64::chunks::bext::BextChunk;
use formats::bw64::chunks::dbmd::{DbmdChunk, SegmentContent};
use formats::bw64::{ChunkId, Reader};
use formats::damf::{Damf, is_damf};
use formats::scene::{Feed, Picture};

use super::input::Input;
use super::scene::{SceneContents, SceneInput, is_scene};
use super::{OpenError, picture, plain_wav};
use crate::items::{self, ItemContext, RenderItem, SelectOptions};
use crate::monitor::binaural::HeadphoneMode;
use crate::panner::direct_speakers::nominal_label;

/// Which part of a master to render.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The programme, by its id or its name; the one with the lowest id by default.
    pub programme: Option<AdmId>,
    /// Objects to render instead of the defaults of their complementary groups, by their ids or names.
    pub complementary: Vec<AdmId>,
}

impl Selection {
    /// Of what has these ids or names.
    pub fn by_ids(programme: Option<&str>, complementary: &[String]) -> Self {
        Self {
            programme: programme.map(AdmId::new),
            complementary: complementary.iter().map(|id| AdmId::new(id)).collect(),
        }
    }
}

/// The id of the programme that `called` is the id or the name of.
pub(crate) fn programme_called(document: &Document, called: &AdmId) -> AdmId {
    let named = document.programmes.iter().map(|programme| (&programme.id, programme.name.as_str()));
    id_of(named, called)
}

/// The id of what can stand in for something, or be stood in for, that `called` is the id or the name of.
fn alternative_called(document: &Document, called: &AdmId) -> AdmId {
    let is_member =
        |id: &AdmId| document.objects.iter().any(|object| object.complementary_objects.contains(id));
    let members = document
        .objects
        .iter()
        .filter(|object| !object.complementary_objects.is_empty() || is_member(&object.id));
    id_of(members.map(|object| (&object.id, object.name.as_str())), called)
}

/// `called` itself where it is an id, or what nothing, or more than one thing, is called.
fn id_of<'a>(all: impl Iterator<Item = (&'a AdmId, &'a str)> + Clone, called: &AdmId) -> AdmId {
    let mut named = all.clone().filter(|(_, name)| *name == called.as_str()).map(|(id, _)| id);
    match (all.clone().any(|(id, _)| id == called), named.next(), named.next()) {
        (false, Some(id), None) => id.clone(),
        _ => called.clone(),
    }
}

/// The band of an LFE in the common definitions (BS.2094-1), Hz.
const LFE_LOW_PASS_HZ: f64 = 120.0;
/// A master begins earlier on its time line: a film that goes on past midnight counts on to the end of the next day.
const LONGEST_DAY_SECONDS: u64 = 48 * 3_600;

/// An open master.
#[derive(Debug)]
pub(crate) struct Master {
    pub(crate) input: Input,
    /// The files that it is made of, itself first: no output may take the place of one.
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) items: Arc<[RenderItem]>,
    /// What the innermost object of each item is called.
    pub(crate) object_names: Vec<String>,
    /// The headphone mode of each track, where the master says one.
    pub(crate) modes: Vec<Option<HeadphoneMode>>,
    /// What each track of a scene's master carries.
    pub(crate) feeds: Vec<Feed>,
    /// Tracks of the scene that are objects, ascending.
    pub(crate) object_tracks: Vec<usize>,
    /// The picture that it goes with, where it says one.
    pub(crate) picture: Option<Picture>,
    /// Its first sample on the time line that it is part of, where it says so.
    pub(crate) time_reference: Option<u64>,
    /// The programme that is rendered, by its name, where it has one.
    pub(crate) programme: Option<String>,
    pub(crate) warnings: Vec<Warning>,
    /// Worth an error under `--strict` and otherwise no more than a note.
    pub(crate) remarks: Vec<Warning>,
    /// Warnings known before rendering.
    pub(crate) warning_count: usize,
}

impl Master {
    /// Opens `path`, a file, a master of several files or a scene, and selects what to render, `gain_db` louder than it says.
    pub(crate) fn open(path: &Path, selection: &Selection, gain_db: f64) -> Result<Self, OpenError> {
        if is_scene(path) {
            return Self::of_scene(path, SceneInput::open(path)?, selection, gain_db);
        }
        let Contents { input, document, modes, picture, time_reference, files, warnings, remarks } =
            read_master(path)?;
        let mut master = Self { picture, time_reference, ..Self::of(path, input, modes, warnings) };
        master.sources.extend(files);
        Self { remarks, ..master }.select(path, &document, selection, gain_db)
    }

    /// The master that a scene is; messages call it `path`.
    pub(crate) fn of_scene(
        path: &Path,
        (input, contents): (SceneInput, SceneContents),
        selection: &Selection,
        gain_db: f64,
    ) -> Result<Self, OpenError> {
        let SceneContents { document, picture, modes, feeds, object_tracks, warnings, files, .. } = contents;
        let time_reference =
            picture.as_ref().and_then(|found| picture::first_sample(found, input.sample_rate()));
        let of = Self::of(path, Input::Scene(Box::new(input)), modes, warnings);
        let mut master = Self { picture, time_reference, ..of };
        master.sources.extend(files);
        (master.feeds, master.object_tracks) = (feeds, object_tracks);
        master.select(path, &document, selection, gain_db)
    }

    fn of(path: &Path, input: Input, modes: Vec<Option<HeadphoneMode>>, warnings: Vec<Warning>) -> Self {
        let (sources, items) = (vec![path.to_path_buf()], Arc::from([]));
        Self {
            input,
            sources,
            items,
            object_names: Vec::new(),
            modes,
            feeds: Vec::new(),
            object_tracks: Vec::new(),
            picture: None,
            time_reference: None,
            programme: None,
            warnings,
            remarks: Vec::new(),
            warning_count: 0,
        }
    }

    fn select(
        mut self,
        path: &Path,
        document: &Document,
        selection: &Selection,
        gain_db: f64,
    ) -> Result<Self, OpenError> {
        let rate = NonZeroU32::new(self.input.sample_rate()).unwrap_or(NonZeroU32::MIN);
        let options = SelectOptions {
            programme: selection.programme.as_ref().map(|called| programme_called(document, called)),
            complementary: selection
                .complementary
                .iter()
                .map(|own| alternative_called(document, own))
                .collect(),
            file_tracks: self.input.tracks(),
            file_duration: Some(AdmTime::from_samples(self.input.frames(), rate)),
        };
        let (mut items, found) = items::select(document, &options).map_err(|e| OpenError::file(path, e))?;
        self.warnings.extend(found);
        let gain = Gain::Decibels(gain_db).linear();
        items.iter_mut().for_each(|item| context_mut(item).object_gain *= gain);
        let index = Index::new(document);
        self.object_names = items.iter().map(|item| object_name(item, &index)).collect();
        let chosen = items.iter().find_map(|item| item.context().path.programme.as_ref());
        let chosen = document.programmes.iter().find(|programme| Some(&programme.id) == chosen);
        self.programme = chosen.map(|programme| programme.name.clone()).filter(|name| !name.is_empty());
        self.items = Arc::from(items);
        Ok(self)
    }
}

/// A master file, and what it says.
pub(crate) struct Contents {
    /// Its sound.
    pub(crate) input: Input,
    /// Its ADM, with the tracks that chna gives it; of a plain bed where it has none.
    pub(crate) document: Document,
    /// The headphone mode of each track, where the master says one.
    pub(crate) modes: Vec<Option<HeadphoneMode>>,
    /// The picture, where the master format tells of one.
    pub(crate) picture: Option<Picture>,
    /// Its first sample on the time line that it is part of, where it says so (bext).
    pub(crate) time_reference: Option<u64>,
    /// Files that it is made of beside itself.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) warnings: Vec<Warning>,
    /// Worth an error under `--strict` and otherwise no more than a note.
    pub(crate) remarks: Vec<Warning>,
}

/// Opens the file `path`, BW64, WAV or the Dolby Atmos Master Format, and reads its ADM.
pub(crate) fn read_master(path: &Path) -> Result<Contents, OpenError> {
    if is_damf(path) {
        return read_damf(path);
    }
    let error = |e: &dyn std::fmt::Display| OpenError::file(path, e);
    let mut reader = Reader::open(path).map_err(|e| match is_called_xml_and_is_none(path) {
        true => error(&"is called .xml and is no XML: expected a scene, <scene version=\"1\"> outermost; give the right file"),
        false => error(&e),
    })?;
    let mut warnings = reader.warnings().to_vec();
    let mut remarks = Vec::new();
    let has_axml = reader.find(ChunkId::AXML).is_some() || reader.find(ChunkId::BXML).is_some();
    let mut document = Document::default();
    if let Some(axml) = reader.axml().map_err(|e| error(&e))? {
        let (parsed, found) = adm::read(axml).map_err(|e| error(&e))?;
        document = parsed;
        warnings.extend(found);
    }
    let mut rows = reader.chna(&mut warnings).map_err(|e| error(&e))?;
    if rows.is_none() && !has_axml {
        let (bed, guess) = plain_wav::bed(reader.format()).ok_or_else(|| no_bed(path, reader.channels()))?;
        rows = Some(bed);
        remarks.push(Warning::new(
            "no-adm",
            "",
            "no ADM: no axml and no chna chunk; rendered as a plain bed",
        ));
        warnings.extend(guess);
    }
    if let Some(rows) = &rows {
        document.apply_chna(rows, &mut warnings);
    }
    let dbmd = reader.read_chunk(ChunkId::DBMD).map_err(|e| error(&e))?;
    let dbmd = dbmd.map(|body| DbmdChunk::parse(&body, &mut warnings));
    let bext = reader.read_chunk(ChunkId::BEXT).ok().flatten();
    let time_reference = bext.and_then(|body| BextChunk::parse(&body)).map(|bext| bext.time_reference);
    let day = LONGEST_DAY_SECONDS * u64::from(reader.sample_rate());
    let is_beyond = time_reference.is_some_and(|first| first >= day);
    warnings.extend(is_beyond.then(|| {
        let message = "its time reference is beyond a day and not used; expected samples since midnight";
        Warning::new("time-reference", "bext", message)
    }));
    let time_reference = time_reference.filter(|_| !is_beyond);
    let first = time_reference.unwrap_or(0);
    let picture = dbmd.as_ref().and_then(|dbmd| picture::of_dbmd(dbmd, first, reader.sample_rate()));
    let (picture, between) = picture.map_or((None, None), |(picture, between)| (Some(picture), between));
    remarks.extend(between);
    // What tells a frame rate and no place begins at midnight.
    let time_reference = time_reference.or(picture.as_ref().map(|_| 0));
    let modes = dbmd.as_ref().map(track_modes).unwrap_or_default();
    let input = Input::File(Box::new(reader));
    Ok(Contents { input, document, modes, picture, time_reference, files: Vec::new(), warnings, remarks })
}

/// Whether a file begins with a `<`, after a byte order mark and white space.
///
/// # Errors
/// When it can't be read.
pub(crate) fn is_xml(path: &Path) -> std::io::Result<bool> {
    const LOOK: u64 = 256;
    let mut start = Vec::new();
    File::open(path)?.take(LOOK).read_to_end(&mut start)?;
    let mark = [0xef, 0xbb, 0xbf, 0xfe, 0xff, 0];
    let first = start.iter().find(|byte| !mark.contains(byte) && !byte.is_ascii_whitespace());
    Ok(first == Some(&b'<'))
}

/// Whether a file has something in it, and that is no XML though its name ends in `.xml`.
fn is_called_xml_and_is_none(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
        && std::fs::metadata(path).is_ok_and(|found| found.len() > 0)
        && is_xml(path).is_ok_and(|is_xml| !is_xml)
}

fn read_damf(path: &Path) -> Result<Contents, OpenError> {
    let Damf { presentation, audio, mut document, modes, files, warnings } =
        Damf::open(path).map_err(|e| OpenError::damf(path, e))?;
    // As the Dolby profile has it, and BS.2076 not: of a document that stands in no file nothing is to be said.
    document.stream_formats.iter_mut().for_each(|stream| stream.pack_format = None);
    document.channel_formats.iter_mut().for_each(|channel| with_labels_of_bs_2051(Arc::make_mut(channel)));
    let picture = presentation.picture();
    // Its own place, which may lie between two frames.
    let time_reference = Some((presentation.offset * f64::from(audio.sample_rate())).round() as u64);
    Ok(Contents {
        input: Input::Caf(Box::new(audio)),
        document,
        modes: modes.iter().map(|mode| HeadphoneMode::of_dolby_code(*mode)).collect(),
        picture,
        time_reference,
        files: files.to_vec(),
        warnings,
        remarks: Vec::new(),
    })
}

/// Dolby's names of loudspeakers as those of BS.2051 that a renderer takes them for, and the band that the LFE has there.
fn with_labels_of_bs_2051(channel: &mut AudioChannelFormat) {
    let BlockFormats::DirectSpeakers(blocks) = &mut channel.blocks else { return };
    for label in blocks.iter_mut().flat_map(|block| &mut block.speaker_labels) {
        *label = nominal_label(label).to_owned();
        if label.starts_with("LFE") {
            channel.frequency.low_pass = Some(LFE_LOW_PASS_HZ);
        }
    }
}

/// The headphone mode of each track, where the `dbmd` chunk says one: its beds and objects are the tracks of the file in
/// their order.
fn track_modes(dbmd: &DbmdChunk) -> Vec<Option<HeadphoneMode>> {
    let supplement = dbmd.segments.iter().find_map(|segment| match segment.content() {
        SegmentContent::AtmosSupplement(supplement) => Some(supplement),
        _ => None,
    });
    let modes = supplement.map(|supplement| supplement.headphone).unwrap_or_default();
    modes.iter().map(|mode| HeadphoneMode::of_dolby(mode.binaural)).collect()
}

fn context_mut(item: &mut RenderItem) -> &mut ItemContext {
    match item {
        RenderItem::Objects(item) => &mut item.context,
        RenderItem::DirectSpeakers(item) => &mut item.context,
        RenderItem::Hoa(item) => &mut item.context,
        RenderItem::Binaural(item) => &mut item.context,
    }
}

/// Its innermost object, or what comes nearest to one.
fn object_name(item: &RenderItem, index: &Index) -> String {
    let path = &item.context().path;
    let object = path.objects.last();
    let name = object.and_then(|id| index.object(id)).map(|object| object.name.clone());
    name.filter(|name| !name.is_empty())
        .or_else(|| object.or(path.pack_formats.first()).map(AdmId::to_string))
        .unwrap_or_else(|| "the mix".to_owned())
}

fn no_bed(path: &Path, channels: usize) -> OpenError {
    let message = format!(
        "no ADM (no axml and no chna chunk), and {channels} channels are no common bed (1, 2, 6, 8, 10 or 12); \
         add ADM metadata, e.g. with `proscenium chunks --replace`"
    );
    OpenError::file(path, message)
}
