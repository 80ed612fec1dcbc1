//! The room's geometry: what is seen is where it is, and what is dragged goes where it is dragged.

use formats::scene::{
    Automation, AutomationCurve, Coordinates, Key, Object, ObjectParameter as P, Shape, Time,
};
use renderer::layout::Layout;

use super::camera::{Camera, View};
use super::objects::{Glyph, Part};
use super::picking::{self, Drag, Rail};
use super::space::Space;
use super::{Point, gizmo, trails};

const PICTURE: [f32; 2] = [800.0, 600.0];

fn near(a: &Point, b: &Point) -> bool {
    (a - b).norm() < 1e-4
}

fn object(coordinates: Coordinates, values: &[(P, f64)]) -> Object {
    Object { coordinates, values: values.iter().copied().collect(), ..Object::default() }
}

#[test]
fn views_show_the_room_the_right_way_round() {
    let seen = |view, x, y, z| Camera::new(view).lens(PICTURE).project(&Point::new(x, y, z)).unwrap().0;
    for (view, right, up) in [
        (View::Top, [0.5, 0.0, 0.0], [0.0, 0.5, 0.0]),
        (View::Front, [0.5, 0.0, 0.25], [0.0, 0.0, 0.75]),
        (View::Side, [0.0, 0.5, 0.25], [0.0, 0.0, 0.75]),
    ] {
        let middle = if view == View::Top { [0.0, 0.0, 0.0] } else { [0.0, 0.0, 0.25] };
        let [cx, cy] = seen(view, middle[0], middle[1], middle[2]);
        let [rx, ry] = seen(view, right[0], right[1], right[2]);
        let [ux, uy] = seen(view, up[0], up[1], up[2]);
        assert!((cx - 400.0).abs() < 0.1 && (cy - 300.0).abs() < 0.1, "{view:?}: {cx} {cy}");
        assert!(rx - cx > 50.0, "{view:?}: {rx}");
        assert!((ry - cy).abs() < 0.1 && (ux - cx).abs() < 0.1 && cy - uy > 50.0, "{view:?}: {ry} {ux} {uy}");
    }
    // From the head, left is on the left, and what is behind is not seen.
    let lens = Camera::new(View::Listener).lens(PICTURE);
    assert!(lens.project(&Point::new(-0.5, 1.0, 0.0)).unwrap().0[0] < 400.0);
    assert_eq!(lens.project(&Point::new(0.0, -1.0, 0.0)), None);
}

#[test]
fn a_ray_meets_what_its_point_shows() {
    for view in View::ALL {
        let lens = Camera::new(view).lens(PICTURE);
        for point in [Point::new(0.3, 0.9, 0.2), Point::new(-0.6, 0.4, 0.0), Point::new(0.1, 0.8, -0.3)] {
            let (at, _) = lens.project(&point).unwrap();
            let ray = lens.ray(at);
            let distance = (point - ray.from).cross(&ray.to).norm();
            assert!(distance < 1e-3, "{view:?} {point}: {distance}");
        }
    }
}

#[test]
fn drags_follow_the_pointer() {
    let camera = Camera::new(View::Room);
    let lens = camera.lens(PICTURE);
    let place = Point::new(0.2, 0.5, 0.1);
    let (pointer, _) = lens.project(&place).unwrap();
    let to = Point::new(-0.4, 0.1, 0.1);
    let (target, _) = lens.project(&to).unwrap();
    let floor = Drag { pointer, place, rail: Rail::Floor };
    assert!(near(&floor.to(&lens, target).unwrap(), &to));
    let up = Point::new(0.2, 0.5, 0.7);
    let (target, _) = lens.project(&up).unwrap();
    assert!(near(&Drag { rail: Rail::Height, ..floor }.to(&lens, target).unwrap(), &up));
    let aside = Point::new(0.9, 0.5, 0.1);
    let (target, _) = lens.project(&aside).unwrap();
    assert!(near(&Drag { rail: Rail::Axis(0), ..floor }.to(&lens, target).unwrap(), &aside));
    // From the front the floor is a line: the object goes left and right, and stays level.
    let lens = Camera::new(View::Front).lens(PICTURE);
    let (pointer, _) = lens.project(&place).unwrap();
    let moved =
        Drag { pointer, place, rail: Rail::Floor }.to(&lens, [pointer[0] + 40.0, pointer[1] - 25.0]).unwrap();
    assert!(moved.x > place.x + 0.05 && (moved.z - place.z).abs() < 1e-9, "{moved}");
}

#[test]
fn the_nearest_object_is_picked_and_a_box_takes_what_is_in_it() {
    let lens = Camera::new(View::Top).lens(PICTURE);
    let glyph = |track, x, y, z| Glyph {
        track,
        part: Part::Object,
        place: Point::new(x, y, z),
        colour: egui::Color32::WHITE,
        is_heard: true,
    };
    let all = [glyph(0, 0.0, 0.0, 0.0), glyph(1, 0.0, 0.0, 0.8), glyph(2, 0.5, 0.5, 0.0)];
    let (at, _) = lens.project(&all[0].place).unwrap();
    assert_eq!(picking::object_at(&all, &lens, at), Some(1), "the one above is nearer to the eye");
    assert_eq!(picking::object_at(&all, &lens, [10.0, 10.0]), None);
    let (corner, _) = lens.project(&all[2].place).unwrap();
    let inside = picking::objects_in(
        &all,
        &lens,
        [corner[0] + 4.0, corner[1] - 4.0],
        [corner[0] - 9.0, corner[1] + 9.0],
    );
    assert_eq!(inside, [2]);
    assert_eq!(picking::objects_in(&all, &lens, [0.0, 0.0], PICTURE), [0, 1, 2]);
    let place = all[2].place;
    let (tip, _) = lens.project(&gizmo::tip(&place, 0, &lens)).unwrap();
    assert_eq!(gizmo::axis_at(&place, &lens, tip), Some(0));
    assert_eq!(gizmo::axis_at(&place, &lens, [tip[0], tip[1] + 30.0]), None);
}

/// Both ways lead to the same place, in both shapes of the room and both coordinates.
#[test]
fn places_and_parameters_are_inverse() {
    let polar = object(Coordinates::Polar, &[(P::Azimuth, 100.0), (P::Elevation, 20.0), (P::Distance, 0.8)]);
    let cartesian = object(Coordinates::Cartesian, &[(P::X, -0.3), (P::Y, 0.8), (P::Z, 0.5)]);
    for space in [Space::Sphere, Space::Cube] {
        for object in [&polar, &cartesian] {
            for target in [Point::new(0.3, 0.6, 0.2), Point::new(-0.5, -0.4, 0.1), Point::new(0.7, 0.0, -0.3)]
            {
                let mut moved = object.clone();
                moved.values.extend(space.parameters(object, &target, 0.0));
                assert!(
                    near(&space.place(&moved, 0.0), &target),
                    "{space:?} {:?} {target}",
                    object.coordinates
                );
            }
        }
    }
}

#[test]
fn azimuths_go_on_around_the_listener() {
    let mut moving = object(Coordinates::Polar, &[(P::Azimuth, 170.0)]);
    for degrees in [175.0, -175.0, -100.0, 0.0, 100.0, 178.0_f64] {
        let (y, x) = degrees.to_radians().sin_cos();
        let values = Space::Sphere.parameters(&moving, &Point::new(-y, x, 0.0), 0.0);
        moving.values.extend(values);
    }
    // From 170° over 185°, 260°, 360° and 460° to 538°.
    assert!((moving.values[&P::Azimuth] - 538.0).abs() < 1e-9, "{}", moving.values[&P::Azimuth]);
}

#[test]
fn loudspeakers_stand_where_the_standards_say() {
    let layout = Layout::by_name("7.1.4").unwrap();
    let left = layout.channel_index("M+030").unwrap();
    // BS.2127-1 §7.3.9 puts M+030 in the corner of the cube.
    assert!(near(&Space::Cube.loudspeakers(&layout)[left], &Point::new(-1.0, 1.0, 0.0)));
    let sphere = Space::Sphere.loudspeakers(&layout)[left];
    assert!(near(&sphere, &Point::new(-0.5, 0.75_f64.sqrt(), 0.0)));
    let snapped =
        picking::snapped(&Point::new(-0.55, 0.8, 0.1), &Space::Sphere.loudspeakers(&layout), picking::SNAP);
    assert!(near(&snapped.unwrap(), &sphere));
    assert_eq!(picking::snapped(&Point::origin(), &[sphere], picking::SNAP), None);
}

#[test]
fn trails_have_the_keys_of_all_coordinates_once() {
    let key = |seconds: u32, value| Key::new(Time::from_milliseconds(seconds * 1000), value, Shape::Linear);
    let curve = |times: &[u32]| Automation {
        curve: AutomationCurve::new(times.iter().map(|at| key(*at, f64::from(*at))).collect()).unwrap(),
        ..Automation::default()
    };
    let mut moving = Object::default();
    assert!(!trails::moves(&moving));
    moving.automation.insert(P::Azimuth, curve(&[0, 2, 4]));
    moving.automation.insert(P::Elevation, curve(&[2, 3]));
    moving.automation.insert(P::Gain, curve(&[1]));
    assert!(trails::moves(&moving));
    assert_eq!(trails::key_times(&moving, 0.0..3.5), [0.0, 2.0, 3.0]);
}
