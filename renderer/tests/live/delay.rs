//! How long a change is on its way, at a device in real time.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use renderer::live::mock_device::{MockDevice, Pace};
use renderer::live::{self, Handle, ObjectEdit, Options, Source};

use crate::desk::text;
use crate::support::{PATIENCE, stereo, tone};

/// Changes of each kind.
const TIMES: usize = 12;
/// The quickest of them on a machine that may be busy with other tests; idle ones take a quarter of it.
const MOST: Duration = Duration::from_millis(120);

fn constant(gain_db: f64) -> Box<formats::scene::Scene> {
    let chain = format!(r#"<chain><fader gain="{gain_db}"/></chain>"#);
    let text = text(&[&chain], "").replace("tone.wav", "constant.wav");
    Box::new(formats::scene::read(&text).scene.unwrap())
}

/// A sound that stands still, at a device in real time; the receiver hears when a block has left the processor in which
/// it first moves.
fn play(block: usize) -> (Handle, MockDevice, Receiver<Instant>) {
    let folder = tone().parent().unwrap().to_path_buf();
    let options = Options { device_block: block, ..Options::new(stereo()) };
    let (handle, processor) = live::open(Source::Scene { scene: constant(0.0), folder }, options).unwrap();
    let (moved, moves) = channel();
    let (mut last, mut steady) = (0.0, 0);
    let sink = move |block: &[f32]| {
        for sample in block.iter().step_by(2) {
            if *sample == last {
                steady += 1;
            } else {
                if steady > 2_048 {
                    let _ = moved.send(Instant::now());
                }
                (last, steady) = (*sample, 0);
            }
        }
    };
    let device = MockDevice::start_into(processor, block, Pace::RealTime(48_000), Box::new(sink)).unwrap();
    handle.play();
    (handle, device, moves)
}

/// The time that the quickest of some changes takes; those during which the machine was too slow do not count.
fn quickest((handle, moves): (&Handle, &Receiver<Instant>), change: impl Fn(u64)) -> Duration {
    let mut found = Vec::new();
    let begun = Instant::now();
    for time in 0.. {
        if found.len() == TIMES {
            break;
        }
        // Another place within a block each time.
        thread::sleep(Duration::from_millis(150 + 7 * (time % 5)));
        let underruns = handle.telemetry().underruns;
        moves.try_iter().for_each(drop);
        let asked = Instant::now();
        change(time);
        let moved = moves.recv_timeout(PATIENCE).unwrap();
        if handle.telemetry().underruns == underruns || begun.elapsed() > PATIENCE / 4 {
            found.push(moved - asked);
        }
    }
    found.into_iter().min().unwrap()
}

#[test]
fn what_is_changed_by_hand_is_heard_within_some_hundredths_of_a_second() {
    for block in [64, 512] {
        let (handle, device, moves) = play(block);
        let edit = |time: u64| {
            let gain = Some(if time.is_multiple_of(2) { 0.5 } else { 1.0 });
            handle.edit_object(0, ObjectEdit { gain, ..Default::default() });
        };
        let took = quickest((&handle, &moves), edit);
        assert!(took < MOST, "an edit took {took:?} in blocks of {block}");
        let took = quickest((&handle, &moves), |time| {
            handle.set_strips(constant(if time.is_multiple_of(2) { -6.0 } else { 0.0 }));
        });
        assert!(took < 2 * MOST, "a fader took {took:?} in blocks of {block}");
        drop(device);
    }
}
