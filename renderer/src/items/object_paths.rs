//! Programme → contents → objects (BS.2127-1 §5.2.2–§5.2.4): every path that leads to an object.

use std::collections::HashMap;

use formats::adm::{AdmId, AudioContent, AudioProgramme};
use formats::{Warning, nearest};

use super::error::{Error, shown, shown_path};
use super::graph::{Graph, ObjectIndex};

/// Objects inside objects.
const MAX_DEPTH: usize = 32;
/// Paths to objects in one programme: objects shared by many parents multiply.
const MAX_PATHS: usize = 100_000;

/// A way from the programme down to an object.
pub(super) struct ObjectPath<'a> {
    pub(super) content: Option<&'a AudioContent>,
    /// Outermost first; never empty.
    pub(super) objects: Vec<ObjectIndex>,
}

/// The programme to render: the chosen one, or the one with the lowest id.
pub(super) fn programme<'a>(
    graph: &Graph<'a>,
    chosen: Option<&AdmId>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<&'a AudioProgramme>, Error> {
    let programmes = &graph.document.programmes;
    if let Some(id) = chosen {
        let found = programmes.iter().find(|programme| programme.id == *id);
        return found.map(Some).ok_or_else(|| {
            let there = named(programmes.iter().map(|p| (&p.id, p.name.as_str())));
            let known = programmes.iter().flat_map(|p| [p.id.as_str(), p.name.as_str()]);
            let meant = nearest(id.as_str(), known).map(|meant| format!(" (did you mean `{meant}`?)"));
            let meant = meant.unwrap_or_default();
            Error::Choice(format!("no audioProgramme {} in this file{meant}; it has {there}", shown(id)))
        });
    }
    let lowest = programmes.iter().min_by(|a, b| a.id.cmp(&b.id));
    if let (Some(lowest), true) = (lowest, programmes.len() > 1) {
        let message = format!(
            "{} is rendered, the lowest of {} audioProgrammes, as none was chosen (BS.2127-1 §5.2.2)",
            named(std::iter::once((&lowest.id, lowest.name.as_str()))),
            programmes.len()
        );
        warnings.push(Warning::new("several-programmes", shown(&lowest.id), message));
    }
    Ok(lowest)
}

/// Ids with names, the first of many.
pub(super) fn named<'a>(all: impl Iterator<Item = (&'a AdmId, &'a str)>) -> String {
    const MOST: usize = 12;
    let mut all = all.peekable();
    if all.peek().is_none() {
        return "none".to_owned();
    }
    let one = |(id, name): (&AdmId, &str)| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        if name.is_empty() { shown(id) } else { format!("{} \"{name}\"", shown(id)) }
    };
    let first: Vec<String> = all.by_ref().take(MOST).map(one).collect();
    let more = all.count();
    if more > 0 { format!("{} and {more} more", first.join(", ")) } else { first.join(", ") }
}

/// Every path from `programme`, or from all root objects without one, in document order.
pub(super) fn object_paths<'a>(
    graph: &Graph<'a>,
    programme: Option<&'a AudioProgramme>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<ObjectPath<'a>>, Error> {
    let mut paths = Vec::new();
    match programme {
        Some(programme) => {
            let contents: HashMap<&AdmId, &AudioContent> =
                graph.document.contents.iter().rev().map(|content| (&content.id, content)).collect();
            for id in &programme.contents {
                let content = *contents.get(id).ok_or_else(|| Error::dangling(&programme.id, id))?;
                for object in &content.objects {
                    let root = graph.object(object).ok_or_else(|| Error::dangling(&content.id, object))?;
                    paths_from(graph, Some(content), root, &mut paths)?;
                }
            }
            if paths.is_empty() {
                let message = "the programme holds no audioObject: there is nothing to render";
                warnings.push(Warning::new("empty-programme", shown(&programme.id), message));
            }
        }
        None => {
            let mut is_root = vec![true; graph.objects.len()];
            for &child in graph.objects.iter().flat_map(|object| &object.objects) {
                is_root[child] = false;
            }
            for root in (0..graph.objects.len()).filter(|&object| is_root[object]) {
                paths_from(graph, None, root, &mut paths)?;
            }
        }
    }
    Ok(paths)
}

/// Depth first, parents before children. Loops were refused before ([`refuse_loops`]).
fn paths_from<'a>(
    graph: &Graph<'a>,
    content: Option<&'a AudioContent>,
    root: ObjectIndex,
    paths: &mut Vec<ObjectPath<'a>>,
) -> Result<(), Error> {
    let too_complex = |what, limit: usize| Error::TooComplex {
        element: shown(&graph.objects[root].element.id),
        what,
        limit: limit as u64,
    };
    let mut to_visit = vec![vec![root]];
    while let Some(objects) = to_visit.pop() {
        if objects.len() > MAX_DEPTH {
            return Err(too_complex("audioObjects are nested too deep", MAX_DEPTH));
        }
        if paths.len() + to_visit.len() >= MAX_PATHS {
            return Err(too_complex("too many paths lead to audioObjects", MAX_PATHS));
        }
        let Some(object) = objects.last().map(|&last| &graph.objects[last]) else { continue };
        if let Some(to) = object.dangling {
            return Err(Error::dangling(&object.element.id, to));
        }
        for &child in object.objects.iter().rev() {
            to_visit.push(objects.iter().copied().chain([child]).collect());
        }
        paths.push(ObjectPath { content, objects });
    }
    Ok(())
}

/// Refuses objects that contain themselves, whether they are used or not (BS.2127-1 §5.2.4).
pub(super) fn refuse_loops(graph: &Graph) -> Result<(), Error> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut visits = vec![Visit::New; graph.objects.len()];
    for start in 0..graph.objects.len() {
        // The open objects, each with the child that is looked at next.
        let mut open: Vec<(ObjectIndex, usize)> = Vec::new();
        if visits[start] == Visit::New {
            visits[start] = Visit::Open;
            open.push((start, 0));
        }
        while let Some((object, next)) = open.last_mut() {
            let Some(&child) = graph.objects[*object].objects.get(*next) else {
                visits[*object] = Visit::Done;
                open.pop();
                continue;
            };
            *next += 1;
            match visits[child] {
                Visit::New => {
                    visits[child] = Visit::Open;
                    open.push((child, 0));
                }
                Visit::Open => {
                    let id = |object: ObjectIndex| &graph.objects[object].element.id;
                    let on_loop = open.iter().skip_while(|(object, _)| *object != child);
                    let path: Vec<_> = on_loop.map(|(object, _)| id(*object)).chain([id(child)]).collect();
                    return Err(Error::Loop { kind: "audioObject", path: shown_path(path.into_iter()) });
                }
                Visit::Done => {}
            }
        }
    }
    Ok(())
}
