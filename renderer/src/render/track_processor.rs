//! From file tracks to the sources of voices (BS.2127-1 §5.3.1, §7.4): direct tracks are taken where they lie;
//! matrix coefficients, mixes and gains are computed block by block.

use std::collections::BTreeSet;
use std::f64::consts::PI;
use std::fmt;
use std::ops::Range;

use formats::Warning;
use formats::adm::MatrixCoefficient;

use super::mix::Sources;
use super::plan::GRID;
use crate::audio::{AudioBlock, FrameBlock};
use crate::items::{RenderItem, TrackSpec};

/// The longest delay of a matrix coefficient, milliseconds. Longer ones are no alignment but an error, and
/// their history would be unbounded.
const LONGEST_DELAY_MS: f64 = 10_000.0;

/// Samples on each side of the phase shifter's centre; also its latency.
const PHASE_REACH: usize = 1024;

/// Every source that the voices of an item list take, and how it is made from file tracks.
#[derive(Debug)]
pub struct TrackTable {
    used: Vec<usize>,
    processors: Vec<TrackProcessor>,
    latency: usize,
    memory: usize,
}

/// For each item, its sources in the order of its tracks; `None` is silence.
pub type ItemSources = Vec<Vec<Option<usize>>>;

impl TrackTable {
    /// The table for `items`, whose processors take blocks of up to `capacity` samples.
    pub fn new(items: &[RenderItem], sample_rate: u32) -> (Self, ItemSources, Vec<Warning>) {
        let mut warnings = Vec::new();
        let specs: Vec<Vec<Spec>> = items
            .iter()
            .map(|item| {
                tracks_of(item).into_iter().map(|s| Spec::new(s, sample_rate, &mut warnings)).collect()
            })
            .collect();
        let all = || specs.iter().flatten();
        let latency = PHASE_REACH * all().map(Spec::phase_shifters).max().unwrap_or(0);
        let memory = all().map(Spec::memory).max().unwrap_or(0) + latency;
        let mut used = BTreeSet::new();
        all().for_each(|spec| spec.collect_tracks(&mut used));
        let mut table = Self { used: used.into_iter().collect(), processors: Vec::new(), latency, memory };
        let sources = specs.iter().map(|specs| specs.iter().map(|s| table.add(s)).collect()).collect();
        warnings.dedup();
        (table, sources, warnings)
    }

    fn add(&mut self, spec: &Spec) -> Option<usize> {
        match spec {
            Spec::Silent => None,
            Spec::Direct(track) if self.latency == 0 => Some(self.row(*track)),
            _ => {
                let node = self.node(spec, self.latency);
                self.processors.push(TrackProcessor { node, samples: Vec::new() });
                Some(self.used.len() + self.processors.len() - 1)
            }
        }
    }

    /// Row of the input block that holds `track`.
    fn row(&self, track: usize) -> usize {
        self.used.binary_search(&track).unwrap_or_default()
    }

    /// A node whose output comes `latency` samples late.
    fn node(&self, spec: &Spec, latency: usize) -> Node {
        let boxed = |spec, latency| Box::new(self.node(spec, latency));
        match spec {
            Spec::Silent => Node::Mix(Vec::new(), Vec::new()),
            Spec::Direct(track) if latency == 0 => Node::Input(self.row(*track)),
            Spec::Direct(track) => Node::Delay(Box::new(Node::Input(self.row(*track))), vec![0.0; latency]),
            Spec::Mix(specs) => {
                let nodes = specs.iter().map(|spec| self.node(spec, latency)).collect();
                Node::Mix(nodes, Vec::new())
            }
            Spec::Scale(spec, factor) => Node::Scale(boxed(spec, latency), *factor as f32),
            Spec::Delay(spec, samples) => Node::Delay(boxed(spec, latency), vec![0.0; *samples]),
            Spec::Phase(spec, degrees) => {
                let inner = boxed(spec, latency.saturating_sub(PHASE_REACH));
                Node::Phase(inner, PhaseShifter::new(*degrees))
            }
        }
    }

    /// The file tracks that are needed, ascending: the rows of the input block.
    pub fn used_tracks(&self) -> &[usize] {
        &self.used
    }

    /// Samples by which sources come after their input.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Samples of input before a moment that the sources at that moment depend on.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Whether every source is a track as it is.
    pub fn is_direct(&self) -> bool {
        self.processors.is_empty()
    }

    /// Computes the sources that aren't direct for the next `input`; one thread per processor at most.
    pub fn process(&mut self, input: &AudioBlock) {
        use rayon::prelude::*;
        self.processors.par_iter_mut().for_each(|processor| {
            processor.samples.resize(input.frames(), 0.0);
            processor.node.process(input, &mut processor.samples);
        });
    }

    /// Forgets all samples.
    pub fn restart(&mut self) {
        self.processors.iter_mut().for_each(|processor| processor.node.restart());
    }

    /// The sources of `input`; where not all are direct, that is the block that was processed last.
    pub fn sources<'a>(&'a self, input: InputBlock<'a>) -> TableSources<'a> {
        TableSources { table: self, input }
    }
}

/// A block of input.
#[derive(Clone, Copy, Debug)]
pub enum InputBlock<'a> {
    /// Those tracks of a file that are needed.
    Planes(&'a AudioBlock),
    /// All of them, as they lie there.
    Frames(&'a FrameBlock),
}

impl InputBlock<'_> {
    /// Samples of each track.
    pub fn frames(self) -> usize {
        match self {
            Self::Planes(block) => block.frames(),
            Self::Frames(block) => block.frames(),
        }
    }
}

impl fmt::Display for InputBlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planes(block) => write!(f, "{} channels of {} samples", block.channels(), block.frames()),
            Self::Frames(block) => write!(f, "{} frames that are not decoded", block.frames()),
        }
    }
}

impl<'a> From<&'a AudioBlock> for InputBlock<'a> {
    fn from(block: &'a AudioBlock) -> Self {
        Self::Planes(block)
    }
}

impl<'a> From<&'a FrameBlock> for InputBlock<'a> {
    fn from(block: &'a FrameBlock) -> Self {
        Self::Frames(block)
    }
}

/// The sources of one block.
#[derive(Clone, Copy, Debug)]
pub struct TableSources<'a> {
    table: &'a TrackTable,
    input: InputBlock<'a>,
}

impl Sources for TableSources<'_> {
    fn ready(&self, range: Range<usize>, room: &mut AudioBlock) {
        if let InputBlock::Frames(frames) = self.input {
            frames.decode(range, &self.table.used, room);
        }
    }

    fn samples<'a>(&'a self, source: usize, range: Range<usize>, room: &'a AudioBlock) -> &'a [f32] {
        match (source.checked_sub(self.table.used.len()), self.input) {
            (Some(index), _) => &self.table.processors[index].samples[range],
            (None, InputBlock::Planes(input)) => &input.channel(source)[range],
            (None, InputBlock::Frames(_)) => room.channel(source),
        }
    }

    fn count(&self) -> usize {
        self.table.used.len() + self.table.processors.len()
    }
}

fn tracks_of(item: &RenderItem) -> Vec<&TrackSpec> {
    match item {
        RenderItem::Objects(item) => vec![&item.track],
        RenderItem::DirectSpeakers(item) => vec![&item.track],
        RenderItem::Binaural(item) => vec![&item.track],
        RenderItem::Hoa(item) => item.channels.iter().map(|channel| &channel.track).collect(),
    }
}

/// A [`TrackSpec`] without what makes no difference, in samples at one rate.
#[derive(Clone, Debug, PartialEq)]
enum Spec {
    Silent,
    Direct(usize),
    Mix(Vec<Spec>),
    Scale(Box<Spec>, f64),
    Delay(Box<Spec>, usize),
    Phase(Box<Spec>, f64),
}

impl Spec {
    fn new(track: &TrackSpec, sample_rate: u32, warnings: &mut Vec<Warning>) -> Self {
        match track {
            TrackSpec::Direct(track) => Self::Direct(*track),
            TrackSpec::Silent => Self::Silent,
            TrackSpec::Gain(track, gain) => Self::new(track, sample_rate, warnings).scaled(*gain),
            TrackSpec::Mix(tracks) => {
                let mut specs: Vec<_> =
                    tracks.iter().map(|track| Self::new(track, sample_rate, warnings)).collect();
                specs.retain(|spec| *spec != Self::Silent);
                match specs.len() {
                    0 => Self::Silent,
                    1 => specs.remove(0),
                    _ => Self::Mix(specs),
                }
            }
            TrackSpec::Matrix(track, coefficient) => {
                let spec = Self::new(track, sample_rate, warnings);
                coefficient_of(spec, coefficient, sample_rate, warnings)
            }
        }
    }

    fn scaled(self, gain: f64) -> Self {
        match self {
            Self::Silent => Self::Silent,
            _ if gain == 0.0 => Self::Silent,
            spec if gain == 1.0 => spec,
            spec => Self::Scale(Box::new(spec), gain),
        }
    }

    fn collect_tracks(&self, tracks: &mut BTreeSet<usize>) {
        match self {
            Self::Silent => {}
            Self::Direct(track) => {
                tracks.insert(*track);
            }
            Self::Mix(specs) => specs.iter().for_each(|spec| spec.collect_tracks(tracks)),
            Self::Scale(spec, _) | Self::Delay(spec, _) | Self::Phase(spec, _) => spec.collect_tracks(tracks),
        }
    }

    /// Phase shifters one after another on the longest way.
    fn phase_shifters(&self) -> usize {
        match self {
            Self::Silent | Self::Direct(_) => 0,
            Self::Mix(specs) => specs.iter().map(Self::phase_shifters).max().unwrap_or(0),
            Self::Scale(spec, _) | Self::Delay(spec, _) => spec.phase_shifters(),
            Self::Phase(spec, _) => spec.phase_shifters() + 1,
        }
    }

    /// Samples that the output looks back.
    fn memory(&self) -> usize {
        match self {
            Self::Silent | Self::Direct(_) => 0,
            Self::Mix(specs) => specs.iter().map(Self::memory).max().unwrap_or(0),
            Self::Scale(spec, _) => spec.memory(),
            Self::Delay(spec, samples) => spec.memory() + samples,
            Self::Phase(spec, _) => spec.memory() + PHASE_REACH,
        }
    }
}

/// BS.2127-1 §7.4: gain, then delay; BS.2076-2 §5.4.3.2 also has a phase, which the reference renderer
/// refuses. Differs from EAR: half turns change the sign, other angles go through a phase shifter.
fn coefficient_of(
    spec: Spec,
    coefficient: &MatrixCoefficient,
    sample_rate: u32,
    warnings: &mut Vec<Warning>,
) -> Spec {
    let channel = coefficient.input_channel_format.as_str();
    let variables = [&coefficient.gain_var, &coefficient.phase_var, &coefficient.delay_var];
    for name in variables.into_iter().flatten() {
        let message = format!(
            "matrix coefficient with the variable `{name}`, which nothing sets; its default value is used"
        );
        warnings.push(Warning::new("matrix-variable", channel, message));
    }
    let spec = spec.scaled(coefficient.gain.map_or(1.0, |gain| gain.linear()));
    if spec == Spec::Silent {
        return spec;
    }
    let spec = match coefficient.phase.unwrap_or(0.0).rem_euclid(360.0) {
        0.0 => spec,
        180.0 => spec.scaled(-1.0),
        degrees => Spec::Phase(Box::new(spec), degrees),
    };
    match delay_in_samples(coefficient.delay.unwrap_or(0.0), sample_rate, channel, warnings) {
        0 => spec,
        samples => Spec::Delay(Box::new(spec), samples),
    }
}

/// Whole samples of a delay; a half is rounded down, as the reference renderer does.
fn delay_in_samples(delay: f64, sample_rate: u32, channel: &str, warnings: &mut Vec<Warning>) -> usize {
    let usable = delay.clamp(0.0, LONGEST_DELAY_MS);
    if usable != delay {
        let message = format!(
            "matrix coefficient with a delay of {delay} ms; 0 to {LONGEST_DELAY_MS} ms is possible, \
             {usable} ms is used"
        );
        warnings.push(Warning::new("matrix-delay", channel, message));
    }
    (f64::from(sample_rate) * usable / 1000.0 - 0.5).ceil().max(0.0) as usize
}

#[derive(Clone, Debug)]
struct TrackProcessor {
    node: Node,
    samples: Vec<f32>,
}

#[derive(Clone, Debug)]
enum Node {
    /// A row of the input block.
    Input(usize),
    /// Inputs, and room for one of them.
    Mix(Vec<Node>, Vec<f32>),
    Scale(Box<Node>, f32),
    /// The samples that are still to come out.
    Delay(Box<Node>, Vec<f32>),
    Phase(Box<Node>, PhaseShifter),
}

impl Node {
    fn restart(&mut self) {
        match self {
            Self::Input(_) => {}
            Self::Mix(nodes, _) => nodes.iter_mut().for_each(Self::restart),
            Self::Scale(node, _) => node.restart(),
            Self::Delay(node, line) => {
                node.restart();
                line.fill(0.0);
            }
            Self::Phase(node, shifter) => {
                node.restart();
                shifter.history.fill(0.0);
            }
        }
    }

    fn process(&mut self, input: &AudioBlock, output: &mut [f32]) {
        match self {
            Self::Input(row) => output.copy_from_slice(&input.channel(*row)[..output.len()]),
            Self::Mix(nodes, room) => {
                output.fill(0.0);
                room.resize(output.len(), 0.0);
                for node in nodes {
                    node.process(input, room);
                    output.iter_mut().zip(&*room).for_each(|(sum, sample)| *sum += sample);
                }
            }
            Self::Scale(node, factor) => {
                node.process(input, output);
                output.iter_mut().for_each(|sample| *sample *= *factor);
            }
            Self::Delay(node, line) => {
                node.process(input, output);
                delay(line, output);
            }
            Self::Phase(node, shifter) => {
                node.process(input, output);
                shifter.process(output);
            }
        }
    }
}

/// Passes `samples` through the delay line `line`.
fn delay(line: &mut [f32], samples: &mut [f32]) {
    let through = samples.len();
    if through >= line.len() {
        samples.rotate_right(line.len());
        line.swap_with_slice(&mut samples[..line.len()]);
    } else {
        line[..through].swap_with_slice(samples);
        line.rotate_left(through);
    }
}

/// Turns the phase of every frequency by the same angle: `cos φ · x − sin φ · H{x}`, H a windowed Hilbert
/// transformer of 2 · [`PHASE_REACH`] − 1 taps (flat within 0.1 dB above 60 Hz at 48 kHz). Comes
/// [`PHASE_REACH`] samples late.
#[derive(Clone, Debug)]
struct PhaseShifter {
    cosine: f32,
    /// Taps at the odd distances 1, 3, 5… from the centre; the even ones are zero, the left side is negated.
    taps: Vec<f32>,
    history: Vec<f32>,
}

impl PhaseShifter {
    fn new(degrees: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let tap = |distance: usize| {
            let at = PI * distance as f64 / PHASE_REACH as f64;
            let window = 0.42 + 0.5 * at.cos() + 0.08 * (2.0 * at).cos();
            (-sine * 2.0 / (PI * distance as f64) * window) as f32
        };
        let taps = (1..PHASE_REACH).step_by(2).map(tap).collect();
        Self { cosine: cosine as f32, taps, history: vec![0.0; 2 * PHASE_REACH] }
    }

    fn process(&mut self, samples: &mut [f32]) {
        for part in samples.chunks_mut(GRID) {
            let before = self.history.len();
            self.history.extend_from_slice(part);
            for (n, sample) in part.iter_mut().enumerate() {
                let centre = before - PHASE_REACH + n;
                let turned: f32 = (1..PHASE_REACH)
                    .step_by(2)
                    .zip(&self.taps)
                    .map(|(distance, tap)| {
                        tap * (self.history[centre - distance] - self.history[centre + distance])
                    })
                    .sum();
                *sample = self.cosine * self.history[centre] + turned;
            }
            self.history.drain(..part.len());
        }
    }
}
