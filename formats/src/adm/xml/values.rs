//! How single values are written: numbers, flags, times, ids.

use super::context::{Context, Current};
use super::declare::Value;
use super::input::trimmed;
use crate::adm::error::{Error, quoted};
use crate::adm::{AdmId, AdmTime, BlockId};

/// The error of a value that cannot be read: what it is, what was found, what is expected.
#[cold]
pub(super) fn unreadable(context: &Context, text: &str, expected: &str) -> Error {
    Error::value(format!("{} is {}; expected {expected}", context.field, quoted(text)))
}

/// A finite decimal number, in ASCII and with a point whatever the locale.
#[inline]
pub(super) fn number(text: &str, context: &Context) -> Result<f64, Error> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(unreadable(context, text, "a finite number with a decimal point, such as 30.0")),
    }
}

/// `value` within its range; the excess is cut off with a remark.
#[inline]
pub(super) fn within(value: f64, least: f64, most: f64, context: &mut Context) -> f64 {
    if (least..=most).contains(&value) {
        return value;
    }
    let kept = value.clamp(least, most);
    let field = context.field;
    context
        .warn("value-range", || format!("{field} is {value}; allowed are {least} to {most}; {kept} is used"));
    kept
}

impl Value for f64 {
    #[inline]
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        number(trimmed(text), context)
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    #[inline]
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        match trimmed(text) {
            "1" => Ok(true),
            "0" => Ok(false),
            word @ ("true" | "false") => {
                let field = context.field;
                context.warn("flag-as-word", || format!("{field} is \"{word}\"; BS.2076 writes 0 or 1"));
                Ok(word == "true")
            }
            other => Err(unreadable(context, other, "0 or 1")),
        }
    }

    fn format(&self) -> String {
        u8::from(*self).to_string()
    }
}

/// Small numbers of the ADM are ratings from 0 to 10 (`importance`) or kinds (`dialogue`).
impl Value for u8 {
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        let text = trimmed(text);
        let number: i64 = text.parse().map_err(|_| unreadable(context, text, "a whole number"))?;
        let most = if context.field == "importance" { 10 } else { 255 };
        let kept = number.clamp(0, most);
        if kept != number {
            let field = context.field;
            context.warn("value-range", || {
                format!("{field} is {number}; allowed are 0 to {most}; {kept} is used")
            });
        }
        Ok(u8::try_from(kept).unwrap_or(u8::MAX))
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        let text = trimmed(text);
        text.parse().map_err(|_| unreadable(context, text, "a whole number"))
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for i32 {
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        let text = trimmed(text);
        text.parse().map_err(|_| unreadable(context, text, "a whole number"))
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    const ALWAYS: bool = true;

    fn parse(text: &str, _: &mut Context) -> Result<Self, Error> {
        Ok(text.to_owned())
    }

    fn format(&self) -> String {
        self.clone()
    }
}

impl Value for AdmId {
    fn parse(text: &str, _: &mut Context) -> Result<Self, Error> {
        Ok(Self::new(trimmed(text)))
    }

    fn parse_attribute(text: &str, context: &mut Context) -> Result<Self, Error> {
        let id = Self::parse(text, context)?;
        context.current = Current::Element(id.clone());
        Ok(id)
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for BlockId {
    const ALWAYS: bool = true;

    #[inline]
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        let text = trimmed(text);
        let id = Self::parse(text).unwrap_or_else(|| {
            let text = quoted(text);
            context.warn("block-id-form", || {
                format!(
                    "audioBlockFormatID is {text}; expected AB_yyyyxxxx_zzzzzzzz; the block is numbered anew"
                )
            });
            Self::default()
        });
        context.current = Current::Block(id);
        Ok(id)
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

impl Value for AdmTime {
    #[inline]
    fn parse(text: &str, context: &mut Context) -> Result<Self, Error> {
        let text = trimmed(text);
        let (time, rounded) = Self::parse(text).map_err(|error| {
            Error::value(format!("the time {} is {}: it {error}", context.field, quoted(text)))
        })?;
        noted(time, rounded, text, context);
        if time.form == crate::adm::TimeForm::Fraction {
            context.second_edition("a time as a fraction (S)");
        }
        Ok(time)
    }

    fn format(&self) -> String {
        self.to_string()
    }
}

/// Remarks that a time lost decimals.
pub(super) fn noted(time: AdmTime, rounded: bool, text: &str, context: &mut Context) {
    if rounded {
        let (field, text) = (context.field, quoted(text));
        context.warn("time-rounded", || {
            format!("the time {field} is {text}; it has more than nine decimals; {time} is used")
        });
    }
}
