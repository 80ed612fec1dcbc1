//! Chains of processors, masters and reverbs. What is as a file means that doesn't say is left out.

use super::output::{Element, Output};
use super::{Times, track};
use crate::scene::Kept;
use crate::scene::chain::{
    Chain, Compressor, Convolution, DeEsser, Delay, Denoise, Eq, EqBand, Fader, Fdn, Gate, Limiter,
    MasterChain, Reverb, Send, Stage, Trim,
};

/// There is something to write.
pub(super) fn is_written(chain: &Chain, kept: &Kept) -> bool {
    !chain.is_empty() || !kept.is_empty()
}

/// An element of a chain, with what was kept of it.
fn part(
    out: &mut Output,
    parent: &mut Element<'_>,
    name: &str,
    kept: Option<&Kept>,
    write: impl FnOnce(&mut Output),
) {
    out.before_child(parent);
    let element = out.start(name, kept);
    write(out);
    out.end(element);
}

pub(super) fn chain(out: &mut Output, chain: &Chain, kept: &Kept, times: &Times<'_>) {
    let mut element = out.start("chain", Some(kept));
    let bypass = |out: &mut Output, stage: Stage| out.switch("bypass", chain.bypassed.contains(&stage));
    if let Some(Trim { gain_db, invert }) = chain.trim {
        part(out, &mut element, "trim", kept.part("trim"), |out| {
            out.number_unless("gain", gain_db, 0.0);
            out.switch("invert", invert);
            bypass(out, Stage::Trim);
        });
    }
    if let Some(Denoise { amount }) = chain.denoise {
        part(out, &mut element, "denoise", kept.part("denoise"), |out| {
            out.number("amount", amount);
            bypass(out, Stage::Denoise);
        });
    }
    if let Some(found) = &chain.eq {
        out.before_child(&mut element);
        eq(out, found, kept, chain.bypassed.contains(&Stage::Eq));
    }
    if let Some(found) = &chain.gate {
        part(out, &mut element, "gate", kept.part("gate"), |out| {
            gate(out, found);
            bypass(out, Stage::Gate);
        });
    }
    if let Some(found) = &chain.de_esser {
        part(out, &mut element, "deEsser", kept.part("deEsser"), |out| {
            de_esser(out, found);
            bypass(out, Stage::DeEsser);
        });
    }
    if let Some(found) = &chain.compressor {
        part(out, &mut element, "compressor", kept.part("compressor"), |out| {
            compressor(out, found);
            bypass(out, Stage::Compressor);
        });
    }
    if let Some(found) = chain.delay {
        part(out, &mut element, "delay", kept.part("delay"), |out| {
            match found {
                Delay::Samples(samples) => out.attribute("samples", &samples.to_string()),
                Delay::Milliseconds(value) => out.number("milliseconds", value),
                Delay::Frames(value) => out.number("frames", value),
            }
            bypass(out, Stage::Delay);
        });
    }
    if let Some(Fader { gain_db, automation }) = &chain.fader {
        out.before_child(&mut element);
        let mut fader = out.start("fader", kept.part("fader"));
        out.number("gain", *gain_db);
        track::keys(out, &mut fader, automation, false, &|value| value.to_string(), times);
        out.end(fader);
    }
    for (index, Send { to, gain_db }) in chain.sends.iter().enumerate() {
        part(out, &mut element, "send", kept.part(&format!("send {index}")), |out| {
            out.attribute("to", to);
            out.number("gain", *gain_db);
        });
    }
    out.end(element);
}

pub(super) fn master(out: &mut Output, master: &MasterChain, kept: &Kept) {
    let mut element = out.start("master", Some(kept));
    if let Some(found) = &master.eq {
        out.before_child(&mut element);
        eq(out, found, kept, false);
    }
    if let Some(found) = &master.compressor {
        part(out, &mut element, "compressor", kept.part("compressor"), |out| compressor(out, found));
    }
    if let Some(Limiter { ceiling_dbtp }) = master.limiter {
        part(out, &mut element, "limiter", kept.part("limiter"), |out| out.number("ceiling", ceiling_dbtp));
    }
    out.end(element);
}

fn eq(out: &mut Output, eq: &Eq, kept: &Kept, is_bypassed: bool) {
    let mut element = out.start("eq", kept.part("eq"));
    out.switch("bypass", is_bypassed);
    for (index, band) in eq.bands.iter().enumerate() {
        part(out, &mut element, band.element(), kept.part(&format!("band {index}")), |out| {
            out.number("frequency", band.frequency_hz());
            match *band {
                EqBand::HighPass { slope, .. } | EqBand::LowPass { slope, .. } => {
                    out.attribute("slope", &slope.to_string());
                }
                EqBand::Bell { gain_db, q, .. }
                | EqBand::LowShelf { gain_db, q, .. }
                | EqBand::HighShelf { gain_db, q, .. } => {
                    out.number("gain", gain_db);
                    out.number("q", q);
                }
                EqBand::Notch { q, .. } => out.number("q", q),
                EqBand::Tilt { gain_db, .. } => out.number("gain", gain_db),
            }
        });
    }
    out.end(element);
}

fn gate(out: &mut Output, gate: &Gate) {
    let default = Gate::default();
    out.number("threshold", gate.threshold_db);
    out.number("ratio", gate.ratio);
    out.number_unless("knee", gate.knee_db, default.knee_db);
    out.number_unless("floor", gate.floor_db, default.floor_db);
    out.number_unless("attack", gate.attack_ms, default.attack_ms);
    out.number_unless("hold", gate.hold_ms, default.hold_ms);
    out.number_unless("release", gate.release_ms, default.release_ms);
    out.number_unless("lookAhead", gate.look_ahead_ms, default.look_ahead_ms);
}

fn de_esser(out: &mut Output, de_esser: &DeEsser) {
    let default = DeEsser::default();
    out.number("frequency", de_esser.frequency_hz);
    out.number("threshold", de_esser.threshold_db);
    out.number_unless("ratio", de_esser.ratio, default.ratio);
    out.number_unless("range", de_esser.range_db, default.range_db);
    out.number_unless("attack", de_esser.attack_ms, default.attack_ms);
    out.number_unless("release", de_esser.release_ms, default.release_ms);
    out.number_unless("lookAhead", de_esser.look_ahead_ms, default.look_ahead_ms);
}

fn compressor(out: &mut Output, compressor: &Compressor) {
    let default = Compressor::default();
    out.number("threshold", compressor.threshold_db);
    out.number("ratio", compressor.ratio);
    out.number_unless("knee", compressor.knee_db, default.knee_db);
    out.number_unless("attack", compressor.attack_ms, default.attack_ms);
    out.number_unless("release", compressor.release_ms, default.release_ms);
    out.number_unless("makeup", compressor.makeup_db, default.makeup_db);
    out.number_unless("lookAhead", compressor.look_ahead_ms, default.look_ahead_ms);
    out.optional("key", compressor.key.as_deref());
}

pub(super) fn reverb(out: &mut Output, reverb: &Reverb, kept: &Kept) {
    match reverb {
        Reverb::Fdn(fdn) => {
            let (element, default) = (out.start("fdn", Some(kept)), Fdn::default());
            out.number("size", fdn.size_m);
            out.number("decayLow", fdn.decay_low_s);
            out.number("decayMid", fdn.decay_mid_s);
            out.number("decayHigh", fdn.decay_high_s);
            out.number_unless("low", fdn.low_hz, default.low_hz);
            out.number_unless("high", fdn.high_hz, default.high_hz);
            out.number_unless("preDelay", fdn.pre_delay_ms, default.pre_delay_ms);
            out.number_unless("gain", fdn.gain_db, default.gain_db);
            out.end(element);
        }
        Reverb::Convolution(Convolution { file, pre_delay_ms, gain_db }) => {
            let element = out.start("convolution", Some(kept));
            out.attribute("file", file);
            out.number_unless("preDelay", *pre_delay_ms, 0.0);
            out.number_unless("gain", *gain_db, 0.0);
            out.end(element);
        }
    }
}
