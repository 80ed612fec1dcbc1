//! Pictures of sounds: peaks of short spans, read in the background and kept on the disk from one time to the next.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use formats::bw64::{Planar, Reader};

/// Frames of the shortest span that has its own peaks.
pub const SPAN: usize = 256;
/// Longest sound that a picture is made of, frames: two days at 192 kHz would have 260 MB of peaks.
const MOST_FRAMES: u64 = 8 * 3600 * 192_000;
/// Frames that are read at a time.
const PIECE: usize = SPAN * 256;
/// Peaks that are put together in the next level.
const FACTOR: usize = 16;
/// Start of a file of peaks; another when their form changes.
const MAGIC: &[u8; 8] = b"PSCPEAK1";

/// The lowest and the highest sample of each span, over all channels; ±127 is full scale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// Hz.
    pub sample_rate: u32,
    /// Of each span; then of each [`FACTOR`] of those before, so that a film costs no more than a shot.
    levels: Vec<Vec<[i8; 2]>>,
}

fn wider([low, high]: [i8; 2], [a, b]: &[i8; 2]) -> [i8; 2] {
    [low.min(*a), high.max(*b)]
}

impl Peaks {
    /// The lowest and the highest sample between two times in seconds, −1…1.
    pub fn between(&self, from: f64, to: f64) -> [f32; 2] {
        let rate = f64::from(self.sample_rate) / SPAN as f64;
        let all = self.spans().len();
        let first = ((from * rate).max(0.0) as usize).min(all);
        let last = ((to * rate).ceil().max(0.0) as usize).clamp(first, all);
        let last = last.max((first + 1).min(all));
        self.widest(first..last).map(|peak| f32::from(peak) / 127.0)
    }

    /// The lowest and the highest of some spans: at their ends span by span, between in larger steps.
    fn widest(&self, mut range: std::ops::Range<usize>) -> [i8; 2] {
        let mut peaks = [0_i8; 2];
        let mut levels = self.levels.iter();
        while let Some(level) = levels.next() {
            let mut add = |part: std::ops::Range<usize>| {
                peaks = level.get(part).unwrap_or_default().iter().fold(peaks, wider);
            };
            if range.len() <= 2 * FACTOR || levels.len() == 0 {
                add(range);
                break;
            }
            let (start, end) = (range.start.div_ceil(FACTOR), range.end / FACTOR);
            add(range.start..start * FACTOR);
            add(end * FACTOR..range.end);
            range = start..end;
        }
        peaks
    }

    fn new(sample_rate: u32, spans: Vec<[i8; 2]>) -> Self {
        let mut levels = vec![spans];
        while let Some(level) = levels.last().filter(|level| level.len() > FACTOR) {
            let next = level.chunks(FACTOR).map(|part| part.iter().fold([0; 2], wider)).collect();
            levels.push(next);
        }
        Self { sample_rate, levels }
    }

    fn spans(&self) -> &[[i8; 2]] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// Reads a sound through.
    ///
    /// # Errors
    /// When it can't be read or is too long.
    pub fn of(path: &Path, stop: &AtomicBool) -> Result<Self, String> {
        let mut reader = Reader::open(path).map_err(|error| error.to_string())?;
        if reader.frames() > MOST_FRAMES {
            return Err("too long for a picture".to_owned());
        }
        let (sample_rate, frames) = (reader.sample_rate(), reader.frames());
        let mut block = Planar::new(0, 0);
        let mut peaks = Vec::new();
        let mut at = 0;
        while at < frames && !stop.load(Ordering::Relaxed) {
            let wanted = usize::try_from(frames - at).unwrap_or(PIECE).min(PIECE);
            reader.read_planar(at, wanted, &mut block).map_err(|error| error.to_string())?;
            let read = block.frames();
            if read == 0 {
                break;
            }
            for start in (0..read).step_by(SPAN) {
                let end = (start + SPAN).min(read);
                let samples = (0..block.channels()).flat_map(|channel| &block.channel(channel)[start..end]);
                let [low, high] = samples.fold([0.0_f32; 2], |[low, high], x| [low.min(*x), high.max(*x)]);
                let scaled = |value: f32| (value * 127.0).round().clamp(-127.0, 127.0) as i8;
                peaks.push([scaled(low), scaled(high)]);
            }
            at += read as u64;
        }
        Ok(Self::new(sample_rate, peaks))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let spans = self.spans().iter().flatten().map(|peak| peak.cast_unsigned());
        MAGIC.iter().copied().chain(self.sample_rate.to_le_bytes()).chain(spans).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rate, spans) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let (spans, rest) = spans.as_chunks::<2>();
        let spans = spans.iter().map(|pair| pair.map(u8::cast_signed)).collect();
        rest.is_empty().then(|| Self::new(u32::from_le_bytes(*rate), spans))
    }
}

/// The pictures of all sounds that were asked for.
#[derive(Debug, Default)]
pub struct Waveforms {
    known: BTreeMap<PathBuf, Option<Arc<Peaks>>>,
    worker: Option<Worker>,
}

/// A thread that reads sounds one after the other.
#[derive(Debug)]
struct Worker {
    wanted: Sender<PathBuf>,
    made: Mutex<Receiver<(PathBuf, Peaks)>>,
    stop: Arc<AtomicBool>,
}

impl Waveforms {
    /// The picture of a sound; `None` until it is made, which starts now. With `waits` it is made at once.
    pub fn get(&mut self, path: &Path, context: &egui::Context, waits: bool) -> Option<Arc<Peaks>> {
        self.take();
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = if waits {
            Some(Arc::new(Peaks::of(path, &AtomicBool::new(false)).unwrap_or_default()))
        } else {
            None
        };
        self.known.insert(path.to_path_buf(), found.clone());
        if !waits {
            let worker = self.worker.get_or_insert_with(|| Worker::start(context.clone()));
            // A worker that is gone makes no pictures, which is all that is lost.
            let _ = worker.wanted.send(path.to_path_buf());
        }
        found
    }

    /// Takes over what was made since.
    fn take(&mut self) {
        let Some(worker) = &self.worker else { return };
        let made = worker.made.lock().unwrap_or_else(PoisonError::into_inner);
        self.known.extend(made.try_iter().map(|(path, peaks)| (path, Some(Arc::new(peaks)))));
    }
}

impl Worker {
    fn start(context: egui::Context) -> Self {
        let (wanted, orders) = channel::<PathBuf>();
        let (done, made) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for path in orders {
                let Some(peaks) = kept_or_made(&path, &stopped) else { return };
                if done.send((path, peaks)).is_err() {
                    return;
                }
                context.request_repaint();
            }
        });
        Self { wanted, made: Mutex::new(made), stop }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The peaks of a sound, from the disk where they are of the file as it is now; `None` when the program ends.
fn kept_or_made(path: &Path, stop: &AtomicBool) -> Option<Peaks> {
    let kept = kept_at(path);
    let old = kept.as_ref().and_then(|kept| Peaks::from_bytes(&fs::read(kept).ok()?));
    if let Some(peaks) = old {
        return Some(peaks);
    }
    let peaks = Peaks::of(path, stop).unwrap_or_default();
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    if let Some(kept) = kept
        && let Some(folder) = kept.parent()
    {
        // What can't be kept is made again next time.
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&kept, peaks.to_bytes()));
    }
    Some(peaks)
}

/// Where the peaks of a file are kept: by its name, its length and when it was changed.
fn kept_at(path: &Path) -> Option<PathBuf> {
    let found = fs::metadata(path).ok()?;
    let mut hash = DefaultHasher::new();
    (path, found.len(), found.modified().ok()).hash(&mut hash);
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(folder.join("proscenium/peaks").join(format!("{:016x}", hash.finish())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_kept_as_they_are_and_anything_else_is_refused() {
        let peaks = Peaks::new(48_000, vec![[-127, 12], [0, 0], [-3, 127]]);
        assert_eq!(Peaks::from_bytes(&peaks.to_bytes()), Some(peaks.clone()));
        for end in 0..13 {
            assert_eq!(
                Peaks::from_bytes(&peaks.to_bytes()[..end]).filter(|found| !found.spans().is_empty()),
                None
            );
        }
        assert_eq!(Peaks::from_bytes(b"something else"), None);
        let second = SPAN as f64 / 48_000.0;
        assert_eq!(peaks.between(0.0, second * 0.5), [-1.0, 12.0 / 127.0]);
        assert_eq!(peaks.between(0.0, second * 3.0), [-1.0, 1.0]);
        assert_eq!(peaks.between(second * 9.0, second * 12.0), [0.0; 2]);
        assert_eq!(peaks.between(-4.0, -2.0), [-1.0, 12.0 / 127.0]);
    }

    /// Larger steps find what going through all of them finds.
    #[test]
    fn long_stretches_have_the_peaks_of_their_spans() {
        let value = |n: usize, by: usize| ((n * by) % 251) as i8;
        let spans: Vec<[i8; 2]> =
            (0..5000).map(|n| [value(n, 7919).min(0), value(n, 104_729).max(0)]).collect();
        let peaks = Peaks::new(48_000, spans.clone());
        assert!(peaks.levels.len() > 2);
        for (start, length) in (0..400).map(|n| ((n * 37) % 5000, (n * n) % 5200)) {
            let end = (start + length).min(5000);
            let all = spans[start..end].iter().fold([0; 2], wider);
            assert_eq!(peaks.widest(start..end), all, "{start}..{end}");
        }
    }
}
