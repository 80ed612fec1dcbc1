use std::num::NonZeroU32;

use formats::adm::{AdmTime, BlockCommon, JumpPosition, TimeForm};

use super::*;

fn time(numerator: u64, denominator: u32) -> AdmTime {
    let denominator = NonZeroU32::new(denominator).unwrap();
    AdmTime { numerator, denominator, form: TimeForm::Decimal }
}

#[derive(Clone)]
struct Block(BlockCommon);

impl TimedBlock for Block {
    const MOVES: bool = true;

    fn common(&self) -> &BlockCommon {
        &self.0
    }
}

fn block(rtime: AdmTime, duration: AdmTime, jump: Option<Option<AdmTime>>) -> Block {
    let jump_position = JumpPosition { flag: jump.is_some(), interpolation_length: jump.flatten() };
    Block(BlockCommon {
        rtime: Some(rtime),
        duration: Some(duration),
        jump_position,
        ..BlockCommon::default()
    })
}

fn position(numerator: u64, denominator: u32) -> SamplePosition {
    SamplePosition::new(time(numerator, denominator), 48000)
}

#[test]
fn sums_are_exact_whatever_the_denominators() {
    // 1/3 s + 1/7 s = 10/21 s = 22857 1/7 samples
    let sum = position(1, 3) + position(1, 7);
    assert_eq!(sum, position(10, 21));
    assert_eq!((sum.whole, sum.ceil()), (22857, 22858));
    // 0.00001 s a hundred thousand times is exactly one second
    let step = position(1, 100_000);
    let total = (0..100_000).fold(SamplePosition::ZERO, |at, _| at + step);
    assert_eq!((total, total.ceil()), (position(1, 1), 48000));
    // decimals and samples at another rate mix
    assert_eq!(position(1, 10) + position(4410, 44100), position(1, 5));
    // order is exact where f64 seconds are equal
    assert!(position(333_333_333, 1_000_000_000) < position(1, 3));
}

#[test]
fn a_block_boundary_between_samples_belongs_to_the_next_sample() {
    let third = position(1, 144_000); // a third of a sample
    assert_eq!(third.ceil(), 1);
    assert!((third.to_sample(1) - 2.0 / 3.0).abs() < 1e-15);
    assert_eq!(position(1, 48000).ceil(), 1);
    assert_eq!(SamplePosition::ZERO.ceil(), 0);
}

#[test]
fn hostile_times_neither_overflow_nor_lose_their_order() {
    let huge = position(u64::MAX, 1);
    assert_eq!(huge, SamplePosition::UNBOUNDED);
    assert_eq!(huge + huge, SamplePosition::UNBOUNDED);
    let denominators = [u32::MAX, u32::MAX - 4, u32::MAX - 6];
    let sum = denominators.iter().fold(SamplePosition::ZERO, |at, &d| at + position(u64::from(d) - 1, d));
    assert!(sum < position(3, 1) && sum > position(29, 10), "{sum:?}");
    let again = sum + sum + sum;
    assert!(again.since(sum) > 2.0 * sum.since(SamplePosition::ZERO) - 1e-6);
    assert!(again.fraction() < 1.0);
}

#[test]
fn the_first_block_and_the_one_after_a_gap_jump() {
    let window = ObjectWindow::new(Some(time(1, 1)), None, 48000);
    let blocks = [
        block(time(0, 1), time(1, 10), None),
        block(time(1, 10), time(1, 10), None),
        block(time(3, 10), time(1, 10), None),
    ];
    let timings: Vec<_> = (0..3).map(|index| window.timing(&blocks, index)).collect();
    assert_eq!(timings[0].target, timings[0].start);
    assert_eq!(timings[1].target, timings[1].end);
    assert_eq!(timings[2].target, timings[2].start);
    assert_eq!(timings[1].start, position(11, 10));
    assert_eq!(window.find(&blocks, 0), 0);
    assert_eq!(window.find(&blocks, 52_800), 1);
    assert_eq!(window.find(&blocks, 1 << 40), 2);
}

#[test]
fn jump_position_takes_its_interpolation_length() {
    let window = ObjectWindow::new(None, Some(time(1, 1)), 48000);
    let blocks = [
        block(time(0, 1), time(1, 10), Some(None)),
        block(time(1, 10), time(1, 10), Some(Some(time(1, 100)))),
        block(time(2, 10), time(1, 10), Some(None)),
        block(time(3, 10), time(100, 10), Some(Some(time(100, 10)))),
    ];
    assert_eq!(window.timing(&blocks, 1).target, position(11, 100));
    assert_eq!(window.timing(&blocks, 2).target, window.timing(&blocks, 2).start);
    // past the object's end: the block and its ramp end with the object
    assert_eq!(window.timing(&blocks, 3).end, position(1, 1));
    assert_eq!(window.timing(&blocks, 3).target, position(1, 1));
}

#[test]
fn a_block_without_times_is_as_long_as_its_object() {
    let window = ObjectWindow::new(Some(time(1, 2)), Some(time(1, 4)), 48000);
    let timing = window.timing(&[Block(BlockCommon::default())], 0);
    assert_eq!((timing.start.ceil(), timing.target.ceil(), timing.end.ceil()), (24000, 24000, 36000));
    let part = window.narrowed(Some(time(1, 8)), Some(time(1, 16)));
    assert_eq!((part.start.ceil(), part.end.ceil()), (30000, 33000));
}

#[test]
fn blocks_out_of_order_are_found() {
    let window = ObjectWindow::new(None, None, 48000);
    let blocks = [block(time(1, 1), time(1, 1), None), block(time(0, 1), time(1, 1), None)];
    assert_eq!(window.first_out_of_order(&blocks), Some(1));
    assert_eq!(window.first_out_of_order(&blocks[..1]), None);
}

#[test]
fn only_objects_move() {
    let (tenth, fifth) = (time(1, 10), time(2, 10));
    let bed = |rtime| DirectSpeakersBlock {
        common: BlockCommon { rtime: Some(rtime), duration: Some(tenth), ..BlockCommon::default() },
        speaker_labels: Vec::new(),
        position: formats::adm::DirectSpeakersPosition::Polar {
            azimuth: Default::default(),
            elevation: Default::default(),
            distance: Default::default(),
        },
        screen_edge_lock: Default::default(),
        unknown: Default::default(),
    };
    let timing = ObjectWindow::new(None, None, 48000).timing(&[bed(tenth), bed(fifth)], 1);
    assert_eq!((timing.start, timing.target), (position(1, 5), position(1, 5)));
}
