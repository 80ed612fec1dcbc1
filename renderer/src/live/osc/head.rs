//! Head trackers: what they call their messages, and what these mean.
//!
//! | address | arguments |
//! |---|---|
//! | `/adm/lis/ypr` | yaw (left), pitch (up), roll (right ear down), degrees |
//! | `/SceneRotator/ypr`, `/ypr` | the same |
//! | `/SceneRotator/yaw`, `/pitch`, `/roll` | one of them |
//! | `/SceneRotator/quaternions`, `/quaternion` | w, x, y, z with x to the front, y to the left, z up |
//! | `/proscenium/lis/ahead` | none, or 1: where the head looks now is ahead |
//! | `/proscenium/lis/reset` | none: what the tracker calls ahead is that again |
//!
//! They tell where the head looks. A tracker that tells how the scene turns, or has other signs, is put right by turning
//! the signs of single angles.

use hrtf::Orientation;

use super::packet::Message;

/// The angles of a head as they are known, degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct HeadAngles(pub(super) [f64; 3]);

impl HeadAngles {
    /// Takes in a message; false when it says nothing about a head.
    pub(super) fn hear(&mut self, message: &Message, inverted: [bool; 3]) -> bool {
        let sign = |angle: usize| if inverted[angle] { -1.0 } else { 1.0 };
        let angles = match message.address {
            "/adm/lis/ypr" | "/SceneRotator/ypr" | "/ypr" => message.numbers::<3>(),
            "/SceneRotator/quaternions" | "/quaternion" | "/quaternions" => message.numbers().map(angles_of),
            "/SceneRotator/yaw" => return self.one(0, message, sign(0)),
            "/SceneRotator/pitch" => return self.one(1, message, sign(1)),
            "/SceneRotator/roll" => return self.one(2, message, sign(2)),
            _ => None,
        };
        let Some(angles) = angles else { return false };
        self.0 = [0, 1, 2].map(|angle| angles[angle] * sign(angle));
        true
    }

    fn one(&mut self, angle: usize, message: &Message, sign: f64) -> bool {
        let Some([degrees]) = message.numbers::<1>() else { return false };
        self.0[angle] = degrees * sign;
        true
    }
}

/// Yaw, pitch and roll of a quaternion with x to the front, y to the left and z up.
fn angles_of([w, x, y, z]: [f64; 4]) -> [f64; 3] {
    // Here x is to the right and y to the front.
    Orientation::from_quaternion(w, -y, x, z).yaw_pitch_roll()
}

#[cfg(test)]
mod tests {
    use super::super::packet::{Value, read, written};
    use super::*;

    fn heard(address: &str, values: &[f64], inverted: [bool; 3]) -> Option<[f64; 3]> {
        let mut head = HeadAngles::default();
        let mut known = false;
        read(&written(address, &Value::Floats(values.to_vec())), &mut |message| {
            known = head.hear(message, inverted)
        });
        known.then_some(head.0)
    }

    fn close(found: Option<[f64; 3]>, expected: [f64; 3]) -> bool {
        found.is_some_and(|found| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3))
    }

    /// A quarter of a turn about one axis has the quaternion cos 45°, sin 45° on that axis (right-handed).
    #[test]
    fn quaternions_turn_about_front_left_and_up() {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let quaternion =
            |x: f64, y: f64, z: f64| heard("/SceneRotator/quaternions", &[half, x, y, z], [false; 3]);
        assert!(close(quaternion(0.0, 0.0, half), [90.0, 0.0, 0.0]), "about up: to the left");
        assert!(close(quaternion(half, 0.0, 0.0), [0.0, 0.0, 90.0]), "about front: the left ear up");
        let (sine, cosine) = 15f64.to_radians().sin_cos();
        let nod = heard("/quaternion", &[cosine, 0.0, -sine, 0.0], [false; 3]);
        assert!(close(nod, [0.0, 30.0, 0.0]), "about the right: the nose up, {nod:?}");
        assert!(close(heard("/quaternion", &[0.0; 4], [false; 3]), [0.0; 3]));
    }

    #[test]
    fn angles_come_together_or_one_by_one() {
        assert!(close(heard("/adm/lis/ypr", &[10.0, 20.0, 30.0], [false; 3]), [10.0, 20.0, 30.0]));
        assert!(close(
            heard("/SceneRotator/ypr", &[10.0, 20.0, 30.0], [true, false, true]),
            [-10.0, 20.0, -30.0]
        ));
        assert!(close(heard("/SceneRotator/pitch", &[-7.0], [false; 3]), [0.0, -7.0, 0.0]));
        assert_eq!(heard("/SceneRotator/ypr", &[10.0, 20.0], [false; 3]), None);
        assert_eq!(heard("/something/else", &[10.0], [false; 3]), None);
    }
}
