//! How the head is turned.

use crate::Direction;

/// The orientation of a head: the rotation that takes the head's axes to those of the room, a unit quaternion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orientation {
    w: f64,
    x: f64,
    y: f64,
    z: f64,
}

impl Default for Orientation {
    fn default() -> Self {
        Self::FORWARD
    }
}

impl Orientation {
    /// Looking straight ahead.
    pub const FORWARD: Self = Self { w: 1.0, x: 0.0, y: 0.0, z: 0.0 };

    /// The head turned by `yaw` to its left, then raised by `pitch` (nose up), then tilted by `roll` (right ear
    /// down); degrees, each about the head's own axis as turned so far.
    pub fn from_yaw_pitch_roll(yaw: f64, pitch: f64, roll: f64) -> Self {
        let about = |degrees: f64| (degrees.to_radians() / 2.0).sin_cos();
        let ((sz, cz), (sx, cx), (sy, cy)) = (about(yaw), about(pitch), about(roll));
        let yaw = Self { w: cz, x: 0.0, y: 0.0, z: sz };
        let pitch = Self { w: cx, x: sx, y: 0.0, z: 0.0 };
        let roll = Self { w: cy, x: 0.0, y: sy, z: 0.0 };
        yaw.then(pitch).then(roll)
    }

    /// The rotation of this quaternion (x right, y front, z up), whatever its length; none for length zero.
    pub fn from_quaternion(w: f64, x: f64, y: f64, z: f64) -> Self {
        let length = (w * w + x * x + y * y + z * z).sqrt();
        if !(length > 0.0 && length.is_finite()) {
            return Self::FORWARD;
        }
        Self { w: w / length, x: x / length, y: y / length, z: z / length }
    }

    /// The orientation of a head whose nose and crown point so (x right, y front, z up); vectors of any length.
    pub fn from_front_and_up(front: [f64; 3], up: [f64; 3]) -> Self {
        let nose = Direction::from_vector(front);
        let upright = Self::from_yaw_pitch_roll(nose.azimuth, nose.elevation, 0.0);
        let [x, _, z] = upright.rotated_back(up);
        Self::from_yaw_pitch_roll(nose.azimuth, nose.elevation, x.atan2(z).to_degrees())
    }

    /// Yaw to the left, then pitch up, then roll to the right: the angles that [`from_yaw_pitch_roll`](Self::from_yaw_pitch_roll)
    /// takes, degrees. Of a nose that points straight up or down only the sum of yaw and roll is known.
    pub fn yaw_pitch_roll(self) -> [f64; 3] {
        let turned = |vector| Self::FORWARD.seen_by(self).rotated_back(vector);
        let (front, up) = (turned([0.0, 1.0, 0.0]), turned([0.0, 0.0, 1.0]));
        let yaw = (-front[0]).atan2(front[1]).to_degrees();
        let pitch = front[2].clamp(-1.0, 1.0).asin().to_degrees();
        let [right, _, top] = Self::from_yaw_pitch_roll(yaw, pitch, 0.0).rotated_back(up);
        [yaw, pitch, right.atan2(top).to_degrees()]
    }

    /// This orientation in the axes of another head.
    #[must_use]
    pub fn seen_by(self, other: Self) -> Self {
        Self { w: other.w, x: -other.x, y: -other.y, z: -other.z }.then(self)
    }

    /// The angle of the turn from this orientation to another, degrees.
    pub fn angle_to(self, other: Self) -> f64 {
        let turn = other.seen_by(self);
        let sine = (turn.x * turn.x + turn.y * turn.y + turn.z * turn.z).sqrt();
        2.0 * sine.atan2(turn.w.abs()).to_degrees()
    }

    fn then(self, next: Self) -> Self {
        let (a, b) = (self, next);
        Self {
            w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
            x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
            z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
        }
    }

    /// A direction of the room as this head hears it.
    pub fn to_head(self, direction: Direction) -> Direction {
        Direction::from_vector(self.rotated_back(direction.unit_vector()))
    }

    /// A vector of the room (x right, y front, z up) in the axes of this head.
    pub fn rotated_back(self, v: [f64; 3]) -> [f64; 3] {
        // v' = v + 2 q × (q × v + w v) with the conjugate's vector part.
        let q = [-self.x, -self.y, -self.z];
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let t = cross(q, v).map(|c| 2.0 * c);
        let u = cross(q, t);
        [0, 1, 2].map(|i| v[i] + self.w * t[i] + u[i])
    }

    /// The orientation at `part` (0 … 1) of the shortest turn from here to `other`, at constant speed.
    pub fn towards(self, other: Self, part: f64) -> Self {
        let dot = self.w * other.w + self.x * other.x + self.y * other.y + self.z * other.z;
        let (sign, dot) = if dot < 0.0 { (-1.0, -dot) } else { (1.0, dot) };
        let angle = dot.min(1.0).acos();
        let (a, b) = if angle < 1e-6 {
            (1.0 - part, part)
        } else {
            (((1.0 - part) * angle).sin() / angle.sin(), (part * angle).sin() / angle.sin())
        };
        let b = b * sign;
        let mix = |p: f64, q: f64| a * p + b * q;
        Self::from_quaternion(
            mix(self.w, other.w),
            mix(self.x, other.x),
            mix(self.y, other.y),
            mix(self.z, other.z),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Direction, azimuth: f64, elevation: f64) {
        assert!(a.angle_to(Direction::new(azimuth, elevation)) < 1e-6, "{a:?}, not {azimuth} {elevation}");
    }

    #[test]
    fn a_head_turned_left_hears_the_front_at_its_right() {
        near(Orientation::from_yaw_pitch_roll(30.0, 0.0, 0.0).to_head(Direction::FRONT), -30.0, 0.0);
    }

    #[test]
    fn a_raised_nose_puts_the_front_below() {
        near(Orientation::from_yaw_pitch_roll(0.0, 20.0, 0.0).to_head(Direction::FRONT), 0.0, -20.0);
    }

    #[test]
    fn the_right_ear_down_puts_what_is_right_above() {
        near(
            Orientation::from_yaw_pitch_roll(0.0, 0.0, 25.0).to_head(Direction::new(-90.0, 0.0)),
            -90.0,
            25.0,
        );
    }

    #[test]
    fn pitch_follows_yaw() {
        let head = Orientation::from_yaw_pitch_roll(90.0, 30.0, 0.0);
        near(head.to_head(Direction::new(90.0, 30.0)), 0.0, 0.0);
    }

    #[test]
    fn nose_and_crown_say_how_a_head_is_turned() {
        for (yaw, pitch, roll) in
            [(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (-100.0, 40.0, 20.0), (170.0, -60.0, -35.0)]
        {
            let head = Orientation::from_yaw_pitch_roll(yaw, pitch, roll);
            // Turning back by the conjugate turns forth.
            let turn = |v| Orientation::FORWARD.seen_by(head).rotated_back(v);
            let found = Orientation::from_front_and_up(turn([0.0, 2.0, 0.0]), turn([0.0, 0.0, 3.0]));
            assert!(found.angle_to(head) < 1e-5, "{yaw} {pitch} {roll}");
        }
        let (a, b) = (
            Orientation::from_yaw_pitch_roll(40.0, 0.0, 0.0),
            Orientation::from_yaw_pitch_roll(-10.0, 0.0, 0.0),
        );
        assert!((a.angle_to(b) - 50.0).abs() < 1e-9);
        assert!(b.seen_by(a).angle_to(Orientation::from_yaw_pitch_roll(-50.0, 0.0, 0.0)) < 1e-5);
    }

    #[test]
    fn a_head_has_the_angles_that_it_was_made_of() {
        for angles in [[0.0; 3], [30.0, 0.0, 0.0], [-100.0, 40.0, 20.0], [170.0, -60.0, -35.0]] {
            let [yaw, pitch, roll] = angles;
            let found = Orientation::from_yaw_pitch_roll(yaw, pitch, roll).yaw_pitch_roll();
            assert!(found.iter().zip(angles).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}, not {angles:?}");
        }
    }

    #[test]
    fn halfway_is_half_the_turn_and_takes_the_short_way() {
        let a = Orientation::from_yaw_pitch_roll(170.0, 0.0, 0.0);
        let b = Orientation::from_yaw_pitch_roll(-170.0, 0.0, 0.0);
        near(a.towards(b, 0.5).to_head(Direction::new(180.0, 0.0)), 0.0, 0.0);
        near(a.towards(b, 0.25).to_head(Direction::new(175.0, 0.0)), 0.0, 0.0);
        assert_eq!(a.towards(a, 0.3), a);
    }
}
