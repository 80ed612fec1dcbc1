//! The search against its definition (BS.2127-1 §5.2.6): all ways are listed, as slowly as it takes.

use std::collections::BTreeSet;
use std::rc::Rc;

use formats::adm::AdmId;
use proptest::prelude::*;

use crate::items::error::{Budget, Error};
use crate::items::pack_allocation::{
    AllocatedPack, Allocation, Pattern, PatternChannel, Problem, TrackReferences, allocate,
};

type Solution = Vec<(usize, Vec<Option<usize>>)>;

/// Every way to fill patterns, each once: sets of patterns in order, then all matchings of sources.
fn all_ways(problem: &Problem) -> BTreeSet<Solution> {
    let total = problem.tracks.len() + problem.silent_tracks;
    let mut found = BTreeSet::new();
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    while let Some(set) = sets.pop() {
        let channels: usize = set.iter().map(|&pattern| problem.patterns[pattern].channels.len()).sum();
        if channels == total && meets_references(problem, &set) {
            match_sources(problem, &set, &mut Vec::new(), &mut found);
        }
        if channels < total {
            let first = set.last().copied().unwrap_or(0);
            sets.extend((first..problem.patterns.len()).map(|next| [&set[..], &[next]].concat()));
        }
    }
    found
}

fn meets_references(problem: &Problem, set: &[usize]) -> bool {
    let sorted = |mut packs: Vec<usize>| {
        packs.sort_unstable();
        packs
    };
    let roots = sorted(set.iter().map(|&pattern| problem.patterns[pattern].root).collect());
    problem.pack_references.is_none_or(|references| sorted(references.to_vec()) == roots)
}

fn match_sources(
    problem: &Problem,
    set: &[usize],
    sources: &mut Vec<Option<usize>>,
    found: &mut BTreeSet<Solution>,
) {
    let channels: Vec<&PatternChannel> =
        set.iter().flat_map(|&pattern| &problem.patterns[pattern].channels).collect();
    let Some(channel) = channels.get(sources.len()) else {
        let mut rest = sources.as_slice();
        let mut solution: Solution = Vec::new();
        for &pattern in set {
            let (own, after) = rest.split_at(problem.patterns[pattern].channels.len());
            solution.push((pattern, own.to_vec()));
            rest = after;
        }
        solution.sort();
        found.insert(solution);
        return;
    };
    let silent = sources.iter().filter(|source| source.is_none()).count();
    let fits = |track: &TrackReferences| {
        track.channel == channel.channel && track.pack.is_none_or(|pack| channel.packs.contains(&pack))
    };
    let mut candidates: Vec<Option<usize>> = (0..problem.tracks.len())
        .filter(|&track| fits(&problem.tracks[track]) && !sources.contains(&Some(track)))
        .map(Some)
        .collect();
    if silent < problem.silent_tracks {
        candidates.push(None);
    }
    for candidate in candidates {
        sources.push(candidate);
        match_sources(problem, set, sources, found);
        sources.pop();
    }
}

fn pattern(root: usize, channels: &[(usize, &[usize])]) -> Pattern {
    let channel = |&(channel, packs): &(usize, &[usize])| PatternChannel { channel, packs: Rc::from(packs) };
    Pattern { root, channels: channels.iter().map(channel).collect() }
}

fn search(problem: &Problem) -> Result<Allocation, Error> {
    allocate(problem, &AdmId::new("AO_1001"), &mut Budget::new())
}

/// 0 mono, 1 stereo, 2 stereo with 1 nested and a third channel, 3 three monos, 4 two ways for one root.
fn patterns() -> Vec<Pattern> {
    vec![
        pattern(0, &[(0, &[0])]),
        pattern(1, &[(1, &[1]), (2, &[1])]),
        pattern(2, &[(0, &[2]), (1, &[2, 1]), (2, &[2, 1])]),
        pattern(3, &[(0, &[3]), (3, &[3]), (4, &[3])]),
        pattern(4, &[(3, &[4])]),
        pattern(4, &[(3, &[4]), (4, &[4])]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_search_finds_what_there_is(
        tracks in prop::collection::vec((0usize..5, 0usize..6), 0..5),
        silent_tracks in 0usize..3,
        references in prop::option::of(prop::collection::vec(0usize..5, 0..4)),
    ) {
        let tracks: Vec<_> = tracks
            .into_iter()
            .map(|(channel, pack)| TrackReferences { channel, pack: (pack < 5).then_some(pack) })
            .collect();
        let patterns = patterns();
        let silent_tracks = if references.is_some() { silent_tracks } else { 0 };
        let problem = Problem { patterns: &patterns, tracks: &tracks, pack_references: references.as_deref(), silent_tracks };
        let ways = all_ways(&problem);
        match search(&problem).unwrap() {
            Allocation::Conflicting => prop_assert!(ways.is_empty(), "{ways:?}"),
            Allocation::Ambiguous => prop_assert!(ways.len() > 1, "{ways:?}"),
            Allocation::Unique(packs) => {
                let mut solution: Solution =
                    packs.into_iter().map(|AllocatedPack { pattern, sources }| (pattern, sources)).collect();
                solution.sort();
                prop_assert_eq!(ways, BTreeSet::from([solution]));
            }
        }
    }
}

#[test]
fn sixty_thousand_mono_tracks_are_no_trouble() {
    let patterns = patterns();
    let tracks = vec![TrackReferences { channel: 0, pack: Some(0) }; 60_000];
    let problem = Problem { patterns: &patterns, tracks: &tracks, pack_references: None, silent_tracks: 0 };
    let Allocation::Unique(packs) = search(&problem).unwrap() else { panic!("there is one way") };
    assert_eq!(packs.len(), 60_000);
}

/// Left channels without enough right ones: factorially many ways, none of which works.
#[test]
fn a_hopeless_search_ends() {
    let patterns = patterns();
    let left = TrackReferences { channel: 1, pack: Some(1) };
    let right = TrackReferences { channel: 2, pack: Some(1) };
    let tracks =
        [vec![left; 40], vec![right; 39], vec![TrackReferences { channel: 0, pack: Some(0) }]].concat();
    let problem = Problem { patterns: &patterns, tracks: &tracks, pack_references: None, silent_tracks: 0 };
    match search(&problem) {
        Ok(Allocation::Conflicting) | Err(Error::TooComplex { .. }) => {}
        other => panic!("{other:?}"),
    }
}
