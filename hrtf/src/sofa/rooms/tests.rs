use crate::room::{BrirSet, RoomMeasurements};
use crate::sofa::tests::replaced;
use crate::sofa::{Found, open_either, read, read_room};
use crate::{Direction, Orientation};

/// Written by `fixtures/make_rooms.py`.
const BRIR: &[u8] = include_bytes!("../fixtures/brir.sofa");
const MIMO: &[u8] = include_bytes!("../fixtures/mimo.sofa");
const SRIR: &[u8] = include_bytes!("../fixtures/srir.sofa");
const AZIMUTHS: [f64; 5] = [30.0, -30.0, 0.0, 110.0, -110.0];
const YAWS: [f64; 3] = [0.0, 40.0, -40.0];

/// Sample n as the fixtures' program says.
fn sample(m: usize, r: usize, e: usize, n: usize) -> f32 {
    let first = 8 + m;
    if n < first {
        return 0.0;
    }
    if n == first {
        let left = (AZIMUTHS[e] - YAWS[m]).to_radians().sin() >= 0.0;
        return if left == (r == 0) { 0.5 } else { 0.25 };
    }
    (((5 * m + 3 * r + 7 * e + 11 * n) % 19) as f32 - 9.0) / 512.0
}

fn assert_is_the_fixture(made: RoomMeasurements, orientations: usize, late: usize) {
    assert_eq!(
        (made.loudspeakers.len(), made.orientations.len(), made.sample_rate),
        (5, orientations, 48_000)
    );
    assert_eq!(made.taps, 48 + late);
    assert_eq!((made.name.as_str(), made.licence.as_str()), ("fixture, numbers in a room", "CC0"));
    for (found, azimuth) in made.loudspeakers.iter().zip(AZIMUTHS) {
        assert!(found.angle_to(Direction::new(azimuth, 0.0)) < 1e-6, "{found:?}");
    }
    for (found, yaw) in made.orientations.iter().zip(YAWS) {
        assert!(found.angle_to(Orientation::from_yaw_pitch_roll(yaw, 0.0, 0.0)) < 1e-6, "{found:?}");
    }
    let set = BrirSet::new(made).unwrap();
    for m in 0..orientations {
        for e in 0..5 {
            let late = if e == 4 { late } else { 0 };
            for r in 0..2 {
                let response = set.response(m, e, r);
                for n in 0..48 {
                    assert_eq!(response[n + late], sample(m, r, e, n), "{m} {e} {r} {n}");
                }
            }
        }
    }
}

#[test]
fn loudspeakers_and_orientations_are_read() {
    assert_is_the_fixture(read_room(BRIR).unwrap(), 3, 3);
}

#[test]
fn so_they_are_with_the_emitters_axis_last() {
    assert_is_the_fixture(read_room(MIMO).unwrap(), 3, 3);
}

#[test]
fn moved_sources_in_a_turned_room_are_loudspeakers() {
    let made = read_room(SRIR).unwrap();
    assert!(made.remarks.iter().any(|remark| remark.contains("taken for ahead")), "{:?}", made.remarks);
    assert_is_the_fixture(made, 1, 0);
}

fn changed(whole: &[u8], from: &str, to: &str) -> String {
    read_room(&replaced(whole, from, to)).unwrap_err().to_string()
}

#[test]
fn what_is_no_room_or_misses_something_is_named() {
    let head = include_bytes!("../fixtures/netcdf4.sofa");
    assert!(read_room(head).unwrap_err().to_string().contains("SimpleFreeFieldHRIR"));
    assert!(read(BRIR).unwrap_err().to_string().contains("this is a room"));
    assert!(changed(SRIR, "SourcePosition", "SourcePositiom").contains("SourcePosition is missing"));
    assert!(changed(SRIR, "Data.IR", "Data.XX").contains("Data.IR is missing"));
    assert!(changed(SRIR, "SingleRoomSRIR", "SingleRoomXXXX").contains("rooms are MultiSpeakerBRIR"));
    assert!(changed(SRIR, "hertz", "kertz").contains("unit kertz"));
    // The right receiver two metres away: a pair of microphones.
    let mut apart = SRIR.to_vec();
    let at = apart.windows(8).position(|bytes| bytes == (-0.09_f64).to_le_bytes()).unwrap();
    apart[at..at + 8].copy_from_slice(&(-2.0_f64).to_le_bytes());
    assert!(read_room(&apart).unwrap_err().to_string().contains("2.09 m apart"));
}

#[test]
fn broken_rooms_never_panic() {
    for (whole, step) in [(BRIR, 17), (SRIR, 3)] {
        for at in (0..whole.len()).step_by(step) {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = whole.to_vec();
                changed[at] ^= flip;
                let _ = read_room(&changed).map(BrirSet::new);
            }
        }
        for length in (0..whole.len()).step_by(97) {
            assert!(read_room(&whole[..length]).is_err(), "{length}");
        }
    }
}

#[test]
fn a_file_says_itself_whether_it_is_a_head_or_a_room() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sofa/fixtures");
    assert!(matches!(open_either(&folder.join("classic.sofa")), Ok(Found::Head(_))));
    assert!(matches!(open_either(&folder.join("srir.sofa")), Ok(Found::Room(_))));
}
