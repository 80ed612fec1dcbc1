//! Chains of processors, masters and reverbs.

use super::decoder::{Child, Decoder, Fault, Open, Times, parse_number};
use super::object::{Shapes, keys};
use super::track::layout;
use super::tree::NodeId;
use super::whole;
use crate::scene::chain::{
    Chain, Compressor, Convolution, DeEsser, Delay, Denoise, Eq, EqBand, Fader, Fdn, Gate, Limiter,
    MOST_SENDS, MasterChain, Reverb, SLOPES, Send, Stage, Trim,
};
use crate::scene::{Kept, ReverbReturn, ReverbUnit};

const CHAIN: &[Child] = &[
    ("trim", Times::Once),
    ("denoise", Times::Once),
    ("eq", Times::Once),
    ("gate", Times::Once),
    ("deEsser", Times::Once),
    ("compressor", Times::Once),
    ("delay", Times::Once),
    ("fader", Times::Once),
    ("send", Times::UpTo(MOST_SENDS)),
];
const MASTER: &[Child] = &[("eq", Times::Once), ("compressor", Times::Once), ("limiter", Times::Once)];
const BANDS: &[Child] = &[
    ("highPass", Times::UpTo(Eq::MOST_BANDS)),
    ("lowPass", Times::UpTo(Eq::MOST_BANDS)),
    ("bell", Times::UpTo(Eq::MOST_BANDS)),
    ("lowShelf", Times::UpTo(Eq::MOST_BANDS)),
    ("highShelf", Times::UpTo(Eq::MOST_BANDS)),
    ("notch", Times::UpTo(Eq::MOST_BANDS)),
    ("tilt", Times::UpTo(Eq::MOST_BANDS)),
];

pub(super) fn chain(d: &mut Decoder<'_>, id: NodeId) -> (Chain, Kept) {
    let (mut element, mut chain, mut parts) = (d.open(id), Chain::default(), Vec::new());
    for child in d.tree.children(id) {
        let Some(name) = d.child(&mut element, child, CHAIN) else { continue };
        let mut part = d.open(child);
        if let Some(stage) = Stage::ALL.into_iter().find(|stage| stage.element() == name)
            && d.switch(&mut part, "bypass")
        {
            chain.bypassed.insert(stage);
        }
        match name {
            "trim" => {
                let gain_db = d.number_or(&mut part, "gain", Trim::GAIN, 0.0);
                chain.trim = Some(Trim { gain_db, invert: d.switch(&mut part, "invert") });
            }
            "denoise" => {
                let default = Denoise::default().amount;
                let amount = d.number_or(&mut part, "amount", Denoise::AMOUNT, default);
                chain.denoise = Some(Denoise { amount });
            }
            "eq" => {
                chain.eq = Some(eq(d, &mut part, &mut parts));
                parts.push(("eq".to_owned(), d.close(part)));
                continue;
            }
            "gate" => chain.gate = Some(gate(d, &mut part)),
            "deEsser" => chain.de_esser = Some(de_esser(d, &mut part)),
            "compressor" => chain.compressor = Some(compressor(d, &mut part)),
            "delay" => chain.delay = delay(d, &mut part),
            "fader" => {
                let gain_db = d.number_or(&mut part, "gain", Fader::GAIN, 0.0);
                let value = |text: &str| {
                    let number = parse_number(text).filter(|value| Fader::GAIN.contains(*value));
                    number.ok_or_else(|| format!("a number from {}", Fader::GAIN))
                };
                let automation = keys(d, &mut part, Shapes::NoGains, &value);
                chain.fader = Some(Fader { gain_db, automation });
                parts.push(("fader".to_owned(), d.close(part)));
                continue;
            }
            _ => {
                let to = d.required(&mut part, "to");
                let gain_db = d.number_or(&mut part, "gain", Send::GAIN, 0.0);
                let kept = d.leaf(part);
                parts.push((format!("send {}", chain.sends.len()), kept));
                chain.sends.push(Send { to, gain_db });
                continue;
            }
        }
        parts.push((name.to_owned(), d.leaf(part)));
    }
    chain.bypassed = chain.bypassed.iter().copied().filter(|stage| chain.has(*stage)).collect();
    (chain, with_parts(d.close(element), parts))
}

pub(super) fn master(d: &mut Decoder<'_>, id: NodeId) -> (MasterChain, Kept) {
    let (mut element, mut master, mut parts) = (d.open(id), MasterChain::default(), Vec::new());
    for child in d.tree.children(id) {
        let Some(name) = d.child(&mut element, child, MASTER) else { continue };
        let mut part = d.open(child);
        match name {
            "eq" => {
                master.eq = Some(eq(d, &mut part, &mut parts));
                parts.push(("eq".to_owned(), d.close(part)));
                continue;
            }
            "compressor" => {
                let made = compressor(d, &mut part);
                if made.key.is_some() {
                    let found = "a key in a master".to_owned();
                    let expected = "a compressor of its own level: loudspeakers have no roles".to_owned();
                    let remedy = "leave it out, or put the compressor on the bus of a role";
                    d.note(child, true, Fault { rule: "key-in-master", found, expected, remedy });
                }
                master.compressor = Some(made);
            }
            _ => {
                let default = Limiter::default().ceiling_dbtp;
                let ceiling_dbtp = d.number_or(&mut part, "ceiling", Limiter::CEILING, default);
                master.limiter = Some(Limiter { ceiling_dbtp });
            }
        }
        parts.push((name.to_owned(), d.leaf(part)));
    }
    (master, with_parts(d.close(element), parts))
}

fn with_parts(mut kept: Kept, parts: Vec<(String, Kept)>) -> Kept {
    for (name, part) in parts {
        kept.set_part(name, part);
    }
    kept
}

fn eq<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>, parts: &mut Vec<(String, Kept)>) -> Eq {
    let mut bands = Vec::new();
    for child in d.tree.children(element.id) {
        let Some(name) = d.child(element, child, BANDS) else { continue };
        let mut part = d.open(child);
        let band = band(d, &mut part, name);
        let kept = d.leaf(part);
        if let Some(band) = band {
            parts.push((format!("band {}", bands.len()), kept));
            bands.push(band);
        }
    }
    if bands.len() > Eq::MOST_BANDS {
        let found = format!("{} bands", bands.len());
        let expected = format!("at most {}", Eq::MOST_BANDS);
        d.note(element.id, true, Fault { rule: "too-many", found, expected, remedy: "leave some out" });
        bands.truncate(Eq::MOST_BANDS);
    }
    Eq { bands }
}

fn band<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>, name: &str) -> Option<EqBand> {
    let frequency_hz = match d.tree.attribute(part.id, "frequency") {
        Some(_) => d.number(part, "frequency", EqBand::FREQUENCY),
        None => {
            d.missing(part, "frequency");
            None
        }
    };
    let gain_db = match name {
        "bell" | "lowShelf" | "highShelf" | "tilt" => d.number_or(part, "gain", EqBand::GAIN, 0.0),
        _ => 0.0,
    };
    let slopes: Vec<(u32, String)> = SLOPES.iter().map(|&slope| (slope, slope.to_string())).collect();
    let slopes: Vec<(u32, &str)> = slopes.iter().map(|(slope, name)| (*slope, name.as_str())).collect();
    let band = match name {
        "highPass" | "lowPass" => {
            let slope = d.choice(part, "slope", &slopes).unwrap_or(EqBand::DEFAULT_SLOPE);
            let frequency_hz = frequency_hz?;
            if name == "highPass" {
                EqBand::HighPass { frequency_hz, slope }
            } else {
                EqBand::LowPass { frequency_hz, slope }
            }
        }
        "bell" => {
            let q = d.number_or(part, "q", EqBand::Q, EqBand::DEFAULT_Q);
            EqBand::Bell { frequency_hz: frequency_hz?, gain_db, q }
        }
        "notch" => {
            let q = d.number_or(part, "q", EqBand::Q, EqBand::DEFAULT_NOTCH_Q);
            EqBand::Notch { frequency_hz: frequency_hz?, q }
        }
        "tilt" => EqBand::Tilt { frequency_hz: frequency_hz?, gain_db },
        shelf => {
            let q = d.number_or(part, "q", EqBand::SHELF_Q, EqBand::DEFAULT_SHELF_Q);
            let frequency_hz = frequency_hz?;
            if shelf == "lowShelf" {
                EqBand::LowShelf { frequency_hz, gain_db, q }
            } else {
                EqBand::HighShelf { frequency_hz, gain_db, q }
            }
        }
    };
    Some(band)
}

fn gate<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> Gate {
    let default = Gate::default();
    Gate {
        threshold_db: d.number_or(part, "threshold", Gate::THRESHOLD, default.threshold_db),
        ratio: d.number_or(part, "ratio", Gate::RATIO, default.ratio),
        knee_db: d.number_or(part, "knee", Gate::KNEE, default.knee_db),
        floor_db: d.number_or(part, "floor", Gate::FLOOR, default.floor_db),
        attack_ms: d.number_or(part, "attack", Gate::ATTACK, default.attack_ms),
        hold_ms: d.number_or(part, "hold", Gate::HOLD, default.hold_ms),
        release_ms: d.number_or(part, "release", Gate::RELEASE, default.release_ms),
        look_ahead_ms: d.number_or(part, "lookAhead", Gate::LOOK_AHEAD, default.look_ahead_ms),
    }
}

fn de_esser<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> DeEsser {
    let default = DeEsser::default();
    DeEsser {
        frequency_hz: d.number_or(part, "frequency", DeEsser::FREQUENCY, default.frequency_hz),
        threshold_db: d.number_or(part, "threshold", DeEsser::THRESHOLD, default.threshold_db),
        ratio: d.number_or(part, "ratio", DeEsser::RATIO, default.ratio),
        range_db: d.number_or(part, "range", DeEsser::RANGE, default.range_db),
        attack_ms: d.number_or(part, "attack", DeEsser::ATTACK, default.attack_ms),
        release_ms: d.number_or(part, "release", DeEsser::RELEASE, default.release_ms),
        look_ahead_ms: d.number_or(part, "lookAhead", DeEsser::LOOK_AHEAD, default.look_ahead_ms),
    }
}

fn compressor<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> Compressor {
    let default = Compressor::default();
    Compressor {
        threshold_db: d.number_or(part, "threshold", Compressor::THRESHOLD, default.threshold_db),
        ratio: d.number_or(part, "ratio", Compressor::RATIO, default.ratio),
        knee_db: d.number_or(part, "knee", Compressor::KNEE, default.knee_db),
        attack_ms: d.number_or(part, "attack", Compressor::ATTACK, default.attack_ms),
        release_ms: d.number_or(part, "release", Compressor::RELEASE, default.release_ms),
        makeup_db: d.number_or(part, "makeup", Compressor::MAKEUP, default.makeup_db),
        look_ahead_ms: d.number_or(part, "lookAhead", Compressor::LOOK_AHEAD, default.look_ahead_ms),
        key: d.text(part, "key"),
    }
}

/// Exactly one of the three ways to say how much.
fn delay<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> Option<Delay> {
    let given = [
        d.whole(part, "samples", Delay::SAMPLES).map(|samples| Delay::Samples(samples as i64)),
        d.number(part, "milliseconds", Delay::MILLISECONDS).map(Delay::Milliseconds),
        d.number(part, "frames", Delay::FRAMES).map(Delay::Frames),
    ];
    let stated = ["samples", "milliseconds", "frames"];
    let stated = stated.iter().filter(|name| d.tree.attribute(part.id, name).is_some()).count();
    if stated != 1 {
        let found = format!("{stated} lengths of a delay");
        let expected = "one of samples, milliseconds and frames".to_owned();
        d.note(part.id, true, Fault { rule: "delay-length", found, expected, remedy: "give just one" });
        return None;
    }
    if matches!(given, [_, _, Some(_)]) && d.picture.is_none() {
        let found = "a delay in frames".to_owned();
        let expected = "a <picture frameRate=\"…\"/> whose frames they are".to_owned();
        d.note(
            part.id,
            true,
            Fault { rule: "delay-length", found, expected, remedy: "add it, or give milliseconds" },
        );
    }
    given.into_iter().flatten().next()
}

pub(super) fn reverb_unit(d: &mut Decoder<'_>, id: NodeId) -> Option<ReverbUnit> {
    const CHILDREN: &[Child] = &[("fdn", Times::Once), ("convolution", Times::Once)];
    let mut element = d.open(id);
    let name = d.required(&mut element, "name");
    let returns = returns(d, &mut element);
    let mut found: Option<(Reverb, Kept)> = None;
    for child in d.tree.children(id) {
        let Some(name) = d.child(&mut element, child, CHILDREN) else { continue };
        let mut part = d.open(child);
        let reverb = if name == "fdn" { fdn(d, &mut part) } else { convolution(d, &mut part) };
        let kept = d.leaf(part);
        if found.replace((reverb, kept)).is_some() {
            let found = "a second room".to_owned();
            let expected = "either <fdn> or <convolution>".to_owned();
            d.note(child, true, Fault { rule: "two-rooms", found, expected, remedy: "leave one out" });
        }
    }
    if found.is_none() {
        let fault = Fault {
            rule: "no-room",
            found: "nothing that reverberates".into(),
            expected: "<fdn/> or <convolution file=\"…\"/>".into(),
            remedy: "add one",
        };
        d.note(id, true, fault);
    }
    let kept = d.close(element);
    let (reverb, reverb_kept) = found?;
    Some(ReverbUnit { name, returns, reverb, reverb_kept, kept })
}

/// `return` is a bed's layout, or `objects` with their number.
fn returns<'t>(d: &mut Decoder<'t>, element: &mut Open<'t>) -> ReverbReturn {
    const FEW: f64 = 4.0;
    let name = d.required(element, "return");
    if name == "objects" {
        let count = d.whole(element, "objects", whole(ReverbReturn::MOST_OBJECTS)).unwrap_or(FEW);
        let elevation = d.number_or(element, "elevation", ReverbReturn::ELEVATION, 0.0);
        return ReverbReturn::Objects { count: count as u8, elevation };
    }
    ReverbReturn::Bed(layout(d, element, "return", &name).unwrap_or_default())
}

fn fdn<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> Reverb {
    let default = Fdn::default();
    Reverb::Fdn(Fdn {
        size_m: d.number_or(part, "size", Fdn::SIZE, default.size_m),
        decay_low_s: d.number_or(part, "decayLow", Fdn::DECAY, default.decay_low_s),
        decay_mid_s: d.number_or(part, "decayMid", Fdn::DECAY, default.decay_mid_s),
        decay_high_s: d.number_or(part, "decayHigh", Fdn::DECAY, default.decay_high_s),
        low_hz: d.number_or(part, "low", Fdn::LOW, default.low_hz),
        high_hz: d.number_or(part, "high", Fdn::HIGH, default.high_hz),
        pre_delay_ms: d.number_or(part, "preDelay", Fdn::PRE_DELAY, default.pre_delay_ms),
        gain_db: d.number_or(part, "gain", Fdn::GAIN, default.gain_db),
    })
}

fn convolution<'t>(d: &mut Decoder<'t>, part: &mut Open<'t>) -> Reverb {
    Reverb::Convolution(Convolution {
        file: d.required(part, "file"),
        pre_delay_ms: d.number_or(part, "preDelay", Convolution::PRE_DELAY, 0.0),
        gain_db: d.number_or(part, "gain", Convolution::GAIN, 0.0),
    })
}
