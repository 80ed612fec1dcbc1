//! OSC 1.0 packets: messages and bundles, read within limits and written.

/// Bundles within bundles that are followed.
const MOST_NESTING: usize = 8;
/// Messages of a packet that are read.
const MOST_MESSAGES: usize = 1_024;
/// Arguments of a message that are read.
pub(super) const MOST_ARGUMENTS: usize = 16;
/// Bytes of an address or a text that are taken.
const LONGEST_TEXT: usize = 256;

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Argument<'a> {
    /// `f`, `d`, `i`, `h`, and `T` and `F` as 1 and 0.
    Number(f64),
    /// `s` and `S`.
    Text(&'a str),
    /// Any other that has a known length.
    Other,
}

impl Argument<'_> {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message<'a> {
    pub(super) address: &'a str,
    arguments: [Argument<'a>; MOST_ARGUMENTS],
    count: usize,
}

impl<'a> Message<'a> {
    pub(super) fn arguments(&self) -> &[Argument<'a>] {
        &self.arguments[..self.count]
    }

    /// As many numbers, if it has these and nothing else.
    pub(super) fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let mut numbers = [0.0; N];
        if self.count != N {
            return None;
        }
        for (to, argument) in numbers.iter_mut().zip(self.arguments()) {
            *to = argument.number().filter(|number| number.is_finite())?;
        }
        Some(numbers)
    }
}

/// Hands every message of a packet to `hear`; gives how many parts of it could not be read.
pub(super) fn read(packet: &[u8], hear: &mut dyn FnMut(&Message)) -> u64 {
    let mut left = MOST_MESSAGES;
    read_part(packet, MOST_NESTING, &mut left, hear)
}

fn read_part(packet: &[u8], nesting: usize, left: &mut usize, hear: &mut dyn FnMut(&Message)) -> u64 {
    if *left == 0 {
        return 1;
    }
    *left -= 1;
    let Some(mut rest) = packet.strip_prefix(b"#bundle\0") else {
        return match message(packet) {
            Some(message) => {
                hear(&message);
                0
            }
            None => 1,
        };
    };
    // The time tag: everything is done at once.
    let Some((_, elements)) = rest.split_at_checked(8).filter(|_| nesting > 0) else { return 1 };
    rest = elements;
    let mut bad = 0;
    while !rest.is_empty() && *left > 0 {
        let Some((size, after)) = take_u32(rest) else { return bad + 1 };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some((element, after)) = after.split_at_checked(size) else { return bad + 1 };
        bad += read_part(element, nesting - 1, left, hear);
        rest = after;
    }
    bad + u64::from(!rest.is_empty())
}

fn message(packet: &[u8]) -> Option<Message<'_>> {
    let (address, rest) = text(packet)?;
    if !address.starts_with('/') {
        return None;
    }
    let mut message = Message { address, arguments: [Argument::Other; MOST_ARGUMENTS], count: 0 };
    // Old senders leave out the types where there are no arguments.
    if rest.is_empty() {
        return Some(message);
    }
    let (types, mut rest) = text(rest)?;
    for kind in types.strip_prefix(',')?.chars() {
        let argument;
        (argument, rest) = self::argument(kind, rest)?;
        if message.count == MOST_ARGUMENTS {
            return None;
        }
        message.arguments[message.count] = argument;
        message.count += 1;
    }
    Some(message)
}

fn argument(kind: char, rest: &[u8]) -> Option<(Argument<'_>, &[u8])> {
    let number = |number: f64, rest| Some((Argument::Number(number), rest));
    match kind {
        'f' => take_u32(rest).and_then(|(bits, rest)| number(f64::from(f32::from_bits(bits)), rest)),
        'i' => take_u32(rest).and_then(|(bits, rest)| number(f64::from(bits.cast_signed()), rest)),
        'd' => take_u64(rest).and_then(|(bits, rest)| number(f64::from_bits(bits), rest)),
        'h' => take_u64(rest).and_then(|(bits, rest)| number(bits.cast_signed() as f64, rest)),
        'T' => number(1.0, rest),
        'F' => number(0.0, rest),
        's' | 'S' => text(rest).map(|(text, rest)| (Argument::Text(text), rest)),
        'N' | 'I' => Some((Argument::Other, rest)),
        'c' | 'r' | 'm' => take_u32(rest).map(|(_, rest)| (Argument::Other, rest)),
        't' => take_u64(rest).map(|(_, rest)| (Argument::Other, rest)),
        'b' => {
            let (size, rest) = take_u32(rest)?;
            let size = usize::try_from(size).ok()?.checked_next_multiple_of(4)?;
            rest.split_at_checked(size).map(|(_, rest)| (Argument::Other, rest))
        }
        _ => None,
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*first), rest))
}

fn take_u64(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*first), rest))
}

/// A text that ends with zeros, up to a multiple of four bytes.
fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().take(LONGEST_TEXT + 1).position(|byte| *byte == 0)?;
    let text = std::str::from_utf8(bytes.get(..end)?).ok()?;
    // A last text may lack some of its zeros.
    Some((text, bytes.get((end + 1).next_multiple_of(4)..).unwrap_or_default()))
}

/// A value to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Floats(Vec<f64>),
    Int(i32),
    Text(String),
}

/// The bytes of a message.
pub(super) fn written(address: &str, value: &Value) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    put_text(&mut bytes, address);
    match value {
        Value::Floats(floats) => {
            put_text(&mut bytes, &format!(",{}", "f".repeat(floats.len())));
            floats.iter().for_each(|float| bytes.extend((*float as f32).to_be_bytes()));
        }
        Value::Int(int) => {
            put_text(&mut bytes, ",i");
            bytes.extend(int.to_be_bytes());
        }
        Value::Text(text) => {
            put_text(&mut bytes, ",s");
            put_text(&mut bytes, text);
        }
    }
    bytes
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.bytes().filter(|byte| *byte != 0));
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the OSC 1.0 specification.
    #[test]
    fn the_specifications_examples_are_read_and_written() {
        let one = b"/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0";
        let mut heard = Vec::new();
        assert_eq!(
            read(one, &mut |message| heard.push((message.address.to_owned(), message.numbers::<1>()))),
            0
        );
        assert_eq!(heard, [("/oscillator/4/frequency".to_owned(), Some([440.0]))]);
        assert_eq!(written("/oscillator/4/frequency", &Value::Floats(vec![440.0])), one);
        let two =
            b"/foo\0\0\0\0,iisff\0\0\0\0\x03\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d";
        let mut seen = 0;
        let bad = read(two, &mut |message| {
            let arguments = message.arguments();
            assert_eq!(
                arguments[..3],
                [Argument::Number(1000.0), Argument::Number(-1.0), Argument::Text("hello")]
            );
            assert!((arguments[3].number().unwrap() - 1.234).abs() < 1e-6);
            seen += 1;
        });
        assert_eq!((bad, seen), (0, 1));
    }

    #[test]
    fn bundles_are_opened_as_deep_as_the_limit() {
        let mut packet = written("/a", &Value::Int(1));
        for depth in 1..=MOST_NESTING + 1 {
            let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
            bundle.extend((packet.len() as u32).to_be_bytes());
            bundle.extend(&packet);
            packet = bundle;
            let mut heard = 0;
            let bad = read(&packet, &mut |_| heard += 1);
            assert_eq!((bad, heard), if depth <= MOST_NESTING { (0, 1) } else { (1, 0) }, "{depth}");
        }
    }

    #[test]
    fn hostile_packets_are_counted_and_no_more() {
        let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
        bundle.extend([0xff; 4]);
        let huge_count = [b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec(), vec![0; 60_000]].concat();
        let cases: [&[u8]; 8] = [
            b"",
            b"abc",
            b"#bundle\0\0\0",
            &bundle,
            b"/a\0\0,f\0\0\x01",
            b"/a\0\0,b\0\0\xff\xff\xff\xff",
            b"/a\0\0,[[[",
            &huge_count,
        ];
        for case in cases {
            assert!(read(case, &mut |_| {}) > 0, "{case:?}");
        }
        // Every cut of a good packet, and every byte of it changed.
        let good = written("/adm/obj/1/aed", &Value::Floats(vec![1.0, 2.0, 0.5]));
        for end in 0..good.len() {
            read(&good[..end], &mut |_| {});
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[end] ^= 1 << bit;
                read(&bad, &mut |_| {});
            }
        }
    }
}
