//! Single values.

use std::num::NonZeroU32;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::adm::*;

pub(super) fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é音🎬<>&\"'\\]/;: ]{0,10}".prop_map(|text| text.trim().to_owned())
}

pub(super) fn attribute() -> impl Strategy<Value = String> {
    "[a-zé音<>&\"'\t\n\r ]{1,10}"
}

pub(super) fn id(prefix: &'static str) -> impl Strategy<Value = AdmId> {
    (1u32..40).prop_map(move |number| AdmId::new(&format!("{prefix}_{number:08x}")))
}

pub(super) fn ids(prefix: &'static str) -> impl Strategy<Value = Vec<AdmId>> {
    vec(id(prefix), 0..3)
}

pub(super) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6f64, Just(0.0), Just(-0.5), Just(1e-300), Just(123_456.789)]
}

pub(super) fn share() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=1.0f64, Just(0.0), Just(1.0)]
}

pub(super) fn time() -> impl Strategy<Value = AdmTime> {
    let scale = prop_oneof![
        (1u32..=9).prop_map(|digits| (10u32.pow(digits), TimeForm::Decimal)),
        (1u32..).prop_map(|rate| (rate, TimeForm::Fraction))
    ];
    (scale, 0u64..1_000_000_000_000).prop_map(|((scale, form), numerator)| AdmTime {
        numerator: numerator % (u64::from(scale) * 360_000),
        denominator: NonZeroU32::new(scale).unwrap(),
        form,
    })
}

pub(super) fn gain() -> impl Strategy<Value = Gain> {
    prop_oneof![
        (-1e6..1e6f64).prop_map(Gain::Linear),
        (-200.0..120.0f64).prop_map(Gain::Decibels),
        Just(Gain::Decibels(f64::NEG_INFINITY)),
        Just(Gain::Linear(1.0))
    ]
}

pub(super) fn unknown() -> impl Strategy<Value = Unknown> {
    let element = prop_oneof![
        Just("<later/>"),
        Just("<later kind='x'>a &lt; b<inner/></later>"),
        Just("<p:q xmlns:p=\"u\"/>")
    ];
    (of(attribute()), vec(element.prop_map(str::to_owned), 0..2)).prop_map(|(value, elements)| Unknown {
        attributes: value.map(|value| ("later".to_owned(), value)).into_iter().collect(),
        elements,
    })
}

pub(super) fn attributes_only() -> impl Strategy<Value = Unknown> {
    unknown().prop_map(|unknown| Unknown { elements: Vec::new(), ..unknown })
}

pub(super) fn labels() -> impl Strategy<Value = Vec<Label>> {
    vec((of(attribute()), text()).prop_map(|(language, text)| Label { language, text }), 0..3)
}

pub(super) fn polar() -> impl Strategy<Value = PolarPosition> {
    (-180.0..=180.0f64, -90.0..=90.0f64, 0.0..10.0f64)
        .prop_map(|(azimuth, elevation, distance)| PolarPosition { azimuth, elevation, distance })
}

pub(super) fn cube() -> impl Strategy<Value = CartesianPosition> {
    (number(), number(), number()).prop_map(|(x, y, z)| CartesianPosition { x, y, z })
}

pub(super) fn lock() -> impl Strategy<Value = ScreenEdgeLock> {
    (of(any::<bool>()), of(any::<bool>())).prop_map(|(left, top)| ScreenEdgeLock { left, top })
}
