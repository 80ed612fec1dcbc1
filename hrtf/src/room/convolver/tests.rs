use super::*;

/// Single-precision FFTs: −120 dB of the power of the output.
const TOLERANCE: f64 = 1e-6;

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f32 / (1_u32 << 30) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn decaying(seed: u64, length: usize) -> Vec<f32> {
    let fall = |n: usize| 10.0_f32.powf(-3.0 * n as f32 / length as f32);
    noise(seed, length).into_iter().enumerate().map(|(n, x)| x * fall(n)).collect()
}

/// Convolves in stretches of these many blocks in turn, from `start` on.
fn run(
    convolver: &mut RoomConvolver,
    inputs: &[Vec<f32>],
    (start, block): (i64, usize),
    stretches: &[usize],
) -> [Vec<f32>; 2] {
    let frames = inputs[0].len();
    let mut ears = [vec![0.0; frames], vec![0.0; frames]];
    let mut at = 0;
    for blocks in stretches.iter().cycle() {
        let end = (at + blocks * block).min(frames);
        if at == end {
            break;
        }
        let rows: Vec<&[f32]> = inputs.iter().map(|input| &input[at..end]).collect();
        let head = vec![Orientation::FORWARD; (end - at) / block + 1];
        let [left, right] = &mut ears;
        convolver.add(start + at as i64, &rows, &head, [&mut left[at..end], &mut right[at..end]]);
        at = end;
    }
    ears
}

fn convolver(block: usize, responses: &Responses) -> RoomConvolver {
    RoomConvolver::new(block, responses, Vec::new(), 0, |_| Vec::new())
}

/// The convolution by definition, in double precision, at some samples.
fn direct(inputs: &[Vec<f32>], responses: &Responses, ear: usize, n: usize) -> f64 {
    let one = |(input, ears): (&Vec<f32>, &Option<[Vec<f32>; 2]>)| -> f64 {
        let Some(ears) = ears else { return 0.0 };
        let taps = ears[ear].iter().take(n + 1).enumerate();
        taps.map(|(k, tap)| f64::from(*tap) * f64::from(input[n - k])).sum()
    };
    inputs.iter().zip(responses).map(one).sum()
}

#[test]
fn a_response_of_four_seconds_is_direct_convolution() {
    let (block, taps) = (1024, 4 * 48_000);
    let responses = vec![Some([decaying(1, taps), decaying(2, taps)])];
    let inputs = vec![noise(3, 240 * block)];
    let found = run(&mut convolver(block, &responses), &inputs, (0, block), &[12]);
    for (ear, found) in found.iter().enumerate() {
        let scale =
            responses[0].as_ref().unwrap()[ear].iter().map(|tap| f64::from(*tap).powi(2)).sum::<f64>().sqrt();
        for n in (0..inputs[0].len()).step_by(6_007) {
            let error = f64::from(found[n]) - direct(&inputs, &responses, ear, n);
            assert!(error.abs() < TOLERANCE * scale * 0.577, "{ear} {n}: {error:e} of {scale}");
        }
    }
}

#[test]
fn several_inputs_of_other_lengths_are_summed() {
    for (block, lengths) in [(64, [1, 700, 64, 0]), (30, [2_000, 31, 480, 241])] {
        let response = |(i, taps): (usize, &usize)| {
            (*taps > 0).then(|| [decaying(i as u64 + 1, *taps), decaying(i as u64 + 9, *taps)])
        };
        let responses: Responses = lengths.iter().enumerate().map(response).collect();
        let inputs: Vec<Vec<f32>> = (0..4).map(|i| noise(20 + i, 100 * block)).collect();
        let found = run(&mut convolver(block, &responses), &inputs, (0, block), &[7]);
        let scale = responses
            .iter()
            .flatten()
            .flat_map(|ears| &ears[0])
            .map(|tap| f64::from(*tap).powi(2))
            .sum::<f64>()
            .sqrt();
        for n in (0..inputs[0].len()).step_by(53) {
            let error = f64::from(found[1][n]) - direct(&inputs, &responses, 1, n);
            assert!(error.abs() < TOLERANCE * scale, "{block} {n}: {error:e}");
        }
    }
}

#[test]
fn blocks_change_nothing_above_120_db() {
    let responses = vec![Some([decaying(1, 30_000), decaying(2, 30_000)])];
    let inputs = vec![noise(3, 98_304)];
    let found = [32, 256, 1024, 4096]
        .map(|block| run(&mut convolver(block, &responses), &inputs, (0, block), &[9])[0].clone());
    let level = found[0].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    for other in &found[1..] {
        let difference = found[0].iter().zip(other).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        assert!(10.0 * (difference / level).log10() < -120.0);
    }
}

#[test]
fn the_same_bits_in_any_stretches_and_from_any_start() {
    let block = 32;
    let responses =
        vec![Some([decaying(1, 3_000), decaying(2, 3_000)]), Some([decaying(3, 90), decaying(4, 90)])];
    let inputs = vec![noise(5, 400 * block), noise(6, 400 * block)];
    let whole = run(&mut convolver(block, &responses), &inputs, (0, block), &[400]);
    for stretches in [&[1][..], &[3, 8, 5], &[13]] {
        assert_eq!(run(&mut convolver(block, &responses), &inputs, (0, block), stretches), whole);
    }
    let mut late = convolver(block, &responses);
    let memory = late.memory();
    assert!(memory >= 3_000 && memory.is_multiple_of(block));
    for start in [5, 8, 11] {
        let part: Vec<Vec<f32>> = inputs.iter().map(|input| input[start * block..].to_vec()).collect();
        let found = run(&mut late, &part, ((start * block) as i64, block), &[6]);
        let from = start * block + memory;
        for ear in 0..2 {
            assert!(whole[ear][from..] == found[ear][memory..], "{start}");
        }
    }
}

#[test]
fn the_head_s_nearest_orientation_is_heard_and_a_change_fades_in_one_block() {
    let block = 64;
    let views: Vec<Orientation> =
        [0.0, 90.0].map(|yaw| Orientation::from_yaw_pitch_roll(yaw, 0.0, 0.0)).to_vec();
    let view = |number: usize| vec![Some([vec![1.0 + number as f32; 1], vec![0.0, 2.0 - number as f32]])];
    let mut convolver = RoomConvolver::new(block, &vec![None], views, 2, view);
    let heads = [0.0, 40.0, 50.0, 170.0].map(|yaw| Orientation::from_yaw_pitch_roll(yaw, 5.0, 0.0));
    let input = vec![1.0; 3 * block];
    let (mut left, mut right) = (vec![0.0; 3 * block], vec![0.0; 3 * block]);
    convolver.add(0, &[&input], &heads, [&mut left, &mut right]);
    assert!(left[..block].iter().all(|x| (x - 1.0).abs() < 1e-6));
    for n in 0..block {
        let wanted = 1.0 + n as f32 / block as f32;
        assert!((left[block + n] - wanted).abs() < 1e-5, "{n}");
    }
    assert!(left[2 * block..].iter().all(|x| (x - 2.0).abs() < 1e-6));
    assert!(right[2 * block..].iter().all(|x| (x - 1.0).abs() < 1e-6));
}

#[test]
fn silence_stays_silence_and_what_does_not_fit_does_nothing() {
    let mut convolver = convolver(16, &vec![Some([noise(1, 900), noise(2, 900)])]);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    for (start, frames) in [(0, 64), (64, 60)] {
        let input = vec![if frames == 60 { 1.0 } else { 0.0 }; frames];
        convolver.add(start, &[&input], &[Orientation::FORWARD; 5], [&mut left, &mut right]);
        assert!(left.iter().chain(&right).all(|x| *x == 0.0));
    }
}
