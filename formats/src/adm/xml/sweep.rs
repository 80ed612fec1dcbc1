//! Objects blocks as nearly all of them are written, read in one sweep over the bytes at hand.
//!
//! A film has millions of blocks, and they are nearly all of its axml. The sweep takes what the declaration of
//! [`ObjectsBlock`] reads from the same bytes without a remark, and gives up at everything else: another attribute or
//! child, a prefix, a repetition, white space in a value, a block that is not whole. Such a block is left, untouched,
//! to its declaration.

use std::io::Read;

use super::context::{Context, Current};
use super::declare::Shape;
use super::gains::LOUDEST;
use super::input::Input;
use super::limits;
use super::positions::Placement;
use crate::adm::{AdmTime, BlockId, Gain, JumpPosition, ObjectsBlock, TimeForm};

/// Levels that a block and its children add.
const LEVELS: usize = 2;
/// Digits that fit an `f64` without rounding.
const EXACT_DIGITS: usize = 15;
/// Powers of ten that are exact.
const POWERS: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// Characters of the longest time that is looked at.
const LONGEST_TIME: usize = 40;

impl<R: Read> Input<R> {
    /// Appends the blocks that come next, as long as they have the usual form.
    pub(super) fn sweep_blocks(&mut self, blocks: &mut Vec<ObjectsBlock>) {
        if !self.is_between() || self.depth() + LEVELS > limits::DEPTH {
            return;
        }
        if blocks.is_empty() {
            // The channels of a film have about as many blocks as one another.
            blocks.reserve(self.context.blocks_of_channel);
        }
        while self.context.blocks < limits::BLOCKS {
            let (bytes, context) = self.at_hand();
            let mut text = Text(bytes);
            // Filled where it stays: blocks are too large to be moved about.
            let block = blocks.push_mut(ObjectsBlock::default());
            if text.block(block, context).is_none() {
                blocks.pop();
                break;
            }
            context.blocks += 1;
            let length = bytes.len() - text.0.len();
            self.pass(length);
        }
    }
}

/// What is still to be read.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    /// A block of the usual form, after white space.
    fn block(&mut self, block: &mut ObjectsBlock, context: &mut Context) -> Option<()> {
        let mut placement = Placement::default();
        self.start_tag(block, context.edition)?;
        self.children(block, &mut placement)?;
        let outer = std::mem::replace(&mut context.current, Current::Block(block.common.id));
        let finished = block.finish(placement, context);
        context.current = outer;
        finished.ok()
    }

    #[inline(always)]
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// Takes `literal` when it comes next.
    #[inline(always)]
    fn has<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        let is_next = self.0.first_chunk() == Some(literal);
        if is_next {
            self.0 = &self.0[N..];
        }
        is_next
    }

    #[inline(always)]
    fn must<const N: usize>(&mut self, literal: &[u8; N]) -> Option<()> {
        self.has(literal).then_some(())
    }

    fn start_tag(&mut self, block: &mut ObjectsBlock, edition: u32) -> Option<()> {
        self.space();
        self.must(b"<audioBlockFormat audioBlockFormatID=\"")?;
        let (id, rest) = self.0.split_at_checked(BlockId::LENGTH)?;
        block.common.id = BlockId::from_bytes(id)?;
        self.0 = rest;
        self.must(b"\"")?;
        if self.has(b" rtime=\"") {
            block.common.rtime = Some(self.time(edition)?);
        }
        if self.has(b" duration=\"") {
            block.common.duration = Some(self.time(edition)?);
        }
        self.must(b">")
    }

    /// A time and the quote after it.
    #[inline]
    fn time(&mut self, edition: u32) -> Option<AdmTime> {
        let may_be = |time: &AdmTime| edition >= 2 || time.form != TimeForm::Fraction;
        if let Some((time, [b'"', rest @ ..])) = AdmTime::parse_usual(self.0) {
            self.0 = rest;
            return Some(time).filter(may_be);
        }
        let length = self.0.iter().take(LONGEST_TIME).position(|byte| *byte == b'"')?;
        let (text, rest) = self.0.split_at(length);
        self.0 = &rest[1..];
        let (time, rounded) = AdmTime::parse(std::str::from_utf8(text).ok()?).ok()?;
        Some(time).filter(may_be).filter(|_| !rounded)
    }

    fn children(&mut self, block: &mut ObjectsBlock, placement: &mut Placement) -> Option<()> {
        // The children that are there already, as bits in the order of the arms below.
        let mut seen = 0u32;
        let mut first = |row: u32| {
            let is_first = seen >> row & 1 == 0;
            seen |= 1 << row;
            is_first.then_some(())
        };
        loop {
            self.space();
            match self.0.get(1)? {
                b'p' => self.position(placement)?,
                b'w' if self.has(b"<width>") => {
                    first(0)?;
                    block.width = self.number()?;
                    self.must(b"</width>")?;
                }
                b'h' if self.has(b"<height>") => {
                    first(1)?;
                    block.height = self.number()?;
                    self.must(b"</height>")?;
                }
                b'd' if self.has(b"<depth>") => {
                    first(2)?;
                    block.depth = self.number()?;
                    self.must(b"</depth>")?;
                }
                b'd' if self.has(b"<diffuse>") => {
                    first(3)?;
                    block.diffuse = self.number()?;
                    self.must(b"</diffuse>")?;
                }
                b'g' if self.has(b"<gain>") => {
                    first(4)?;
                    let factor = self.number().filter(|factor| factor.abs() <= LOUDEST)?;
                    block.common.gain = Gain::Linear(factor);
                    self.must(b"</gain>")?;
                }
                b'j' => {
                    first(5)?;
                    block.common.jump_position = self.jump_position()?;
                }
                b'i' if self.has(b"<importance>") => {
                    first(6)?;
                    block.common.importance = self.importance()?;
                }
                b'c' if self.has(b"<cartesian>") => {
                    // A repetition counts anew, as its declaration has it.
                    placement.cartesian = Some(self.flag()?);
                    self.must(b"</cartesian>")?;
                }
                b'/' => return self.must(b"</audioBlockFormat>"),
                _ => return None,
            }
        }
    }

    #[inline]
    fn position(&mut self, placement: &mut Placement) -> Option<()> {
        self.must(b"<position coordinate=\"")?;
        let axis = match self.0.first()? {
            b'X' if self.has(b"X\">") => 3,
            b'Y' if self.has(b"Y\">") => 4,
            b'Z' if self.has(b"Z\">") => 5,
            b'a' if self.has(b"azimuth\">") => 0,
            b'e' if self.has(b"elevation\">") => 1,
            b'd' if self.has(b"distance\">") => 2,
            _ => return None,
        };
        let value = self.number()?;
        placement.place(axis, value).then_some(())?;
        self.must(b"</position>")
    }

    #[inline]
    fn jump_position(&mut self) -> Option<JumpPosition> {
        let mut jump = JumpPosition::default();
        self.must(b"<jumpPosition")?;
        if self.has(b" interpolationLength=\"") {
            let digits = self.digits()?;
            jump.interpolation_length =
                Some(AdmTime::from_decimals(digits.number, digits.whole, digits.decimals)?);
            self.must(b"\"")?;
        }
        self.must(b">")?;
        jump.flag = self.flag()?;
        self.must(b"</jumpPosition>")?;
        Some(jump)
    }

    fn importance(&mut self) -> Option<u8> {
        let importance = match self.0.first()? {
            b'1' if self.has(b"10") => 10,
            digit @ b'0'..=b'9' => {
                self.0 = &self.0[1..];
                digit - b'0'
            }
            _ => return None,
        };
        self.must(b"</importance>")?;
        Some(importance)
    }

    #[inline(always)]
    fn flag(&mut self) -> Option<bool> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        match first {
            b'0' => Some(false),
            b'1' => Some(true),
            _ => None,
        }
    }

    /// A decimal number without exponent.
    #[inline]
    fn number(&mut self) -> Option<f64> {
        let before = self.0;
        let negative = self.has(b"-");
        let digits = self.digits()?;
        if digits.whole + digits.decimals > EXACT_DIGITS {
            let text = before.get(..before.len() - self.0.len())?;
            return std::str::from_utf8(text).ok()?.parse().ok().filter(|number: &f64| number.is_finite());
        }
        // A quotient of two exact numbers is rounded once: the nearest number, as the standard library finds it.
        let number = digits.number as f64 / POWERS.get(digits.decimals)?;
        Some(if negative { -number } else { number })
    }

    /// Digits, and digits after a point.
    #[inline(always)]
    fn digits(&mut self) -> Option<Digits> {
        let mut digits = Digits { number: 0, whole: 0, decimals: 0 };
        digits.whole = self.run_of_digits(&mut digits.number)?;
        if self.has(b".") {
            digits.decimals = self.run_of_digits(&mut digits.number)?;
        }
        Some(digits)
    }

    /// Appends at least one digit to `number`, and counts them. Numbers too long for it wrap.
    #[inline(always)]
    fn run_of_digits(&mut self, number: &mut u64) -> Option<usize> {
        let mut count = 0;
        while let Some(digit) =
            self.0.get(count).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
        {
            *number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            count += 1;
        }
        self.0 = self.0.get(count..)?;
        (count > 0).then_some(count)
    }
}

/// A number without sign: `number` / 10^`decimals`, when it has no more digits than fit.
struct Digits {
    number: u64,
    /// Digits before the point.
    whole: usize,
    /// Digits after the point.
    decimals: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What follows the block at the start of `text`; `None` when the sweep gives up.
    fn after_block(text: &str) -> Option<&str> {
        let mut input = Input::new(&b""[..]);
        let mut rest = Text(text.as_bytes());
        rest.block(&mut ObjectsBlock::default(), &mut input.context)?;
        Some(&text[text.len() - rest.0.len()..])
    }

    #[test]
    fn usual_blocks_are_swept() {
        let cartesian = "\n\t<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000001\" rtime=\"00:00:00.00000\" \
                         duration=\"00:00:00.01067\">\n\t\t<cartesian>1</cartesian>\n\t\t<position \
                         coordinate=\"X\">-0.0447561741</position>\n<position coordinate=\"Y\">1.0000000000</position>\
                         <position coordinate=\"Z\">0</position><width>0.2</width><jumpPosition \
                         interpolationLength=\"0.005208\">1</jumpPosition></audioBlockFormat>";
        let polar = "<audioBlockFormat audioBlockFormatID=\"AB_00031001_00000002\"><gain>0.5</gain><position \
                     coordinate=\"azimuth\">30.0</position><position coordinate=\"elevation\">0.0</position><position \
                     coordinate=\"distance\">1.00000000000000001</position><diffuse>1</diffuse><importance>10\
                     </importance><jumpPosition>0</jumpPosition></audioBlockFormat>";
        for block in [cartesian, polar] {
            assert_eq!(after_block(&format!("{block}\n<a/>")), Some("\n<a/>"), "{block}");
            for end in 0..block.len() {
                assert_eq!(after_block(&block[..end]), None, "{}", &block[..end]);
            }
        }
    }
}
