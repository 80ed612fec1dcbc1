//! Packs the MIT KEMAR set of a SOFA file as `hrtf/src/data/kemar.bin`, exactly as measured:
//! `cargo run -p proscenium-hrtf --example pack_built_in /usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa`

use std::error::Error;
use std::path::{Path, PathBuf};

use hrtf::{Direction, HrtfSet};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).ok_or("which SOFA file?")?;
    let set = HrtfSet::open(&path)?;
    let measured = set.measurements();
    let count = measured.directions.len();
    let mut bytes = Vec::new();
    for number in [count as u32, measured.taps as u32, measured.sample_rate] {
        bytes.extend(number.to_le_bytes());
    }
    let mirrors: Vec<usize> =
        (0..count).map(|point| mirror(&measured.directions, point)).collect::<Result<_, _>>()?;
    for (point, direction) in measured.directions.iter().enumerate() {
        // A point and its mirror image agree on the mean of the two estimates.
        let arrival = (set.arrivals()[point][0] + set.arrivals()[mirrors[point]][1]) / 2.0;
        for number in [direction.azimuth, direction.elevation, arrival] {
            bytes.extend((number as f32).to_le_bytes());
        }
        bytes.extend((mirrors[point] as u32).to_le_bytes());
        if measured.response(point, 1) != measured.response(mirrors[point], 0) {
            return Err(format!("direction {point} is not the mirror image of {}", mirrors[point]).into());
        }
    }
    for point in 0..count {
        for &sample in measured.response(point, 0) {
            let scaled = sample * 32_768.0;
            if scaled.fract() != 0.0 || !(-32_768.0..=32_767.0).contains(&scaled) {
                return Err(format!("a sample of direction {point} has more than 16 bits: {sample}").into());
            }
            bytes.extend((scaled as i16).to_le_bytes());
        }
    }
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data/kemar.bin"), bytes)?;
    Ok(())
}

fn mirror(directions: &[Direction], point: usize) -> Result<usize, String> {
    let here = directions[point];
    let there = Direction::new(-here.azimuth, here.elevation);
    let found = directions.iter().position(|other| other.angle_to(there) < 1e-3);
    found.ok_or_else(|| format!("no mirror image of azimuth {} elevation {}", here.azimuth, here.elevation))
}
