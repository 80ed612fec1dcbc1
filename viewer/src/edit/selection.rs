//! Which tracks are selected.

use std::collections::BTreeSet;

/// Tracks by their index; the one that was chosen last leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    tracks: BTreeSet<usize>,
    lead: Option<usize>,
}

impl Selection {
    /// The selected tracks, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.tracks.iter().copied()
    }

    /// Whether `track` is selected.
    pub fn contains(&self, track: usize) -> bool {
        self.tracks.contains(&track)
    }

    /// The one that the inspector shows.
    pub fn lead(&self) -> Option<usize> {
        self.lead
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// Only this one.
    pub fn set(&mut self, track: usize) {
        self.tracks = BTreeSet::from([track]);
        self.lead = Some(track);
    }

    /// All of these, and no others.
    pub fn set_all(&mut self, tracks: impl IntoIterator<Item = usize>) {
        self.tracks = tracks.into_iter().collect();
        self.lead = self.lead.filter(|lead| self.tracks.contains(lead)).or(self.tracks.first().copied());
    }

    /// These too.
    pub fn extend(&mut self, tracks: impl IntoIterator<Item = usize>) {
        self.tracks.extend(tracks);
        self.lead = self.lead.or(self.tracks.first().copied());
    }

    /// In when it was out, out when it was in.
    pub fn toggle(&mut self, track: usize) {
        if self.tracks.remove(&track) {
            self.lead = self.tracks.last().copied();
        } else {
            self.tracks.insert(track);
            self.lead = Some(track);
        }
    }

    /// Nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets those that are no more: there are `tracks` now.
    pub fn keep_below(&mut self, tracks: usize) {
        self.tracks.retain(|track| *track < tracks);
        self.lead = self.lead.filter(|lead| *lead < tracks).or(self.tracks.last().copied());
    }
}
