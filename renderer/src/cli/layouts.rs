//! `proscenium layouts`: the layouts with their channels and angles.

use serde::Serialize;

use super::info::plural;
use super::{CliError, Console, Outcome};
use crate::deliver::{BINAURAL, Deliverable, EARS, HIGHEST_HOA_ORDER};
use crate::layout::{Channel, Layout};
use crate::render::Target;

/// List the loudspeaker layouts, or the channels of one with their angles
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium layouts
  proscenium layouts 7.1.4
  proscenium layouts hoa3
  proscenium layouts --json")]
pub struct Args {
    /// BS.2051 name (4+7+0), its letter (J) or everyday name (7.1.4); hoa1 … hoa7; binaural
    name: Option<String>,
}

#[derive(Serialize)]
struct LayoutAnswer<'a> {
    name: &'a str,
    everyday_name: Option<&'a str>,
    bs2051_letter: Option<char>,
    channel_mask: Option<u32>,
    channels: Vec<ChannelAnswer<'a>>,
}

#[derive(Serialize)]
struct ChannelAnswer<'a> {
    label: &'a str,
    everyday_name: &'a str,
    azimuth: f64,
    elevation: f64,
    azimuth_range: (f64, f64),
    elevation_range: (f64, f64),
    lfe: bool,
}

/// Ambisonics instead of loudspeakers.
#[derive(Serialize)]
struct AmbisonicsAnswer {
    name: String,
    everyday_name: &'static str,
    order: u32,
    normalization: &'static str,
    channels: Vec<Component>,
}

/// A channel of Ambisonics.
#[derive(Serialize)]
struct Component {
    label: String,
    acn: u32,
    order: u32,
    degree: i32,
}

/// Two ears instead of loudspeakers.
#[derive(Serialize)]
struct HeadphonesAnswer {
    name: &'static str,
    everyday_name: &'static str,
    channels: [Ear; 2],
}

/// A channel for headphones.
#[derive(Serialize)]
struct Ear {
    label: &'static str,
}

/// Prints the table.
///
/// # Errors
/// When no layout has the name.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let layouts = match &args.name {
        Some(name) if name.eq_ignore_ascii_case(BINAURAL) => return tell_headphones(console),
        Some(name) => match Deliverable::by_name(name).map_err(CliError::new)?.target() {
            Target::Ambisonics { order } => return tell_ambisonics(*order, console),
            Target::Loudspeakers { layout, .. } => vec![layout.clone()],
            Target::Headphones(_) => return tell_headphones(console),
        },
        None => Layout::all().collect(),
    };
    if console.wants_json() {
        console.json(&layouts.iter().map(answer).collect::<Vec<_>>())?;
    } else if args.name.is_some() {
        layouts.iter().for_each(|layout| print_channels(layout, console));
    } else {
        print_all(&layouts, console);
    }
    Ok(Outcome::Good)
}

fn answer(layout: &Layout) -> LayoutAnswer<'_> {
    let channel = |(channel, everyday_name)| {
        let channel: &Channel = channel;
        ChannelAnswer {
            label: &channel.name,
            everyday_name,
            azimuth: channel.nominal_position.azimuth,
            elevation: channel.nominal_position.elevation,
            azimuth_range: channel.azimuth_range,
            elevation_range: channel.elevation_range,
            lfe: channel.is_lfe,
        }
    };
    LayoutAnswer {
        name: &layout.name,
        everyday_name: layout.everyday_name(),
        bs2051_letter: layout.letter(),
        channel_mask: layout.channel_mask(),
        channels: layout.channels.iter().zip(layout.everyday_channel_names()).map(channel).collect(),
    }
}

fn tell_ambisonics(order: u32, console: &Console) -> Result<Outcome, CliError> {
    // ACN: order² + order + degree.
    let component = |acn: u32| {
        let order = acn.isqrt();
        let degree = i64::from(acn) - i64::from(order * order + order);
        Component { label: format!("ACN {acn}"), acn, order, degree: i32::try_from(degree).unwrap_or(0) }
    };
    let answer = AmbisonicsAnswer {
        name: format!("hoa{order}"),
        everyday_name: "AmbiX",
        order,
        normalization: "SN3D",
        channels: (0..(order + 1).pow(2)).map(component).collect(),
    };
    if console.wants_json() {
        console.json(&[answer])?;
        return Ok(Outcome::Good);
    }
    let count = plural(answer.channels.len(), "channel");
    console.line(format_args!("{} (AmbiX): {count}, ACN order, SN3D, channel mask none", answer.name));
    console.line("  n  label   order  degree");
    for channel in &answer.channels {
        console.line(format_args!(
            "{:>3}  {:<7} {:>5}  {:>6}",
            channel.acn + 1,
            channel.label,
            channel.order,
            channel.degree
        ));
    }
    Ok(Outcome::Good)
}

fn tell_headphones(console: &Console) -> Result<Outcome, CliError> {
    let channels = EARS.map(|label| Ear { label });
    if console.wants_json() {
        console.json(&[HeadphonesAnswer { name: BINAURAL, everyday_name: "headphones", channels }])?;
        return Ok(Outcome::Good);
    }
    console.line(format_args!("{BINAURAL} (headphones): 2 channels, channel mask none"));
    console.line("  n  label");
    for (n, ear) in channels.iter().enumerate() {
        console.line(format_args!("{:>3}  {}", n + 1, ear.label));
    }
    Ok(Outcome::Good)
}

fn print_all(layouts: &[Layout], console: &Console) {
    console.line("name     known as  BS.2051  channels in the order of the file");
    for layout in layouts {
        let letter = layout.letter().map_or_else(String::new, |letter| letter.to_string());
        let labels: Vec<&str> = layout.channels.iter().map(|channel| channel.name.as_str()).collect();
        console.line(format_args!(
            "{:<8} {:<9} {letter:<8} {}",
            layout.name,
            layout.everyday_name().unwrap_or_default(),
            labels.join(" ")
        ));
    }
    console.line(format_args!(
        "hoa1 … hoa{HIGHEST_HOA_ORDER}                AmbiX: (order + 1)² channels, ACN, SN3D"
    ));
    console.line(format_args!("{BINAURAL:<27}headphones: {}", EARS.join(", ")));
    console.line("\n`proscenium layouts NAME` shows the angles.");
}

fn print_channels(layout: &Layout, console: &Console) {
    let known_as = layout.everyday_name().map_or_else(String::new, |name| format!(" ({name})"));
    let letter = layout.letter().map_or_else(String::new, |letter| format!(", BS.2051 layout {letter}"));
    let mask = layout.channel_mask().map_or_else(|| "none".to_owned(), |mask| format!("{mask:#x}"));
    let count = plural(layout.channels.len(), "channel");
    console.line(format_args!("{}{known_as}{letter}: {count}, channel mask {mask}", layout.name));
    console.line("  n  label   known as  azimuth  elevation  permitted azimuth  permitted elevation");
    for (n, (channel, name)) in layout.channels.iter().zip(layout.everyday_channel_names()).enumerate() {
        let place = channel.nominal_position;
        let range = |(from, to): (f64, f64)| format!("{from}…{to}");
        console.line(format_args!(
            "{:>3}  {:<7} {name:<8} {:>8}° {:>9}°  {:<17}  {}",
            n + 1,
            channel.name,
            place.azimuth,
            place.elevation,
            range(channel.azimuth_range),
            range(channel.elevation_range),
        ));
    }
}
