//! Packs and tracks of an object, or of a file with chna alone, matched (BS.2127-1 §5.2.6).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use formats::Warning;
use formats::adm::{AdmId, AudioTrackUid, TypeDefinition};

use super::TrackSpec;
use super::error::{Budget, Error, shown};
use super::graph::{ChannelIndex, Graph, ObjectIndex, PackIndex, TrackUidIndex};
use super::matrix;
use super::pack_allocation::{Allocation, Pattern, PatternChannel, Problem, TrackReferences, allocate};
use super::pack_tree::{Leaf, PackTrees};
use super::select::SelectedChannel;

/// A pack to render: the output pack of a matrix, else the pack that was referred to.
#[derive(Clone, Debug)]
pub(super) struct SelectedPack {
    pub(super) output: PackIndex,
    pub(super) channels: Vec<SelectedChannel>,
}

impl SelectedPack {
    /// Memory of its matrices in steps of a [`Budget`].
    pub(super) fn weight(&self) -> usize {
        const STEPS_PER_TERM: usize = 64;
        self.channels.iter().map(|channel| terms(&channel.track).saturating_mul(STEPS_PER_TERM)).sum()
    }
}

/// Coefficients in a track; matrices are at most two deep.
fn terms(track: &TrackSpec) -> usize {
    match track {
        TrackSpec::Direct(_) | TrackSpec::Silent => 0,
        TrackSpec::Matrix(of, _) => 1 + terms(of),
        TrackSpec::Gain(of, _) => terms(of),
        TrackSpec::Mix(all) => all.iter().map(terms).sum(),
    }
}

/// Matches packs and tracks; remembers what it has worked out about packs and objects.
pub(super) struct PackSelector {
    trees: PackTrees,
    patterns: HashMap<PackIndex, Rc<[Pattern]>>,
    /// Packs that contain a pack, and decode matrices of an encode matrix.
    parents: Vec<Vec<PackIndex>>,
    of_object: HashMap<ObjectIndex, Rc<[SelectedPack]>>,
}

impl PackSelector {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut parents = vec![Vec::new(); graph.packs.len()];
        for (place, pack) in graph.packs.iter().enumerate() {
            for &child in pack.packs.iter().chain(&pack.encode) {
                parents[child].push(place);
            }
        }
        Self { trees: PackTrees::default(), patterns: HashMap::new(), parents, of_object: HashMap::new() }
    }

    /// The packs of one object with their tracks.
    pub(super) fn of_object(
        &mut self,
        graph: &Graph,
        place: ObjectIndex,
        file_tracks: usize,
        budget: &mut Budget,
        warnings: &mut Vec<Warning>,
    ) -> Result<Rc<[SelectedPack]>, Error> {
        if let Some(known) = self.of_object.get(&place) {
            return Ok(Rc::clone(known));
        }
        let object = &graph.objects[place];
        let id = &object.element.id;
        let tracks = references(graph, &object.track_uids, file_tracks, true, warnings)?;
        let has_tracks = !tracks.is_empty() || object.silent_tracks > 0;
        let selected = if object.packs.iter().any(|&pack| graph.packs[pack].element.type_definition.is_none())
        {
            let message = "refers to a pack of unknown type; it is not rendered";
            warnings.push(Warning::new("unknown-type", shown(id), message));
            Vec::new()
        } else if !has_tracks {
            if !object.packs.is_empty() {
                let message = "refers to audioPackFormats but to no audioTrackUIDs: it has no sound and is not rendered";
                warnings.push(Warning::new("object-without-tracks", shown(id), message));
            }
            Vec::new()
        } else {
            let references = if object.packs.is_empty() && object.silent_tracks == 0 {
                let message =
                    "refers to audioTrackUIDs but to no audioPackFormat; those of its tracks are used";
                warnings.push(Warning::new("object-without-pack", shown(id), message));
                None
            } else {
                Some(object.packs.as_slice())
            };
            let roots = match references {
                Some(packs) => {
                    packs.iter().copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
                }
                None => self.roots_of(&tracks),
            };
            let request = Request { id, tracks: &tracks, references, silent: object.silent_tracks, roots };
            self.match_up(graph, &request, &object.track_uids, budget)?
        };
        let selected: Rc<[SelectedPack]> = selected.into();
        self.of_object.insert(place, Rc::clone(&selected));
        Ok(selected)
    }

    /// The packs of a file with chna alone.
    pub(super) fn of_all_tracks(
        &mut self,
        graph: &Graph,
        file_tracks: usize,
        budget: &mut Budget,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<SelectedPack>, Error> {
        let uids: Vec<TrackUidIndex> = (0..graph.track_uids.len()).collect();
        let tracks = references(graph, &uids, file_tracks, false, warnings)?;
        let id = AdmId::new("chna");
        let roots = self.roots_of(&tracks);
        let request = Request { id: &id, tracks: &tracks, references: None, silent: 0, roots };
        self.match_up(graph, &request, &uids, budget)
    }

    /// Packs that could hold `tracks`: the ones these refer to and whatever contains those.
    fn roots_of(&self, tracks: &[TrackReferences]) -> Vec<PackIndex> {
        let mut found: HashSet<PackIndex> = tracks.iter().filter_map(|track| track.pack).collect();
        let mut to_visit: Vec<PackIndex> = found.iter().copied().collect();
        while let Some(pack) = to_visit.pop() {
            to_visit.extend(self.parents[pack].iter().copied().filter(|&parent| found.insert(parent)));
        }
        let mut roots: Vec<_> = found.into_iter().collect();
        roots.sort_unstable();
        roots
    }

    fn match_up(
        &mut self,
        graph: &Graph,
        request: &Request,
        uids: &[TrackUidIndex],
        budget: &mut Budget,
    ) -> Result<Vec<SelectedPack>, Error> {
        let channels: HashSet<ChannelIndex> = request.tracks.iter().map(|track| track.channel).collect();
        let mut patterns = Vec::new();
        for &root in &request.roots {
            for pattern in self.patterns(graph, root, budget)?.iter() {
                budget.spend(1 + pattern.channels.len(), request.id, "its packs have too many channels")?;
                let is_fed = |channel: &PatternChannel| channels.contains(&channel.channel);
                if request.silent > 0 || pattern.channels.iter().all(is_fed) {
                    patterns.push(pattern.clone());
                }
            }
        }
        let problem = Problem {
            patterns: &patterns,
            tracks: request.tracks,
            pack_references: request.references,
            silent_tracks: request.silent,
        };
        let found = match allocate(&problem, request.id, budget)? {
            Allocation::Unique(packs) => packs,
            Allocation::Conflicting => return Err(self.explain(graph, request, uids, "conflicting", budget)),
            Allocation::Ambiguous => return Err(self.explain(graph, request, uids, "ambiguous", budget)),
        };
        let mut packs = Vec::with_capacity(found.len());
        for pack in found {
            let pattern = &patterns[pack.pattern];
            let spec = |source: &Option<usize>| {
                source.map_or(TrackSpec::Silent, |track| self::track(graph, uids[track]))
            };
            let specs = pack.sources.iter().map(spec);
            packs.push(self.output(graph, pattern, specs, budget)?);
        }
        Ok(packs)
    }

    /// The ways to fill the pack `root`.
    fn patterns(
        &mut self,
        graph: &Graph,
        root: PackIndex,
        budget: &mut Budget,
    ) -> Result<Rc<[Pattern]>, Error> {
        if let Some(known) = self.patterns.get(&root) {
            return Ok(Rc::clone(known));
        }
        let pack = &graph.packs[root];
        let is_matrix = pack.element.type_definition == Some(TypeDefinition::Matrix);
        let patterns: Rc<[Pattern]> = if is_matrix {
            matrix::patterns(graph, root, &mut self.trees, budget)?.into()
        } else {
            if pack.input.is_some() || pack.output.is_some() || !pack.encode.is_empty() {
                let problem =
                    "has matrix references but is not of type Matrix; remove them or change its type";
                return Err(Error::element(&pack.element.id, problem));
            }
            let leaves = self.trees.leaves(graph, root, budget)?;
            let channel =
                |leaf: &Leaf| PatternChannel { channel: leaf.channel, packs: Rc::clone(&leaf.path) };
            Rc::from([Pattern { root, channels: leaves.iter().map(channel).collect() }])
        };
        self.patterns.insert(root, Rc::clone(&patterns));
        Ok(patterns)
    }

    /// The channels that are rendered when `pattern` is filled with `specs`.
    fn output(
        &mut self,
        graph: &Graph,
        pattern: &Pattern,
        specs: impl Iterator<Item = TrackSpec>,
        budget: &mut Budget,
    ) -> Result<SelectedPack, Error> {
        let fed: Vec<(ChannelIndex, TrackSpec)> =
            pattern.channels.iter().map(|channel| channel.channel).zip(specs).collect();
        let root = &graph.packs[pattern.root];
        let (output, made) = match (root.element.type_definition, root.output) {
            (Some(TypeDefinition::Matrix), Some(output)) => {
                (output, matrix::outputs(graph, pattern.root, &fed, &mut self.trees, budget)?)
            }
            _ => (pattern.root, fed),
        };
        let leaves = self.trees.leaves(graph, output, budget)?;
        let by_channel: HashMap<ChannelIndex, &Leaf> =
            leaves.iter().map(|leaf| (leaf.channel, leaf)).collect();
        let channels = made
            .into_iter()
            .filter_map(|(channel, track)| by_channel.get(&channel).map(|leaf| selected(graph, leaf, track)));
        Ok(SelectedPack { output, channels: channels.collect() })
    }

    /// The likeliest reason for an allocation without a unique answer (BS.2127-1 §5.2.6).
    fn explain(
        &mut self,
        graph: &Graph,
        request: &Request,
        uids: &[TrackUidIndex],
        found: &'static str,
        budget: &mut Budget,
    ) -> Error {
        let reason = self.likely_reason(graph, request, uids, budget).unwrap_or_else(|| {
            if found == "ambiguous" {
                "the tracks can be given to the channels of its packs in more than one way; \
                 use an audioObject for each pack"
                    .to_owned()
            } else {
                let channels: usize = (request.references.unwrap_or(&[]).iter())
                    .filter_map(|&pack| self.trees.leaves(graph, pack, budget).ok())
                    .map(|leaves| leaves.len())
                    .sum();
                format!(
                    "it has {} tracks ({} of them silent) for packs with {channels} channels; \
                     every channel needs one track and every track one channel",
                    request.tracks.len() + request.silent,
                    request.silent
                )
            }
        });
        let found = if found == "ambiguous" {
            "ambiguous format references"
        } else {
            "conflicting format references"
        };
        Error::References { element: shown(request.id), found, reason }
    }

    fn likely_reason(
        &mut self,
        graph: &Graph,
        request: &Request,
        uids: &[TrackUidIndex],
        budget: &mut Budget,
    ) -> Option<String> {
        if request.references.is_some_and(<[_]>::is_empty) {
            return Some(
                "it refers to audioTrackUIDs but to no audioPackFormat; add the reference".to_owned(),
            );
        }
        let mut packs = HashSet::new();
        let mut places = HashSet::new();
        for &root in &request.roots {
            for channel in
                self.patterns(graph, root, budget).ok()?.iter().flat_map(|pattern| &pattern.channels)
            {
                packs.extend(channel.packs.iter().copied());
                places.extend(channel.packs.iter().map(|&pack| (channel.channel, pack)));
            }
        }
        for (track, &uid) in request.tracks.iter().zip(uids) {
            let Some(pack) = track.pack else { continue };
            let (uid, pack_id) = (shown(&graph.track_uids[uid].id), shown(graph.pack_id(pack)));
            if !packs.contains(&pack) {
                return Some(format!(
                    "{uid} refers to audioPackFormat {pack_id}, which is not among the packs of the object; \
                     make both refer to the same pack"
                ));
            }
            if !places.contains(&(track.channel, pack)) {
                return Some(format!(
                    "{uid} leads to audioChannelFormat {}, which its audioPackFormat {pack_id} does not contain",
                    shown(graph.channel_id(track.channel))
                ));
            }
        }
        None
    }
}

/// Tracks in search of packs.
struct Request<'r> {
    id: &'r AdmId,
    tracks: &'r [TrackReferences],
    references: Option<&'r [PackIndex]>,
    silent: usize,
    roots: Vec<PackIndex>,
}

fn selected(graph: &Graph, leaf: &Leaf, track: TrackSpec) -> SelectedChannel {
    let importance = leaf.path.iter().filter_map(|&pack| graph.packs[pack].element.importance).min();
    SelectedChannel { path: Rc::clone(&leaf.path), channel: leaf.channel, track, importance }
}

/// The file's track of a UID; its index was checked by [`references`].
fn track(graph: &Graph, uid: TrackUidIndex) -> TrackSpec {
    let index = graph.track_uids[uid].track_index.unwrap_or(0);
    index.checked_sub(1).map_or(TrackSpec::Silent, |index| TrackSpec::Direct(usize::from(index)))
}

/// What the track UIDs refer to, each checked to be a track of the file (BS.2088, chna).
fn references(
    graph: &Graph,
    uids: &[TrackUidIndex],
    file_tracks: usize,
    has_object: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<TrackReferences>, Error> {
    let mut all = Vec::with_capacity(uids.len());
    let mut without_pack = Vec::new();
    for &uid in uids {
        let uid: &AudioTrackUid = graph.track_uids[uid];
        check_index(uid, file_tracks)?;
        let channel = graph.channel_of_track_uid(uid)?;
        let pack = match &uid.pack_format {
            Some(id) => Some(graph.pack(id).ok_or_else(|| Error::dangling(&uid.id, id))?),
            None if has_object => {
                without_pack.push(&uid.id);
                None
            }
            None => {
                let problem = "has no audioPackFormatIDRef, in axml or chna; add it";
                return Err(Error::element(&uid.id, problem));
            }
        };
        all.push(TrackReferences { channel, pack });
    }
    if let Some(first) = without_pack.first() {
        let message = format!(
            "{} audioTrackUID(s) have no audioPackFormatIDRef; the object's packs are used",
            without_pack.len()
        );
        warnings.push(Warning::new("track-without-pack", shown(first), message));
    }
    Ok(all)
}

fn check_index(uid: &AudioTrackUid, file_tracks: usize) -> Result<(), Error> {
    match uid.track_index {
        None => Err(Error::element(
            &uid.id,
            "has no track index: the chna chunk doesn't list this UID; add it there",
        )),
        Some(0) => {
            Err(Error::element(&uid.id, "has track index 0 in the chna chunk; tracks are counted from 1"))
        }
        Some(index) if usize::from(index) > file_tracks => Err(Error::element(
            &uid.id,
            format!("has track index {index} in the chna chunk, but the file has {file_tracks} track(s)"),
        )),
        Some(_) => Ok(()),
    }
}
