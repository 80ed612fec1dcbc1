//! Rooms: MultiSpeakerBRIR and SingleRoomMIMOSRIR (an emitter for each loudspeaker), SingleRoomSRIR and
//! SingleRoomDRIR (a source position for each loudspeaker), with two ears as receivers.
//!
//! Every loudspeaker must have been measured in every orientation of the head that is kept.

use super::geometry::{self, Ears, Vector};
use super::variables::{Variable, Variables};
use super::{LONGEST_DELAY, MOST_TAPS, is_sofa, name, sample_rate};
use crate::room::RoomMeasurements;
use crate::set::shifted;
use crate::{Direction, HrtfError, Orientation};

/// Conventions with an emitter for each loudspeaker, and with one emitter that was moved.
const OF_EMITTERS: [&str; 2] = ["MultiSpeakerBRIR", "SingleRoomMIMOSRIR"];
const OF_SOURCES: [&str; 2] = ["SingleRoomSRIR", "SingleRoomDRIR"];
/// Most pairs of a loudspeaker and an orientation.
const MOST_PAIRS: usize = 10_000;
/// Most samples of all responses with their delays.
const MOST_SAMPLES: usize = 128 << 20;
/// Receivers farther apart than this are no ears, metres.
const WIDEST_HEAD: f64 = 0.5;
/// Places nearer to each other are one, metres.
const SAME_PLACE: f64 = 0.02;
/// Orientations nearer to each other are one, degrees.
const SAME_ORIENTATION: f64 = 0.1;
/// A view this near to the x axis looks ahead, degrees.
const AHEAD: f64 = 5.0;

pub(super) fn is_room(file: &Variables<'_>) -> bool {
    let convention = file.attribute("SOFAConventions").unwrap_or_default();
    OF_EMITTERS.contains(&convention) || OF_SOURCES.contains(&convention)
}

/// `Data.IR` and how its axes follow each other.
struct Data {
    values: Vec<f64>,
    count: usize,
    emitters: usize,
    taps: usize,
    /// The emitters' axis comes last.
    emitters_last: bool,
    /// There is no such axis: what sounds stands at the source's position.
    is_flat: bool,
}

/// One loudspeaker as one orientation of the head heard it.
struct Pair {
    measurement: usize,
    emitter: usize,
    /// From the listener, in SOFA's axes.
    away: Vector,
    head: Orientation,
}

/// Reads a room.
pub(super) fn read(file: &Variables<'_>) -> Result<RoomMeasurements, HrtfError> {
    convention(file)?;
    let data = data(file)?;
    two_ears(file)?;
    let sample_rate = sample_rate(file)?;
    let delays = delays(file, &data, sample_rate)?;
    let mut remarks = Vec::new();
    let pairs = pairs(file, &data)?;
    let front = front(&pairs, &mut remarks);
    let seen = |pair: &Pair| pair.head.to_head(direction(pair.away));
    let responses: Vec<[Vec<f64>; 2]> =
        pairs.iter().map(|pair| [0, 1].map(|r| data.response(pair, r))).collect();
    let heard = pairs.iter().map(seen).zip(responses.iter().map(|[a, b]| [a.as_slice(), b.as_slice()]));
    let swapped = geometry::ears(file, heard, &mut remarks)? == Ears::RightFirst;
    let table = Table::new(&pairs, front, &mut remarks)?;
    let longest = table.pairs.iter().flat_map(|pair| delays[*pair]).fold(0.0, f64::max).ceil() as usize;
    let taps = data.taps + longest;
    if taps.checked_mul(2 * table.pairs.len()).is_none_or(|samples| samples > MOST_SAMPLES) {
        return Err(HrtfError::new(format!(
            "Data.IR with its delays has more than {MOST_SAMPLES} samples: too large"
        )));
    }
    let mut all = Vec::with_capacity(2 * taps * table.pairs.len());
    for pair in &table.pairs {
        for ear in if swapped { [1, 0] } else { [0, 1] } {
            all.extend(late(&responses[*pair][ear], delays[*pair][ear], taps));
        }
    }
    Ok(RoomMeasurements {
        name: name(file),
        licence: file.attribute("License").unwrap_or_default().to_owned(),
        remarks,
        sample_rate,
        loudspeakers: table.loudspeakers,
        orientations: table.orientations,
        taps,
        responses: all,
    })
}

/// A response that is later by `delay` samples, `taps` long.
fn late(response: &[f64], delay: f64, taps: usize) -> Vec<f32> {
    let (whole, part) = (delay.floor() as usize, delay - delay.floor());
    let mut made = vec![0.0; whole];
    made.extend(response.iter().map(|sample| *sample as f32));
    made.resize(taps, 0.0);
    if part > 1e-6 { shifted(&made, -part) } else { made }
}

fn convention(file: &Variables<'_>) -> Result<(), HrtfError> {
    is_sofa(file)?;
    if !is_room(file) {
        let convention = file.attribute("SOFAConventions").unwrap_or("nothing");
        let of_a_head =
            if super::CONVENTIONS.contains(&convention) { ": this is a head without a room" } else { "" };
        let known = [OF_EMITTERS, OF_SOURCES].concat().join(", ");
        return Err(HrtfError::new(format!("SOFAConventions is {convention}; rooms are {known}{of_a_head}")));
    }
    match file.attribute("DataType") {
        Some("FIR" | "FIRE" | "FIR-E") => Ok(()),
        other => {
            let found = other.unwrap_or("missing");
            Err(HrtfError::new(format!(
                "DataType is {found}; impulse responses (FIR, FIRE or FIR-E) are needed"
            )))
        }
    }
}

fn said(variable: &Variable) -> String {
    variable.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

fn data(file: &Variables<'_>) -> Result<Data, HrtfError> {
    let variable = file.variable("Data.IR")?;
    let emitters = match file.optional("EmitterPosition")? {
        Some(position) => position.shape.first().copied().unwrap_or(1),
        None => 1,
    };
    let ears = variable.shape.get(1).copied().unwrap_or(0);
    if ears != 2 {
        return Err(HrtfError::new(format!(
            "Data.IR is {}: {ears} receivers (R = {ears}), two ears are needed",
            said(&variable)
        )));
    }
    let convention = file.attribute("SOFAConventions").unwrap_or_default();
    let (count, taps, emitters_last, found) = match *variable.shape.as_slice() {
        [count, _, taps] => (count, taps, true, 1),
        [count, _, a, b] if a == emitters && (b != emitters || convention == OF_EMITTERS[0]) => {
            (count, b, false, a)
        }
        [count, _, a, b] => (count, a, true, b),
        _ => {
            return Err(HrtfError::new(format!(
                "Data.IR has the dimensions {}; M × R × N, M × R × E × N or M × R × N × E are needed",
                said(&variable)
            )));
        }
    };
    if variable.shape.len() == 4 && found != emitters {
        return Err(HrtfError::new(format!(
            "Data.IR is {} and EmitterPosition has {emitters} emitters (E = {emitters}): they do not fit",
            said(&variable)
        )));
    }
    if count == 0 || taps == 0 || found == 0 {
        return Err(HrtfError::new(format!("Data.IR is {}: empty", said(&variable))));
    }
    if count.checked_mul(found).is_none_or(|pairs| pairs > MOST_PAIRS) || taps > MOST_TAPS {
        return Err(HrtfError::new(format!(
            "Data.IR is {}: too large, the limits are {MOST_PAIRS} pairs of a loudspeaker and an orientation, and \
             {MOST_TAPS} taps",
            said(&variable)
        )));
    }
    if !variable.values.iter().all(|sample| sample.is_finite() && sample.abs() < 1e30) {
        return Err(HrtfError::new("Data.IR has a sample that is not finite (NaN or infinite)"));
    }
    let is_flat = variable.shape.len() == 3;
    Ok(Data { values: variable.values, count, emitters: found, taps, emitters_last, is_flat })
}

impl Data {
    fn response(&self, pair: &Pair, receiver: usize) -> Vec<f64> {
        let row = (2 * pair.measurement + receiver) * self.emitters * self.taps;
        let (first, step) = match self.emitters_last {
            true => (row + pair.emitter, self.emitters),
            false => (row + pair.emitter * self.taps, 1),
        };
        self.values[first..].iter().step_by(step).take(self.taps).copied().collect()
    }
}

/// Refuses microphone arrays.
fn two_ears(file: &Variables<'_>) -> Result<(), HrtfError> {
    let Some(position) = file.optional("ReceiverPosition")? else { return Ok(()) };
    if position.values.len() != 6 {
        return Ok(());
    }
    let places = geometry::rows(&position, "ReceiverPosition", 2)?;
    let apart = geometry::length([0, 1, 2].map(|axis| places[0][axis] - places[1][axis]));
    if apart > WIDEST_HEAD {
        return Err(HrtfError::new(format!("the receivers stand {apart:.2} m apart: two ears are needed")));
    }
    Ok(())
}

/// `Data.Delay` of each pair and receiver, samples: M or 1 rows of receivers, each with E or 1 values.
fn delays(file: &Variables<'_>, data: &Data, rate: u32) -> Result<Vec<[f64; 2]>, HrtfError> {
    let pairs = data.count * data.emitters;
    let Some(delay) = file.optional("Data.Delay")? else { return Ok(vec![[0.0; 2]; pairs]) };
    let seconds =
        delay.attribute("Units").is_some_and(|unit| unit.to_ascii_lowercase().starts_with("second"));
    let scale = if seconds { f64::from(rate) } else { 1.0 };
    let limit = LONGEST_DELAY * f64::from(rate);
    if !delay.values.iter().all(|&delay| (0.0..=limit).contains(&(delay * scale))) {
        return Err(HrtfError::new(format!("Data.Delay has a value below 0 or beyond {LONGEST_DELAY} s")));
    }
    let (rows, emitters) = match *delay.shape.as_slice() {
        [rows, 2] => (rows, 1),
        [rows, 2, emitters] => (rows, emitters),
        _ => (0, 0),
    };
    if !(rows == 1 || rows == data.count) || !(emitters == 1 || emitters == data.emitters) {
        return Err(HrtfError::new(format!(
            "Data.Delay is {}; M × R or M × R × E of Data.IR are needed, with 1 for M or E where all are alike",
            said(&delay)
        )));
    }
    let at = |pair: usize, receiver: usize| {
        let (row, emitter) = (pair / data.emitters % rows, pair % data.emitters % emitters);
        delay.values[(2 * row + receiver) * emitters + emitter] * scale
    };
    Ok((0..pairs).map(|pair| [at(pair, 0), at(pair, 1)]).collect())
}

/// Where each loudspeaker stood and how the head was turned, measurement by measurement.
fn pairs(file: &Variables<'_>, data: &Data) -> Result<Vec<Pair>, HrtfError> {
    let count = data.count;
    let sources = geometry::rows(&file.variable("SourcePosition")?, "SourcePosition", count)?;
    let (ahead, above) = ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]);
    let listener = geometry::optional_rows(file, "ListenerPosition", count, [0.0; 3])?;
    let views = geometry::optional_rows(file, "ListenerView", count, ahead)?;
    let ups = geometry::optional_rows(file, "ListenerUp", count, above)?;
    let fronts = geometry::optional_rows(file, "SourceView", count, ahead)?;
    let tops = geometry::optional_rows(file, "SourceUp", count, above)?;
    if listener.iter().any(|place| geometry::length(between(*place, listener[0])) > SAME_PLACE) {
        return Err(HrtfError::new("ListenerPosition: the listener stood at several places, one is needed"));
    }
    let emitters = if data.is_flat { vec![[0.0; 3]] } else { emitters(file, data.emitters)? };
    let mut pairs = Vec::with_capacity(count * data.emitters);
    for measurement in 0..count {
        let head = orientation(views[measurement], ups[measurement]);
        let source = orientation(fronts[measurement], tops[measurement]);
        for (emitter, place) in emitters.iter().enumerate() {
            // Emitters stand in the axes of their source.
            let turned = sofa(Orientation::FORWARD.seen_by(source).rotated_back(ours(*place)));
            let at = [0, 1, 2].map(|axis| sources[measurement][axis] + turned[axis]);
            let away = between(at, listener[measurement]);
            if !(geometry::length(away) > 1e-6 && geometry::length(away).is_finite()) {
                return Err(HrtfError::new(format!(
                    "loudspeaker {} of measurement {measurement} stands at the listener's own place, or its position is \
                     not finite",
                    emitter + 1
                )));
            }
            pairs.push(Pair { measurement, emitter, away, head });
        }
    }
    Ok(pairs)
}

/// The places of the emitters; where there are some for each measurement, those of the first.
fn emitters(file: &Variables<'_>, count: usize) -> Result<Vec<Vector>, HrtfError> {
    let Some(mut position) = file.optional("EmitterPosition")? else { return Ok(vec![[0.0; 3]; count]) };
    let each = position.values.len() / (3 * count).max(1);
    if each > 1 && position.values.len() == 3 * count * each {
        position.values = position.values.into_iter().step_by(each).collect();
    }
    geometry::rows(&position, "EmitterPosition", count)
}

/// The view that is taken for ahead: along the x axis, or else the first.
fn front(pairs: &[Pair], remarks: &mut Vec<String>) -> Orientation {
    let angle = |pair: &&Pair| pair.head.angle_to(Orientation::FORWARD);
    let nearest = pairs.iter().min_by(|a, b| angle(a).total_cmp(&angle(b)));
    match (nearest, pairs.first()) {
        (Some(pair), _) if angle(&pair) <= AHEAD => Orientation::FORWARD,
        (_, Some(first)) => {
            remarks
                .push("no ListenerView looks along the x axis: the first one is taken for ahead".to_owned());
            first.head
        }
        _ => Orientation::FORWARD,
    }
}

/// Loudspeakers and orientations with their pairs, `[orientation][loudspeaker]`.
struct Table {
    loudspeakers: Vec<Direction>,
    orientations: Vec<Orientation>,
    pairs: Vec<usize>,
}

impl Table {
    fn new(pairs: &[Pair], front: Orientation, remarks: &mut Vec<String>) -> Result<Self, HrtfError> {
        let mut places: Vec<Vector> = Vec::new();
        let mut heads: Vec<(Orientation, Vec<Option<usize>>)> = Vec::new();
        for (number, pair) in pairs.iter().enumerate() {
            let known =
                places.iter().position(|place| geometry::length(between(*place, pair.away)) < SAME_PLACE);
            let place = known.unwrap_or_else(|| {
                places.push(pair.away);
                places.len() - 1
            });
            let known = heads.iter().position(|(head, _)| head.angle_to(pair.head) < SAME_ORIENTATION);
            let head = known.unwrap_or_else(|| {
                heads.push((pair.head, Vec::new()));
                heads.len() - 1
            });
            let row = &mut heads[head].1;
            row.resize(row.len().max(place + 1), None);
            row[place].get_or_insert(number);
        }
        let all = heads.len();
        heads.retain(|(_, row)| row.len() == places.len() && row.iter().all(Option::is_some));
        if heads.is_empty() {
            return Err(HrtfError::new(format!(
                "no orientation of the head was measured with every one of the {} loudspeakers",
                places.len()
            )));
        }
        if heads.len() < all {
            remarks.push(format!(
                "{} of {all} orientations of the head were measured with every loudspeaker and are used",
                heads.len()
            ));
        }
        Ok(Self {
            loudspeakers: places.into_iter().map(|away| front.to_head(direction(away))).collect(),
            orientations: heads.iter().map(|(head, _)| head.seen_by(front)).collect(),
            pairs: heads.into_iter().flat_map(|(_, row)| row.into_iter().flatten()).collect(),
        })
    }
}

fn between(a: Vector, b: Vector) -> Vector {
    [0, 1, 2].map(|axis| a[axis] - b[axis])
}

/// From SOFA's axes (x front, y left) to ours (x right, y front), and back.
fn ours([x, y, z]: Vector) -> Vector {
    [-y, x, z]
}

fn sofa([x, y, z]: Vector) -> Vector {
    [y, -x, z]
}

fn direction(away: Vector) -> Direction {
    Direction::from_vector(ours(away))
}

fn orientation(view: Vector, up: Vector) -> Orientation {
    Orientation::from_front_and_up(ours(view), ours(up))
}

#[cfg(test)]
mod tests;
