//! The command line of the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::app::{App, Settings};
use crate::document::state_folder;
use crate::panels::Tab;
use crate::still::{self, Still};
use crate::theme::Theme;
use crate::view3d::camera::View;

/// Exit code of what could not be done.
const UNUSABLE: u8 = 2;

/// Place the sounds of a scene in a room, hear them, and deliver them.
#[derive(Debug, Parser)]
#[command(name = "proscenium-viewer", version, max_term_width = 100)]
#[command(after_help = "Examples:
  proscenium-viewer scene.xml
  proscenium-viewer scene.xml --screenshot room.png --time 12.5 --view top
  proscenium-viewer scene.xml --contact-sheet sheet.png --size 1600x900")]
pub(crate) struct Arguments {
    /// A scene; or a master or a sound, of which one is made
    file: Option<PathBuf>,
    /// Write a picture of the window, and open none
    #[arg(long, value_name = "OUT.png", conflicts_with = "contact_sheet", requires = "file")]
    screenshot: Option<PathBuf>,
    /// Write a picture of the room at several times and from several sides
    #[arg(long, value_name = "OUT.png", requires = "file")]
    contact_sheet: Option<PathBuf>,
    /// Time of the picture: timecode, hh:mm:ss.fff or seconds
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// From where the room is seen
    #[arg(long, value_enum, value_name = "NAME", default_value = "room")]
    view: View,
    /// Width and height of the picture in pixels
    #[arg(long, value_name = "WxH", default_value = "1440x900", value_parser = parse_size)]
    size: [u32; 2],
    /// What the picture shows below the room
    #[arg(long, value_enum, value_name = "NAME", default_value = "timeline")]
    panel: Tab,
    /// A track that is selected in the picture, or another strip of the mixer, by its name; repeatable
    #[arg(long, value_name = "NAME")]
    select: Vec<String>,
    /// The loudspeakers of the room (`proscenium layouts`)
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<String>,
    /// Colours; those of the last time by default, in pictures the dark ones
    #[arg(long, value_enum, value_name = "NAME")]
    theme: Option<Theme>,
}

/// Largest side of a picture, pixels.
const LARGEST: u32 = 8192;

fn parse_size(text: &str) -> Result<[u32; 2], String> {
    let side = |text: &str| text.parse().ok().filter(|side| (16..=LARGEST).contains(side));
    let sizes = text.split_once('x').and_then(|(width, height)| Some([side(width)?, side(height)?]));
    sizes.ok_or_else(|| format!("expected WIDTHxHEIGHT, each from 16 to {LARGEST}, for example 1440x900"))
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { UNUSABLE } else { 0 };
            // Nobody is there who could be told that it can't be written.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(UNUSABLE)
        }
    }
}

impl Arguments {
    fn run(&self) -> anyhow::Result<()> {
        match (&self.screenshot, &self.contact_sheet) {
            (None, None) => self.window(),
            (Some(output), _) => self.still(output, false),
            (_, Some(output)) => self.still(output, true),
        }
    }

    fn still(&self, output: &Path, is_sheet: bool) -> anyhow::Result<()> {
        let still = Still {
            file: self.file.clone().unwrap_or_default(),
            time: self.time.clone(),
            view: self.view,
            size: self.size,
            panel: self.panel,
            select: self.select.clone(),
            layout: self.layout.clone(),
            theme: self.theme.unwrap_or_default(),
            is_sheet,
        };
        still::write(&still, output)
    }

    fn window(&self) -> anyhow::Result<()> {
        let viewport = egui::ViewportBuilder::default()
            .with_title("Proscenium")
            .with_app_id("proscenium-viewer")
            .with_inner_size([self.size[0] as f32, self.size[1] as f32])
            .with_min_inner_size([720.0, 460.0]);
        let options = eframe::NativeOptions { viewport, ..Default::default() };
        let settings = Settings { theme: self.theme, state: state_folder(), is_still: false };
        let (file, layout, time, view) =
            (self.file.clone(), self.layout.clone(), self.time.clone(), self.view);
        let shown = eframe::run_native(
            "Proscenium",
            options,
            Box::new(move |context| {
                let mut app = App::new(settings, context.wgpu_render_state.as_ref());
                app.theme.apply(&context.egui_ctx);
                context.egui_ctx.set_zoom_factor(app.scale);
                match &file {
                    Some(file) => app.open(file),
                    None => app.offer_left_over(),
                }
                app.room.look(view);
                if let Some(layout) = &layout {
                    app.room.layout = renderer::layout::Layout::by_name(layout)?;
                }
                if let Some(seconds) =
                    time.as_deref().and_then(|time| crate::transport::parse(app.document.scene(), time))
                {
                    app.seek(seconds);
                }
                Ok(Box::new(app))
            }),
        );
        shown.map_err(|error| {
            anyhow::anyhow!(
                "no window could be opened: {error}; it needs a display and a driver for Vulkan or OpenGL (Debian: \
                 mesa-vulkan-drivers); --screenshot needs no display"
            )
        })
    }
}
