use formats::scene::chain;
use hrtf::convolver::{Convolver, Route};

use super::{MOST_RETURNS, check_returns};
use crate::audio::AudioBlock;
use crate::mix::MixError;
use crate::mix::delay::Line;
use crate::units::Decibels;

/// The longest response, seconds.
pub const LONGEST_RESPONSE_SECONDS: usize = 30;
/// Samples that are convolved at a time.
const BLOCK: usize = 256;

/// Convolution with the responses of a room, in partitions.
///
/// One channel of sends goes to every return through a response of its own; as many sends as there are returns go each
/// to its own.
#[derive(Clone, Debug)]
pub struct Convolution {
    convolver: Convolver,
    pre_delay: Vec<Line>,
    /// Samples that the pre-delay cannot make up for.
    latency: usize,
    tail: usize,
    /// What is being filled: a row for each channel of the sends.
    coming: Vec<f32>,
    /// What is being given out: a row for each return.
    going: Vec<f32>,
    filled: usize,
    /// Blocks of silence that went in, one after the other, and how many of them end all that sounds.
    silent: usize,
    enough: usize,
}

impl Convolution {
    /// `responses` is one row for each return, or a single one for all, at the sample rate of the mix; `sends` is 1 or the
    /// number of returns.
    ///
    /// # Errors
    /// A parameter out of its range; more than [`MOST_RETURNS`]; another number of responses; one that is longer than
    /// [`LONGEST_RESPONSE_SECONDS`].
    pub fn new(
        parameters: &chain::Convolution,
        responses: &[Vec<f32>],
        sample_rate: u32,
        sends: usize,
        returns: usize,
    ) -> Result<Self, MixError> {
        parameters.check()?;
        check_returns(returns)?;
        if responses.len() != 1 && responses.len() != returns {
            return Err(MixError::Responses { found: responses.len(), expected: returns });
        }
        let longest = responses.iter().map(Vec::len).max().unwrap_or(0);
        let most = LONGEST_RESPONSE_SECONDS * sample_rate as usize;
        if longest > most {
            return Err(MixError::ResponseLength { found: longest, most });
        }
        let gain = Decibels(parameters.gain_db).linear();
        let scaled = responses
            .iter()
            .map(|response| response.iter().map(|tap| f64::from(*tap) * gain).collect::<Vec<_>>())
            .collect::<Vec<_>>();
        let routes = (0..returns)
            .map(|output| Route {
                input: if sends == returns { output } else { 0 },
                output,
                response: &scaled[output.min(scaled.len() - 1)],
            })
            .collect::<Vec<_>>();
        let convolver = Convolver::new(BLOCK, &routes);
        let pre_delay = (parameters.pre_delay_ms / 1_000.0 * f64::from(sample_rate)).round() as usize;
        let inputs = convolver.inputs();
        Ok(Self {
            pre_delay: vec![Line::new(pre_delay.saturating_sub(BLOCK)); inputs],
            latency: BLOCK.saturating_sub(pre_delay),
            tail: longest + pre_delay.max(BLOCK),
            coming: vec![0.0; inputs * BLOCK],
            going: vec![0.0; returns * BLOCK],
            filled: 0,
            silent: 0,
            enough: (convolver.memory() + 2 * convolver.period()).div_ceil(BLOCK) + 1,
            convolver,
        })
    }

    /// Takes the next block of sends and replaces `returns` by what comes back.
    pub fn process(&mut self, sends: &AudioBlock, returns: &mut AudioBlock) {
        let frames = sends.frames().min(returns.frames());
        let mut start = 0;
        while start < frames {
            let count = (BLOCK - self.filled).min(frames - start);
            let place = self.filled..self.filled + count;
            let channels = self.coming.chunks_exact_mut(BLOCK).zip(&mut self.pre_delay).enumerate();
            for (channel, (row, pre_delay)) in channels.take(sends.channels()) {
                let row = &mut row[place.clone()];
                row.copy_from_slice(&sends.channel(channel)[start..start + count]);
                pre_delay.process(row);
            }
            for (row, output) in self.going.chunks_exact(BLOCK).zip(returns.channels_mut()) {
                output[start..start + count].copy_from_slice(&row[place.clone()]);
            }
            self.filled += count;
            start += count;
            if self.filled == BLOCK {
                self.filled = 0;
                self.convolve();
            }
        }
    }

    /// Samples that everything comes later than it should: what the pre-delay doesn't hide.
    pub fn latency(&self) -> i64 {
        self.latency as i64
    }

    /// Samples until what was sent last has died away.
    pub fn tail(&self) -> usize {
        self.tail
    }

    /// Forgets everything that was sent.
    pub fn reset(&mut self) {
        self.convolver.clear();
        self.pre_delay.iter_mut().for_each(Line::reset);
        self.coming.fill(0.0);
        self.going.fill(0.0);
        (self.filled, self.silent) = (0, 0);
    }

    fn convolve(&mut self) {
        let silent = self.coming.iter().all(|sample| *sample == 0.0);
        self.silent = if silent { self.silent.saturating_add(1) } else { 0 };
        if self.silent >= self.enough {
            if self.silent == self.enough {
                self.convolver.clear();
                self.going.fill(0.0);
            }
            return;
        }
        let mut from: [&[f32]; MOST_RETURNS] = [&[]; MOST_RETURNS];
        for (to, row) in from.iter_mut().zip(self.coming.chunks_exact(BLOCK)) {
            *to = row;
        }
        let mut to: [&mut [f32]; MOST_RETURNS] = std::array::from_fn(|_| &mut [][..]);
        for (to, row) in to.iter_mut().zip(self.going.chunks_exact_mut(BLOCK)) {
            *to = row;
        }
        self.convolver.process(&from, &mut to);
    }
}
