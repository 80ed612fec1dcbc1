//! HOA packs (BS.2127-1 §5.1.4, §5.2.7): one item from all the channels of a pack, which must agree on what holds
//! for the whole scene.

use formats::Warning;
use formats::adm::{AdmId, AudioPackFormat, BlockFormats, HoaBlock};

use super::error::{Error, shown};
use super::graph::Graph;
use super::select::SelectedChannel;
use super::{HoaChannel, HoaItem, Importance, ItemContext};

/// Highest order that is rendered: 50 and beyond overflow the factorials of the harmonics, and no master
/// has more than 7.
pub const MAX_ORDER: i32 = 16;

/// The item of one pack.
pub(super) fn item(
    graph: &Graph,
    channels: Vec<SelectedChannel>,
    context: ItemContext,
    warnings: &mut Vec<Warning>,
) -> Result<HoaItem, Error> {
    let mut scene: Option<(Scene, AdmId)> = None;
    let mut places = std::collections::HashSet::new();
    let mut of_item = Vec::with_capacity(channels.len());
    for selected in channels {
        let element = graph.channels[selected.channel].element;
        let block = only_block(&element.id, &element.blocks)?;
        if element.frequency.low_pass.is_some() || element.frequency.high_pass.is_some() {
            let message =
                "is a HOA channel with a frequency element, which has no meaning there; it is ignored";
            warnings.push(Warning::new("hoa-frequency", shown(&element.id), message));
        }
        let path: Vec<_> = selected.path.iter().map(|&pack| graph.packs[pack].element).collect();
        let own = Scene::of(&element.id, &path, block)?;
        if let Some((scene, first)) = &scene {
            scene.require_same(&own, first, &element.id)?;
        } else {
            scene = Some((own, element.id.clone()));
        }
        let (order, degree) = order_and_degree(&element.id, block)?;
        if !places.insert((order, degree)) {
            let problem =
                format!("repeats order {order}, degree {degree} of another channel of its HOA pack");
            return Err(Error::element(&element.id, problem));
        }
        of_item.push(HoaChannel {
            track: selected.track,
            order,
            degree,
            gain: block.common.gain.linear(),
            importance: block.common.importance,
            path_importance: Importance { pack_format: selected.importance, ..context.importance },
            channel: element.id.clone(),
        });
    }
    let (scene, _) = scene.unwrap_or_default();
    Ok(HoaItem {
        channels: of_item,
        normalization: scene.normalization,
        nfc_ref_dist: scene.nfc_ref_dist,
        screen_ref: scene.screen_ref,
        rtime: scene.rtime,
        duration: scene.duration,
        context,
    })
}

/// What all channels of a pack must agree on.
#[derive(Default)]
struct Scene {
    normalization: String,
    nfc_ref_dist: Option<f64>,
    screen_ref: bool,
    rtime: Option<formats::adm::AdmTime>,
    duration: Option<formats::adm::AdmTime>,
}

impl Scene {
    /// Stated in the packs or in the block; where both state it they must agree.
    fn of(channel: &AdmId, path: &[&AudioPackFormat], block: &HoaBlock) -> Result<Self, Error> {
        let normalization = stated(
            channel,
            "normalization",
            path,
            |pack| pack.normalization.clone(),
            || block.normalization.clone(),
        )?;
        let distance = stated(channel, "nfcRefDist", path, |pack| pack.nfc_ref_dist, || block.nfc_ref_dist)?;
        let screen_ref = stated(channel, "screenRef", path, |pack| pack.screen_ref, || block.screen_ref)?;
        Ok(Self {
            normalization: known_normalization(channel, normalization)?,
            nfc_ref_dist: distance.filter(|&distance| distance != 0.0),
            screen_ref: screen_ref.unwrap_or(false),
            rtime: block.common.rtime,
            duration: block.common.duration,
        })
    }

    fn require_same(&self, other: &Self, first: &AdmId, second: &AdmId) -> Result<(), Error> {
        let differs = [
            ("normalization", self.normalization != other.normalization),
            ("nfcRefDist", self.nfc_ref_dist != other.nfc_ref_dist),
            ("screenRef", self.screen_ref != other.screen_ref),
            ("rtime", self.rtime != other.rtime),
            ("duration", self.duration != other.duration),
        ];
        match differs.iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((name, _)) => Err(Error::element(
                second,
                format!(
                    "has another {name} than {} of the same HOA pack; expected one for all",
                    shown(first)
                ),
            )),
        }
    }
}

fn stated<T: PartialEq>(
    channel: &AdmId,
    name: &str,
    path: &[&AudioPackFormat],
    of_pack: impl Fn(&AudioPackFormat) -> Option<T>,
    of_block: impl Fn() -> Option<T>,
) -> Result<Option<T>, Error> {
    let mut value: Option<T> = None;
    for next in path.iter().map(|pack| of_pack(pack)).chain([of_block()]).flatten() {
        if value.as_ref().is_some_and(|value| *value != next) {
            let problem =
                format!("has a {name} that differs from that of a pack above it; expected one value");
            return Err(Error::element(channel, problem));
        }
        value = Some(next);
    }
    Ok(value)
}

fn known_normalization(channel: &AdmId, stated: Option<String>) -> Result<String, Error> {
    let Some(stated) = stated else { return Ok("SN3D".to_owned()) };
    ["SN3D", "N3D", "FuMa"].into_iter().find(|known| *known == stated).map(str::to_owned).ok_or_else(|| {
        let shown: String = stated.chars().filter(|c| !c.is_control()).take(20).collect();
        Error::element(channel, format!("has normalization {shown}; expected SN3D, N3D or FuMa"))
    })
}

fn only_block<'a>(channel: &AdmId, blocks: &'a BlockFormats) -> Result<&'a HoaBlock, Error> {
    match blocks {
        BlockFormats::Hoa(blocks) if blocks.len() == 1 => Ok(&blocks[0]),
        BlockFormats::Hoa(blocks) => Err(Error::element(
            channel,
            format!("is a HOA channel with {} audioBlockFormats; expected exactly 1", blocks.len()),
        )),
        _ => Err(Error::element(channel, "is in a HOA pack but is of another type")),
    }
}

fn order_and_degree(channel: &AdmId, block: &HoaBlock) -> Result<(i32, i32), Error> {
    if block.equation.is_some() {
        let problem = "has an equation, which overrides order and degree but has no defined form; remove it";
        return Err(Error::element(channel, problem));
    }
    let (Some(order), Some(degree)) = (block.order, block.degree) else {
        return Err(Error::element(channel, "is a HOA channel without order or degree; add both"));
    };
    if !(0..=MAX_ORDER).contains(&order) || degree.unsigned_abs() > order.unsigned_abs() {
        let problem = format!(
            "has HOA order {order} and degree {degree}; expected an order of 0…{MAX_ORDER} and a degree of −order…order"
        );
        return Err(Error::element(channel, problem));
    }
    Ok((order, degree))
}
