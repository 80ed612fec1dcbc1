use super::*;

#[test]
fn what_a_file_does_not_give_is_in_range() {
    assert_eq!(Trim::default().check(), Ok(()));
    assert_eq!(Denoise::default().check(), Ok(()));
    assert_eq!(Gate::default().check(), Ok(()));
    assert_eq!(DeEsser::default().check(), Ok(()));
    assert_eq!(Compressor::default().check(), Ok(()));
    assert_eq!(Delay::default().check(), Ok(()));
    assert_eq!(Fader::default().check(), Ok(()));
    assert_eq!(Fdn::default().check(), Ok(()));
    assert_eq!(Limiter::default().check(), Ok(()));
    let (frequency_hz, gain_db) = (1_000.0, 0.0);
    let bands = vec![
        EqBand::HighPass { frequency_hz, slope: EqBand::DEFAULT_SLOPE },
        EqBand::Bell { frequency_hz, gain_db, q: EqBand::DEFAULT_Q },
        EqBand::LowShelf { frequency_hz, gain_db, q: EqBand::DEFAULT_SHELF_Q },
        EqBand::Notch { frequency_hz, q: EqBand::DEFAULT_NOTCH_Q },
    ];
    assert_eq!(Eq { bands }.check(), Ok(()));
    assert!(Chain::default().is_empty() && MasterChain::default().is_empty());
}

#[test]
fn what_is_bypassed_keeps_its_numbers_and_is_not_heard() {
    let gate = Gate { threshold_db: -33.0, ..Gate::default() };
    let trim = Trim { gain_db: 3.0, invert: false };
    let mut chain = Chain { gate: Some(gate.clone()), trim: Some(trim), ..Chain::default() };
    assert_eq!(*chain.heard(), chain);
    chain.bypassed.insert(Stage::Gate);
    assert_eq!(*chain.heard(), Chain { trim: Some(trim), ..Chain::default() });
    assert_eq!(chain.gate, Some(gate));
    for stage in Stage::ALL {
        assert_eq!(chain.has(stage), [Stage::Gate, Stage::Trim].contains(&stage));
        chain.remove(stage);
        assert!(!chain.has(stage));
    }
    assert!(chain.is_empty(), "nothing stays of it, not even that it was bypassed");
}

fn fault(chain: Chain) -> String {
    chain.check().expect_err("a fault").to_string()
}

#[test]
fn a_number_out_of_its_range_is_named_with_the_range() {
    let chain = Chain {
        compressor: Some(Compressor { ratio: 0.5, ..Default::default() }),
        fader: Some(Fader { gain_db: 60.0, ..Default::default() }),
        ..Default::default()
    };
    assert_eq!(fault(chain), "compressor: ratio is 0.5, expected 1 to 100");
    let chain =
        Chain { fader: Some(Fader { gain_db: f64::NAN, ..Default::default() }), ..Default::default() };
    assert_eq!(fault(chain), "fader: gain is NaN, expected -inf to 24 dB");
    let chain = Chain { delay: Some(Delay::Samples(i64::MIN)), ..Default::default() };
    assert!(fault(chain).ends_with("expected -960000 to 960000 samples"));
}

#[test]
fn slopes_names_and_numbers_of_elements_are_checked() {
    let band = EqBand::LowPass { frequency_hz: 1_000.0, slope: 13 };
    let chain = Chain { eq: Some(Eq { bands: vec![band] }), ..Default::default() };
    assert!(fault(chain).starts_with("lowPass: slope is 13 dB per octave, expected one of 6, 12"));
    let send = Send { to: String::new(), gain_db: 0.0 };
    assert_eq!(
        fault(Chain { sends: vec![send], ..Default::default() }),
        "send: to is empty, expected a name"
    );
    let sends = vec![Send { to: "hall".into(), gain_db: 0.0 }; MOST_SENDS + 1];
    assert_eq!(
        fault(Chain { sends, ..Default::default() }),
        "33 elements send in one chain, at most 32 are allowed"
    );
}
