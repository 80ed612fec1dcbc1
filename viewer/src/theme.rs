//! Colours and sizes: a dark and a light theme, and colours of roles that colour-blind people can tell apart.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Vec2, Visuals};
use formats::scene::Role;
use serde::{Deserialize, Serialize};

/// How much the interface may be enlarged.
pub const SCALES: std::ops::RangeInclusive<f32> = 0.6..=3.0;

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
pub enum Theme {
    /// For dark rooms.
    #[default]
    Dark,
    /// For bright ones.
    Light,
}

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The room view, at its top.
    pub sky: Color32,
    /// The room view, at its bottom.
    pub ground: Color32,
    /// The floor of the room, in its middle.
    pub floor: Color32,
    /// Panels.
    pub panel: Color32,
    /// What lies in panels: fields, strips.
    pub field: Color32,
    /// What lies in those: waveforms, curves, meters.
    pub well: Color32,
    /// Lines between panels.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text that matters less.
    pub dim: Color32,
    /// What is selected, and the playhead.
    pub accent: Color32,
    /// The loudspeakers and the room.
    pub room: Color32,
    /// The listener.
    pub head: Color32,
    /// Good, a warning, bad: blue-green, yellow, vermilion.
    pub verdicts: [Color32; 3],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Palette = Palette {
    sky: rgb(0x0b_0d_11),
    ground: rgb(0x1b_20_29),
    floor: rgb(0x2a_31_3d),
    panel: rgb(0x16_19_1f),
    field: rgb(0x20_25_2d),
    well: rgb(0x0e_11_15),
    line: rgb(0x2c_32_3b),
    text: rgb(0xdf_e3_ea),
    dim: rgb(0x8f_99_a8),
    accent: rgb(0x5a_b0_ff),
    room: rgb(0xa9_b8_cc),
    head: rgb(0xc3_b8_ae),
    verdicts: [rgb(0x2f_c4_98), rgb(0xf2_d0_4b), rgb(0xff_7a_4d)],
};

const LIGHT: Palette = Palette {
    sky: rgb(0xe9_ed_f2),
    ground: rgb(0xcf_d6_df),
    floor: rgb(0xf7_f9_fb),
    panel: rgb(0xf5_f6_f8),
    field: rgb(0xff_ff_ff),
    well: rgb(0xe8_eb_ef),
    line: rgb(0xcd_d3_db),
    text: rgb(0x1d_22_2a),
    dim: rgb(0x5c_66_74),
    accent: rgb(0x0b_6b_cf),
    room: rgb(0x45_52_63),
    head: rgb(0x8d_7f_74),
    verdicts: [rgb(0x00_80_5e), rgb(0x8f_6a_00), rgb(0xc2_41_12)],
};

impl Theme {
    /// Its colours.
    pub fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }

    /// The theme that `ui` is drawn in.
    pub fn of(ui: &egui::Ui) -> Self {
        if ui.visuals().dark_mode { Self::Dark } else { Self::Light }
    }

    /// Makes a context look so.
    pub fn apply(self, context: &egui::Context) {
        let palette = self.palette();
        context.set_theme(match self {
            Self::Dark => egui::Theme::Dark,
            Self::Light => egui::Theme::Light,
        });
        context.all_styles_mut(|style| {
            style.visuals = visuals(self, palette);
            style.spacing.item_spacing = Vec2::new(6.0, 5.0);
            style.spacing.button_padding = Vec2::new(7.0, 3.0);
            style.spacing.interact_size = Vec2::new(32.0, 20.0);
            style.spacing.slider_width = 110.0;
            style.spacing.scroll.floating = true;
            let sizes = [
                (TextStyle::Heading, 15.0),
                (TextStyle::Body, 13.0),
                (TextStyle::Button, 13.0),
                (TextStyle::Small, 10.5),
            ];
            for (text, size) in sizes {
                style.text_styles.insert(text, FontId::new(size, FontFamily::Proportional));
            }
            style.text_styles.insert(TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace));
        });
    }
}

fn visuals(theme: Theme, palette: &Palette) -> Visuals {
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let round = CornerRadius::same(4);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.extreme_bg_color = palette.well;
    visuals.faint_bg_color = palette.field;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.window_shadow =
        Shadow { offset: [0, 6], blur: 24, spread: 0, color: Color32::from_black_alpha(90) };
    visuals.selection.bg_fill = palette.accent.gamma_multiply(0.32);
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.verdicts[1];
    visuals.error_fg_color = palette.verdicts[2];
    let mix = |share: f32| palette.field.lerp_to_gamma(palette.text, share);
    let states = [
        (&mut visuals.widgets.noninteractive, palette.panel, palette.text, palette.line),
        (&mut visuals.widgets.inactive, palette.field, palette.text, palette.line),
        (&mut visuals.widgets.hovered, mix(0.08), palette.text, mix(0.25)),
        (&mut visuals.widgets.active, mix(0.16), palette.text, palette.accent),
        (&mut visuals.widgets.open, mix(0.10), palette.text, mix(0.25)),
    ];
    for (state, fill, text, edge) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::new(1.0, edge);
        state.corner_radius = round;
        state.expansion = 0.0;
    }
    visuals
}

/// The colour of a role, after Okabe and Ito (2008): told apart by people with any of the common colour deficiencies.
pub fn role_colour(role: &Role) -> Color32 {
    rgb(match role {
        Role::Dialogue => 0xf0_a0_1e,
        Role::Narration => 0xee_dd_55,
        Role::AudioDescription => 0xe0_6a_2c,
        Role::Commentary => 0xb8_86_4e,
        Role::Music => 0x4f_a8_ee,
        Role::Effects => 0x1f_b5_8a,
        Role::Ambience => 0x9a_a7_ba,
        Role::Foley => 0xd8_80_b4,
        Role::MusicAndEffects => 0x8f_8a_e6,
        Role::Own(_) => 0xd0_d4_da,
    })
}

/// Two letters that say the same as the colour.
pub fn role_letters(role: &Role) -> &'static str {
    match role {
        Role::Dialogue => "DX",
        Role::Narration => "VO",
        Role::AudioDescription => "AD",
        Role::Commentary => "CM",
        Role::Music => "MX",
        Role::Effects => "FX",
        Role::Ambience => "AM",
        Role::Foley => "FO",
        Role::MusicAndEffects => "ME",
        Role::Own(_) => "··",
    }
}

/// The name of a role for people.
pub fn role_name(role: &Role) -> &str {
    match role {
        Role::Dialogue => "Dialogue",
        Role::Narration => "Narration",
        Role::AudioDescription => "Audio description",
        Role::Commentary => "Commentary",
        Role::Music => "Music",
        Role::Effects => "Effects",
        Role::Ambience => "Ambience",
        Role::Foley => "Foley",
        Role::MusicAndEffects => "Music and effects",
        Role::Own(name) => name,
    }
}

/// Space inside of panels.
pub const PANEL_MARGIN: Margin = Margin { left: 10, right: 10, top: 8, bottom: 8 };
