//! What a desk shows to whoever sits at it.

use super::Mixer;
use super::bus::BusSum;
use super::track::TrackStrip;
use crate::mix::StripReading;

/// A strip of the desk, by its place in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripName {
    /// Of a track.
    Track(usize),
    /// Of a bus.
    Bus(usize),
}

/// What an attended desk shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Of each track; silence for one that is not heard.
    pub tracks: Vec<StripReading>,
    /// Of each bus: its tracks and their reverbs in one channel, of several that are not heard together the loudest.
    pub buses: Vec<StripReading>,
    /// The strip that is watched, and what leaves its equaliser: centre in Hz and level in dBFS of each band.
    pub spectrum: Option<(StripName, Vec<(f32, f32)>)>,
}

impl Mixer {
    /// Shows levels from now on.
    pub(super) fn show(&mut self) {
        let rate = self.sample_rate;
        self.tracks.iter_mut().for_each(|track| track.show(rate));
        self.buses.iter_mut().for_each(|bus| bus.show(rate));
    }

    /// Shows the spectrum of one strip from now on, or of none. Buses are those of an attended desk.
    pub fn watch(&mut self, strip: Option<StripName>) {
        let rate = Some(self.sample_rate);
        self.tracks.iter_mut().for_each(|track| track.watch(None));
        self.buses.iter_mut().for_each(|bus| bus.watch(None));
        self.watched = strip;
        match strip {
            Some(StripName::Track(track)) => {
                self.tracks.get_mut(track).into_iter().for_each(|track| track.watch(rate));
            }
            Some(StripName::Bus(bus)) => {
                let mut parts = self.buses.iter_mut().filter(|part| part.bus == bus);
                parts.next().into_iter().for_each(|part| part.watch(rate));
            }
            None => {}
        }
    }

    /// True peaks are held anew.
    pub fn reset_peaks(&mut self) {
        self.tracks.iter_mut().for_each(TrackStrip::reset_peak);
        self.buses.iter_mut().for_each(BusSum::reset_peak);
    }

    /// What an attended desk shows now.
    pub fn readings(&self) -> Readings {
        let bands = self.watched.and_then(|strip| {
            let bands = match strip {
                StripName::Track(track) => self.tracks.get(track)?.bands(),
                StripName::Bus(bus) => self.buses.iter().find(|part| part.bus == bus)?.bands(),
            };
            Some((strip, bands?))
        });
        Readings {
            tracks: self.tracks.iter().map(TrackStrip::reading).collect(),
            buses: (0..self.scene_buses).map(|bus| self.bus_reading(bus)).collect(),
            spectrum: bands,
        }
    }

    fn bus_reading(&self, bus: usize) -> StripReading {
        let parts = self.buses.iter().filter(|part| part.bus == bus).map(BusSum::reading);
        parts.max_by(|a, b| a.rms.total_cmp(&b.rms)).unwrap_or_default()
    }
}
