//! Writes a measured room as HDF5 with object headers of version 1, as the HDF5 File Format Specification, version 3.0,
//! describes it: one group, plain arrays, no chunks.

use std::path::Path;

/// A MultiSpeakerBRIR with responses as `[orientation][loudspeaker][left, right]`.
pub(crate) struct Brir<'a> {
    pub(crate) azimuths: &'a [f64],
    pub(crate) yaws: &'a [f64],
    pub(crate) rate: u32,
    pub(crate) responses: Vec<Vec<f32>>,
}

struct Variable {
    name: &'static str,
    shape: Vec<u64>,
    values: Vec<f64>,
    attributes: Vec<(&'static str, &'static str)>,
}

impl Brir<'_> {
    pub(crate) fn write(&self, path: &Path) {
        std::fs::write(path, file(&self.variables())).unwrap();
    }

    fn variables(&self) -> Vec<Variable> {
        let cartesian = || vec![("Type", "cartesian"), ("Units", "metre")];
        let spherical = || vec![("Type", "spherical"), ("Units", "degree, degree, metre")];
        let (count, views) = (self.azimuths.len(), self.yaws.len());
        let taps = self.responses[0].len();
        let mut values = Vec::new();
        for view in 0..views {
            for ear in 0..2 {
                for loudspeaker in 0..count {
                    let response = &self.responses[(view * count + loudspeaker) * 2 + ear];
                    values.extend(response.iter().map(|sample| f64::from(*sample)));
                }
            }
        }
        let angles = |all: &[f64]| all.iter().flat_map(|angle| [*angle, 0.0, 2.0]).collect();
        let ears = vec![0.0, 0.09, 0.0, 0.0, -0.09, 0.0];
        let v = |name, shape: &[usize], values, attributes| Variable {
            name,
            shape: shape.iter().map(|side| *side as u64).collect(),
            values,
            attributes,
        };
        vec![
            v("Data.Delay", &[1, 2], vec![0.0, 0.0], Vec::new()),
            v("Data.IR", &[views, 2, count, taps], values, Vec::new()),
            v("Data.SamplingRate", &[1], vec![f64::from(self.rate)], vec![("Units", "hertz")]),
            v("EmitterPosition", &[count, 3], angles(self.azimuths), spherical()),
            v("ListenerPosition", &[1, 3], vec![0.0; 3], cartesian()),
            v("ListenerUp", &[1, 3], vec![0.0, 0.0, 1.0], cartesian()),
            v("ListenerView", &[views, 3], angles(self.yaws), spherical()),
            v("ReceiverPosition", &[2, 3], ears, cartesian()),
            v("SourcePosition", &[1, 3], vec![0.0; 3], cartesian()),
        ]
    }
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// IV.A.2.m, version 1: one text of fixed length.
fn attribute(name: &str, value: &str) -> Vec<u8> {
    let name = [name.as_bytes(), &[0]].concat();
    let kind = [&[0x13, 0, 0, 0][..], &(value.len() as u32).to_le_bytes()].concat();
    let space = [1, 0, 0, 0, 0, 0, 0, 0];
    let mut made = vec![1, 0];
    for size in [name.len(), kind.len(), space.len()] {
        made.extend((size as u16).to_le_bytes());
    }
    made.extend(padded(name));
    made.extend(padded(kind));
    made.extend(space);
    made.extend(value.as_bytes());
    made
}

/// IV.A.1.a: an object header with these messages.
fn header(messages: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, message) in messages {
        let message = padded(message.clone());
        body.extend(kind.to_le_bytes());
        body.extend((message.len() as u16).to_le_bytes());
        body.extend([0; 4]);
        body.extend(message);
    }
    let mut made = vec![1, 0];
    made.extend((messages.len() as u16).to_le_bytes());
    made.extend(1_u32.to_le_bytes());
    made.extend((body.len() as u32).to_le_bytes());
    made.extend([0; 4]);
    made.extend(body);
    made
}

/// The header of an array of doubles that are stored at `at`.
fn array(variable: &Variable, at: u64) -> Vec<u8> {
    let mut space = vec![1, variable.shape.len() as u8, 0, 0, 0, 0, 0, 0];
    variable.shape.iter().for_each(|side| space.extend(side.to_le_bytes()));
    // IV.A.2.d: IEEE double, little-endian.
    let mut kind = vec![0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52];
    kind.extend(1023_u32.to_le_bytes());
    let size = 8 * variable.values.len() as u64;
    let layout = [&[3, 1][..], &at.to_le_bytes(), &size.to_le_bytes()].concat();
    let mut messages = vec![(1, space), (3, kind), (8, layout)];
    messages.extend(variable.attributes.iter().map(|(name, value)| (12, attribute(name, value))));
    header(&messages)
}

/// The whole file: superblock, root group with its tree, heap and node, then headers and data.
fn file(variables: &[Variable]) -> Vec<u8> {
    const NONE: u64 = u64::MAX;
    let attributes = [
        ("Conventions", "SOFA"),
        ("SOFAConventions", "MultiSpeakerBRIR"),
        ("DataType", "FIRE"),
        ("License", "CC0"),
        ("Title", "a test's room"),
    ];
    let mut names = vec![0; 8];
    let starts: Vec<u64> = variables
        .iter()
        .map(|variable| {
            let start = names.len() as u64;
            names.extend(variable.name.as_bytes());
            names.push(0);
            names = padded(std::mem::take(&mut names));
            start
        })
        .collect();
    let root_at = 96_u64;
    let root = |tree: u64, heap: u64| {
        let table = [tree.to_le_bytes(), heap.to_le_bytes()].concat();
        let mut messages = vec![(17, table)];
        messages.extend(attributes.iter().map(|(name, value)| (12, attribute(name, value))));
        header(&messages)
    };
    let heap_at = root_at + root(0, 0).len() as u64;
    let tree_at = heap_at + 32 + names.len() as u64;
    let node_at = tree_at + 24 + 24;
    let mut at = node_at + 8 + 40 * variables.len() as u64;
    let mut bodies = Vec::new();
    let mut headers = Vec::new();
    for variable in variables {
        headers.push(at);
        let length = array(variable, 0).len() as u64;
        bodies.extend(array(variable, at + length));
        variable.values.iter().for_each(|value| bodies.extend(value.to_le_bytes()));
        at += length + 8 * variable.values.len() as u64;
    }
    let mut made = b"\x89HDF\r\n\x1a\n".to_vec();
    made.extend([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]);
    for word in [0, NONE, at, NONE, 0, root_at, 1, tree_at, heap_at] {
        made.extend(word.to_le_bytes());
    }
    assert_eq!(made.len() as u64, root_at);
    made.extend(root(tree_at, heap_at));
    made.extend(b"HEAP\0\0\0\0");
    for word in [names.len() as u64, 1, heap_at + 32] {
        made.extend(word.to_le_bytes());
    }
    made.extend(names);
    made.extend(b"TREE\0\0\x01\0");
    for word in [NONE, NONE, 0, node_at, starts.last().copied().unwrap_or(0)] {
        made.extend(word.to_le_bytes());
    }
    made.truncate(node_at as usize);
    made.extend(b"SNOD\x01\0");
    made.extend((variables.len() as u16).to_le_bytes());
    for (name, header) in starts.iter().zip(headers) {
        made.extend(name.to_le_bytes());
        made.extend(header.to_le_bytes());
        made.extend([0; 24]);
    }
    made.extend(bodies);
    assert_eq!(made.len() as u64, at);
    made
}
