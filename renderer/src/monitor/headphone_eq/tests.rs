//! Against the analogue filters that the cookbook's are made from, and against decibels that a file asks for.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use formats::bw64::{AudioFormat, Planar, SampleFormat, Writer, WriterSpec};

use super::*;

/// −120 dB: what is left out at the end of a response, and rounding.
const EXACT: f64 = 1e-6;

/// Magnitude of a finite response at a frequency.
fn magnitude(response: &[f64], hertz: f64, rate: u32) -> f64 {
    let omega = 2.0 * PI * hertz / f64::from(rate);
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in response.iter().enumerate() {
        let (sine, cosine) = (omega * n as f64).sin_cos();
        re += sample * cosine;
        im -= sample * sine;
    }
    re.hypot(im)
}

fn decibels(response: &[f64], hertz: f64, rate: u32) -> f64 {
    20.0 * magnitude(response, hertz, rate).log10()
}

fn responses(text: &str, rate: u32) -> [Vec<f64>; 2] {
    let (equaliser, warnings) = HeadphoneEq::from_text(text).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    equaliser.at(rate).unwrap().ears
}

/// |N(s) / D(s)| at s = j·x of polynomials of degree 2, highest power first.
fn analogue(numerator: [f64; 3], denominator: [f64; 3], x: f64) -> f64 {
    let at = |[a, b, c]: [f64; 3]| (c - a * x * x).hypot(b * x);
    at(numerator) / at(denominator)
}

#[test]
fn every_type_is_its_analogue_prototype_through_the_bilinear_transform() {
    let (q, decibels) = (1.3, -7.5_f64);
    let a = 10_f64.powf(decibels / 40.0);
    // 1/Q of a slope S, by the cookbook.
    let sloped = |slope: f64| ((a + 1.0 / a) * (1.0 / slope - 1.0) + 2.0).sqrt();
    let shelf = |width: f64, low: bool| {
        let root = a.sqrt() * width;
        let (up, down) = ([1.0, root, a], [a, root, 1.0]);
        if low { (up.map(|c| c * a), down) } else { (down.map(|c| c * a), up) }
    };
    // The corner of an LS without Q lies below its middle by this factor (Equalizer APO).
    let corner = 10_f64.powf(decibels.abs() / 80.0 / 0.9);
    let low_pass = |width: f64| ([0.0, 0.0, 1.0], [1.0, width, 1.0]);
    let cases = [
        ("PK Fc {} Hz Gain -7.5 dB Q 1.3", 1.0, ([1.0, a / q, 1.0], [1.0, 1.0 / a / q, 1.0])),
        ("LSC Fc {} Hz Gain -7.5 dB Q 1.3", 1.0, shelf(1.0 / q, true)),
        ("LS Fc {} Gain -7.5 Q 1.3", 1.0, shelf(1.0 / q, true)),
        ("HSQ Fc {} Hz Gain -7.5 dB Q 1.3", 1.0, shelf(1.0 / q, false)),
        ("LSC 6 dB Fc {} Hz Gain -7.5 dB", 1.0, shelf(sloped(0.5), true)),
        ("LS Fc {} Hz Gain -7.5 dB", corner, shelf(sloped(0.9), true)),
        ("HS Fc {} Hz Gain -7.5 dB", 1.0 / corner, shelf(sloped(0.9), false)),
        ("HSC 12dB Fc {} Hz Gain -7.5 dB", 1.0, shelf(2_f64.sqrt(), false)),
        ("LP Fc {} Hz", 1.0, low_pass(1.0 / FRAC_1_SQRT_2)),
        ("LPQ Fc {} Hz Q 1.3", 1.0, low_pass(1.0 / q)),
        ("HPQ Fc {} Hz Q 1.3", 1.0, ([1.0, 0.0, 0.0], [1.0, 1.0 / q, 1.0])),
        ("BP Fc {} Hz Q 1.3", 1.0, ([0.0, 1.0 / q, 0.0], [1.0, 1.0 / q, 1.0])),
        ("NO Fc {} Hz", 1.0, ([1.0, 0.0, 1.0], [1.0, 1.0 / 30.0, 1.0])),
        ("AP Fc {} Hz Q 1.3", 1.0, ([1.0, -1.0 / q, 1.0], [1.0, 1.0 / q, 1.0])),
    ];
    for rate in [44_100, 48_000, 96_000] {
        for (text, factor, (numerator, denominator)) in cases {
            for frequency in [105.0, 2_500.0] {
                let line = format!("Filter 1: ON {}", text.replace("{}", &frequency.to_string()));
                let [response, _] = responses(&line, rate);
                let warped = |hertz: f64| (PI * hertz / f64::from(rate)).tan();
                for hertz in [20.0, 80.0, 105.0, 300.0, 1_000.0, 2_400.0, 2_500.0, 9_000.0, 16_000.0] {
                    let expected =
                        analogue(numerator, denominator, warped(hertz) / warped(frequency * factor));
                    let found = magnitude(&response, hertz, rate);
                    assert!((found - expected).abs() < EXACT, "{line} {hertz} Hz: {found} {expected}");
                }
            }
        }
    }
}

#[test]
fn a_bell_one_octave_wide_has_half_its_decibels_at_both_edges() {
    let [response, _] = responses("Filter: ON PEQ Fc 1000 Hz Gain 8 dB BW Oct 1", 48_000);
    assert!((decibels(&response, 1_000.0, 48_000) - 8.0).abs() < 1e-4);
    for hertz in [1_000.0 / 2_f64.sqrt(), 1_000.0 * 2_f64.sqrt()] {
        // The bilinear transform moves the edges a little.
        assert!((decibels(&response, hertz, 48_000) - 4.0).abs() < 0.05, "{hertz}");
    }
}

#[test]
fn a_file_of_autoeq_adds_up() {
    let text = "Preamp: -6.2 dB\r\nFilter 1: ON LSC Fc 105 Hz Gain 5.1 dB Q 0.70\r\n\
                Filter 2: ON PK Fc 2315 Hz Gain -3.9 dB Q 1.42\r\nFilter 3: OFF PK Fc 500 Hz Gain 9 dB Q 1\r\n\
                Filter 4: ON HSC Fc 10000 Hz Gain 2.5 dB Q 0.70\r\nFilter 5: ON None\r\n";
    let [whole, right] = responses(text, 48_000);
    assert_eq!(whole, right);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("ON") && line.contains("Fc")).collect();
    for hertz in [31.5, 105.0, 500.0, 2_315.0, 8_000.0, 15_000.0] {
        let alone = |line: &&str| decibels(&responses(line, 48_000)[0], hertz, 48_000);
        let expected = -6.2 + lines.iter().map(alone).sum::<f64>();
        assert!((decibels(&whole, hertz, 48_000) - expected).abs() < 1e-5, "{hertz}");
    }
    // Far below the shelf its gain is all there.
    assert!((decibels(&whole, 2.0, 48_000) - (5.1 - 6.2)).abs() < 0.01);
}

#[test]
fn a_graphic_equaliser_goes_through_its_points_and_on_straight_lines_between() {
    let text = "GraphicEQ: 20 -6; 100 0; 1000 4.5; 4000 -8; 10000 3; 16000 1";
    for rate in [44_100, 48_000, 96_000] {
        let [response, _] = responses(text, rate);
        let middle = (100.0_f64 * 1000.0).sqrt();
        for (hertz, expected) in [
            (40.0, -6.0 * (100_f64 / 40.0).ln() / 5_f64.ln()),
            (middle, 2.25),
            (10_000.0, 3.0),
            (19_000.0, 1.0),
        ] {
            let found = decibels(&response, hertz, rate);
            assert!((found - expected).abs() < 0.1, "{rate} {hertz}: {found} {expected}");
        }
        // Minimum phase: most of it comes at once.
        let energy = |samples: &[f64]| samples.iter().map(|sample| sample * sample).sum::<f64>();
        assert!(energy(&response[..rate as usize / 1000]) > 0.9 * energy(&response));
    }
}

#[test]
fn each_ear_may_have_filters_of_its_own() {
    let text = "# of both\nPreamp: -3 dB\nChannel: L\nFilter: ON PK Fc 1000 Hz Gain 6 dB Q 1\nChannel: R\nPreamp: -3 dB";
    let [left, right] = responses(text, 48_000);
    assert!((decibels(&left, 1_000.0, 48_000) - 3.0).abs() < 1e-5);
    assert_eq!(right.len(), 1);
    assert!((decibels(&right, 1_000.0, 48_000) + 6.0).abs() < 1e-12);
}

#[test]
fn what_cannot_be_understood_is_named_in_one_line() {
    for (text, words) in [
        ("", "no Preamp"),
        ("Filter 1: ON PK Fc 105 Hz Gain 5.1 dB", "expected Q or BW"),
        ("Filter 1: ON PK Gain 5.1 dB Q 1", "expected Fc"),
        ("Preamp: 0 dB\nFilter 1: ON XX Fc 105 Hz Q 1", "line 2"),
        ("Filter 1: ON PK Fc 105 Hz Gain 500 dB Q 1", "Gain between"),
        ("Filter 1: ON PK Fc nan Hz Gain 5 dB Q 1", "Fc between"),
        ("Filter 1: ON PK Fc 1,050 Hz Gain 5 dB Q 1", "Fc between"),
        ("Filter 1: ON PK Fc 105 Hz Gain 5 dB Q 0", "Q between"),
        ("Filter 1: ON LSC 24 dB Fc 105 Hz Gain 5 dB", "slope"),
        ("Filter 1: MAYBE", "ON or OFF"),
        ("Preamp: loud", "decibels"),
        ("Preamp: 0 dB\nInclude: more.txt", "`Include: more.txt`"),
        ("GraphicEQ: 20 1; 10 1", "order of frequency"),
        ("GraphicEQ: 20", "not `20`"),
        ("Channel: C\nPreamp: 0 dB", "L, R or ALL"),
    ] {
        let error = HeadphoneEq::from_text(text).unwrap_err().to_string();
        assert!(error.contains(words) && error.lines().count() == 1, "{text}: {error}");
    }
    let (_, warnings) = HeadphoneEq::from_text("Equaliser: Generic\nPreamp: -1 dB").unwrap();
    assert!(warnings.len() == 1 && warnings[0].to_string().contains("line 1"), "{warnings:?}");
    let at = |text: &str| HeadphoneEq::from_text(text).unwrap().0.at(48_000).unwrap_err().to_string();
    assert!(at("Filter: ON NO Fc 30000 Hz").contains("below 24000 Hz"));
    assert!(at("Filter: ON NO Fc 20 Hz Q 1000").contains("rings"));
}

fn wav(path: &Path, rate: u32, rows: &[Vec<f32>]) {
    let format = AudioFormat::new(rows.len() as u16, rate, SampleFormat::Float32);
    let spec = WriterSpec { format, frames: None, dither: None };
    let mut writer = Writer::create(path, &spec).unwrap();
    let mut block = Planar::<f32>::new(rows.len(), rows[0].len());
    rows.iter().enumerate().for_each(|(channel, row)| block.channel_mut(channel).copy_from_slice(row));
    writer.write_planar(&block).unwrap();
    writer.finish().unwrap();
}

#[test]
fn impulse_responses_are_taken_as_they_stand_and_told_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    // Its name says text, its content WAV.
    let path = folder.path().join("response.txt");
    let pulse =
        |at: usize, size: f32| (0..256).map(|n| if n == at { size } else { 0.0 }).collect::<Vec<f32>>();
    wav(&path, 48_000, &[pulse(100, 0.5), pulse(3, -0.25)]);
    let found = HeadphoneEq::open(&path).unwrap().0.at(48_000).unwrap();
    assert_eq!((found.latency, found.ears[0][100], found.ears[1][3]), (100, 0.5, -0.25));
    wav(&path, 48_000, &[pulse(7, 1.0)]);
    let found = HeadphoneEq::open(&path).unwrap().0;
    assert_eq!(found.at(48_000).unwrap().ears[1][7], 1.0);
    // At another rate it is the same filter, its delay taken from its peak.
    for rate in [44_100, 96_000] {
        let found = found.at(rate).unwrap();
        assert!(found.ears[0][found.latency] > 0.4);
        for hertz in [100.0, 5_000.0, 18_000.0] {
            assert!(decibels(&found.ears[0], hertz, rate).abs() < 0.01, "{rate} {hertz}");
        }
    }
    wav(&path, 48_000, &[pulse(1, 1.0), pulse(1, 1.0), pulse(1, 1.0)]);
    assert!(HeadphoneEq::open(&path).unwrap_err().to_string().contains("3 channels"));
    wav(&path, 48_000, &[pulse(1, 1.0), pulse(300, 1.0)]);
    assert!(HeadphoneEq::open(&path).unwrap_err().to_string().contains("right ear's response is silent"));
    std::fs::write(&path, b"\xff\xfe\x00binary").unwrap();
    assert!(HeadphoneEq::open(&path).unwrap_err().to_string().contains("neither"));
    assert!(HeadphoneEq::open(folder.path()).unwrap_err().to_string().contains("folder"));
}
