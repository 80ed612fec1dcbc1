use super::*;
use crate::items::{HoaChannel, Importance, ItemContext, TrackSpec};
use crate::panner::golden;

/// The reference renderer sums in another order.
const TOLERANCE: f64 = 1e-12;

fn item(normalization: &str, components: &[(i32, i32)]) -> HoaItem {
    let channel = |&(order, degree): &(i32, i32)| HoaChannel {
        track: TrackSpec::Silent,
        order,
        degree,
        gain: 1.0,
        importance: 10,
        path_importance: Importance::default(),
        channel: AdmId::new("AC_00041001"),
    };
    HoaItem {
        channels: components.iter().map(channel).collect(),
        normalization: normalization.to_owned(),
        nfc_ref_dist: None,
        screen_ref: false,
        rtime: None,
        duration: None,
        context: ItemContext::default(),
    }
}

fn all_components(order: i32) -> Vec<(i32, i32)> {
    (0..=order).flat_map(|n| (-n..=n).map(move |m| (n, m))).collect()
}

fn decoder(layout: &str) -> (Layout, HoaDecoder) {
    let layout = Layout::by_name(layout).unwrap();
    let panner = PointSourcePanner::new(&layout).unwrap();
    let decoder = HoaDecoder::new(&layout, &panner);
    (layout, decoder)
}

/// The loudspeaker's gains for all components, without LFE.
fn rows(layout: &Layout, gains: &HoaGains) -> Vec<Vec<f64>> {
    let loudspeakers = (0..layout.channels.len()).filter(|&index| !layout.channels[index].is_lfe);
    loudspeakers.map(|index| gains.channels.iter().map(|channel| channel[index]).collect()).collect()
}

/// Decoders of order 1 for 0+5+0, by EAR (`scenebased.design`); layout order without LFE, ACN, SN3D.
const FIRST_ORDER_5_1: [[f64; 4]; 5] = [
    [0.25062154520238633, 0.3106827387441658, 1.709057789662495e-05, 0.30755234527036646],
    [0.2506237042627796, -0.3106855590761278, 9.909121998558258e-06, 0.30756423034868935],
    [0.16521827123342098, 9.155565816134388e-06, -4.0728126152924756e-05, 0.26546390962380506],
    [0.46738004276094086, 0.4511283309408949, -4.4013725005105894e-06, -0.4306128761845325],
    [0.4673754807195715, -0.45110521475689763, 1.0737603894496308e-05, -0.4306298052991511],
];

#[test]
fn first_order_equals_the_reference() {
    let (layout, decoder) = decoder("0+5+0");
    let gains = decoder.gains(&item("SN3D", &all_components(1))).unwrap();
    for (found, expected) in rows(&layout, &gains).iter().zip(FIRST_ORDER_5_1) {
        assert!(golden::worst(found, &expected) < TOLERANCE, "{found:?}");
    }
}

/// As [`FIRST_ORDER_5_1`], for the N3D components of [`HIGH_COMPONENTS`] alone.
const HIGH_ORDERS_5_1: [[f64; 6]; 5] = [
    [
        0.3257670842526427,
        2.8478334906124953e-06,
        -0.023343282244186764,
        0.0011621538823463104,
        -0.00020394050903652412,
        1.67320740556922e-05,
    ],
    [
        0.3257698906785957,
        8.502926156564575e-06,
        -0.023345247728525486,
        -0.0011539661366458316,
        -0.00018837360220983352,
        1.3398733297574651e-05,
    ],
    [
        0.21475677377022742,
        -8.22255919526735e-06,
        0.04778747278703436,
        -7.178486678544839e-06,
        -0.00038285751645656654,
        1.663701623233851e-06,
    ],
    [
        0.6075177361353911,
        1.5544211212825352e-06,
        0.001674506409003634,
        0.006999372385831701,
        -0.000718193697921775,
        -2.3148341450234606e-06,
    ],
    [
        0.6075118062265545,
        9.848912828501058e-07,
        0.001667252454685464,
        -0.006988805447006041,
        -0.0007253511956301534,
        6.8857517768861495e-06,
    ],
];

/// Order and degree.
const HIGH_COMPONENTS: [(i32, i32); 6] = [(0, 0), (2, -1), (5, 3), (7, -7), (20, 0), (40, -13)];

#[test]
fn high_orders_equal_the_reference() {
    let (layout, decoder) = decoder("0+5+0");
    let gains = decoder.gains(&item("N3D", &HIGH_COMPONENTS)).unwrap();
    for (found, expected) in rows(&layout, &gains).iter().zip(HIGH_ORDERS_5_1) {
        assert!(golden::worst(found, &expected) < TOLERANCE, "{found:?}");
    }
}

#[test]
fn decoders_equal_the_whole_corpus() {
    for name in ["0+2+0", "0+5+0", "2+5+0", "4+5+0", "4+5+1", "3+7+0", "4+9+0", "9+10+3", "0+7+0", "4+7+0"] {
        let (layout, decoder) = decoder(name);
        let mut worst = 0f64;
        for normalization in ["N3D", "SN3D", "FuMa"] {
            for order in 1..=3 {
                let gains = decoder.gains(&item(normalization, &all_components(order))).unwrap();
                let Some(table) = golden::table(&layout, &format!("hoa_{normalization}_o{order}")) else {
                    return;
                };
                for (found, expected) in rows(&layout, &gains).iter().zip(table.rows()) {
                    worst = worst.max(golden::worst(found, expected));
                }
            }
        }
        println!("{name}: worst error {worst:e}");
        assert!(worst < TOLERANCE, "{name}: {worst:e}");
    }
}

/// The property that the scale is chosen for, checked over other directions than those of the design.
#[test]
fn plane_waves_have_a_mean_power_of_one() {
    let (layout, decoder) = decoder("4+7+0");
    for order in [1, 3, 7] {
        let gains = decoder.gains(&item("N3D", &all_components(order))).unwrap();
        let rows = rows(&layout, &gains);
        let functions = SphericalHarmonics::new(order as usize);
        let mut values = vec![0.0; functions.len()];
        let (mut power, count) = (0.0, 4000);
        for i in 0..count {
            let z = 1.0 - (2.0 * f64::from(i) + 1.0) / f64::from(count);
            let turn = f64::from(i) * 2.399_963_229_728_653;
            let radius = (1.0 - z * z).sqrt();
            functions.n3d([radius * turn.cos(), radius * turn.sin(), z], &mut values);
            for row in &rows {
                let gain: f64 = row.iter().zip(&values).map(|(a, b)| a * b).sum();
                power += gain * gain / f64::from(count);
            }
        }
        assert!((power - 1.0).abs() < 1e-3, "order {order}: {power}");
    }
}

#[test]
fn components_may_be_missing_shuffled_and_repeated() {
    let (_, decoder) = decoder("0+5+0");
    let whole = decoder.gains(&item("SN3D", &[(0, 0), (1, -1), (1, 1)])).unwrap().channels;
    let shuffled = decoder.gains(&item("SN3D", &[(1, 1), (0, 0), (1, -1)])).unwrap().channels;
    for (found, expected) in [(&shuffled[0], &whole[2]), (&shuffled[1], &whole[0]), (&shuffled[2], &whole[1])]
    {
        assert!(golden::worst(found, expected) < TOLERANCE);
    }
    let twice = decoder.gains(&item("SN3D", &[(0, 0), (0, 0)])).unwrap().channels;
    assert_eq!(twice[0], twice[1]);
    assert_eq!(decoder.gains(&item("SN3D", &[])).unwrap().channels, Vec::<Vec<f64>>::new());
}

#[test]
fn gains_of_blocks_and_objects_multiply() {
    let (_, decoder) = decoder("0+5+0");
    let mut scene = item("SN3D", &all_components(1));
    let plain = decoder.gains(&scene).unwrap().channels;
    scene.channels[2].gain = -2.0;
    scene.context.object_gain = 0.25;
    let scaled = decoder.gains(&scene).unwrap().channels;
    for (channel, factor) in [0.25, 0.25, -0.5, 0.25].into_iter().enumerate() {
        let expected: Vec<f64> = plain[channel].iter().map(|gain| gain * factor).collect();
        assert!(golden::worst(&scaled[channel], &expected) < TOLERANCE);
    }
}

#[test]
fn scenes_that_cannot_be_decoded_are_refused_with_the_reason() {
    let (_, decoder) = decoder("0+5+0");
    for (normalization, component, message) in [
        ("SN3D", (50, 0), "AC_00041001: found HOA order 50 and degree 0, expected an order of 0 to 49"),
        ("SN3D", (1, 2), "found HOA order 1 and degree 2"),
        ("SN3D", (-1, 0), "found HOA order -1"),
        ("FuMa", (4, 0), "found HOA order 4 with normalization FuMa"),
        ("MaxN", (0, 0), "found normalization `MaxN`, expected N3D, SN3D or FuMa"),
    ] {
        let error = decoder.gains(&item(normalization, &[component])).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert!(!error.contains('\n') && !error.contains("  "), "{error}");
    }
}

#[test]
fn what_has_no_effect_is_reported() {
    let (_, decoder) = decoder("0+5+0");
    let mut scene = item("SN3D", &all_components(1));
    scene.nfc_ref_dist = Some(2.0);
    scene.screen_ref = true;
    let gains = decoder.gains(&scene).unwrap();
    assert_eq!(gains.channels, decoder.gains(&item("SN3D", &all_components(1))).unwrap().channels);
    assert_eq!(gains.warnings.iter().map(|warning| warning.rule).collect::<Vec<_>>(), ["hoa-screen-ref"]);
}
