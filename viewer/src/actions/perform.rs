//! What the actions do.

use egui::ViewportCommand;
use formats::scene::{Automation, Kept, Marker, ObjectParameter as P, Shape, Spatial, Track};
use nalgebra::Vector3;
use renderer::live::Listen;

use super::{Action, Way};
use crate::app::{App, Dialog};
use crate::edit::groups::with_group;
use crate::edit::{Edit, curve, free_name, track_edit};
use crate::panels::{Tab, lane, mixer};
use crate::theme::{SCALES, Theme};
use crate::transport::{frame_seconds, time_at};
use crate::view3d::{Point, picking};

/// Room units of a nudge, and of a far one.
const NUDGES: [f64; 2] = [0.02, 0.1];
/// How much larger or smaller the interface becomes.
const SCALE_STEP: f32 = 0.1;

pub(super) fn perform(action: Action, app: &mut App, context: &egui::Context) {
    match action {
        Action::New => app.ask_unless_saved(Dialog::New),
        Action::Open => app.ask_unless_saved(Dialog::Open),
        Action::AddSounds => app.dialog = Some(Dialog::AddSounds),
        Action::FindMissing => {
            app.dialog = app.document.missing().into_iter().next().map(Dialog::FindMissing)
        }
        Action::Save if app.document.path().is_some() => app.save(),
        Action::Save | Action::SaveAs => app.dialog = Some(Dialog::SaveAs),
        Action::Quit => context.send_viewport_cmd(ViewportCommand::Close),
        Action::Undo => {
            app.finish_recording();
            app.panels.timeline.keys.chosen = None;
            let name = app.document.undo();
            app.tell(name.map(|name| format!("Undone: {name}")));
        }
        Action::Redo => {
            app.finish_recording();
            app.panels.timeline.keys.chosen = None;
            let name = app.document.redo();
            app.tell(name.map(|name| format!("Done again: {name}")));
        }
        Action::SelectAll => {
            let all = 0..app.document.scene().tracks.len();
            app.document.selection.set_all(all);
        }
        Action::SelectNone => app.document.selection.clear(),
        Action::Delete => delete(app),
        Action::Duplicate => duplicate(app),
        Action::Group => group(app),
        Action::Mute => toggle(app, "Mute", |track| &mut track.mute),
        Action::Solo => toggle(app, "Solo", |track| &mut track.solo),
        Action::Nudge(way) => nudge(app, way, NUDGES[0]),
        Action::NudgeFar(way) => nudge(app, way, NUDGES[1]),
        Action::Snap => {
            let loudspeakers = app.space().loudspeakers(&app.room.layout.without_lfe());
            app.move_selected("Snap", |place| picking::snapped(&place, &loudspeakers, f64::INFINITY));
        }
        Action::Mirror => app.move_selected("Mirror", |place| Some(Point::new(-place.x, place.y, place.z))),
        Action::AddKey => add_keys(app),
        Action::Labels => app.room.has_labels = !app.room.has_labels,
        Action::Trails => app.room.has_trails = !app.room.has_trails,
        Action::Look(view) => app.room.look(view),
        Action::Centre => centre(app),
        Action::Theme => {
            app.theme = if app.theme == Theme::Dark { Theme::Light } else { Theme::Dark };
            app.theme.apply(context);
        }
        Action::Larger => scale(app, context, SCALE_STEP),
        Action::Smaller => scale(app, context, -SCALE_STEP),
        Action::Shortcuts => app.dialog = Some(Dialog::Shortcuts),
        _ => time(action, app),
    }
}

fn time(action: Action, app: &mut App) {
    let (now, end) = (app.transport.seconds, app.document.seconds());
    let frame = frame_seconds(app.document.scene());
    let markers = app.document.scene().markers.iter().map(|marker| marker.time.seconds_f64());
    match action {
        Action::Play => app.play_or_stop(),
        Action::Record => {
            app.finish_recording();
            app.transport.is_recording = !app.transport.is_recording;
        }
        Action::RecordMode => {
            app.finish_recording();
            app.transport.record_mode = app.transport.record_mode.next();
        }
        Action::Compare => app.connection.compare(match app.connection.telemetry.listening {
            Listen::Programme => Listen::Reference,
            Listen::Reference => Listen::Programme,
        }),
        Action::HeadAhead => app.connection.centre_head(),
        Action::HeadReset => app.connection.reset_head(),
        Action::Dim => app.connection.monitor.dim = !app.connection.monitor.dim,
        Action::ToStart => app.seek(0.0),
        Action::ToEnd => app.seek(end),
        Action::FrameBack => app.seek(now - frame),
        Action::FrameOn => app.seek(now + frame),
        Action::SecondBack => app.seek(now - 1.0),
        Action::SecondOn => app.seek(now + 1.0),
        Action::MarkerBack => {
            let before = markers.filter(|at| *at < now - frame / 2.0).fold(0.0, f64::max);
            app.seek(before);
        }
        Action::MarkerOn => {
            let after = markers.filter(|at| *at > now + frame / 2.0).fold(end, f64::min);
            app.seek(after);
        }
        Action::AddMarker => add_marker(app),
        Action::LoopFrom | Action::LoopTo => {
            let old = app.transport.range.clone().unwrap_or(0.0..end);
            let range = if action == Action::LoopFrom { now..old.end } else { old.start..now };
            app.transport.is_looping = range.end > range.start;
            app.transport.range = Some(range);
        }
        Action::Loop => app.transport.is_looping = !app.transport.is_looping,
        _ => {}
    }
}

/// The key that was touched last, or else the selected tracks.
fn delete(app: &mut App) {
    if app.panels.tab == Tab::Timeline && lane::delete_chosen(app) {
        return;
    }
    let tracks: Vec<usize> = app.document.selection.iter().collect();
    let edits = tracks.into_iter().rev().map(Edit::RemoveTrack).collect();
    app.document.edit("Delete", edits);
    app.document.selection.clear();
}

/// A new group, whose strip is selected.
fn group(app: &mut App) {
    let tracks: Vec<usize> = app.document.selection.iter().collect();
    let scene = app.document.scene();
    let place = mixer::Place::Group(scene.groups.len());
    let edits = with_group(scene, tracks);
    if !edits.is_empty() {
        app.document.edit("Group", edits);
        app.panels.tab = Tab::Mixer;
        mixer::select(app, place);
    }
}

fn duplicate(app: &mut App) {
    let scene = app.document.scene();
    let mut names: Vec<String> = scene.tracks.iter().map(|track| track.name.clone()).collect();
    let copies: Vec<Track> = (app.document.selection.iter())
        .filter_map(|index| scene.tracks.get(index))
        .map(|track| {
            let name = (2..).map(|n| format!("{} {n}", track.name)).find(|name| !names.contains(name));
            let copy = Track { name: name.unwrap_or_default(), ..track.clone() };
            names.push(copy.name.clone());
            copy
        })
        .collect();
    let first = scene.tracks.len();
    let last = first + copies.len();
    let edits = copies.into_iter().map(|copy| Edit::InsertTrack(usize::MAX, Box::new(copy))).collect();
    app.document.edit("Duplicate", edits);
    app.document.selection.set_all(first..last);
}

/// On for all when one was off, else off for all.
fn toggle(app: &mut App, name: &str, of: impl Fn(&mut Track) -> &mut bool) {
    let scene = app.document.scene();
    let tracks: Vec<usize> = app.document.selection.iter().collect();
    let is_on = |index: &usize| scene.tracks.get(*index).is_none_or(|track| *of(&mut track.clone()));
    let on = !tracks.iter().all(is_on);
    let edits =
        tracks.iter().filter_map(|index| track_edit(scene, *index, |track| *of(track) = on)).collect();
    app.document.edit(name, edits);
}

fn nudge(app: &mut App, way: Way, by: f64) {
    let step = match way {
        Way::Left => Vector3::new(-by, 0.0, 0.0),
        Way::Right => Vector3::new(by, 0.0, 0.0),
        Way::Front => Vector3::new(0.0, by, 0.0),
        Way::Back => Vector3::new(0.0, -by, 0.0),
        Way::Up => Vector3::new(0.0, 0.0, by),
        Way::Down => Vector3::new(0.0, 0.0, -by),
    };
    app.move_selected("Nudge", |place| Some(place + step));
}

/// Keys for the place as it is now, so that it can move from here on.
fn add_keys(app: &mut App) {
    if app.selected_objects().next().is_none() {
        let nothing = app.document.selection.is_empty();
        app.fail(if nothing {
            "select an object first"
        } else {
            "beds and Ambisonics have no place that could move"
        });
        return;
    }
    let (seconds, time) = (app.transport.seconds, app.transport.time());
    let scene = app.document.scene();
    let edits = app.selected_objects().filter_map(|index| {
        track_edit(scene, index, |track| {
            let Spatial::Object(object) = &mut track.spatial else { return };
            let place = [P::Azimuth, P::Elevation, P::Distance, P::X, P::Y, P::Z];
            for parameter in place.into_iter().filter(|parameter| parameter.is_of(object.coordinates)) {
                let value = object.value_at(parameter, seconds).unwrap_or(0.0);
                let automation = object.automation.entry(parameter).or_insert_with(Automation::default);
                automation.curve = curve::with_key(&automation.curve, time, value, Shape::Linear);
            }
        })
    });
    let edits = edits.collect();
    app.document.edit("Add keys", edits);
}

fn centre(app: &mut App) {
    let (space, seconds) = (app.space(), app.transport.seconds);
    let places: Vec<Point> = app
        .selected_objects()
        .filter_map(|index| match &app.document.scene().tracks.get(index)?.spatial {
            Spatial::Object(object) => Some(space.place(object, seconds)),
            _ => None,
        })
        .collect();
    let sum = places.iter().fold(Vector3::zeros(), |sum, place| sum + place.coords);
    if !places.is_empty() {
        app.room.camera.target = Point::from(sum / places.len() as f64).cast();
        app.room.view = None;
    }
}

fn add_marker(app: &mut App) {
    let mut markers = app.document.scene().markers.clone();
    let time = time_at(app.transport.seconds);
    if let Some(there) = markers.iter().find(|marker| marker.time.seconds_f64() == time.seconds_f64()) {
        let message = format!("{} is here already", there.name);
        return app.tell(Some(message));
    }
    let name = free_name("Marker", markers.len() + 1, markers.iter().map(|marker| &marker.name));
    markers.push(Marker { time, name, kept: Kept::default() });
    markers.sort_by_key(|marker| marker.time.seconds);
    app.document.edit("Add a marker", vec![Edit::Markers(markers)]);
}

fn scale(app: &mut App, context: &egui::Context, by: f32) {
    app.scale = (app.scale + by).clamp(*SCALES.start(), *SCALES.end());
    context.set_zoom_factor(app.scale);
}
