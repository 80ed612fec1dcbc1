//! Where the listener looks, now and over time.

use hrtf::Orientation;

/// Poses a track may have: a day at 100 a second.
const MAX_POSES: usize = 10_000_000;
/// Degrees that an angle may have: a hundred turns.
const MOST_DEGREES: f64 = 36_000.0;
/// Poses of a tracked head that are kept: those of the last turns.
const TURNS: usize = 8;
/// What the columns are called, in the order that they have without a heading.
const COLUMNS: [&str; 4] = ["time", "yaw", "pitch", "roll"];

/// The listener's head over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Seconds and orientation, in the order of time.
    poses: Vec<(f64, Orientation)>,
    /// It is turned while it is followed.
    tracked: bool,
}

/// A head track that can't be followed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HeadTrackError {
    /// A line that is no pose.
    #[error(
        "line {line}: found `{found}`, expected time (seconds), yaw, pitch, roll (degrees), separated by commas, \
         semicolons or tabs"
    )]
    Line {
        /// Counted from 1.
        line: usize,
        /// The line, cut.
        found: String,
    },
    /// A first line that is neither a pose nor a heading.
    #[error(
        "line {line}: found `{found}`, expected numbers or a heading with time, yaw, pitch and roll in any order"
    )]
    Heading {
        /// Counted from 1.
        line: usize,
        /// The line, cut.
        found: String,
    },
    /// An angle that no head has.
    #[error(
        "line {line}: an angle of {degrees} degrees, expected {MOST_DEGREES} at most either way; are the columns \
         time, yaw, pitch, roll?"
    )]
    Angle {
        /// Counted from 1.
        line: usize,
        /// What was found.
        degrees: f64,
    },
    /// Times go back.
    #[error(
        "line {line}: its time is not after that of the line in front of it; put the lines in the order of time"
    )]
    Order {
        /// Counted from 1.
        line: usize,
    },
    /// Too many lines.
    #[error("more than {MAX_POSES} lines; thin out the track")]
    TooLong,
    /// No pose at all.
    #[error("no line with time, yaw, pitch, roll")]
    Empty,
}

impl Head {
    /// A head that stays as it is: degrees; yaw to the left, pitch up, roll to the right.
    pub fn still(yaw: f64, pitch: f64, roll: f64) -> Self {
        Self { poses: vec![(0.0, Orientation::from_yaw_pitch_roll(yaw, pitch, roll))], tracked: false }
    }

    /// The head of a CSV file with time in seconds from the start of the master, yaw, pitch and roll in degrees.
    /// Commas, semicolons or tabs separate the columns. A first line that names them says their order; lines that are
    /// empty or start with `#` are left out.
    ///
    /// # Errors
    /// When a line is no pose, an angle is beyond 36 000°, or times go back.
    pub fn from_csv(text: &str) -> Result<Self, HeadTrackError> {
        let mut poses: Vec<(f64, Orientation)> = Vec::new();
        let mut order = None;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let number = index + 1;
            let Some(numbers) = numbers(line) else {
                let found = line.chars().take(60).collect();
                if order.is_some() || !poses.is_empty() || line.starts_with(|c: char| c.is_ascii_digit()) {
                    return Err(HeadTrackError::Line { line: number, found });
                }
                order = Some(heading(line).ok_or(HeadTrackError::Heading { line: number, found })?);
                continue;
            };
            let [time, yaw, pitch, roll] = order.unwrap_or([0, 1, 2, 3]).map(|column: usize| numbers[column]);
            if let Some(degrees) = [yaw, pitch, roll].into_iter().find(|angle| angle.abs() > MOST_DEGREES) {
                return Err(HeadTrackError::Angle { line: number, degrees });
            }
            if poses.last().is_some_and(|(last, _)| *last >= time) {
                return Err(HeadTrackError::Order { line: number });
            }
            if poses.len() == MAX_POSES {
                return Err(HeadTrackError::TooLong);
            }
            poses.push((time, Orientation::from_yaw_pitch_roll(yaw, pitch, roll)));
        }
        if poses.is_empty() { Err(HeadTrackError::Empty) } else { Ok(Self { poses, tracked: false }) }
    }

    /// A head that a tracker moves: it looks ahead until [`Head::turn`] says otherwise.
    pub fn tracked() -> Self {
        Self { poses: vec![(0.0, Orientation::FORWARD), (1.0, Orientation::FORWARD)], tracked: true }
    }

    /// Turns a tracked head, which stays until `from` as it was: it looks elsewhere at `until`. Seconds, later than those of
    /// the last turn.
    pub(super) fn turn(&mut self, from: f64, until: f64, to: Orientation) {
        let before = self.at(from);
        self.poses.retain(|(time, _)| *time < from);
        self.poses.extend([(from, before), (until, to)]);
        let old = self.poses.len().saturating_sub(TURNS);
        self.poses.drain(..old);
    }

    /// Time begins elsewhere: a tracked head stays as it is.
    pub(super) fn restart(&mut self) {
        if self.tracked
            && let Some((_, last)) = self.poses.last().copied()
        {
            self.poses = vec![(0.0, last), (1.0, last)];
        }
    }

    /// It does not stay as it is.
    pub(super) fn moves(&self) -> bool {
        self.poses.len() > 1
    }

    /// It looks straight ahead, always.
    pub(super) fn is_ahead(&self) -> bool {
        self.poses.iter().all(|(_, pose)| *pose == Orientation::FORWARD)
    }

    /// The orientation at a time in seconds: between two poses on the shortest way, at constant speed; before the
    /// first and after the last it stays.
    pub fn at(&self, time: f64) -> Orientation {
        let next = self.poses.partition_point(|(at, _)| *at <= time);
        match (next.checked_sub(1).map(|last| self.poses[last]), self.poses.get(next).copied()) {
            (Some((from, a)), Some((to, b))) => a.towards(b, (time - from) / (to - from)),
            (Some((_, only)), None) | (None, Some((_, only))) => only,
            (None, None) => Orientation::default(),
        }
    }
}

/// The fields of a line.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', '\t']).map(str::trim)
}

/// The columns of time, yaw, pitch and roll by a heading; what follows a name, like `(deg)` or `_s`, is no part of it.
fn heading(line: &str) -> Option<[usize; 4]> {
    let name = |field: &str| -> String {
        let field = field.trim_matches('"').trim_start();
        field.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
    };
    let names: Vec<String> = fields(line).map(name).collect();
    let mut columns = [0; 4];
    for (column, wanted) in columns.iter_mut().zip(COLUMNS) {
        *column = names.iter().position(|name| name == wanted)?;
    }
    (names.len() == COLUMNS.len()).then_some(columns)
}

fn numbers(line: &str) -> Option<[f64; 4]> {
    let mut fields = fields(line).map(|field| field.parse::<f64>().ok());
    let mut next = || fields.next().flatten().filter(|value| value.is_finite());
    let numbers = [next()?, next()?, next()?, next()?];
    fields.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use hrtf::Direction;

    use super::*;

    #[test]
    fn a_track_is_followed_on_the_shortest_way() {
        let head = Head::from_csv("time,yaw,pitch,roll\n1, 170, 0, 0\n\n# pause\n3,-170,0,0\n").unwrap();
        for (time, yaw) in [(0.0, 170.0), (1.0, 170.0), (2.0, 180.0), (2.5, -175.0), (9.0, -170.0)] {
            let heard = head.at(time).to_head(Direction::new(yaw, 0.0));
            assert!(heard.angle_to(Direction::FRONT) < 1e-6, "{time} {heard:?}");
        }
    }

    #[test]
    fn a_heading_says_the_order_of_the_columns() {
        let plain = Head::from_csv("0,1,2,3\n5,10,20,30\n").unwrap();
        for text in [
            "yaw,pitch,roll,time\n1,2,3,0\n10,20,30,5\n",
            "Roll [deg]; Time (s); \"Yaw\"; pitch_deg\n3;0;1;2\n30;5;10;20\n",
            "time\tyaw\tpitch\troll\n0\t1\t2\t3\n5\t10\t20\t30\n",
        ] {
            assert_eq!(Head::from_csv(text).as_ref(), Ok(&plain), "{text}");
        }
        for text in ["abc\n0,1,2,3\n", "time,yaw\n0,1,2,3\n", "time,yaw,pitch,yaw\n0,1,2,3\n"] {
            assert!(matches!(Head::from_csv(text), Err(HeadTrackError::Heading { line: 1, .. })), "{text}");
        }
        let two = "time,yaw,pitch,roll\ntime,yaw,pitch,roll\n0,1,2,3\n";
        assert!(matches!(Head::from_csv(two), Err(HeadTrackError::Line { line: 2, .. })));
    }

    #[test]
    fn an_angle_beyond_a_hundred_turns_is_refused() {
        assert!(Head::from_csv("0,36000,0,0\n").is_ok());
        for text in ["0,36001,0,0\n", "0,0,-1e9,0\n", "0,0,0,1e300\n"] {
            assert!(matches!(Head::from_csv(text), Err(HeadTrackError::Angle { line: 1, .. })), "{text}");
        }
    }

    #[test]
    fn lines_that_are_no_poses_are_named() {
        for (text, line) in
            [("0,0,0,0\n1,2,3\n", "line 2"), ("0,0,0,0\n0,0,0,0", "line 2"), ("1,NaN,0,0", "line 1")]
        {
            let message = Head::from_csv(text).unwrap_err().to_string();
            assert!(message.starts_with(line) && message.lines().count() == 1, "{message}");
        }
        assert_eq!(Head::from_csv("time,yaw,pitch,roll\n"), Err(HeadTrackError::Empty));
        assert_eq!(
            Head::from_csv("1,2,3,4,5"),
            Err(HeadTrackError::Line { line: 1, found: "1,2,3,4,5".into() })
        );
    }
}
