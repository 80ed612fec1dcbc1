//! The processors of the strip that is selected: a list of them in their order, and the one that is looked at.

use egui::{Button, Checkbox, Color32, RichText, ScrollArea, Sense, Ui, Vec2};
use formats::scene::chain::{
    Chain, Compressor, DeEsser, Delay, Denoise, Eq, Gate, Limiter, MasterChain, Stage, Trim,
};
use formats::scene::{Role, Scene};
use renderer::live::StripLevel;

use super::place::Place;
use super::{dynamics, eq, gains, group, master, reverb, sends};
use crate::app::App;
use crate::theme::Palette;

/// Width of the list.
const LIST: f32 = 132.0;

/// A processor that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// One that stands in the chain.
    Stage(Stage),
    /// What goes to reverbs.
    Sends,
    /// The limiter of a master.
    Limiter,
}

impl Default for Page {
    fn default() -> Self {
        Self::Stage(Stage::Eq)
    }
}

/// What pages are drawn with.
pub(super) struct Look<'a> {
    pub(super) palette: &'a Palette,
    /// Of the strip.
    pub(super) colour: Color32,
    /// Points that there are.
    pub(super) height: f32,
    /// Of the strip.
    pub(super) name: &'a str,
    /// Hz.
    pub(super) sample_rate: u32,
    /// Of the picture, where there is one.
    pub(super) frames_per_second: Option<f64>,
    /// Bands of what sounds behind the equaliser: Hz and dBFS.
    pub(super) spectrum: &'a [(f32, f32)],
}

impl Page {
    /// What people call it.
    fn name(self) -> &'static str {
        match self {
            Self::Stage(Stage::Trim) => "Trim",
            Self::Stage(Stage::Denoise) => "Denoise",
            Self::Stage(Stage::Eq) => "EQ",
            Self::Stage(Stage::Gate) => "Gate",
            Self::Stage(Stage::DeEsser) => "De-esser",
            Self::Stage(Stage::Compressor) => "Compressor",
            Self::Stage(Stage::Delay) => "Delay",
            Self::Sends => "Sends",
            Self::Limiter => "Limiter",
        }
    }
}

/// A letter or two for a strip.
pub(super) fn letters(stage: Stage) -> &'static str {
    match stage {
        Stage::Trim => "T",
        Stage::Denoise => "N",
        Stage::Eq => "EQ",
        Stage::Gate => "G",
        Stage::DeEsser => "DS",
        Stage::Compressor => "C",
        Stage::Delay => "D",
    }
}

/// Puts a processor in as a file gets it that gives no numbers.
fn add(chain: &mut Chain, stage: Stage) {
    match stage {
        Stage::Trim => chain.trim = Some(Trim::default()),
        Stage::Denoise => chain.denoise = Some(Denoise::default()),
        Stage::Eq => chain.eq = Some(Eq::default()),
        Stage::Gate => chain.gate = Some(Gate::default()),
        Stage::DeEsser => chain.de_esser = Some(DeEsser::default()),
        Stage::Compressor => chain.compressor = Some(Compressor::default()),
        Stage::Delay => chain.delay = Some(Delay::Milliseconds(0.0)),
    }
}

/// Shows what the strip has.
pub(super) fn show(app: &mut App, ui: &mut Ui, place: Place, height: f32) {
    match place {
        Place::Track(_) | Place::Bus(_) => chain(app, ui, place, height),
        Place::Group(index) => group::show(app, ui, index),
        Place::Reverb(index) => {
            ScrollArea::both().id_salt("room").auto_shrink([false, false]).show(ui, |ui| {
                reverb::show(app, ui, index, height);
            });
        }
        Place::Master => deliverable(app, ui, height),
    }
}

/// Frames of the picture per second.
fn frames_per_second(scene: &Scene) -> Option<f64> {
    let (frames, seconds) = scene.picture.as_ref()?.frame_rate.to_ratio();
    Some(f64::from(frames) / f64::from(seconds.max(1)))
}

fn chain(app: &mut App, ui: &mut Ui, place: Place, height: f32) {
    let Some(chain) = place.chain(app.document.scene()).cloned() else { return };
    ui.horizontal_top(|ui| {
        ScrollArea::vertical().id_salt("list").auto_shrink([true, false]).show(ui, |ui| {
            ui.vertical(|ui| {
                ui.set_width(LIST);
                ui.spacing_mut().item_spacing.y = 2.0;
                Stage::ALL.into_iter().for_each(|stage| row(app, ui, place, &chain, stage));
                let count = match chain.sends.len() {
                    0 => String::new(),
                    count => count.to_string(),
                };
                entry(app, ui, Page::Sends, !chain.sends.is_empty(), |ui| drop(ui.label(count)));
            });
        });
        ui.separator();
        ScrollArea::both().id_salt("page").auto_shrink([false, false]).show(ui, |ui| {
            ui.vertical(|ui| page(app, ui, place, &chain, height));
        });
    });
}

/// A processor in the list: its switch, its name, and whether it is there.
fn row(app: &mut App, ui: &mut Ui, place: Place, chain: &Chain, stage: Stage) {
    let (page, has) = (Page::Stage(stage), chain.has(stage));
    let name = page.name();
    let mut is_on = has && !chain.bypassed.contains(&stage);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        let switch = ui.add_enabled(has, Checkbox::without_text(&mut is_on));
        let switch = switch.on_hover_text(format!("{name} on or bypassed"));
        if switch.accessible_name(format!("{name} on")).changed() {
            place.edit(app, &format!("{name} on or off"), |chain| {
                if is_on {
                    chain.bypassed.remove(&stage)
                } else {
                    chain.bypassed.insert(stage)
                };
            });
        }
        title(app, ui, page, is_on);
        let (sign, verb) = if has { ("×", "Remove") } else { ("+", "Add") };
        let label = format!("{verb} {}", name_within(page));
        if sign_button(ui, sign, &label) {
            app.panels.desk.page = page;
            place.edit(app, &label, |chain| if has { chain.remove(stage) } else { add(chain, stage) });
        }
    });
}

/// The name within a sentence.
fn name_within(page: Page) -> String {
    if page == Page::Stage(Stage::Eq) { "EQ".to_owned() } else { page.name().to_lowercase() }
}

/// A small square button.
pub(super) fn sign_button(ui: &mut Ui, sign: &str, name: &str) -> bool {
    let button = Button::new(RichText::new(sign).size(12.0)).min_size(Vec2::splat(18.0));
    ui.add_sized([18.0, 18.0], button).on_hover_text(name).accessible_name(name).clicked()
}

/// The name of a page, which shows it.
fn title(app: &mut App, ui: &mut Ui, page: Page, is_on: bool) {
    let palette = app.theme.palette();
    let colour = if is_on { palette.text } else { palette.dim };
    let text = RichText::new(page.name()).size(12.0).color(colour);
    let button = Button::selectable(app.panels.desk.page == page, (text, egui::Atom::grow()));
    let response = ui.add_sized([LIST - 46.0, 18.0], button);
    if response.accessible_name(format!("Show {}", name_within(page))).clicked() {
        app.panels.desk.page = page;
    }
}

/// An entry without a switch.
fn entry(app: &mut App, ui: &mut Ui, page: Page, is_on: bool, end: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.allocate_exact_size(Vec2::splat(18.0), Sense::hover());
        title(app, ui, page, is_on);
        end(ui);
    });
}

/// The processor that is looked at.
fn page(app: &mut App, ui: &mut Ui, place: Place, chain: &Chain, height: f32) {
    let scene = app.document.scene();
    let level = place.level(app);
    let name = place.name(scene);
    let watched = place.watched();
    let spectrum = app.connection.telemetry.spectrum.as_ref();
    let spectrum = spectrum.filter(|spectrum| Some(spectrum.strip) == watched);
    let spectrum = spectrum.map(|spectrum| spectrum.bands.clone()).unwrap_or_default();
    let look = Look {
        palette: app.theme.palette(),
        colour: place.colour(scene, app.theme.palette()),
        height,
        name: &name,
        sample_rate: scene.sample_rate.get(),
        frames_per_second: frames_per_second(scene),
        spectrum: &spectrum,
    };
    let roles = roles(scene);
    let page = app.panels.desk.page;
    let stage = match page {
        Page::Stage(stage) => stage,
        // A master's limiter has no place here.
        Page::Sends | Page::Limiter => {
            let rooms: Vec<String> = scene.reverbs.iter().map(|unit| unit.name.clone()).collect();
            let mut new = chain.clone();
            sends::show(ui, &look, &mut new, &rooms);
            if new != *chain {
                place.edit(app, "Send", |chain| *chain = new);
            }
            return;
        }
    };
    let mut new = chain.clone();
    stage_page(ui, &look, &mut new, stage, (&level, &roles));
    if new != *chain {
        place.edit(app, page.name(), |chain| *chain = new);
    }
}

/// Roles that can be listened to: those of the tracks.
fn roles(scene: &Scene) -> Vec<Role> {
    let mut roles: Vec<Role> = scene.tracks.iter().map(|track| track.role.clone()).collect();
    roles.sort();
    roles.dedup();
    roles
}

fn stage_page(
    ui: &mut Ui,
    look: &Look<'_>,
    chain: &mut Chain,
    stage: Stage,
    (level, roles): (&StripLevel, &[Role]),
) {
    if chain.bypassed.contains(&stage) {
        ui.label(RichText::new("Bypassed").small().color(look.palette.verdicts[1]));
    }
    let is_bypassed = chain.bypassed.contains(&stage);
    let Chain { trim, denoise, eq, gate, de_esser, compressor, delay, .. } = chain;
    match (stage, trim, denoise, gate, de_esser, compressor, delay) {
        (Stage::Eq, ..) => eq::show(ui, look, eq, is_bypassed),
        (Stage::Trim, Some(trim), ..) => gains::trim(ui, trim),
        (Stage::Denoise, _, Some(denoise), ..) => gains::denoise(ui, look, denoise),
        (Stage::Gate, _, _, Some(gate), ..) => dynamics::gate(ui, look, gate, level),
        (Stage::DeEsser, _, _, _, Some(found), ..) => dynamics::de_esser(ui, look, found, level),
        (Stage::Compressor, .., Some(found), _) => {
            dynamics::compressor(ui, look, found, level, Some(roles));
        }
        (Stage::Delay, .., Some(delay)) => gains::delay(ui, look, delay),
        _ => absent(ui, Page::Stage(stage)),
    }
}

fn absent(ui: &mut Ui, page: Page) {
    ui.weak(format!("{} is not in the chain: + puts it in.", page.name()));
}

/// The master of a deliverable: equaliser, compressor, limiter.
fn deliverable(app: &mut App, ui: &mut Ui, height: f32) {
    let Some((index, chain)) = master::chosen(app) else {
        ui.weak("Masters belong to deliverables: add one in the tab Deliver.");
        return;
    };
    ui.horizontal_top(|ui| {
        ScrollArea::vertical().id_salt("list").auto_shrink([true, false]).show(ui, |ui| {
            ui.vertical(|ui| {
                ui.set_width(LIST);
                ui.spacing_mut().item_spacing.y = 2.0;
                master::choose(app, ui, index, LIST);
                let (eq, compressor) = (Page::Stage(Stage::Eq), Page::Stage(Stage::Compressor));
                let has = [
                    (eq, chain.eq.is_some()),
                    (compressor, chain.compressor.is_some()),
                    (Page::Limiter, chain.limiter.is_some()),
                ];
                for (page, has) in has {
                    let (sign, verb) = if has { ("×", "Remove") } else { ("+", "Add") };
                    let label = format!("{verb} {}", name_within(page));
                    let mut is_pressed = false;
                    entry(app, ui, page, has, |ui| is_pressed = sign_button(ui, sign, &label));
                    if is_pressed {
                        app.panels.desk.page = page;
                        master::edit(app, index, &label, |chain| match page {
                            Page::Stage(Stage::Eq) => chain.eq = (!has).then(Eq::default),
                            Page::Limiter => chain.limiter = (!has).then(Limiter::default),
                            _ => chain.compressor = (!has).then(Compressor::default),
                        });
                    }
                }
            });
        });
        ui.separator();
        ScrollArea::both().id_salt("page").auto_shrink([false, false]).show(ui, |ui| {
            ui.vertical(|ui| master_page(app, ui, index, &chain, height));
        });
    });
}

/// The processor of a master that is looked at.
fn master_page(app: &mut App, ui: &mut Ui, index: usize, chain: &MasterChain, height: f32) {
    let palette = app.theme.palette();
    let look = Look {
        palette,
        colour: palette.accent,
        height,
        name: "Master",
        sample_rate: app.document.scene().sample_rate.get(),
        frames_per_second: None,
        spectrum: &[],
    };
    let (mut new, page) = (chain.clone(), app.panels.desk.page);
    match (page, &mut new.compressor, &mut new.limiter) {
        (Page::Stage(Stage::Compressor), Some(found), _) => {
            dynamics::compressor(ui, &look, found, &StripLevel::default(), None);
        }
        (Page::Limiter, _, Some(limiter)) => gains::limiter(ui, limiter),
        (Page::Stage(Stage::Compressor) | Page::Limiter, _, _) => absent(ui, page),
        _ => eq::show(ui, &look, &mut new.eq, false),
    }
    if new != *chain {
        master::edit(app, index, page.name(), |chain| *chain = new);
    }
}
