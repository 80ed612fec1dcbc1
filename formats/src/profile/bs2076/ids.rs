//! BS.2076-2 §6: ids are there, well formed, unique, and agree with the element's type.

use std::collections::HashSet;

use super::rules_table as rules;
use crate::adm::{AdmId, AudioChannelFormat, BlockFormats, IdKind, TypeDefinition};
use crate::profile::Findings;
use crate::profile::lookup::{Element, Lookup, channel_type, is_reserved, names_of, type_name};
use crate::profile::times::commons;

pub(super) fn check(lookup: &Lookup<'_>, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for element in lookup.elements() {
        if element.id.is_empty() {
            findings
                .add(&rules::ID_MISSING, &element, || format!("{} without an id", names_of(element.kind).0));
            continue;
        }
        if element.id.kind() != Some(element.kind) {
            let wanted = names_of(element.kind).1;
            findings.add(&rules::ID_FORM, &element, || format!("\"{}\" is not {wanted}", element.id));
        }
        if !seen.insert(element.id) {
            findings.add(&rules::ID_DUPLICATE, &element, || format!("a second {}", names_of(element.kind).0));
        }
        check_reserved(&element, findings);
        if element.name.trim().is_empty()
            && !matches!(element.kind, IdKind::TrackUid | IdKind::AlternativeValueSet)
        {
            findings.add(&rules::NAME_MISSING, &element, || {
                format!("{} without a name", names_of(element.kind).0)
            });
        }
    }
    for pack in &lookup.document.pack_formats {
        check_type(&pack.id, pack.type_definition, findings);
    }
    for channel in &lookup.document.channel_formats {
        check_type(&channel.id, channel_type(channel), findings);
        check_blocks(channel, findings);
    }
}

/// `xxxx` below 1000 in a document's own format elements.
fn check_reserved(element: &Element<'_>, findings: &mut Findings) {
    let is_format = matches!(
        element.kind,
        IdKind::PackFormat | IdKind::ChannelFormat | IdKind::StreamFormat | IdKind::TrackFormat
    );
    if is_format && is_reserved(element.id) {
        findings.add(&rules::ID_RESERVED, element, || {
            format!("\"{}\" under a number of the common definitions", element.name)
        });
    }
}

fn check_type(id: &AdmId, definition: Option<TypeDefinition>, findings: &mut Findings) {
    let (Some(digits), Some(definition)) = (id.digits(), definition) else { return };
    if digits >> 16 != definition as u32 {
        findings.add(&rules::ID_TYPE, id, || {
            format!("{:04x} in the id of a {} element", digits >> 16, type_name(Some(definition)))
        });
    }
}

fn check_blocks(channel: &AudioChannelFormat, findings: &mut Findings) {
    if matches!(channel.blocks, BlockFormats::Other(_)) {
        return;
    }
    let Some(wanted) = channel.id.digits() else { return };
    let mut expected: u32 = 1;
    for block in commons(&channel.blocks) {
        if block.id.channel != wanted {
            findings.add(&rules::BLOCK_ID_CHANNEL, &block.id, || format!("in channel {}", channel.id));
        }
        if block.id.number != expected {
            findings.add(&rules::BLOCK_ID_SEQUENCE, &block.id, || {
                format!("{:08x} where {expected:08x} is next", block.id.number)
            });
        }
        expected = block.id.number.wrapping_add(1);
    }
}
