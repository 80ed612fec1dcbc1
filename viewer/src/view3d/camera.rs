//! Where the room is looked at from.

use nalgebra::{Matrix4, Point3, Vector3, Vector4};

use super::Point;

/// A way to look at the room that has a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum View {
    /// From behind and above, in perspective.
    #[default]
    Room,
    /// A plan, the front at the top.
    Top,
    /// From the right, the front at the right.
    Side,
    /// From the back, as the audience looks.
    Front,
    /// From the listener's head.
    Listener,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Room, Self::Top, Self::Side, Self::Front, Self::Listener];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Room => "Room",
            Self::Top => "Top",
            Self::Side => "Side",
            Self::Front => "Front",
            Self::Listener => "Listener",
        }
    }
}

/// An eye, and what it sees. Looks at `target` from `distance`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// What is in the middle of the picture.
    pub target: Point3<f32>,
    /// Degrees, where the eye is: 0 is behind the listener, positive to the right.
    pub yaw: f32,
    /// Degrees, how high the eye is.
    pub pitch: f32,
    /// How far the eye is, or how much a parallel projection shows.
    pub distance: f32,
    /// Parallel lines stay so.
    pub is_parallel: bool,
    /// The eye turns where it is, and doesn't go round its target.
    pub is_inside: bool,
}

const NEAR: f32 = 0.02;
const FAR: f32 = 60.0;
/// Degrees from the bottom to the top of the picture.
const FIELD: f32 = 40.0;
/// The same from inside of the head.
const FIELD_INSIDE: f32 = 80.0;
/// Degrees per point that the pointer moves.
const TURN: f32 = 0.35;

impl Camera {
    /// The camera of a named view.
    pub fn new(view: View) -> Self {
        let (yaw, pitch, distance, height) = match view {
            View::Room => (28.0, 26.0, 4.15, 0.2),
            View::Top => (0.0, 90.0, 3.6, 0.0),
            View::Side => (90.0, 0.0, 3.6, 0.25),
            View::Front => (0.0, 0.0, 3.6, 0.25),
            View::Listener => (0.0, -6.0, 1.0, 0.0),
        };
        Self {
            target: Point3::new(0.0, 0.0, height),
            yaw,
            pitch,
            distance,
            is_parallel: matches!(view, View::Top | View::Side | View::Front),
            is_inside: view == View::Listener,
        }
    }

    /// From the eye to the target.
    pub fn forward(&self) -> Vector3<f32> {
        let (yaw, pitch) = (self.yaw.to_radians(), self.pitch.to_radians());
        Vector3::new(-yaw.sin() * pitch.cos(), yaw.cos() * pitch.cos(), -pitch.sin())
    }

    /// Up in the picture.
    pub fn up(&self) -> Vector3<f32> {
        let (yaw, pitch) = (self.yaw.to_radians(), self.pitch.to_radians());
        Vector3::new(-yaw.sin() * pitch.sin(), yaw.cos() * pitch.sin(), pitch.cos())
    }

    /// Right in the picture.
    pub fn right(&self) -> Vector3<f32> {
        self.forward().cross(&self.up())
    }

    /// Where the eye is.
    pub fn eye(&self) -> Point3<f32> {
        if self.is_inside { self.target } else { self.target - self.forward() * self.distance }
    }

    /// From the room to the clip space of a picture `aspect` times as wide as high.
    pub fn matrix(&self, aspect: f32) -> Matrix4<f32> {
        let (right, up, back, eye) = (self.right(), self.up(), -self.forward(), self.eye().coords);
        let row = |axis: Vector3<f32>| Vector4::new(axis.x, axis.y, axis.z, -axis.dot(&eye)).transpose();
        let view = Matrix4::from_rows(&[row(right), row(up), row(back), Vector4::w().transpose()]);
        self.projection(aspect) * view
    }

    /// Depth goes from 0 near to 1 far.
    fn projection(&self, aspect: f32) -> Matrix4<f32> {
        let mut matrix = Matrix4::zeros();
        let aspect = aspect.max(0.01);
        if self.is_parallel {
            let half = self.distance * 0.36;
            let (near, far) = (-FAR, FAR);
            matrix[(0, 0)] = 1.0 / (half * aspect);
            matrix[(1, 1)] = 1.0 / half;
            matrix[(2, 2)] = -1.0 / (far - near);
            matrix[(2, 3)] = -near / (far - near);
            matrix[(3, 3)] = 1.0;
        } else {
            let field: f32 = if self.is_inside { FIELD_INSIDE } else { FIELD };
            // In a narrow picture the room must fit from left to right.
            let scale = aspect.min(1.0) / (field.to_radians() / 2.0).tan();
            matrix[(0, 0)] = scale / aspect;
            matrix[(1, 1)] = scale;
            matrix[(2, 2)] = -FAR / (FAR - NEAR);
            matrix[(2, 3)] = -FAR * NEAR / (FAR - NEAR);
            matrix[(3, 2)] = -1.0;
        }
        matrix
    }

    /// Turns by so many points of the pointer.
    pub fn turn(&mut self, right: f32, down: f32) {
        let way = if self.is_inside { -1.0 } else { 1.0 };
        self.yaw = (self.yaw - right * TURN * way + 180.0).rem_euclid(360.0) - 180.0;
        self.pitch = (self.pitch + down * TURN * way).clamp(-90.0, 90.0);
        if self.is_parallel {
            self.is_parallel = false;
            self.distance = self.distance.max(1.0) * 1.1;
        }
    }

    /// Moves the picture by so many points, of a picture that is `height` points high.
    pub fn pan(&mut self, right: f32, down: f32, height: f32) {
        let unit = 0.72 * self.distance / height.max(1.0);
        self.target += (self.up() * down - self.right() * right) * unit;
        for coordinate in 0..3 {
            self.target[coordinate] = self.target[coordinate].clamp(-3.0, 3.0);
        }
    }

    /// Nearer by a factor.
    pub fn zoom(&mut self, factor: f32) {
        if factor.is_finite() && factor > 0.0 {
            self.distance = (self.distance / factor).clamp(0.4, 20.0);
        }
    }

    /// The camera on a picture of this size.
    pub fn lens(&self, size: [f32; 2]) -> Lens {
        let matrix = self.matrix(size[0] / size[1].max(1.0));
        let inverse = matrix.try_inverse().unwrap_or_else(Matrix4::identity);
        Lens { matrix, inverse, size }
    }
}

/// A ray through the room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    /// Where it starts.
    pub from: Point,
    /// Where it goes, one unit long.
    pub to: Vector3<f64>,
}

/// A camera on a picture: between places in the room and points of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    matrix: Matrix4<f32>,
    inverse: Matrix4<f32>,
    size: [f32; 2],
}

impl Lens {
    /// Where a place is in the picture, points from its top left, and how far away it is (the smaller the nearer); `None`
    /// when it is behind the eye.
    pub fn project(&self, point: &Point) -> Option<([f32; 2], f32)> {
        let clip = self.matrix * point.cast::<f32>().to_homogeneous();
        if clip.w < NEAR {
            return None;
        }
        let (x, y) = (clip.x / clip.w, clip.y / clip.w);
        Some(([(x + 1.0) / 2.0 * self.size[0], (1.0 - y) / 2.0 * self.size[1]], clip.z / clip.w))
    }

    /// Points of the picture that a unit at this place is long.
    pub fn unit_at(&self, point: &Point) -> f32 {
        let clip = self.matrix * point.cast::<f32>().to_homogeneous();
        let row = self.matrix.fixed_view::<1, 3>(1, 0).norm();
        row * self.size[1] / 2.0 / clip.w.max(NEAR)
    }

    /// What a point of the picture shows.
    pub fn ray(&self, at: [f32; 2]) -> Ray {
        let (x, y) = (at[0] / self.size[0] * 2.0 - 1.0, 1.0 - at[1] / self.size[1] * 2.0);
        let unproject = |depth: f32| {
            let point = self.inverse * Vector4::new(x, y, depth, 1.0);
            Point3::new(point.x / point.w, point.y / point.w, point.z / point.w).cast::<f64>()
        };
        let (near, far) = (unproject(0.0), unproject(1.0));
        let to = (far - near).try_normalize(1e-12).unwrap_or_else(Vector3::y);
        Ray { from: near, to }
    }
}

impl Ray {
    /// Where the ray meets a plane; `None` when it runs along it or away from it.
    pub fn meets(&self, on: &Point, normal: &Vector3<f64>) -> Option<Point> {
        let towards = self.to.dot(normal);
        let distance = (on - self.from).dot(normal) / towards;
        (towards.abs() > 1e-6 && distance > 0.0).then(|| self.from + self.to * distance)
    }

    /// How far along a line through `on` the ray comes nearest to it.
    pub fn along(&self, on: &Point, axis: &Vector3<f64>) -> Option<f64> {
        let between = on - self.from;
        let (a, b) = (axis.dot(axis), axis.dot(&self.to));
        let det = a - b * b;
        (det > 1e-6).then(|| (b * self.to.dot(&between) - axis.dot(&between)) / det)
    }
}
