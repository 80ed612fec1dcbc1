//! `audioProgrammeReferenceScreen` and `dialogue`: elements whose attributes depend on their content.

use std::io::Read;

use super::blocks::read_list;
use super::context::Context;
use super::declare::{Node, Value, dropped};
use super::input::{Input, Tag, Token, cut};
use super::output::Output;
use super::values::number;
use crate::adm::error::Error;
use crate::adm::{CartesianPosition, Dialogue, PolarPosition, Screen, ScreenCentre};

/// The attributes of a screen's centre or width, by the names of the coordinates.
#[derive(Clone, Copy, Default)]
struct Axes {
    azimuth: Option<f64>,
    elevation: Option<f64>,
    distance: Option<f64>,
    x: Option<f64>,
    y: Option<f64>,
    z: Option<f64>,
}

fn read_axes(tag: &Tag<'_>, context: &mut Context) -> Result<Axes, Error> {
    let mut axes = Axes::default();
    for attribute in tag.attributes() {
        let (name, value) = attribute?;
        let (place, field) = match name {
            "azimuth" => (&mut axes.azimuth, "azimuth"),
            "elevation" => (&mut axes.elevation, "elevation"),
            "distance" => (&mut axes.distance, "distance"),
            "X" => (&mut axes.x, "X"),
            "Y" => (&mut axes.y, "Y"),
            "Z" => (&mut axes.z, "Z"),
            _ => {
                dropped(name, context);
                continue;
            }
        };
        context.field = field;
        *place = Some(number(super::input::trimmed(&value), context)?);
    }
    Ok(axes)
}

/// The screen that centre and width describe in the same kind of coordinates (BS.2076-2 §5.8.3).
fn screen_position(centre: Axes, width: Axes) -> Option<ScreenCentre> {
    match (centre, width) {
        (Axes { x: Some(x), y: Some(y), z: Some(z), .. }, Axes { x: Some(width_x), azimuth: None, .. }) => {
            Some(ScreenCentre::Cartesian { centre: CartesianPosition { x, y, z }, width_x })
        }
        (
            Axes { azimuth: Some(azimuth), elevation: Some(elevation), distance, x: None, .. },
            Axes { azimuth: Some(width_azimuth), x: None, .. },
        ) => {
            let centre = PolarPosition { azimuth, elevation, distance: distance.unwrap_or(1.0) };
            Some(ScreenCentre::Polar { centre, width_azimuth })
        }
        _ => None,
    }
}

impl Node for Screen {
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        let mut aspect_ratio = None;
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match name {
                "aspectRatio" => {
                    input.context.field = "aspectRatio";
                    aspect_ratio = Some(f64::parse(&value, &mut input.context)?);
                }
                _ => dropped(name, &mut input.context),
            }
        }
        let (mut centre, mut width) = (Axes::default(), Axes::default());
        let mut buffer = input.take_buffer();
        loop {
            match input.next(&mut buffer)? {
                Token::Start(tag) => {
                    match tag.name() {
                        "aspectRatio" => {
                            input.context.field = "aspectRatio";
                            aspect_ratio = Some(f64::read(&tag, input)?);
                            continue;
                        }
                        "screenCentrePosition" => centre = read_axes(&tag, &mut input.context)?,
                        "screenWidth" => width = read_axes(&tag, &mut input.context)?,
                        other => dropped(other, &mut input.context),
                    }
                    input.skip()?;
                }
                Token::End => break,
                Token::EndOfDocument => return Err(cut()),
                Token::Text(_) | Token::Character(_) | Token::Other => {}
            }
        }
        input.give_back(buffer);
        finish_screen(aspect_ratio, centre, width, &mut input.context)
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        output.open(name);
        output.attribute("aspectRatio", &self.aspect_ratio.format());
        let (centre, width): (Vec<_>, _) = match self.position {
            ScreenCentre::Polar { centre, width_azimuth } => (
                vec![
                    ("azimuth", centre.azimuth),
                    ("elevation", centre.elevation),
                    ("distance", centre.distance),
                ],
                ("azimuth", width_azimuth),
            ),
            ScreenCentre::Cartesian { centre, width_x } => {
                (vec![("X", centre.x), ("Y", centre.y), ("Z", centre.z)], ("X", width_x))
            }
        };
        output.open("screenCentrePosition");
        for (axis, value) in centre {
            output.attribute(axis, &value.format());
        }
        output.close("screenCentrePosition");
        output.open("screenWidth");
        output.attribute(width.0, &width.1.format());
        output.close("screenWidth");
        output.close(name);
    }
}

fn finish_screen(
    aspect_ratio: Option<f64>,
    centre: Axes,
    width: Axes,
    context: &mut Context,
) -> Result<Screen, Error> {
    let default = Screen::default();
    let position = screen_position(centre, width);
    let ratio = aspect_ratio.filter(|ratio| *ratio > 0.0);
    if position.is_none() || ratio.is_none() {
        context.warn("screen-incomplete", || {
            "has a reference screen without a whole aspectRatio, screenCentrePosition and screenWidth of one kind; \
             the standard screen fills the gap"
                .to_owned()
        });
    }
    Ok(Screen {
        aspect_ratio: ratio.unwrap_or(default.aspect_ratio),
        position: position.unwrap_or(default.position),
    })
}

/// The attribute that says more about each kind of dialogue (BS.2076-2 §5.7.3).
const CONTENT_KINDS: [&str; 3] = ["nonDialogueContentKind", "dialogueContentKind", "mixedContentKind"];

impl Node for Dialogue {
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        let mut content_kind = None;
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match CONTENT_KINDS.iter().find(|known| **known == name) {
                Some(known) => {
                    input.context.field = known;
                    content_kind = Some(u8::parse(&value, &mut input.context)?);
                }
                None => dropped(name, &mut input.context),
            }
        }
        input.context.field = "dialogue";
        let kind = u8::read(tag, input)?;
        if usize::from(kind) >= CONTENT_KINDS.len() {
            input.context.warn("value-range", || format!("dialogue is {kind}; allowed are 0, 1 and 2"));
        }
        Ok(Self { kind, content_kind })
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        output.open(name);
        let attribute = CONTENT_KINDS.get(usize::from(self.kind)).or(CONTENT_KINDS.last());
        if let (Some(kind), Some(attribute)) = (self.content_kind, attribute) {
            output.attribute(attribute, &kind.format());
        }
        output.text(&self.kind.format());
        output.close_text(name);
    }
}

/// Reads the elements called `name` inside a list element such as `profileList`.
pub(super) fn read_nodes<T: Node, R: Read>(
    into: &mut Vec<T>,
    name: &str,
    input: &mut Input<R>,
) -> Result<(), Error> {
    read_list(input, name, |tag, input| super::declare::ChildField::read_child(into, tag, input))
}
