//! `proscenium live`: a master or a scene played as it is, to a device, with OSC in and out.

mod report;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use self::report::LiveReport;
use super::input::check_seekable;
use super::render::headphones::HeadphoneArgs;
use super::render::room;
use super::{CliError, Console, Interrupt, OpenOutputs, Outcome};
use crate::deliver::{BINAURAL, Clock, Deliverable, Timecode};
use crate::live::mock_device::{MockDevice, Pace};
use crate::live::osc::{self, ADM_OSC_PORT, OscOptions, OscServer};
use crate::live::{self, Event, Handle, LiveError, Monitor, Options, Output, Processor, Source};
use crate::master::picture_of;
use crate::render::Target;

/// How often it is looked at what happened.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Play a master or a scene to loudspeakers or headphones, steered by OSC
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Addresses are HOST:PORT, or a port of this machine alone (4001 is 127.0.0.1:4001); 0.0.0.0:4001 lets others in.
Sound needs a build with the feature `play`; --silent plays without a device, in real time.

Examples:
  proscenium live master.wav --layout 7.1.4
  proscenium live scene.xml --layout binaural --room studio --head-osc 8000
  proscenium live master.wav --layout 5.1 --osc-in 4001 --osc-out 192.168.1.20:4002
  proscenium live master.wav --loop 00:01:10-00:01:20 --silent
  proscenium live --list-devices"
)]
pub struct Args {
    /// The master: BW64, RF64 or WAV with ADM, a plain bed, or a scene
    #[arg(value_name = "FILE", required_unless_present = "list_devices")]
    input: Option<PathBuf>,
    /// Layout: BS.2051 (4+7+0) or everyday name (7.1.4), binaural, or hoa1 … hoa7
    #[arg(short, long, value_name = "LAYOUT", default_value = "stereo")]
    layout: String,
    /// Where the loudspeakers of --layout really stand, their channels and gains, the screen; JSON or YAML
    #[arg(long, value_name = "FILE")]
    speakers: Option<PathBuf>,
    /// The device, by its name or a part of it; the system's choice by default
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Samples of a block of the device
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(16..=8192))]
    buffer: Option<u32>,
    /// For each channel of the layout the channel of the device, from 1
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=256))]
    map: Vec<u16>,
    /// Play without a device, in real time
    #[arg(long, conflicts_with_all = ["device", "map", "list_devices"])]
    silent: bool,
    /// List the devices and end
    #[arg(long)]
    list_devices: bool,
    /// Where to start: seconds, hh:mm:ss.fff, hh:mm:ss:ff@RATE, or hh:mm:ss:ff of the picture
    #[arg(long, value_name = "TIME")]
    start: Option<Timecode>,
    /// Play from one time to another again and again
    #[arg(long = "loop", value_name = "TIME-TIME")]
    looped: Option<Loop>,
    /// Turn the monitor up, decibels
    #[arg(long, value_name = "DB", default_value_t = 0.0, allow_hyphen_values = true)]
    gain_db: f64,
    /// Hear ADM-OSC: objects and, on headphones, the listener's head
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "4001")]
    osc_in: Option<Address>,
    /// Send what moves as ADM-OSC
    #[arg(long, value_name = "ADDRESS")]
    osc_out: Option<Address>,
    /// Hear a head tracker: /SceneRotator/ypr, /SceneRotator/quaternions, /adm/lis/ypr
    #[arg(long, value_name = "ADDRESS")]
    head_osc: Option<Address>,
    /// Angles of the tracker that have another sign: yaw, pitch, roll
    #[arg(long, value_name = "ANGLE,…", value_delimiter = ',')]
    head_invert: Vec<Angle>,
    #[command(flatten)]
    headphones: HeadphoneArgs,
}

/// An angle of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Angle {
    /// To the left
    Yaw,
    /// Up
    Pitch,
    /// Right ear down
    Roll,
}

/// An address, or a port of this machine.
#[derive(Clone, Copy, Debug)]
struct Address(SocketAddr);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        port.or_else(|| text.parse().ok()).map(Self).ok_or_else(|| {
            format!(
                "expected a port or an address with one, e.g. {ADM_OSC_PORT} or 192.168.1.20:{ADM_OSC_PORT}"
            )
        })
    }
}

/// From one time to another.
#[derive(Clone, Debug)]
struct Loop(Timecode, Timecode);

impl FromStr for Loop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let times = text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        times
            .map(|(from, to)| Self(from, to))
            .ok_or_else(|| "expected two times, e.g. 00:01:10-00:01:20".to_owned())
    }
}

/// Plays until the end, or until somebody stops it.
///
/// # Errors
/// When nothing can be played, or there is no device.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    if args.list_devices {
        return list_devices(console);
    }
    let Some(input) = &args.input else { return Err(CliError::new("give a file to play")) };
    check_seekable(input)?;
    if !args.silent {
        device::is_possible()?;
    }
    let output = output(args, input, console)?;
    let options =
        Options { device_block: args.buffer.map_or(512, |frames| frames as usize), ..Options::new(output) };
    let (handle, processor) = live::open(Source::File(input.clone()), options).map_err(failure(input))?;
    let rate = handle.sample_rate();
    let times = args.start.iter().chain(args.looped.iter().flat_map(|Loop(from, to)| [from, to]));
    let needs_picture = times.into_iter().any(|time| time.needs_picture());
    let picture = if needs_picture { picture_of(input).map_err(CliError::new)? } else { None };
    let sample = |name: &str, time: Timecode| {
        time.to_sample(rate, picture.as_ref())
            .map_err(|error| CliError::file(input, format_args!("{name} {error}")))
    };
    if let Some(Loop(from, to)) = &args.looped {
        let (from, to) = (sample("--loop", *from)?, sample("--loop", *to)?);
        if from >= to || from >= handle.frames() {
            let length = Clock { sample: handle.frames(), sample_rate: rate };
            return Err(CliError::new(format_args!(
                "--loop: it has to end after its start, and to start within {length}, the length of the file"
            )));
        }
        handle.set_loop(Some(from..to));
        handle.seek(from);
    }
    if let Some(start) = args.start {
        handle.seek(sample("--start", start)?);
    }
    handle.set_monitor(Monitor { gain_db: args.gain_db, ..Monitor::default() });
    let osc = osc(args, &handle)?;
    play(args, (input, &handle, osc.as_ref()), processor, console)
}

fn failure(input: &Path) -> impl Fn(LiveError) -> CliError {
    move |error| match error {
        LiveError::Open(error) => CliError::new(error),
        error => CliError::file(input, error),
    }
}

/// What it is rendered to.
fn output(args: &Args, input: &Path, console: &Console) -> Result<Output, CliError> {
    if args.layout.eq_ignore_ascii_case(BINAURAL) && args.speakers.is_none() {
        return Ok(Output::headphones(args.headphones.read(input, console)?));
    }
    args.headphones.refuse_without_binaural("--layout binaural")?;
    let deliverable = match &args.speakers {
        Some(file) => {
            let mut warnings = Vec::new();
            let room = room(&args.layout, file, &mut warnings)?;
            console.warnings(file, &warnings)?;
            room
        }
        None => {
            Deliverable::by_name(&args.layout).map_err(|e| CliError::new(format_args!("--layout: {e}")))?
        }
    };
    Ok(Output::of_target(deliverable.name(), deliverable.target().clone()))
}

/// OSC, where it is asked for.
fn osc(args: &Args, handle: &Handle) -> Result<Option<OscServer>, CliError> {
    let address = |address: Option<Address>| address.map(|Address(address)| address);
    let options = OscOptions {
        listen: address(args.osc_in),
        send: address(args.osc_out),
        head: address(args.head_osc),
        invert_head: [Angle::Yaw, Angle::Pitch, Angle::Roll].map(|angle| args.head_invert.contains(&angle)),
    };
    if !args.head_invert.is_empty() && options.head.is_none() && options.listen.is_none() {
        return Err(CliError::new("--head-invert is for a tracker; say where it is heard with --head-osc"));
    }
    if (options.listen, options.send, options.head) == (None, None, None) {
        return Ok(None);
    }
    if options.head.is_some() && !matches!(handle.output().target(), Target::Headphones(_)) {
        return Err(CliError::new("--head-osc turns a head, and no output has one; take --layout binaural"));
    }
    osc::start(handle, &options).map(Some).map_err(CliError::new)
}

/// Plays, and tells about it.
fn play(
    args: &Args,
    (input, handle, osc): (&Path, &Handle, Option<&OscServer>),
    processor: Processor,
    console: &Console,
) -> Result<Outcome, CliError> {
    // A signal ends the loop, not the process.
    let _guard = OpenOutputs::hold()?;
    let rate = handle.sample_rate();
    let block = args.buffer.map_or(512, |frames| frames as usize);
    let playing = match args.silent {
        true => {
            Playing::Silent(MockDevice::start(processor, block, Pace::RealTime(rate)).map_err(CliError::new)?)
        }
        false => Playing::Device(device::start(args, processor, rate)?),
    };
    introduce((input, handle, osc), &playing, console);
    handle.play();
    let bar = console.draws_progress().then(|| {
        let style =
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        ProgressBar::new_spinner().with_style(style)
    });
    let mut failed = None;
    'playing: while Interrupt::received().is_none() {
        thread::sleep(LOOK_EVERY);
        // Nobody here writes them down.
        drop(handle.moves());
        for event in handle.events() {
            match event {
                Event::Ended => break 'playing,
                Event::Failed { message } => {
                    failed = Some(message);
                    break 'playing;
                }
                Event::Warning { message } => console.note(format_args!("warning: {message}")),
                Event::SceneReady | Event::OutputReady { .. } | Event::ReferenceReady { .. } => {}
            }
        }
        if let Some(bar) = &bar {
            bar.set_message(report::line(handle));
        }
    }
    handle.pause();
    bar.iter().for_each(ProgressBar::finish_and_clear);
    if let Some(message) = failed {
        return Err(CliError::file(input, message));
    }
    let report = LiveReport::new(input, handle, playing.faults());
    playing.end();
    if console.wants_json() {
        console.json(&report)?;
    } else {
        console.note(report);
    }
    Ok(Outcome::Good)
}

/// Who takes the sound.
enum Playing {
    Silent(MockDevice),
    Device(device::Device),
}

impl Playing {
    fn faults(&self) -> u64 {
        match self {
            Self::Silent(_) => 0,
            Self::Device(device) => device.faults(),
        }
    }

    fn end(self) {
        match self {
            Self::Silent(device) => drop(device.stop()),
            // It stops when it is gone.
            Self::Device(_) => (),
        }
    }
}

fn introduce(
    (input, handle, osc): (&Path, &Handle, Option<&OscServer>),
    playing: &Playing,
    console: &Console,
) {
    let output = handle.output();
    let device = match playing {
        Playing::Silent(_) => "no device (silent)".to_owned(),
        Playing::Device(device) => device.name().to_owned(),
    };
    console.note(format_args!(
        "{}: {} to {} ({} channels) on {device}; Ctrl-C ends",
        input.display(),
        Clock { sample: handle.frames(), sample_rate: handle.sample_rate() },
        output.name(),
        output.channels()
    ));
    if let Some(address) = osc.and_then(OscServer::listens) {
        console.note(format_args!("ADM-OSC is heard at {address}"));
    }
    if let Some(address) = osc.and_then(OscServer::head) {
        console.note(format_args!("head trackers are heard at {address}"));
    }
}

#[cfg(feature = "play")]
fn list_devices(console: &Console) -> Result<Outcome, CliError> {
    let devices = live::audio_device::list().map_err(CliError::new)?;
    if console.wants_json() {
        console.json(&devices.iter().map(report::Device::from).collect::<Vec<_>>())?;
        return Ok(Outcome::Good);
    }
    for device in &devices {
        let mark = if device.is_default { "*" } else { " " };
        let (least, most) = device.sample_rates;
        console
            .line(format_args!("{mark} {}: {} channels, {least} … {most} Hz", device.name, device.channels));
    }
    if devices.is_empty() {
        console.note("this machine has no device that plays sound");
    }
    Ok(Outcome::Good)
}

#[cfg(not(feature = "play"))]
fn list_devices(_console: &Console) -> Result<Outcome, CliError> {
    Err(device::missing())
}

#[cfg(feature = "play")]
mod device {
    use super::{Args, CliError, Processor};
    use crate::live::audio_device::{self, DeviceOptions};

    pub(super) use crate::live::audio_device::AudioDevice as Device;

    pub(super) fn is_possible() -> Result<(), CliError> {
        Ok(())
    }

    pub(super) fn start(args: &Args, processor: Processor, rate: u32) -> Result<Device, CliError> {
        let map = args.map.iter().map(|channel| usize::from(channel.saturating_sub(1))).collect();
        let options = DeviceOptions { name: args.device.clone(), buffer: args.buffer, map };
        let started = audio_device::start(processor, &options, rate);
        started.map_err(|error| CliError::new(format_args!("{error}; --silent plays without one")))
    }
}

#[cfg(not(feature = "play"))]
mod device {
    use super::{Args, CliError, Processor};

    /// There is none in this build.
    pub(super) enum Device {}

    impl Device {
        pub(super) fn faults(&self) -> u64 {
            match *self {}
        }

        pub(super) fn name(&self) -> &str {
            match *self {}
        }
    }

    pub(super) fn missing() -> CliError {
        CliError::new(
            "this build plays no sound; build it with `--features play` (which needs the headers of ALSA on Linux, \
             libasound2-dev), or play without a device with --silent",
        )
    }

    pub(super) fn is_possible() -> Result<(), CliError> {
        Err(missing())
    }

    pub(super) fn start(_args: &Args, _processor: Processor, _rate: u32) -> Result<Device, CliError> {
        Err(missing())
    }
}
