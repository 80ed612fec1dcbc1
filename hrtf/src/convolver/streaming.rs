//! Convolution of streams with long responses, block by block, without latency.

use std::sync::Arc;

use super::partitions::{Level, levels};
use super::row::Row;
use super::spectrum::add_product;
use super::transform::{Transform, TransformScratch};

/// A response from one input to one output.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// Number of the input.
    pub input: usize,
    /// Number of the output.
    pub output: usize,
    /// Taps.
    pub response: &'a [f64],
}

/// Convolves streams with long responses, in real time: output block n holds all of input block n.
///
/// A matrix: every input may go to every output through a response of its own. An input is transformed once for all
/// outputs, and what comes from several inputs is summed before it is transformed back. Responses are cut into
/// partitions: as long as a block at their head, longer and longer in the tail, whose work is spread evenly over
/// the blocks until it is due. [`Convolver::process`] allocates nothing and always takes about as long.
///
/// Blocks of one length give the same bits wherever a stream starts, if it starts at a multiple of
/// [`Convolver::period`] and [`Convolver::memory`] samples before what is wanted, or at silence. Blocks of
/// another length give the same within −120 dB.
///
/// ```
/// use hrtf::convolver::{Convolver, Route};
///
/// let (left, right) = ([0.5, 0.0, 0.25], [0.25, 0.5]);
/// let routes = [
///     Route { input: 0, output: 0, response: &left },
///     Route { input: 0, output: 1, response: &right },
/// ];
/// let mut convolver = Convolver::new(32, &routes);
/// let input = [1.0; 32];
/// let mut ears = [[0.0; 32]; 2];
/// let [first, second] = &mut ears;
/// convolver.process(&[&input], &mut [first, second]);
/// assert!((ears[0][31] - 0.75).abs() < 1e-6 && (ears[1][0] - 0.25).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Convolver {
    shared: Arc<Shared>,
    states: Vec<State>,
    /// Blocks processed since the start.
    block: usize,
}

/// What does not change.
#[derive(Debug)]
struct Shared {
    block: usize,
    inputs: usize,
    outputs: usize,
    taps: usize,
    stages: Vec<Stage>,
}

/// A level and its spectra.
#[derive(Debug)]
struct Stage {
    level: Level,
    transform: Transform,
    /// Spectra of input kept: as many as the longest response has partitions here.
    kept: usize,
    routes: Vec<Partitioned>,
    tasks: Vec<Task>,
}

/// One route's spectra at a level: a row of real parts and one of imaginary parts for each partition.
#[derive(Debug)]
struct Partitioned {
    input: usize,
    output: usize,
    rows: Row,
}

/// A piece of the work of one period; all are about equally much.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// A step of the transform of an input.
    Forward { input: usize, step: usize },
    /// The product of one partition of a route, into the sum.
    Multiply { route: usize, partition: usize },
    /// A step of the transform back to an output. The first takes over the sum.
    Inverse { output: usize, step: usize },
}

/// What changes at a level.
#[derive(Clone, Debug)]
struct State {
    /// For each input the periods being transformed and filled: at the first level the one before and the one now,
    /// elsewhere two being transformed and one being filled, in a ring.
    history: Vec<Vec<f32>>,
    /// For each input the spectra kept, in a ring.
    spectra: Vec<Row>,
    /// Where the newest spectrum stands in the ring.
    newest: usize,
    sum: Row,
    scratch: TransformScratch,
    /// For each output what is being given out, and what is being computed.
    ready: Vec<Vec<f32>>,
    coming: Vec<Vec<f32>>,
}

impl Convolver {
    /// A convolver for blocks of `block` samples (at least 1; made for 32 to 4096). There are as many inputs and
    /// outputs as the routes name; several routes of the same input and output add up.
    pub fn new(block: usize, routes: &[Route<'_>]) -> Self {
        let block = block.max(1);
        let taps = routes.iter().map(|route| route.response.len()).max().unwrap_or(0).max(1);
        let inputs = routes.iter().map(|route| route.input + 1).max().unwrap_or(0);
        let outputs = routes.iter().map(|route| route.output + 1).max().unwrap_or(0);
        let stages: Vec<Stage> =
            levels(block, taps).into_iter().map(|level| Stage::new(level, routes, inputs, outputs)).collect();
        let states = stages.iter().map(|stage| State::new(stage, inputs, outputs)).collect();
        Self { shared: Arc::new(Shared { block, inputs, outputs, taps, stages }), states, block: 0 }
    }

    /// Samples of a block.
    pub fn block(&self) -> usize {
        self.shared.block
    }

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.shared.inputs
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.shared.outputs
    }

    /// Samples after which the work repeats, a multiple of the block.
    pub fn period(&self) -> usize {
        self.shared.stages.last().map_or(self.shared.block, |stage| stage.level.size)
    }

    /// Samples of input before a block that its output depends on: the longest response, in whole periods.
    pub fn memory(&self) -> usize {
        self.shared.taps.div_ceil(self.period()) * self.period()
    }

    /// Forgets everything that was put in.
    pub fn clear(&mut self) {
        self.block = 0;
        for state in &mut self.states {
            let State { history, spectra, newest, sum, ready, coming, .. } = state;
            *newest = 0;
            sum.fill(0.0);
            spectra.iter_mut().for_each(|row| row.fill(0.0));
            history.iter_mut().chain(ready).chain(coming).for_each(|row| row.fill(0.0));
        }
    }

    /// Takes one block of every input and gives one of every output, replacing what is there. Samples missing in
    /// `input` are zero; samples and rows too many are left alone.
    pub fn process(&mut self, input: &[&[f32]], output: &mut [&mut [f32]]) {
        let shared = &*self.shared;
        for row in output.iter_mut().take(shared.outputs) {
            let length = row.len().min(shared.block);
            row[..length].fill(0.0);
        }
        let mut stages = shared.stages.iter().zip(&mut self.states);
        if let Some((stage, state)) = stages.next() {
            state.take_newest(input, shared.block);
            state.turn();
            state.work(stage, 0..stage.tasks.len(), [0, 1]);
            state.swap();
            state.give(output, (0, shared.block));
        }
        for (stage, state) in stages {
            let blocks = stage.level.size / shared.block;
            let (period, part) = (self.block / blocks, self.block % blocks);
            let (from, count) = (part * shared.block, stage.tasks.len());
            if part == 0 {
                state.swap();
                state.turn();
            }
            state.take(input, (period % 3 * stage.level.size + from, shared.block));
            let tasks = count * part / blocks..count * (part + 1) / blocks;
            state.work(stage, tasks, [(period + 1) % 3, (period + 2) % 3]);
            state.give(output, (from, shared.block));
        }
        self.block += 1;
    }
}

impl Stage {
    fn new(level: Level, routes: &[Route<'_>], inputs: usize, outputs: usize) -> Self {
        let transform = Transform::new(2 * level.size);
        let row = transform.row();
        let partitioned = |route: &Route<'_>| {
            let end = route.response.len().min(level.end);
            let taps = route.response.get(level.first..end).unwrap_or_default();
            let partitions = taps.chunks(level.size);
            let mut rows = Row::zero(2 * row * partitions.len());
            for (partition, rows) in partitions.zip(rows.chunks_exact_mut(2 * row)) {
                transform.response_rows(partition, rows.split_at_mut(row));
            }
            Partitioned { input: route.input, output: route.output, rows }
        };
        let routes: Vec<Partitioned> =
            routes.iter().map(partitioned).filter(|route| !route.rows.is_empty()).collect();
        let partitions = |route: &Partitioned| route.rows.len() / (2 * row);
        let kept = routes.iter().map(partitions).max().unwrap_or(0).max(1);
        let mut tasks = Vec::new();
        for input in (0..inputs).filter(|input| routes.iter().any(|route| route.input == *input)) {
            tasks.extend((0..transform.forward_steps()).map(|step| Task::Forward { input, step }));
        }
        for output in (0..outputs).filter(|output| routes.iter().any(|route| route.output == *output)) {
            for (route, of) in routes.iter().enumerate().filter(|(_, route)| route.output == output) {
                tasks.extend((0..partitions(of)).map(|partition| Task::Multiply { route, partition }));
            }
            tasks.extend((0..transform.inverse_steps()).map(|step| Task::Inverse { output, step }));
        }
        Self { level, transform, kept, routes, tasks }
    }
}

impl State {
    fn new(stage: &Stage, inputs: usize, outputs: usize) -> Self {
        let (size, row) = (stage.level.size, stage.transform.row());
        let rows = |count: usize, length: usize| vec![vec![0.0; length]; count];
        Self {
            history: rows(inputs, 3 * size),
            spectra: vec![Row::zero(2 * row * stage.kept); inputs],
            newest: 0,
            sum: Row::zero(2 * row),
            scratch: stage.transform.scratch(),
            ready: rows(outputs, size),
            coming: rows(outputs, size),
        }
    }

    /// At the first level: moves on by one block.
    fn take_newest(&mut self, input: &[&[f32]], block: usize) {
        self.history.iter_mut().for_each(|row| row.copy_within(block..2 * block, 0));
        self.take(input, (block, block));
    }

    /// Writes a block of every input at `at` of its history.
    fn take(&mut self, input: &[&[f32]], (at, block): (usize, usize)) {
        for (number, row) in self.history.iter_mut().enumerate() {
            let samples = input.get(number).copied().unwrap_or_default();
            let (kept, missing) = row[at..at + block].split_at_mut(samples.len().min(block));
            kept.copy_from_slice(&samples[..kept.len()]);
            missing.fill(0.0);
        }
    }

    /// Makes room for a spectrum in place of the oldest.
    fn turn(&mut self) {
        let kept = self.spectra.first().map_or(1, |ring| ring.len() / self.sum.len().max(1)).max(1);
        self.newest = (self.newest + 1) % kept;
    }

    /// What was computed is given out from now on.
    fn swap(&mut self) {
        std::mem::swap(&mut self.ready, &mut self.coming);
    }

    /// Adds samples `at .. at + block` of what is given out to `output`.
    fn give(&self, output: &mut [&mut [f32]], (at, block): (usize, usize)) {
        for (row, ready) in output.iter_mut().zip(&self.ready) {
            row.iter_mut().zip(&ready[at..at + block]).for_each(|(sum, sample)| *sum += sample);
        }
    }

    /// Does some of the tasks of a period. `frame` are the periods of the history to transform.
    fn work(&mut self, stage: &Stage, tasks: std::ops::Range<usize>, frame: [usize; 2]) {
        let Self { history, spectra, newest, sum, scratch, coming, .. } = self;
        let (size, row, kept) = (stage.level.size, stage.transform.row(), stage.kept);
        for task in stage.tasks.get(tasks).unwrap_or_default() {
            match *task {
                Task::Forward { input, step } => {
                    let period = |number: usize| &history[input][number * size..(number + 1) * size];
                    let parts = match frame {
                        [0, 1] => [&history[input][..2 * size], &[][..]],
                        [first, second] => [period(first), period(second)],
                    };
                    let spectrum = spectra[input][2 * row * *newest..][..2 * row].split_at_mut(row);
                    stage.transform.forward_step(step, parts, scratch, spectrum);
                }
                Task::Multiply { route, partition } => {
                    let route = &stage.routes[route];
                    let place = (*newest + kept - partition) % kept;
                    let signal = spectra[route.input][2 * row * place..][..2 * row].split_at(row);
                    let filter = route.rows[2 * row * partition..][..2 * row].split_at(row);
                    add_product(sum.split_at_mut(row), signal, filter);
                }
                Task::Inverse { output, step } => {
                    stage.transform.inverse_step(step, sum.split_at(row), scratch);
                    if step == 0 {
                        sum.fill(0.0);
                    }
                    if step + 1 == stage.transform.inverse_steps() {
                        coming[output].copy_from_slice(&scratch.time[size..2 * size]);
                    }
                }
            }
        }
    }
}
