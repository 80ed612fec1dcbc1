//! Where an item is over time, as seen from the listener.

use std::collections::VecDeque;
use std::sync::Arc;

use formats::adm::{BlockFormats, DirectSpeakersPosition, ObjectPosition, ObjectsBlock, PolarPosition};

use super::hand::ItemEdit;
use super::plan::GRID;
use super::timing::{ObjectWindow, TimedBlock};
use crate::geom::{Vector3, direction, point};
use crate::items::{ItemContext, RenderItem};
use crate::panner::objects::offset_position;
use crate::panner::position_conversion::point_to_polar;
use crate::panner::screen_edge_lock::ScreenEdgeLock;
use crate::panner::screen_scale::ScreenScale;

/// The way of one item. Directions move with the gains of BS.2127-1 §7.4, along the shortest arc.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    window: ObjectWindow,
    screen: Option<Screen>,
    /// What was done by hand, each from a sample on; the way to it takes a grid block. None but the last are looked at
    /// longer than that.
    edits: VecDeque<(i64, Arc<ItemEdit>)>,
}

/// Edits that are kept: those that a block and what it looks back to may fall in.
const EDITS: usize = 4;

/// What the screen does to positions.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    pub(crate) scale: ScreenScale,
    pub(crate) edge_lock: ScreenEdgeLock,
}

/// A direction, and whether it is one of the head rather than of the room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Of length 1.
    pub(crate) direction: Vector3,
    /// Stays with the head when it turns.
    pub(crate) head_locked: bool,
}

impl Path {
    pub(crate) fn new(context: &ItemContext, sample_rate: u32, screen: Option<Screen>) -> Self {
        let window = ObjectWindow::new(context.object_start, context.object_duration, sample_rate);
        Self { window, screen, edits: VecDeque::new() }
    }

    /// What is done by hand from `sample` on, at least a grid block after the last time.
    pub(crate) fn change(&mut self, sample: i64, edit: Arc<ItemEdit>) {
        if self.edits.is_empty() {
            self.edits.push_back((i64::MIN, Arc::default()));
        }
        self.edits.push_back((sample, edit));
        while self.edits.len() > EDITS {
            self.edits.pop_front();
        }
    }

    /// Time begins elsewhere: what was done last holds from the start.
    pub(crate) fn restart(&mut self) {
        if let Some((_, edit)) = self.edits.pop_back() {
            self.edits.clear();
            self.edits.push_back((i64::MIN, edit));
        }
    }

    /// Where `item` is at `sample`.
    pub(crate) fn place(&mut self, item: &RenderItem, sample: i64) -> Place {
        let context = item.context();
        let (direction, locked) = match item {
            RenderItem::Objects(item) => match &item.channel.blocks {
                BlockFormats::Objects(blocks) => self.of_edited(blocks, context, sample),
                _ => (Vector3::y(), false),
            },
            RenderItem::DirectSpeakers(item) => match &item.channel.blocks {
                BlockFormats::DirectSpeakers(blocks) if !blocks.is_empty() => {
                    let block = &blocks[self.window.find(blocks, sample)];
                    (of_speaker(&block.position), block.common.head_locked)
                }
                _ => (Vector3::y(), false),
            },
            RenderItem::Hoa(_) | RenderItem::Binaural(_) => (Vector3::y(), true),
        };
        Place { direction, head_locked: locked || context.head_locked }
    }

    /// On the way from what was done by hand to what is done now.
    fn of_edited(&mut self, blocks: &[ObjectsBlock], context: &ItemContext, sample: i64) -> (Vector3, bool) {
        let number = self.edits.iter().rposition(|(start, _)| *start <= sample);
        let Some((start, edit)) = number.and_then(|number| self.edits.get(number)).cloned() else {
            return self.of_objects(blocks, context, sample, &ItemEdit::default());
        };
        let (to, locked) = self.of_objects(blocks, context, sample, &edit);
        let share = sample.saturating_sub(start) as f64 / GRID as f64;
        let before =
            number.and_then(|number| number.checked_sub(1)).and_then(|before| self.edits.get(before));
        match before.map(|(_, before)| Arc::clone(before)) {
            Some(before) if share < 1.0 => {
                let (from, _) = self.of_objects(blocks, context, sample, &before);
                (arc(from, to, share), locked)
            }
            _ => (to, locked),
        }
    }

    fn of_objects(
        &mut self,
        blocks: &[ObjectsBlock],
        context: &ItemContext,
        sample: i64,
        edit: &ItemEdit,
    ) -> (Vector3, bool) {
        if blocks.is_empty() {
            return (Vector3::y(), false);
        }
        let index = self.window.find(blocks, sample);
        let (timing, locked) = (self.window.timing(blocks, index), blocks[index].common().head_locked);
        let to = self.of_object(&edit.applied_to(&blocks[index]), context);
        if index == 0 || sample >= timing.target.ceil() || sample < timing.start.ceil() {
            return (to, locked);
        }
        let from = self.of_object(&edit.applied_to(&blocks[index - 1]), context);
        let share = timing.start.to_sample(sample) / timing.target.since(timing.start);
        (arc(from, to, share), locked)
    }

    fn of_object(&mut self, block: &ObjectsBlock, context: &ItemContext) -> Vector3 {
        let position = offset_position(block.position, context.position_offset);
        let (mut place, in_cube) = match position {
            ObjectPosition::Polar(position) => (point(&position), false),
            ObjectPosition::Cartesian(p) => (Vector3::new(p.x, p.y, p.z).map(|c| c.clamp(-1.0, 1.0)), true),
        };
        if let Some(Screen { scale, edge_lock }) = &mut self.screen {
            if block.screen_ref {
                place = scale.apply(place, &context.reference_screen, in_cube);
            }
            place = edge_lock.apply(place, block.screen_edge_lock, in_cube);
        }
        if in_cube {
            let cube = formats::adm::CartesianPosition { x: place.x, y: place.y, z: place.z };
            return direction(&point_to_polar(&cube));
        }
        match position {
            // At the listener a polar position still has a direction.
            ObjectPosition::Polar(position) if position.distance <= 0.0 => direction(&position),
            _ => crate::geom::normalised(&place),
        }
    }
}

fn of_speaker(position: &DirectSpeakersPosition) -> Vector3 {
    match position {
        DirectSpeakersPosition::Polar { azimuth, elevation, .. } => {
            let (azimuth, elevation) = (azimuth.value, elevation.value);
            direction(&PolarPosition { azimuth, elevation, distance: 1.0 })
        }
        DirectSpeakersPosition::Cartesian { x, y, z } => {
            let cube = formats::adm::CartesianPosition { x: x.value, y: y.value, z: z.value };
            direction(&point_to_polar(&cube))
        }
    }
}

/// The direction at `share` of the shortest arc from one to another; of two opposite ones by way of the front, or
/// of the top where they are front and back.
fn arc(from: Vector3, to: Vector3, share: f64) -> Vector3 {
    const OPPOSITE: f64 = -1.0 + 1e-9;
    let cosine = from.dot(&to).clamp(-1.0, 1.0);
    if cosine < OPPOSITE {
        let way = if from.y.abs() < 0.999 { Vector3::y() } else { Vector3::z() };
        let side = (way - from * way.dot(&from)).normalize();
        let angle = share * std::f64::consts::PI;
        return from * angle.cos() + side * angle.sin();
    }
    let angle = cosine.acos();
    if angle < 1e-6 {
        return to;
    }
    (from * ((1.0 - share) * angle).sin() + to * (share * angle).sin()) / angle.sin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::{azimuth, cartesian};

    #[test]
    fn arcs_run_at_constant_speed_the_short_way() {
        let (from, to) = (cartesian(170.0, 0.0, 1.0), cartesian(-150.0, 0.0, 1.0));
        for (share, expected) in [(0.0, 170.0), (0.25, 180.0), (0.5, -170.0), (1.0, -150.0)] {
            let found = arc(from, to, share);
            assert!((found - cartesian(expected, 0.0, 1.0)).norm() < 1e-9, "{share} {}", azimuth(&found));
        }
        let halfway = arc(cartesian(90.0, 0.0, 1.0), cartesian(-90.0, 0.0, 1.0), 0.5);
        assert!((halfway - Vector3::y()).norm() < 1e-9);
        let over = arc(Vector3::y(), -Vector3::y(), 0.5);
        assert!((over - Vector3::z()).norm() < 1e-9);
    }
}
