//! Timing by the best of several runs: on a shared machine the best is what disturbs the least.

use std::hint::black_box;
use std::time::Instant;

use crate::yardstick::Yardstick;

/// Seconds of the fastest of `runs` runs of `work`, after one that warms up.
pub fn best_of<T>(runs: u32, mut work: impl FnMut() -> T) -> f64 {
    black_box(work());
    let mut best = f64::INFINITY;
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

/// The head of a table: `title` and the unit of its figures.
#[allow(clippy::print_stdout)]
pub fn table(title: &str, unit: &str) {
    println!("\n{title} [{unit}]");
}

/// A line of the table: what was measured, the figure, and its ratio to each yardstick. `more_is_better` for
/// speeds, where the ratio is ours over theirs; for times it is theirs over ours. Above 1 we are faster.
#[allow(clippy::print_stdout)]
pub fn row(what: &str, value: f64, yardsticks: &[Yardstick], more_is_better: bool) {
    let digits = if value < 10.0 { 3 } else { 1 };
    print!("  {what:<46} {value:>12.digits$}");
    for yardstick in yardsticks {
        let ratio = if more_is_better { value / yardstick.value } else { yardstick.value / value };
        print!(
            "   {ratio:.1}× {} ({:.*})",
            yardstick.name,
            if yardstick.value < 10.0 { 2 } else { 0 },
            yardstick.value
        );
    }
    println!();
}
