//! Gains with their unit (BS.2076-2 §9.1).

use std::io::Read;

use super::context::Context;
use super::declare::{Node, dropped};
use super::input::{Input, Tag};
use super::output::Output;
use super::values::{number, within};
use crate::adm::Gain;
use crate::adm::error::{Error, quoted};

/// Factor beyond which a gain only makes numbers overflow; 120 dB.
pub(super) const LOUDEST: f64 = 1e6;

/// A gain with its unit; `-inf` dB is silence, factors are kept in a range that cannot overflow.
pub(super) fn parse_gain(text: &str, unit: Option<&str>, context: &mut Context) -> Result<Gain, Error> {
    match unit {
        None | Some("linear") => Ok(Gain::Linear(within(number(text, context)?, -LOUDEST, LOUDEST, context))),
        Some("dB") if text.eq_ignore_ascii_case("-inf") => Ok(Gain::Decibels(f64::NEG_INFINITY)),
        Some("dB") => {
            let most = 20.0 * LOUDEST.log10();
            Ok(Gain::Decibels(within(number(text, context)?, f64::MIN, most, context)))
        }
        Some(other) => Err(Error::value(format!("gainUnit is {}; expected linear or dB", quoted(other)))),
    }
}

/// The number and unit of a gain.
pub(super) fn gain_text(gain: Gain) -> (String, Option<&'static str>) {
    match gain {
        Gain::Linear(factor) => (factor.to_string(), None),
        Gain::Decibels(decibels) => (decibels.to_string(), Some("dB")),
    }
}

impl Node for Gain {
    fn read<R: Read>(tag: &Tag<'_>, input: &mut Input<R>) -> Result<Self, Error> {
        let mut unit = None;
        for attribute in tag.attributes() {
            let (name, value) = attribute?;
            match name {
                "gainUnit" => {
                    input.context.second_edition("gainUnit");
                    unit = Some(value.into_owned());
                }
                // The bound of a gainInteractionRange was read by its part.
                "bound" => {}
                _ => dropped(name, &mut input.context),
            }
        }
        let (text, context) = input.read_text()?;
        parse_gain(text, unit.as_deref(), context)
    }

    fn write(&self, name: &str, output: &mut Output<'_>) {
        let (text, unit) = gain_text(*self);
        output.open(name);
        if let Some(unit) = unit {
            output.attribute("gainUnit", unit);
        }
        output.text(&text);
        output.close_text(name);
    }
}
