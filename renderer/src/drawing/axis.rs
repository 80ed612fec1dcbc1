//! Where values stand in a picture.

/// A rectangle with axes: its upper left corner and its size.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    /// From the left of the picture.
    pub left: f64,
    /// From its top.
    pub top: f64,
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

/// A value on an axis: where it stands, and what is written there.
pub type Tick = (f64, String);

impl Panel {
    /// The height of a value between the lowest and the highest of the panel.
    pub fn height_of(&self, value: f64, (low, high): (f64, f64)) -> f64 {
        self.top + (high - value.clamp(low, high)) / (high - low) * self.height
    }

    /// How far to the right a value stands.
    pub fn across(&self, value: f64, (low, high): (f64, f64)) -> f64 {
        self.left + (value.clamp(low, high) - low) / (high - low) * self.width
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// Multiples of `step` from `low` to `high`, as values and texts.
pub fn even_ticks((low, high): (f64, f64), step: f64) -> Vec<Tick> {
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let minus = |value: f64| if value < 0.0 { format!("−{}", -value) } else { format!("{value}") };
    (first..=last).map(|n| n as f64 * step).map(|value| (value, minus(value))).collect()
}

/// Steps of a time axis, seconds.
const TIME_STEPS: [u32; 19] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800];
/// Steps of an axis shorter than that, milliseconds.
const SHORT_STEPS: [u32; 9] = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/// At most about `most` times from 0 to `seconds`, as `h:mm:ss`, or with milliseconds where the programme is that short.
pub fn time_ticks(seconds: f64, most: usize) -> Vec<Tick> {
    let fits = |step: f64| seconds / step <= most as f64;
    let short = SHORT_STEPS.into_iter().map(|step| f64::from(step) / 1000.0).find(|step| fits(*step));
    let long = TIME_STEPS.into_iter().map(f64::from).find(|step| fits(*step));
    let step = short.or(long).unwrap_or(seconds / most.max(1) as f64);
    let label = |time: f64| {
        let milliseconds = (time * 1000.0).round() as u64;
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
        let clock = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if short.is_some() { format!("{clock}.{rest:03}") } else { clock }
    };
    let count = if step > 0.0 { (seconds / step).floor() as usize } else { 0 };
    (0..=count).map(|n| n as f64 * step).map(|time| (time, label(time))).collect()
}

/// Octaves between two frequencies, Hz.
pub fn frequency_ticks((low, high): (f64, f64)) -> Vec<Tick> {
    const OCTAVES: [(f64, &str); 10] = [
        (31.5, "31.5"),
        (63.0, "63"),
        (125.0, "125"),
        (250.0, "250"),
        (500.0, "500"),
        (1e3, "1k"),
        (2e3, "2k"),
        (4e3, "4k"),
        (8e3, "8k"),
        (16e3, "16k"),
    ];
    let within = OCTAVES.into_iter().filter(|(hertz, _)| (low..=high).contains(hertz));
    within.map(|(hertz, label)| (hertz, label.to_owned())).collect()
}
