//! Where the listener looks, now and over time.

use hrtf::Orientation;

/// Poses a track may have: a day at 100 a second.
const MAX_POSES: usize = 10_000_000;

/// The listener's head over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Seconds and orientation, in the order of time.
    poses: Vec<(f64, Orientation)>,
}

/// A head track that can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadTrackError {
    /// A line that is no pose.
    #[error(
        "line {line}: found `{found}`, expected time (seconds), yaw, pitch, roll (degrees), separated by commas"
    )]
    Line {
        /// Counted from 1.
        line: usize,
        /// The line, cut.
        found: String,
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
        Self { poses: vec![(0.0, Orientation::from_yaw_pitch_roll(yaw, pitch, roll))] }
    }

    /// The head of a CSV file with time in seconds from the start of the master, yaw, pitch and roll in degrees.
    /// A first line that is no numbers is a heading; lines that are empty or start with `#` are left out.
    ///
    /// # Errors
    /// When a line is no pose, or times go back.
    pub fn from_csv(text: &str) -> Result<Self, HeadTrackError> {
        let mut poses: Vec<(f64, Orientation)> = Vec::new();
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let number = index + 1;
            let Some([time, yaw, pitch, roll]) = numbers(line) else {
                if poses.is_empty() && line.starts_with(char::is_alphabetic) {
                    continue;
                }
                let found = line.chars().take(60).collect();
                return Err(HeadTrackError::Line { line: number, found });
            };
            if poses.last().is_some_and(|(last, _)| *last >= time) {
                return Err(HeadTrackError::Order { line: number });
            }
            if poses.len() == MAX_POSES {
                return Err(HeadTrackError::TooLong);
            }
            poses.push((time, Orientation::from_yaw_pitch_roll(yaw, pitch, roll)));
        }
        if poses.is_empty() { Err(HeadTrackError::Empty) } else { Ok(Self { poses }) }
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

fn numbers(line: &str) -> Option<[f64; 4]> {
    let mut fields = line.split([',', ';', '\t']).map(|field| field.trim().parse::<f64>().ok());
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
    fn lines_that_are_no_poses_are_named() {
        for (text, line) in
            [("0,0,0,0\n1,2,3\n", "line 2"), ("0,0,0,0\n0,0,0,0", "line 2"), ("1,NaN,0,0", "line 1")]
        {
            let message = Head::from_csv(text).unwrap_err().to_string();
            assert!(message.starts_with(line) && message.lines().count() == 1, "{message}");
        }
        assert_eq!(Head::from_csv("time,yaw\n"), Err(HeadTrackError::Empty));
        assert_eq!(
            Head::from_csv("1,2,3,4,5"),
            Err(HeadTrackError::Line { line: 1, found: "1,2,3,4,5".into() })
        );
    }
}
