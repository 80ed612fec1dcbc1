use hrtf::room::RoomMeasurements;

use super::*;

#[test]
fn modes_and_ratios_share_one_power_and_raise_nothing() {
    let modes = [(HeadphoneMode::Near, 12.0), (HeadphoneMode::Mid, 6.0), (HeadphoneMode::Far, 0.0)];
    for (mode, expected) in modes {
        for (ratio, expected) in
            [(None, expected), (Some(f64::NAN), expected), (Some(3.5), 3.5), (Some(-20.0), -20.0)]
        {
            let share = Share::new(mode, ratio);
            assert!((share.direct.powi(2) + share.room.powi(2) - 1.0).abs() < 1e-12);
            assert!(
                (20.0 * (share.direct / share.room).log10() - expected).abs() < 1e-9,
                "{mode:?} {ratio:?}"
            );
            assert!(share.direct <= 1.0);
        }
    }
    assert_eq!(Share::new(HeadphoneMode::Off, Some(0.0)), Share { direct: 1.0, room: 0.0 });
    let extreme = Share::new(HeadphoneMode::Near, Some(-1e300));
    assert!(extreme.direct > 0.0 && extreme.room <= 1.0);
}

/// A room of loudspeakers at these azimuths.
fn set(azimuths: &[f64]) -> Arc<BrirSet> {
    let count = azimuths.len();
    Arc::new(
        BrirSet::new(RoomMeasurements {
            sample_rate: 48_000,
            loudspeakers: azimuths.iter().map(|azimuth| Direction::new(*azimuth, 0.0)).collect(),
            orientations: vec![Orientation::FORWARD],
            taps: 4,
            responses: vec![0.5; count * 2 * 4],
            ..RoomMeasurements::default()
        })
        .unwrap(),
    )
}

#[test]
fn objects_get_the_largest_layout_that_was_measured() {
    let five = set(&[0.0, 26.0, -26.0, 120.0, -120.0]);
    let Ok(RoomSound::Measured(room)) = RoomSound::measured(Arc::clone(&five), &BinauralPath::Objects) else {
        panic!()
    };
    assert_eq!((room.layout.name.as_str(), room.loudspeakers), ("0+5+0", vec![1, 2, 0, 3, 4]));
    let stereo = BinauralPath::Speakers(Layout::by_name("stereo").unwrap());
    let Ok(RoomSound::Measured(room)) = RoomSound::measured(Arc::clone(&five), &stereo) else { panic!() };
    assert_eq!(room.loudspeakers, [1, 2]);
    let seven = BinauralPath::Speakers(Layout::by_name("7.1.4").unwrap());
    let message = RoomSound::measured(five, &seven).unwrap_err().to_string();
    assert!(message.contains("M+090, M-090, M+135") && message.contains("speakers:0+5+0"), "{message}");
    let message = RoomSound::measured(set(&[90.0, -90.0]), &BinauralPath::Objects).unwrap_err().to_string();
    assert!(message.contains("90°/0°, -90°/0°"), "{message}");
}
