//! Sections of second order one after the other.

use multiversion::{multiversion, target::target_cfg_f};

use super::matched::Section;
use crate::mix::fused::multiply_add;
use crate::mix::grid::NOTHING;

/// Sections that run together, sample by sample, their states in registers.
const TOGETHER: usize = 4;

/// The filters of one channel: transposed direct forms in double precision.
#[derive(Clone, Debug)]
pub(in crate::mix) struct Cascade {
    sections: Vec<Section>,
    states: Vec<[f64; 2]>,
}

impl Cascade {
    pub(super) fn new(sections: Vec<Section>) -> Self {
        let states = vec![[0.0; 2]; sections.len()];
        Self { sections, states }
    }

    /// Filters `samples` in place; `scratch` is at least as long.
    pub(in crate::mix) fn process(&mut self, samples: &mut [f32], scratch: &mut [f64]) {
        if self.sections.is_empty() || self.is_silent() && samples.iter().all(|sample| *sample == 0.0) {
            return;
        }
        match (&*self.sections, &mut *self.states) {
            ([a], states) => return alone_1(&[*a], states, samples),
            ([a, b], states) => return alone_2(&[*a, *b], states, samples),
            ([a, b, c], states) => return alone_3(&[*a, *b, *c], states, samples),
            ([a, b, c, d], states) => return alone_4(&[*a, *b, *c, *d], states, samples),
            _ => {}
        }
        let scratch = &mut scratch[..samples.len()];
        for (to, from) in scratch.iter_mut().zip(&*samples) {
            *to = f64::from(*from);
        }
        let (sections, rest) = self.sections.as_chunks::<TOGETHER>();
        let (states, states_of_rest) = self.states.as_chunks_mut::<TOGETHER>();
        for (sections, states) in sections.iter().zip(states) {
            run_4(sections, states, scratch);
        }
        match (rest, states_of_rest) {
            ([a], [s]) => run_1(&[*a], std::slice::from_mut(s), scratch),
            ([a, b], states) => run_2(&[*a, *b], states, scratch),
            ([a, b, c], states) => run_3(&[*a, *b, *c], states, scratch),
            _ => {}
        }
        for (to, from) in samples.iter_mut().zip(&*scratch) {
            *to = *from as f32;
        }
    }

    fn is_silent(&self) -> bool {
        self.states.iter().all(|state| *state == [0.0; 2])
    }

    /// States that have died away become exactly zero.
    pub(in crate::mix) fn settle(&mut self) {
        for value in self.states.as_flattened_mut() {
            if value.abs() < NOTHING {
                *value = 0.0;
            }
        }
    }

    /// Takes the states of filters that are like these ones, so that what sounds goes on; others begin in silence.
    pub(in crate::mix) fn go_on_from(&mut self, old: &Self) {
        if self.states.len() == old.states.len() {
            self.states.copy_from_slice(&old.states);
        }
    }

    pub(in crate::mix) fn reset(&mut self) {
        self.states.fill([0.0; 2]);
    }

    /// |H|² where sin²(ω/2) = φ.
    pub(super) fn power(&self, phi: f64) -> f64 {
        self.sections.iter().map(|section| section.power(phi)).product()
    }

    /// Phase at `omega` (radians per sample), radians; and group delay, samples.
    pub(super) fn turn(&self, omega: f64) -> (f64, f64) {
        let each = self.sections.iter().map(|section| section.turn(omega));
        each.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1))
    }

    /// Samples until the ringing of all sections is down by `decibels`.
    pub(super) fn ringing(&self, decibels: f64) -> usize {
        let samples = |section: &Section| {
            let [a1, a2] = section.a;
            let bend = a1 * a1 / 4.0 - a2;
            let radius = if bend < 0.0 { a2.sqrt() } else { a1.abs() / 2.0 + bend.sqrt() };
            if radius > 0.0 { (decibels / 20.0 * 10f64.ln() / -radius.ln()).clamp(2.0, 1e9) } else { 2.0 }
        };
        self.sections.iter().map(samples).sum::<f64>().ceil() as usize
    }
}

// The number of sections is written out for each function: with a variable one the states go through memory.
macro_rules! kernels {
    ($sample:ident: $($name:ident $count:literal),+) => {$(
        #[multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        #[allow(clippy::needless_range_loop)]
        fn $name(sections: &[Section; $count], states: &mut [[f64; 2]], samples: &mut [$sample]) {
            let fused = target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64"));
            let mut s = [[0.0; 2]; $count];
            s.copy_from_slice(&states[..$count]);
            for n in 0..samples.len() {
                let mut x = f64::from(samples[n]);
                for k in 0..$count {
                    let Section { b, a } = sections[k];
                    let y = multiply_add(b[0], x, s[k][0], fused);
                    s[k][0] = multiply_add(-a[0], y, multiply_add(b[1], x, s[k][1], fused), fused);
                    s[k][1] = multiply_add(-a[1], y, b[2] * x, fused);
                    x = y;
                }
                samples[n] = x as $sample;
            }
            states[..$count].copy_from_slice(&s);
        }
    )+};
}

kernels!(f32: alone_1 1, alone_2 2, alone_3 3, alone_4 4);
kernels!(f64: run_1 1, run_2 2, run_3 3, run_4 4);
