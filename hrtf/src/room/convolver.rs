//! Many inputs to two ears through long responses, in stretches of whole blocks.
//!
//! Responses are cut into partitions: the first eight as long as a block, the others eight times as long. Each
//! block of an input is transformed once, products are summed over inputs and partitions, and each ear is transformed
//! back once a block. All transforms lie on an absolute grid of samples, so what comes out has the same bits however
//! the signal is cut into stretches and wherever it starts, once [`RoomConvolver::memory`] samples have passed.
//!
//! Where the head turns, the responses are those measured or computed for the nearest orientation of the head; a
//! change fades within one block.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;

use crate::Orientation;
use crate::convolver::{Spectrum, Transform, TransformScratch};

/// Blocks in a long partition, and short partitions in front of the long ones.
const LONG: usize = 8;

/// Taps of responses whose spectra are kept: half a gigabyte. Those of orientations that the head has left give way.
const MOST_TAPS: usize = 1 << 25;

/// The responses of some inputs at both ears; `None` where an input has none.
pub type Responses = Vec<Option<[Vec<f32>; 2]>>;

/// What gives the responses for an orientation by its number.
type Views = Arc<dyn Fn(usize) -> Responses + Send + Sync>;

/// Convolves many inputs into two ears.
pub struct RoomConvolver {
    block: usize,
    short: Transform,
    long: Transform,
    inputs: Vec<Input>,
    /// What does not depend on the head.
    fixed: Layer,
    /// What does, for each orientation; made when the head first looks there.
    orientations: Vec<Orientation>,
    views: Vec<Option<Layer>>,
    /// How many of these are kept.
    kept: usize,
    view: Views,
    /// What long partitions add, by superblock and layer, both ears.
    late: BTreeMap<(i64, usize), [Vec<f32>; 2]>,
    memory: usize,
}

/// The responses of all inputs for one orientation.
#[derive(Debug, Default)]
struct Layer {
    inputs: Vec<Option<[Partitions; 2]>>,
}

#[derive(Debug, Default)]
struct Partitions {
    short: Vec<Spectrum>,
    long: Vec<Spectrum>,
}

/// The last samples of an input and their spectra; none where it was silent.
struct Input {
    /// One long window and the stretch.
    line: Vec<f32>,
    short: Ring,
    long: Ring,
    scratch: (TransformScratch, TransformScratch),
}

/// Spectra by their number on the grid; the last `kept` are at hand.
#[derive(Default)]
struct Ring {
    spectra: VecDeque<Option<Spectrum>>,
    /// The number after the last one.
    end: i64,
    spare: Vec<Spectrum>,
}

impl Ring {
    fn push(&mut self, number: i64, spectrum: Option<Spectrum>, kept: usize) {
        self.spectra.push_back(spectrum);
        self.end = number + 1;
        while self.spectra.len() > kept {
            self.spare.extend(self.spectra.pop_front().flatten());
        }
    }

    fn get(&self, number: i64) -> Option<&Spectrum> {
        let back = usize::try_from(self.end - number).ok()?;
        self.spectra.len().checked_sub(back).and_then(|at| self.spectra.get(at)?.as_ref())
    }
}

impl RoomConvolver {
    /// A convolver for blocks of `block` samples: responses that hold for any head, and others for each of
    /// `orientations`, which `view` makes when they are first needed; they have at most `taps` taps. All have one
    /// entry for each input.
    pub fn new(
        block: usize,
        fixed: &Responses,
        orientations: Vec<Orientation>,
        taps: usize,
        view: impl Fn(usize) -> Responses + Send + Sync + 'static,
    ) -> Self {
        let block = block.max(1);
        let (short, long) = (Transform::new(2 * block), Transform::new(2 * LONG * block));
        let longest = fixed.iter().flatten().flatten().map(Vec::len).max().unwrap_or(0).max(taps);
        let partitions = longest.div_ceil(block);
        let memory = if partitions > LONG {
            (longest.div_ceil(LONG * block) + 2) * LONG * block
        } else {
            (partitions + 1) * block
        };
        let mut made = Self {
            block,
            inputs: Vec::new(),
            fixed: Layer::default(),
            views: orientations.iter().map(|_| None).collect(),
            kept: MOST_TAPS / (2 * fixed.len() * taps).max(1),
            orientations,
            view: Arc::new(view),
            late: BTreeMap::new(),
            memory,
            short,
            long,
        };
        made.fixed = made.layer(fixed);
        let line = vec![0.0; 2 * LONG * block];
        let input = || Input {
            line: line.clone(),
            short: Ring::default(),
            long: Ring::default(),
            scratch: (made.short.scratch(), made.long.scratch()),
        };
        made.inputs = (0..fixed.len()).map(|_| input()).collect();
        made
    }

    /// Samples before a moment that the output then depends on, to the last bit: whole blocks.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Forgets all samples: what comes next may be any stretch.
    pub fn restart(&mut self) {
        for input in &mut self.inputs {
            input.line.fill(0.0);
            (input.short, input.long) = (Ring::default(), Ring::default());
        }
        self.late.clear();
    }

    /// Convolves the stretch from sample `start` on, a multiple of the block's length: adds it to both ears.
    /// `inputs` are as many as there are responses, each some whole blocks long, and `head` has where the head
    /// looks at the start of each block and at the end. Does nothing where these don't fit together.
    pub fn add(&mut self, start: i64, inputs: &[&[f32]], head: &[Orientation], ears: [&mut [f32]; 2]) {
        let frames = inputs.first().map_or(0, |input| input.len());
        let blocks = frames / self.block;
        let fits = inputs.iter().all(|input| input.len() == frames) && frames.is_multiple_of(self.block);
        if inputs.len() != self.inputs.len() || !fits || head.len() != blocks + 1 || blocks == 0 {
            return;
        }
        let first = start.div_euclid(self.block as i64);
        self.start_anew_unless(first);
        let looks: Vec<Option<usize>> = head.iter().map(|head| self.nearest(*head)).collect();
        self.look(&looks);
        self.transform(first, inputs);
        self.add_late(first, &looks);
        let [left, right] = ears;
        let rows = left.chunks_mut(self.block).zip(right.chunks_mut(self.block)).take(blocks);
        let this = &*self;
        rows.enumerate().par_bridge().for_each_init(
            || (this.short.spectrum(), this.short.scratch()),
            |(sum, scratch), (block, (left, right))| {
                for (ear, row) in [left, right].into_iter().enumerate() {
                    let look = [looks[block], looks[block + 1]];
                    this.add_block(first + block as i64, look, ear, (sum, scratch), row);
                }
            },
        );
        let current = (first + blocks as i64).div_euclid(LONG as i64);
        self.late.retain(|(superblock, _), _| *superblock >= current);
    }

    /// Forgets what was heard unless this block follows.
    fn start_anew_unless(&mut self, first: i64) {
        if self.inputs.iter().all(|input| input.short.end == first) {
            return;
        }
        self.late.clear();
        for input in &mut self.inputs {
            input.line.fill(0.0);
            input.short = Ring::default();
            input.long = Ring::default();
        }
    }

    /// Makes the responses of these orientations where they are not known, and forgets others when they are too many.
    fn look(&mut self, looks: &[Option<usize>]) {
        for view in looks.iter().flatten() {
            if self.views[*view].is_none() {
                self.views[*view] = Some(self.layer(&(self.view)(*view)));
            }
        }
        if self.views.iter().flatten().count() > self.kept {
            for (view, layer) in self.views.iter_mut().enumerate() {
                if !looks.contains(&Some(view)) {
                    *layer = None;
                }
            }
        }
    }

    /// The orientation that is nearest to `head`, by number.
    fn nearest(&self, head: Orientation) -> Option<usize> {
        let angles = self.orientations.iter().map(|one| one.angle_to(head)).enumerate();
        angles.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(number, _)| number)
    }

    /// Layer 0 is what does not depend on the head, layer n the orientation n − 1.
    fn layer_of(&self, number: usize) -> &Layer {
        let view = number.checked_sub(1).and_then(|view| self.views.get(view)?.as_ref());
        view.unwrap_or(&self.fixed)
    }

    fn layer(&self, responses: &Responses) -> Layer {
        let ear = |response: &Vec<f32>| {
            let response: Vec<f64> = response.iter().map(|tap| f64::from(*tap)).collect();
            let (head, rest) = response.split_at(response.len().min(LONG * self.block));
            Partitions {
                short: head.chunks(self.block).map(|part| self.short.response(part)).collect(),
                long: rest.chunks(LONG * self.block).map(|part| self.long.response(part)).collect(),
            }
        };
        let both = |ears: &Option<[Vec<f32>; 2]>| ears.as_ref().map(|[left, right]| [ear(left), ear(right)]);
        Layer { inputs: responses.iter().map(both).collect() }
    }

    /// The spectra of every input, block by block.
    fn transform(&mut self, first: i64, inputs: &[&[f32]]) {
        let (block, short, long) = (self.block, &self.short, &self.long);
        let blocks = inputs.first().map_or(0, |input| input.len() / block);
        let kept = (LONG + blocks, self.memory / (LONG * block) + blocks / LONG + 2);
        let is_long = self.memory > (LONG + 1) * block;
        self.inputs.par_iter_mut().zip(inputs).for_each(|(state, input)| {
            let Input { line, short: shorts, long: longs, scratch } = state;
            let window = 2 * LONG * block;
            line.truncate(window);
            line.extend_from_slice(input);
            for number in 0..blocks {
                let end = window + (number + 1) * block;
                let absolute = first + number as i64;
                let spectrum = heard(&line[end - 2 * block..end], short, &mut scratch.0, &mut shorts.spare);
                shorts.push(absolute, spectrum, kept.0);
                if is_long && (absolute + 1).rem_euclid(LONG as i64) == 0 {
                    let spectrum = heard(&line[end - window..end], long, &mut scratch.1, &mut longs.spare);
                    longs.push(absolute.div_euclid(LONG as i64), spectrum, kept.1);
                }
            }
            let last = line.len() - window;
            line.copy_within(last.., 0);
        });
    }

    /// What the long partitions add to every superblock that this stretch touches, where it is not known yet.
    fn add_late(&mut self, first: i64, looks: &[Option<usize>]) {
        if self.memory <= (LONG + 1) * self.block {
            return;
        }
        let mut wanted = BTreeSet::new();
        for block in 0..looks.len() - 1 {
            let superblock = (first + block as i64).div_euclid(LONG as i64);
            let layers = looks[block..=block + 1].iter().flatten().map(|view| view + 1);
            wanted.extend(layers.chain([0]).map(|layer| (superblock, layer)));
        }
        wanted.retain(|key| !self.late.contains_key(key));
        let this = &*self;
        let made: Vec<_> = wanted.into_par_iter().map(|key| (key, this.late_part(key))).collect();
        self.late.extend(made);
    }

    /// What the long partitions of a layer add to a superblock; empty where nothing was heard.
    fn late_part(&self, (superblock, layer): (i64, usize)) -> [Vec<f32>; 2] {
        let layer = self.layer_of(layer);
        let (mut sum, mut scratch) = (self.long.spectrum(), self.long.scratch());
        [0, 1].map(|ear| {
            let mut any = false;
            sum.clear();
            for (input, ears) in self.inputs.iter().zip(&layer.inputs) {
                let Some(ears) = ears else { continue };
                for (partition, filter) in ears[ear].long.iter().enumerate() {
                    if let Some(signal) = input.long.get(superblock - 1 - partition as i64) {
                        sum.add_product(signal, filter);
                        any = true;
                    }
                }
            }
            if any {
                valid(self.long.inverse(&sum, &mut scratch), LONG * self.block).to_vec()
            } else {
                Vec::new()
            }
        })
    }

    /// Adds one block of one ear, faded from the orientation at its start to that at its end.
    fn add_block(
        &self,
        block: i64,
        looks: [Option<usize>; 2],
        ear: usize,
        (sum, scratch): (&mut Spectrum, &mut TransformScratch),
        row: &mut [f32],
    ) {
        let superblock = block.div_euclid(LONG as i64);
        let at = block.rem_euclid(LONG as i64) as usize * self.block;
        let [from, to] = looks.map(|view| view.map(|view| view + 1));
        let parts = if from == to {
            [(Some(0), Fade::None), (from, Fade::None), (None, Fade::None)]
        } else {
            [(Some(0), Fade::None), (from, Fade::Out), (to, Fade::In)]
        };
        for (layer, fade) in parts.into_iter().filter_map(|(layer, fade)| Some((layer?, fade))) {
            sum.clear();
            let mut any = false;
            for (input, ears) in self.inputs.iter().zip(&self.layer_of(layer).inputs) {
                let Some(ears) = ears else { continue };
                for (partition, filter) in ears[ear].short.iter().enumerate() {
                    if let Some(signal) = input.short.get(block - partition as i64) {
                        sum.add_product(signal, filter);
                        any = true;
                    }
                }
            }
            if any {
                add(row, valid(self.short.inverse(sum, scratch), self.block), fade);
            }
            if let Some(late) = self.late.get(&(superblock, layer)).and_then(|ears| ears[ear].get(at..)) {
                add(row, late, fade);
            }
        }
    }
}

impl std::fmt::Debug for RoomConvolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (inputs, views) = (self.inputs.len(), self.views.len());
        write!(f, "RoomConvolver({inputs} inputs, {views} orientations, memory of {} samples)", self.memory)
    }
}

/// How a part of a block is weighed.
#[derive(Clone, Copy, Debug)]
enum Fade {
    None,
    In,
    Out,
}

fn add(row: &mut [f32], samples: &[f32], fade: Fade) {
    let one = 1.0 / row.len().max(1) as f32;
    let pairs = row.iter_mut().zip(samples);
    match fade {
        Fade::None => pairs.for_each(|(sum, sample)| *sum += sample),
        Fade::In => pairs.enumerate().for_each(|(n, (sum, sample))| *sum += sample * (n as f32 * one)),
        Fade::Out => {
            pairs.enumerate().for_each(|(n, (sum, sample))| *sum += sample * (1.0 - n as f32 * one));
        }
    }
}

/// Of a window of two partitions, what is convolved as a whole.
fn valid(samples: &[f32], partition: usize) -> &[f32] {
    &samples[partition..2 * partition]
}

/// The spectrum of a window, none for silence.
fn heard(
    window: &[f32],
    transform: &Transform,
    scratch: &mut TransformScratch,
    spare: &mut Vec<Spectrum>,
) -> Option<Spectrum> {
    window.iter().any(|sample| *sample != 0.0).then(|| {
        let mut spectrum = spare.pop().unwrap_or_else(|| transform.spectrum());
        transform.forward(window, scratch, &mut spectrum);
        spectrum
    })
}

#[cfg(test)]
mod tests;
