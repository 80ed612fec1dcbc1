//! Times in every notation.

use std::num::NonZeroU32;

use crate::scene::{Kept, Notation, Origin, Picture, Time, TimeFault};
use crate::timecode::FrameRate;

const RATE: NonZeroU32 = NonZeroU32::new(48_000).unwrap();

fn picture(rate: &str, start: &str) -> Picture {
    let frame_rate = FrameRate::from_name(rate).unwrap();
    Picture { frame_rate, start: frame_rate.parse(start).unwrap(), ffoa: None, kept: Kept::default() }
}

fn parse(text: &str, origin: Origin) -> Result<Time, TimeFault> {
    Time::parse(text, origin, RATE, Some(&picture("24", "01:00:00:00")))
}

#[test]
fn every_notation_is_exact_and_comes_back() {
    for (text, notation, ratio) in [
        ("12.5", Notation::Seconds, (25, 2)),
        ("0", Notation::Seconds, (0, 1)),
        ("00:00:12.50000", Notation::Adm, (25, 2)),
        ("00:00:12.24000S48000", Notation::Adm, (25, 2)),
        ("600000smp", Notation::Samples, (25, 2)),
        ("1smp", Notation::Samples, (1, 48_000)),
        ("01:00:12:12", Notation::Timecode, (25, 2)),
    ] {
        let time = parse(text, Origin::Start).unwrap();
        assert_eq!((time.notation, time.seconds.to_ratio()), (notation, ratio), "{text}");
        assert_eq!(time.text(Origin::Start, RATE, Some(&picture("24", "01:00:00:00"))), text);
    }
    // A length in timecode counts from nothing.
    assert_eq!(parse("00:00:01:12", Origin::Nothing).unwrap().seconds.to_ratio(), (3, 2));
    let drop = picture("29.97", "01:00:00;00");
    let time = Time::parse("01:01:00;02", Origin::Start, RATE, Some(&drop)).unwrap();
    // 1800 frames of 1001/30000 s.
    assert_eq!(time.seconds.to_ratio(), (3003, 50));
    assert_eq!(time.text(Origin::Start, RATE, Some(&drop)), "01:01:00;02");
}

#[test]
fn what_is_no_time_is_told() {
    assert_eq!(parse("abc", Origin::Start), Err(TimeFault::Form));
    assert_eq!(parse("-1", Origin::Start), Err(TimeFault::Form));
    assert_eq!(parse("+5smp", Origin::Start), Err(TimeFault::Form));
    assert_eq!(parse("1e3", Origin::Start), Err(TimeFault::Form));
    assert_eq!(parse("01:00:00:24", Origin::Start), Err(TimeFault::Timecode("24")));
    assert_eq!(parse("00:59:59:23", Origin::Start), Err(TimeFault::BeforeStart));
    assert_eq!(parse("172800.1", Origin::Start), Err(TimeFault::TooLong));
    assert_eq!(parse("99999999999999999999smp", Origin::Start), Err(TimeFault::Form));
    assert_eq!(parse("18446744073709551615smp", Origin::Start), Err(TimeFault::TooLong));
    assert_eq!(Time::parse("01:00:00:00", Origin::Start, RATE, None), Err(TimeFault::NoPicture));
}

/// A time that has no form in its notation is written in one that is as exact.
#[test]
fn times_off_the_grid_are_written_exactly() {
    let third = Time { seconds: "00:00:00.1S3".parse().unwrap(), notation: Notation::Seconds };
    assert_eq!(third.text(Origin::Start, RATE, None), "00:00:00.1S3");
    let between = Time { notation: Notation::Timecode, ..Time::from_milliseconds(10) };
    assert_eq!(between.text(Origin::Start, RATE, Some(&picture("24", "00:00:00:00"))), "00:00:00.01");
    assert_eq!(Time::from_milliseconds(1500).text(Origin::Start, RATE, None), "1.5");
}

#[test]
fn samples_are_the_nearest() {
    for (text, sample) in
        [("0.00001", 0), ("0.000011", 1), ("1", 48_000), ("00:00:00.1S96000", 1), ("1:0:0.0", 172_800_000)]
    {
        assert_eq!(Time::parse(text, Origin::Start, RATE, None).unwrap().to_sample(RATE), sample, "{text}");
    }
}
