//! Which track is which channel of which pack (BS.2127-1 §5.2.6): a search for the only way to give every
//! track a channel and every channel a track.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use formats::adm::AdmId;

use super::error::{Budget, Error};
use super::graph::{ChannelIndex, PackIndex};

/// A set of channels that must be filled together.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// The pack that an object refers to.
    pub(super) root: PackIndex,
    pub(super) channels: Vec<PatternChannel>,
}

/// A channel to be filled, with the packs that its track may refer to.
#[derive(Clone, Debug)]
pub(super) struct PatternChannel {
    pub(super) channel: ChannelIndex,
    pub(super) packs: Rc<[PackIndex]>,
}

/// What a track UID says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TrackReferences {
    pub(super) channel: ChannelIndex,
    /// `None`: it doesn't say; any pack with the channel will do.
    pub(super) pack: Option<PackIndex>,
}

/// What to allocate.
pub(super) struct Problem<'a> {
    pub(super) patterns: &'a [Pattern],
    pub(super) tracks: &'a [TrackReferences],
    /// The object's pack references; `None` without an object: as many packs as it takes.
    pub(super) pack_references: Option<&'a [PackIndex]>,
    pub(super) silent_tracks: usize,
}

/// A pattern with the source of each of its channels: a track's number, or `None` for silence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AllocatedPack {
    pub(super) pattern: usize,
    pub(super) sources: Vec<Option<usize>>,
}

/// How a search ended.
#[derive(Debug, PartialEq)]
pub(super) enum Allocation {
    /// There is exactly one way.
    Unique(Vec<AllocatedPack>),
    /// There is none.
    Conflicting,
    /// There are several.
    Ambiguous,
}

/// Searches for the allocation; `element` is blamed when the search exceeds the budget.
pub(super) fn allocate(problem: &Problem, element: &AdmId, budget: &mut Budget) -> Result<Allocation, Error> {
    let mut search = Search::new(problem, element, budget)?;
    let first = search.next_solution()?;
    Ok(match (first, search.next_solution()?) {
        (None, _) => Allocation::Conflicting,
        (Some(only), None) => Allocation::Unique(only),
        (Some(_), Some(_)) => Allocation::Ambiguous,
    })
}

/// Tracks that say the same about themselves.
struct Class {
    /// Their numbers, ascending.
    tracks: Vec<usize>,
    /// How many have no channel yet.
    left: usize,
    /// Patterns that have a channel for them, with the first such channel.
    patterns: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Empty,
    Silence,
    Track(usize),
}

/// A pattern that is being filled.
struct Partial {
    pattern: usize,
    sources: Vec<Source>,
    empty: usize,
}

/// Undone when the search steps back.
enum Change {
    Filled { partial: usize, channel: usize },
    Opened,
}

#[derive(Clone, Copy)]
enum Step {
    Fill { partial: usize, channel: usize },
    Open { pattern: usize, channel: usize },
}

/// A track (or silence), and the places for it that haven't been tried yet.
struct Choice {
    source: Source,
    steps: std::vec::IntoIter<Step>,
    /// Length of the log before the choice.
    log: usize,
    /// Silences open patterns in order, so that the same set isn't found in several orders.
    first_pattern: usize,
}

struct Search<'p> {
    problem: &'p Problem<'p>,
    element: &'p AdmId,
    budget: &'p mut Budget,
    classes: Vec<Class>,
    class_of_track: Vec<usize>,
    /// Classes that fit each channel of each pattern.
    fitting: Vec<Vec<Vec<usize>>>,
    is_used: Vec<bool>,
    tracks_left: usize,
    silences_left: usize,
    /// References to each root pack that are still to be met.
    references: Option<HashMap<PackIndex, usize>>,
    references_left: usize,
    partials: Vec<Partial>,
    /// Partials with empty channels.
    open: BTreeSet<usize>,
    empty: usize,
    choices: Vec<Choice>,
    log: Vec<Change>,
    has_begun: bool,
}

const WHAT: &str = "the search for the tracks of its packs takes too many steps";

impl<'p> Search<'p> {
    fn new(problem: &'p Problem, element: &'p AdmId, budget: &'p mut Budget) -> Result<Self, Error> {
        let mut classes: Vec<Class> = Vec::new();
        let mut by_references: HashMap<TrackReferences, usize> = HashMap::new();
        let mut by_channel: HashMap<ChannelIndex, Vec<(usize, Option<PackIndex>)>> = HashMap::new();
        let mut class_of_track = Vec::with_capacity(problem.tracks.len());
        for (number, track) in problem.tracks.iter().enumerate() {
            let class = *by_references.entry(*track).or_insert_with(|| {
                by_channel.entry(track.channel).or_default().push((classes.len(), track.pack));
                classes.push(Class { tracks: Vec::new(), left: 0, patterns: Vec::new() });
                classes.len() - 1
            });
            classes[class].tracks.push(number);
            classes[class].left += 1;
            class_of_track.push(class);
        }
        let mut fitting = Vec::with_capacity(problem.patterns.len());
        for (number, pattern) in problem.patterns.iter().enumerate() {
            let mut of_pattern = Vec::with_capacity(pattern.channels.len());
            for (place, channel) in pattern.channels.iter().enumerate() {
                let of_channel = by_channel.get(&channel.channel).map_or(&[][..], Vec::as_slice);
                budget.spend(1 + of_channel.len() * channel.packs.len(), element, WHAT)?;
                let fits = |pack: &Option<PackIndex>| pack.is_none_or(|pack| channel.packs.contains(&pack));
                let fit: Vec<usize> =
                    of_channel.iter().filter(|(_, pack)| fits(pack)).map(|(class, _)| *class).collect();
                for &class in &fit {
                    let patterns = &mut classes[class].patterns;
                    if patterns.last().is_none_or(|(last, _)| *last != number) {
                        patterns.push((number, place));
                    }
                }
                of_pattern.push(fit);
            }
            fitting.push(of_pattern);
        }
        let references = problem.pack_references.map(|packs| {
            let mut counts = HashMap::new();
            for &pack in packs {
                *counts.entry(pack).or_insert(0) += 1;
            }
            counts
        });
        Ok(Self {
            problem,
            element,
            budget,
            classes,
            class_of_track,
            fitting,
            is_used: vec![false; problem.tracks.len()],
            tracks_left: problem.tracks.len(),
            silences_left: problem.silent_tracks,
            references,
            references_left: problem.pack_references.map_or(0, <[_]>::len),
            partials: Vec::new(),
            open: BTreeSet::new(),
            empty: 0,
            choices: Vec::new(),
            log: Vec::new(),
            has_begun: false,
        })
    }

    /// Goes on until every track has a channel and every channel a track; `None` when all was tried.
    fn next_solution(&mut self) -> Result<Option<Vec<AllocatedPack>>, Error> {
        if !self.has_begun {
            self.has_begun = true;
            if let Some(solution) = self.descend(0)? {
                return Ok(Some(solution));
            }
        }
        while let Some(choice) = self.choices.last_mut() {
            let (log, source, first_pattern) = (choice.log, choice.source, choice.first_pattern);
            let step = choice.steps.next();
            self.undo_to(log);
            let Some(step) = step else {
                self.choices.pop();
                continue;
            };
            let mut first_pattern = first_pattern;
            let (partial, channel) = match step {
                Step::Fill { partial, channel } => (partial, channel),
                Step::Open { pattern, channel } => {
                    self.budget.spend(self.problem.patterns[pattern].channels.len(), self.element, WHAT)?;
                    self.open_pattern(pattern);
                    if source == Source::Silence {
                        first_pattern = pattern;
                    }
                    (self.partials.len() - 1, channel)
                }
            };
            self.fill(partial, channel, source);
            if self.fill_obvious()?
                && let Some(solution) = self.descend(first_pattern)?
            {
                return Ok(Some(solution));
            }
        }
        Ok(None)
    }

    /// Either everything is allocated, or there is a next choice to make, or this way leads nowhere.
    fn descend(&mut self, first_pattern: usize) -> Result<Option<Vec<AllocatedPack>>, Error> {
        let left = self.tracks_left + self.silences_left;
        if left == 0 {
            return Ok((self.empty == 0 && self.references_left == 0).then(|| self.solution()));
        }
        if left < self.empty {
            return Ok(None);
        }
        let from = match self.choices.last() {
            Some(Choice { source: Source::Track(track), .. }) => track + 1,
            _ => 0,
        };
        let track = (from..self.is_used.len()).find(|&track| !self.is_used[track]);
        self.budget.spend(track.unwrap_or(self.is_used.len()).saturating_sub(from), self.element, WHAT)?;
        let source = track.map_or(Source::Silence, Source::Track);
        let steps = self.steps(source, first_pattern)?;
        self.choices.push(Choice { source, steps: steps.into_iter(), log: self.log.len(), first_pattern });
        Ok(None)
    }

    /// Everywhere that `source` could go: packs that are being filled first, then new ones.
    fn steps(&mut self, source: Source, first_pattern: usize) -> Result<Vec<Step>, Error> {
        let mut steps = Vec::new();
        for &partial in &self.open {
            let Partial { pattern, sources, .. } = &self.partials[partial];
            self.budget.spend(sources.len(), self.element, WHAT)?;
            let is_place =
                |&channel: &usize| sources[channel] == Source::Empty && self.fits(source, *pattern, channel);
            if let Some(channel) = (0..sources.len()).find(is_place) {
                steps.push(Step::Fill { partial, channel });
                if source == Source::Silence {
                    return Ok(steps); // all silences are alike: any empty channel may take this one
                }
            }
        }
        let candidates: Vec<(usize, usize)> = match source {
            Source::Track(track) => self.classes[self.class_of_track[track]].patterns.clone(),
            _ => (first_pattern..self.problem.patterns.len()).map(|pattern| (pattern, 0)).collect(),
        };
        for (pattern, channel) in candidates {
            if self.could_open(pattern)? {
                steps.push(Step::Open { pattern, channel });
            }
        }
        Ok(steps)
    }

    /// Enough tracks are left to fill `pattern`, one for each of its channels.
    fn could_open(&mut self, pattern: usize) -> Result<bool, Error> {
        let Pattern { root, channels } = &self.problem.patterns[pattern];
        self.budget.spend(1 + channels.len(), self.element, WHAT)?;
        let left = self.tracks_left + self.silences_left;
        let is_wanted = self.references.as_ref().is_none_or(|left| left.get(root).is_some_and(|&n| n > 0));
        let has_tracks = |classes: &Vec<usize>| {
            self.silences_left > 0 || classes.iter().any(|&class| self.classes[class].left > 0)
        };
        Ok(is_wanted
            && !channels.is_empty()
            && channels.len() <= left - self.empty
            && self.fitting[pattern].iter().all(has_tracks))
    }

    /// Fills the channels that only one track fits; `false` when one is found that none fits.
    fn fill_obvious(&mut self) -> Result<bool, Error> {
        let open: Vec<usize> = self.open.iter().copied().collect();
        for partial in open {
            for channel in 0..self.partials[partial].sources.len() {
                if self.partials[partial].sources[channel] != Source::Empty {
                    continue;
                }
                let classes = &self.fitting[self.partials[partial].pattern][channel];
                self.budget.spend(1 + classes.len(), self.element, WHAT)?;
                let tracks: usize = classes.iter().map(|&class| self.classes[class].left).sum();
                let possible = tracks + self.silences_left;
                if possible == 0 {
                    return Ok(false);
                }
                if tracks == 0 {
                    self.fill(partial, channel, Source::Silence);
                } else if possible == 1
                    && let Some(track) = self.only_track(partial, channel)?
                {
                    self.fill(partial, channel, Source::Track(track));
                }
            }
        }
        Ok(true)
    }

    fn only_track(&mut self, partial: usize, channel: usize) -> Result<Option<usize>, Error> {
        for &class in &self.fitting[self.partials[partial].pattern][channel] {
            let Class { tracks, left, .. } = &self.classes[class];
            if *left > 0 {
                self.budget.spend(tracks.len(), self.element, WHAT)?;
                return Ok(tracks.iter().copied().find(|&track| !self.is_used[track]));
            }
        }
        Ok(None)
    }

    fn fits(&self, source: Source, pattern: usize, channel: usize) -> bool {
        match source {
            Source::Track(track) => self.fitting[pattern][channel].contains(&self.class_of_track[track]),
            _ => true,
        }
    }

    fn open_pattern(&mut self, pattern: usize) {
        let Pattern { root, channels } = &self.problem.patterns[pattern];
        if let Some(count) = self.references.as_mut().and_then(|left| left.get_mut(root)) {
            *count -= 1;
            self.references_left -= 1;
        }
        self.open.insert(self.partials.len());
        self.empty += channels.len();
        self.partials.push(Partial {
            pattern,
            sources: vec![Source::Empty; channels.len()],
            empty: channels.len(),
        });
        self.log.push(Change::Opened);
    }

    fn fill(&mut self, partial: usize, channel: usize, source: Source) {
        self.partials[partial].sources[channel] = source;
        self.partials[partial].empty -= 1;
        self.empty -= 1;
        if self.partials[partial].empty == 0 {
            self.open.remove(&partial);
        }
        if let Source::Track(track) = source {
            self.is_used[track] = true;
            self.tracks_left -= 1;
            self.classes[self.class_of_track[track]].left -= 1;
        } else {
            self.silences_left -= 1;
        }
        self.log.push(Change::Filled { partial, channel });
    }

    fn undo_to(&mut self, length: usize) {
        while self.log.len() > length {
            match self.log.pop() {
                Some(Change::Filled { partial, channel }) => {
                    let source =
                        std::mem::replace(&mut self.partials[partial].sources[channel], Source::Empty);
                    self.partials[partial].empty += 1;
                    self.empty += 1;
                    self.open.insert(partial);
                    if let Source::Track(track) = source {
                        self.is_used[track] = false;
                        self.tracks_left += 1;
                        self.classes[self.class_of_track[track]].left += 1;
                    } else {
                        self.silences_left += 1;
                    }
                }
                Some(Change::Opened) => self.close_last(),
                None => return,
            }
        }
    }

    fn close_last(&mut self) {
        let Some(partial) = self.partials.pop() else { return };
        self.open.remove(&self.partials.len());
        self.empty -= partial.empty;
        let root = self.problem.patterns[partial.pattern].root;
        if let Some(count) = self.references.as_mut().and_then(|left| left.get_mut(&root)) {
            *count += 1;
            self.references_left += 1;
        }
    }

    fn solution(&self) -> Vec<AllocatedPack> {
        let source = |source: &Source| match source {
            Source::Track(track) => Some(*track),
            _ => None,
        };
        (self.partials.iter())
            .map(|partial| AllocatedPack {
                pattern: partial.pattern,
                sources: partial.sources.iter().map(source).collect(),
            })
            .collect()
    }
}
