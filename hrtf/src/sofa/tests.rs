use super::*;
use crate::HrtfSet;

/// Written by `fixtures/make.py`.
const NETCDF4: &[u8] = include_bytes!("fixtures/netcdf4.sofa");
const CLASSIC: &[u8] = include_bytes!("fixtures/classic.sofa");
const FILTER: &[u8] = include_bytes!("fixtures/filter.sofa");

fn assert_is_the_fixture(made: &Measurements) {
    assert_eq!((made.directions.len(), made.taps, made.sample_rate), (36, 16, 48_000));
    assert_eq!((made.name.as_str(), made.licence.as_str()), ("fixture, numbers", "CC0"));
    for m in 0..36_usize {
        let azimuth = 30.0 * (m % 12) as f64;
        let wanted = crate::Direction::new(azimuth, 30.0 * (m / 12) as f64 - 30.0);
        assert!(made.directions[m].angle_to(wanted) < 1e-9, "{m}: {:?}", made.directions[m]);
        assert_eq!(made.delays[m], [0.0, 2.0]);
        for r in 0..2 {
            for (n, &sample) in made.response(m, r).iter().enumerate() {
                let wanted = ((7 * m + 3 * r + 5 * n) % 17) as f32 / 64.0 - 0.125;
                assert_eq!(sample, wanted, "{m} {r} {n}");
            }
        }
    }
}

#[test]
fn a_file_as_netcdf_writes_it_is_read() {
    assert_is_the_fixture(&read(NETCDF4).unwrap());
}

#[test]
fn a_file_with_headers_of_version_1_and_several_chunks_is_read() {
    assert_is_the_fixture(&read(CLASSIC).unwrap());
}

#[test]
fn a_filter_for_each_ear_is_read_with_its_delay() {
    let filter = read_filter(FILTER).unwrap();
    assert_eq!((filter.sample_rate, filter.responses[0].len(), filter.responses[1].len()), (48_000, 16, 18));
    assert_eq!(
        (filter.responses[0][0], filter.responses[1][..3].to_vec()),
        (-0.125, vec![0.0, 0.0, -0.078_125])
    );
    let refused = |bytes: &[u8]| read_filter(bytes).unwrap_err().to_string();
    assert!(refused(CLASSIC).contains("filters for headphones are SimpleHeadphoneIR or GeneralFIR"));
    assert!(read(FILTER).unwrap_err().to_string().contains("head-related responses are"));
}

#[test]
fn a_flipped_bit_in_a_header_is_found_by_its_checksum() {
    let mut changed = NETCDF4.to_vec();
    let at = changed.windows(5).position(|window| window == b"hertz").unwrap();
    changed[at] ^= 1;
    let error = read(&changed).unwrap_err().to_string();
    assert!(error.contains("checksum"), "{error}");
}

#[test]
fn a_file_cut_anywhere_says_so() {
    for whole in [NETCDF4, CLASSIC] {
        for length in (0..whole.len()).step_by(97) {
            let error = read(&whole[..length]).unwrap_err().to_string();
            assert!(error.contains("truncated") || error.contains("HDF5"), "{length}: {error}");
        }
    }
}

#[test]
fn no_changed_byte_makes_reading_panic() {
    // Checksums stop most changes of netCDF's structure, nothing stops the others.
    for (whole, step) in [(NETCDF4, 23), (CLASSIC, 3)] {
        for at in (0..whole.len()).step_by(step) {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = whole.to_vec();
                changed[at] ^= flip;
                let _ = read(&changed);
            }
        }
    }
}

/// `whole` with another word of the same length in every place of `from`, which there must be.
pub(super) fn replaced(whole: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut changed = whole.to_vec();
    let places: Vec<usize> = (0..changed.len() - from.len())
        .filter(|&at| &changed[at..at + from.len()] == from.as_bytes())
        .collect();
    assert!(!places.is_empty(), "{from}");
    for at in places {
        changed[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    changed
}

#[test]
fn other_conventions_units_and_missing_variables_are_named() {
    let with = |from: &str, to: &str| read(&replaced(CLASSIC, from, to)).unwrap_err().to_string();
    assert!(
        with("SimpleFreeFieldHRIR", "SimpleFreeFieldHRTF").contains("SOFAConventions is SimpleFreeFieldHRTF")
    );
    assert!(with("hertz", "kertz").contains("unit kertz"));
    assert!(with("SourcePosition", "SourcePositiom").contains("SourcePosition is missing"));
    assert!(with("Data.IR", "Data.XX").contains("Data.IR is missing"));
    assert!(with("degree, degree", "furlng, furlng").contains("units"));
    assert!(with("spherical", "spherecal").contains("type spherecal"));
}

/// What the set of hostile files demands, where it is at hand; its files are not part of this repository.
#[test]
fn the_hostile_files_come_out_as_allowed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/badinput/public");
    let cases: &[(&str, Option<&str>)] = &[
        ("sofa-ok", None),
        ("sofa-nc4-ok", None),
        ("sofa-cartesian", None),
        ("sofa-not-hdf5", Some("signature")),
        ("sofa-half", Some("truncated")),
        ("sofa-general-tf", Some("GeneralTF")),
        ("sofa-zero-receivers", Some("R = 0")),
        ("sofa-nan-ir", Some("NaN")),
        ("sofa-one-measurement", Some("M = 1")),
        ("sofa-huge-dims", Some("too large")),
        ("sofa-no-source-position", Some("SourcePosition")),
        ("sofa-nc4-heap-loop", Some("HDF5")),
        ("sofa-nc4-bit-flip", Some("checksum")),
    ];
    for (name, cause) in cases {
        let Ok(bytes) = std::fs::read(folder.join(format!("{name}.sofa"))) else { continue };
        match (HrtfSet::from_bytes(&bytes), cause) {
            (Ok(_), None) => {}
            (Err(error), Some(cause)) => assert!(error.to_string().contains(cause), "{name}: {error}"),
            (Ok(_), Some(_)) => panic!("{name} is accepted"),
            (Err(error), None) => panic!("{name}: {error}"),
        }
    }
}
