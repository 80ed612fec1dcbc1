//! Matrix packs (BS.2127-1 §5.1.2, §5.2.6): which kind one is, what it may be fed with, and how each channel of its
//! output is made from the tracks.

use std::collections::HashMap;
use std::rc::Rc;

use formats::adm::{AdmId, BlockFormats, MatrixBlock, MatrixCoefficient, TypeDefinition};

use super::TrackSpec;
use super::error::{Budget, Error, shown};
use super::graph::{ChannelIndex, Graph, Pack, PackIndex};
use super::pack_allocation::{Pattern, PatternChannel};
use super::pack_tree::PackTrees;

/// What a matrix pack does, told by which packs it refers to (BS.2076-2 §5.5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Input channels to output channels.
    Direct,
    /// Input channels to its own channels.
    Encode,
    /// The channels of its encode pack to output channels.
    Decode,
}

/// The kind of a matrix pack.
pub(super) fn kind(pack: &Pack) -> Result<Kind, Error> {
    match (pack.input, pack.output) {
        (Some(_), Some(_)) => Ok(Kind::Direct),
        (Some(_), None) => Ok(Kind::Encode),
        (None, Some(_)) => Ok(Kind::Decode),
        (None, None) => Err(Error::element(
            &pack.element.id,
            "is a Matrix pack without inputPackFormatIDRef and outputPackFormatIDRef; add at least one",
        )),
    }
}

/// The ways in which tracks can feed `place`: as its input, as its own channels (applied already), and for
/// a decode pack also as the input of its encode pack.
pub(super) fn patterns(
    graph: &Graph,
    place: PackIndex,
    trees: &mut PackTrees,
    budget: &mut Budget,
) -> Result<Vec<Pattern>, Error> {
    let pack = &graph.packs[place];
    let kind = kind(pack)?;
    check(graph, place, kind, trees, budget)?;
    let mut feed = |from: PackIndex, refers_to: Option<PackIndex>| -> Result<Pattern, Error> {
        let leaves = trees.leaves(graph, from, budget)?;
        let channel = |leaf: &super::pack_tree::Leaf| PatternChannel {
            channel: leaf.channel,
            packs: refers_to.map_or_else(|| Rc::clone(&leaf.path), |pack| Rc::from([pack])),
        };
        Ok(Pattern { root: place, channels: leaves.iter().map(channel).collect() })
    };
    match (kind, pack.input, pack.encode.first()) {
        (Kind::Direct, Some(input), _) => Ok(vec![feed(input, Some(place))?, feed(place, None)?]),
        (Kind::Decode, _, Some(&encode)) => {
            let mut ways = vec![feed(encode, Some(place))?, feed(place, None)?];
            if let Some(input) = graph.packs[encode].input {
                ways.push(feed(input, Some(encode))?);
            }
            Ok(ways)
        }
        _ => Ok(Vec::new()),
    }
}

/// The structure of a matrix pack (BS.2076-2 §5.5.4, §5.4.3.2).
fn check(
    graph: &Graph,
    place: PackIndex,
    kind: Kind,
    trees: &mut PackTrees,
    budget: &mut Budget,
) -> Result<(), Error> {
    let pack = &graph.packs[place];
    let wrong = |problem: String| Err(Error::element(&pack.element.id, problem));
    if let Some(to) = pack.dangling {
        return Err(Error::dangling(&pack.element.id, to));
    }
    for end in [pack.input, pack.output].into_iter().flatten() {
        if graph.packs[end].element.type_definition == Some(TypeDefinition::Matrix) {
            let end = shown(graph.pack_id(end));
            return wrong(format!("has the Matrix pack {end} as input or output; expected another type"));
        }
    }
    if !pack.packs.is_empty() {
        return wrong("is a Matrix pack with audioPackFormatIDRefs; it may hold channels only".to_owned());
    }
    let source = match (kind, pack.encode.as_slice()) {
        (Kind::Decode, &[encode]) => {
            let encoder = &graph.packs[encode];
            let is_matrix = encoder.element.type_definition == Some(TypeDefinition::Matrix);
            if !is_matrix || self::kind(encoder)? != Kind::Encode {
                let id = shown(&encoder.element.id);
                return wrong(format!(
                    "decodes {id}, which is not an encode matrix (input pack, no output pack)"
                ));
            }
            check(graph, encode, Kind::Encode, trees, budget)?;
            encode
        }
        (Kind::Decode, encode) => {
            let count = encode.len();
            return wrong(format!(
                "is a decode matrix with {count} encodePackFormatIDRefs; expected exactly 1"
            ));
        }
        (_, [_, ..]) => return wrong("has encodePackFormatIDRefs but is not a decode matrix".to_owned()),
        (_, []) => pack.input.unwrap_or(place),
    };
    let inputs = channels_of(graph, source, trees, budget)?;
    let own = trees.leaves(graph, place, budget)?;
    for leaf in own.iter() {
        check_coefficients(graph, leaf.channel, &inputs, source, budget)?;
    }
    match pack.output {
        Some(output) if kind != Kind::Encode => check_outputs(graph, place, output, trees, budget),
        _ => Ok(()),
    }
}

fn channels_of(
    graph: &Graph,
    pack: PackIndex,
    trees: &mut PackTrees,
    budget: &mut Budget,
) -> Result<HashMap<ChannelIndex, ()>, Error> {
    Ok(trees.leaves(graph, pack, budget)?.iter().map(|leaf| (leaf.channel, ())).collect())
}

/// The one block of a Matrix channel.
pub(super) fn block<'a>(graph: &Graph<'a>, channel: ChannelIndex) -> Result<&'a MatrixBlock, Error> {
    let element = graph.channels[channel].element;
    match &element.blocks {
        BlockFormats::Matrix(blocks) if blocks.len() == 1 => Ok(&blocks[0]),
        BlockFormats::Matrix(blocks) => Err(Error::element(
            &element.id,
            format!("is a Matrix channel with {} audioBlockFormats; expected exactly 1", blocks.len()),
        )),
        _ => Err(Error::element(&element.id, "is used as a Matrix channel but is of another type")),
    }
}

fn check_coefficients(
    graph: &Graph,
    channel: ChannelIndex,
    inputs: &HashMap<ChannelIndex, ()>,
    source: PackIndex,
    budget: &mut Budget,
) -> Result<(), Error> {
    let id = graph.channel_id(channel);
    let block = block(graph, channel)?;
    budget.spend(1 + block.matrix.len(), id, "its matrices have too many coefficients")?;
    if block.common.rtime.is_some() || block.common.duration.is_some() {
        return Err(Error::element(id, "is a Matrix channel whose block has rtime or duration; remove them"));
    }
    for coefficient in &block.matrix {
        let input = graph.channel(&coefficient.input_channel_format);
        if !input.is_some_and(|input| inputs.contains_key(&input)) {
            let (input, pack) = (shown(&coefficient.input_channel_format), shown(graph.pack_id(source)));
            let problem =
                format!("has a coefficient of {input}, which is no channel of its input pack {pack}");
            return Err(Error::element(id, problem));
        }
        let variable = [
            ("phase", coefficient.phase.is_some()),
            ("gainVar", coefficient.gain_var.is_some()),
            ("phaseVar", coefficient.phase_var.is_some()),
            ("delayVar", coefficient.delay_var.is_some()),
        ];
        if let Some((name, _)) = variable.iter().find(|(_, is_used)| *is_used) {
            let problem =
                format!("has a coefficient with {name}, which no renderer defines; use gain and delay");
            return Err(Error::element(id, problem));
        }
        if coefficient.delay.is_some_and(|delay| delay < 0.0) {
            return Err(Error::element(id, "has a coefficient with a negative delay; expected 0 ms or more"));
        }
    }
    Ok(())
}

/// The matrix makes each channel of its output pack once.
fn check_outputs(
    graph: &Graph,
    place: PackIndex,
    output: PackIndex,
    trees: &mut PackTrees,
    budget: &mut Budget,
) -> Result<(), Error> {
    let wanted = channels_of(graph, output, trees, budget)?;
    let mut made = HashMap::new();
    for leaf in trees.leaves(graph, place, budget)?.iter() {
        let id = graph.channel_id(leaf.channel);
        let channel = output_channel(graph, leaf.channel)?;
        if !wanted.contains_key(&channel) {
            let (channel, output) = (shown(graph.channel_id(channel)), shown(graph.pack_id(output)));
            return Err(Error::element(
                id,
                format!("makes {channel}, which is not in the output pack {output}"),
            ));
        }
        if made.insert(channel, ()).is_some() {
            let channel = shown(graph.channel_id(channel));
            return Err(Error::element(
                id,
                format!("makes {channel}, which another channel of the matrix makes too"),
            ));
        }
    }
    if made.len() < wanted.len() {
        let problem = format!(
            "makes {} of the {} channels of its output pack {}; add the missing ones",
            made.len(),
            wanted.len(),
            shown(graph.pack_id(output))
        );
        return Err(Error::element(graph.pack_id(place), problem));
    }
    Ok(())
}

fn output_channel(graph: &Graph, channel: ChannelIndex) -> Result<ChannelIndex, Error> {
    let id: &AdmId = graph.channel_id(channel);
    let to = block(graph, channel)?.output_channel_format.as_ref().ok_or_else(|| {
        Error::element(id, "is in a direct or decode matrix but has no outputChannelFormatIDRef; add it")
    })?;
    graph.channel(to).ok_or_else(|| Error::dangling(id, to))
}

/// The channels of the output pack of `place` with the tracks that make them, given what feeds it.
pub(super) fn outputs(
    graph: &Graph,
    place: PackIndex,
    fed: &[(ChannelIndex, TrackSpec)],
    trees: &mut PackTrees,
    budget: &mut Budget,
) -> Result<Vec<(ChannelIndex, TrackSpec)>, Error> {
    let fed: HashMap<ChannelIndex, &TrackSpec> =
        fed.iter().map(|(channel, track)| (*channel, track)).collect();
    let own = trees.leaves(graph, place, budget)?;
    own.iter()
        .map(|leaf| Ok((output_channel(graph, leaf.channel)?, track(graph, leaf.channel, &fed, budget)?)))
        .collect()
}

/// What of a coefficient bears on the sound: unknown XML is not copied into every item.
fn without_unknown(coefficient: &MatrixCoefficient) -> MatrixCoefficient {
    MatrixCoefficient {
        input_channel_format: coefficient.input_channel_format.clone(),
        gain: coefficient.gain,
        delay: coefficient.delay,
        ..MatrixCoefficient::default()
    }
}

/// Follows the coefficients back to the channels that are fed. At most decode, encode, input: [`check`]
/// has seen to it that the inputs of an encode matrix are no matrix channels.
fn track(
    graph: &Graph,
    channel: ChannelIndex,
    fed: &HashMap<ChannelIndex, &TrackSpec>,
    budget: &mut Budget,
) -> Result<TrackSpec, Error> {
    let id = graph.channel_id(channel);
    budget.spend(1, id, "its matrices have too many coefficients")?;
    if let Some(&track) = fed.get(&channel) {
        return Ok(track.clone());
    }
    let block = block(graph, channel)?;
    let mut terms = Vec::new();
    for coefficient in &block.matrix {
        let input = &coefficient.input_channel_format;
        let input = graph.channel(input).ok_or_else(|| Error::dangling(id, input))?;
        terms.push(TrackSpec::Matrix(
            Box::new(self::track(graph, input, fed, budget)?),
            without_unknown(coefficient),
        ));
    }
    Ok(TrackSpec::Gain(Box::new(TrackSpec::Mix(terms)), block.common.gain.linear()))
}
