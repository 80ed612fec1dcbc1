//! Playback as it happens: a master or a scene to a device, controlled from another thread while it plays.
//!
//! ```text
//!  files ── reader ── blocks ── engine's thread ── rings ── Processor ── device
//!            thread              ▲    │    renders a little ahead  └ fades, monitor; no locks, no memory
//!  Handle ── what is to be done ─┘    └── metering thread: levels, loudness
//!    └────── builder thread: what takes long and may fail: scenes, outputs, references
//! ```
//!
//! [`open`] gives the two ends: a [`Handle`] for whoever controls it and a [`Processor`] for the thread of the device. What
//! is rendered is what a job would write, by the same engine in the same blocks of the grid, so it has the same bits
//! whatever the blocks of the device. It is rendered some hundredths of a second ahead: what is done by hand is heard so
//! much later. Everything that takes the place of something else - a seek, another output, another scene - comes as
//! another ring, which is faded to; what is done with goes back to be freed.

#[cfg(feature = "play")]
pub mod audio_device;
mod blueprint;
mod builder;
mod conductor;
mod error;
mod feed;
mod handle;
mod metering;
pub mod mock_device;
mod motion;
mod objects;
pub mod osc;
mod output;
mod processor;
mod reader;
mod shared;
mod state;
mod stream;
mod telemetry;
mod transport;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use formats::scene::Scene;
use rtrb::RingBuffer;

use self::blueprint::{Blueprint, Programme};
use self::builder::Builder;
use self::conductor::{Conductor, Queues};
use self::handle::Keeper;
use self::metering::Metering;
use self::shared::Shared;
use self::state::State;
use crate::master::Selection;
use crate::render::RenderOptions;

pub use crate::mix::mixer::StripName;
pub use error::LiveError;
pub use handle::{Handle, SHORTEST_LOOP};
pub use objects::{ObjectEdit, ObjectInfo, ObjectKind};
pub use output::Output;
pub use processor::Processor;
pub use state::{Event, Listen, Monitor, TimedMove};
pub use telemetry::{ChannelLevel, LiveLoudness, Spectrum, StripLevel, Telemetry};

/// Feeds on their way to the device.
const FEEDS: usize = 16;
/// Feeds on their way back: all that there can be.
const RETURNING: usize = 4 * FEEDS;

/// What is played.
#[derive(Clone, Debug)]
pub enum Source {
    /// An ADM master, a plain WAV file, or the file of a scene.
    File(PathBuf),
    /// A scene that may have no file yet.
    Scene {
        /// The scene.
        scene: Box<Scene>,
        /// Where the names of its stems begin.
        folder: PathBuf,
    },
}

/// How it is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// What it is rendered to first.
    pub output: Output,
    /// Channels of the device; those of the output by default. More are silent, and of an output with more the last ones
    /// are not heard.
    pub channels: Option<usize>,
    /// Frames that the device asks for at a time, about. It learns by itself of longer blocks.
    pub device_block: usize,
    /// The first sample.
    pub start: u64,
    /// What to play of a master.
    pub selection: Selection,
    /// Importance threshold and conversion.
    pub render: RenderOptions,
}

impl Options {
    /// Everything from the start.
    pub fn new(output: Output) -> Self {
        Self {
            output,
            channels: None,
            device_block: 512,
            start: 0,
            selection: Selection::default(),
            render: RenderOptions::default(),
        }
    }
}

/// Opens `source` and starts the threads that render it. It waits at its start until it is played.
///
/// # Errors
/// When it cannot be opened or rendered to the output, or the system gives no threads.
pub fn open(source: Source, options: Options) -> Result<(Handle, Processor), LiveError> {
    let channels = options.channels.unwrap_or(options.output.channels()).max(1);
    let (start, block) = (options.start, options.device_block);
    let mut plan = Blueprint::new(source, options)?;
    let Programme { stream, objects, items, warnings, sample_rate, frames, strips, .. } = plan.build(0)?;
    plan.sample_rate = sample_rate;
    let output = plan.output.clone();
    let metering = Arc::new(Metering::start(sample_rate, output.meter_channels())?);
    let shared = Arc::new(Shared::new(start.min(frames), block));
    let mut state = State::new((objects, items), output, (frames, sample_rate));
    warnings.into_iter().for_each(|message| state.event(Event::Warning { message }));
    let state = Arc::new(Mutex::new(state));
    let (builder, built) = Builder::start(plan, strips)?;
    let (feeds, incoming) = RingBuffer::new(FEEDS);
    let (back, reclaim) = RingBuffer::new(RETURNING);
    let processor = Processor::new(Arc::clone(&shared), channels, incoming, back);
    let ends = (Arc::clone(&shared), Arc::clone(&state));
    let mut conductor =
        Conductor::new(ends, (Arc::clone(&metering), built), Queues { feeds, reclaim }, channels);
    conductor.begin(stream, start.min(frames));
    thread::Builder::new()
        .name("live engine".to_owned())
        .spawn(move || conductor.run())
        .map_err(|error| LiveError::Thread { name: "engine's", message: error.to_string() })?;
    Ok((Handle::new(Keeper { shared, state, metering, builder }), processor))
}
