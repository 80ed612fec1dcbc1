//! The page of a delivery: what an engineer hands over with the files.

use super::plan::Planned;
use super::report::{FileReport, PackageReport};
use super::{Package, part_name};
use crate::deliver::page::{Cell, Fact, Page, Section, Table, shown};
use crate::engine::Part;

/// The page of `report`, with what was measured of the planned files.
pub(super) fn page(package: &Package, report: &PackageReport, planned: &[Planned]) -> Page {
    let mut facts = vec![
        Fact::new("Master", &report.input),
        Fact::new("XXH128 of the master", &report.input_xxh128),
        Fact::new("Length", format!("{}, {} frames", report.length, report.frames)),
        Fact::new("Sample rate", format!("{} Hz", report.sample_rate)),
        Fact::new("Measured", "every file as it was read back from the disk"),
    ];
    if let Some(programme) = &report.programme {
        facts.insert(1, Fact::new("Programme", programme));
    }
    let sections = planned.iter().zip(&report.deliverables);
    Page {
        title: "Delivery report".to_owned(),
        subject: report.title.clone(),
        facts,
        tables: vec![summary(report, planned), checksums(report)],
        sections: sections.filter_map(|(planned, file)| section(package, planned, file)).collect(),
        warnings: report.warnings.clone(),
    }
}

fn summary(report: &PackageReport, planned: &[Planned]) -> Table {
    let head = [
        "Deliverable",
        "File",
        "Layout",
        "LUFS rendered",
        "Gain, dB",
        "Limiter, dB",
        "LUFS",
        "dBTP",
        "LRA, LU",
        "Verdict",
    ];
    let mut table = Table::new("Deliverables", &head);
    for (file, planned) in report.deliverables.iter().zip(planned) {
        let (rendered, delivered) = (file.rendered, file.delivered);
        let verdict = match &file.judgement {
            Some(_) => Cell::Verdict(file.verdict),
            None => Cell::Text("made".to_owned()),
        };
        table.rows.push(vec![
            Cell::Text(file.deliverable.clone()),
            match planned.measurement {
                Some(_) => Cell::Link(file.file.clone(), anchor(planned)),
                None => Cell::Text(file.file.clone()),
            },
            Cell::Text(layout(file)),
            Cell::Number(shown(rendered.and_then(|loudness| loudness.integrated_lufs))),
            Cell::Number(shown(file.correction.as_ref().map(|correction| correction.gain_db))),
            Cell::Number(shown(file.limiter_reduction_db())),
            Cell::Number(shown(delivered.and_then(|loudness| loudness.integrated_lufs))),
            Cell::Number(shown(delivered.and_then(|loudness| loudness.true_peak_dbtp))),
            Cell::Number(shown(delivered.and_then(|loudness| loudness.loudness_range_lu))),
            verdict,
        ]);
    }
    table
}

fn checksums(report: &PackageReport) -> Table {
    let mut table = Table::new("Checksums", &["File", "Bytes", "MD5", "SHA-256"]);
    let row = |file: &FileReport| {
        vec![
            Cell::Text(file.file.clone()),
            Cell::Number(file.checksums.bytes.to_string()),
            Cell::Code(file.checksums.md5.clone()),
            Cell::Code(file.checksums.sha256.clone()),
        ]
    };
    table.rows = report.deliverables.iter().map(row).collect();
    table
}

/// Where the section of a file is found: which deliverable, and what of it.
fn anchor(planned: &Planned) -> String {
    format!("file-{}-{}", planned.wanted + 1, planned.part.map_or("master", part_name))
}

fn layout(file: &FileReport) -> String {
    match &file.known_as {
        Some(name) => format!("{} ({name})", file.layout),
        None => file.layout.clone(),
    }
}

/// The section of a file that was measured.
fn section(package: &Package, planned: &Planned, file: &FileReport) -> Option<Section> {
    let measurement = planned.measurement.clone()?;
    let specification = package.wanted.get(planned.wanted).and_then(|wanted| wanted.specification());
    let judgement = file.judgement.clone();
    let compared = file.compared_with_5_1.iter().map(|compared| {
        let (five, difference) = (shown(compared.integrated_lufs), shown(compared.difference_lu));
        Fact::new(
            "5.1 render of the same mix",
            format!("{five} LUFS; headphones as rendered {difference} LU beside it"),
        )
    });
    let facts = vec![
        Fact::new("Deliverable", &file.deliverable),
        Fact::new("Layout", layout(file)),
        Fact::new("Programme", file.programme.as_deref().unwrap_or("-")),
        Fact::new("Part", planned.part.map_or("", |part: Part| part_name(part))),
        Fact::new("Samples", format!("{} bits, {} channels", file.bits, file.channels.len())),
        Fact::new("Channels", file.channels.join(" ")),
    ];
    let master = file.master.iter().map(|master| Fact::new("Master chain", master.text()));
    Some(Section {
        title: file.file.clone(),
        anchor: anchor(planned),
        limiter: file.correction.as_ref().and_then(|made| made.limiter.as_ref()?.curve.clone()),
        facts: facts.into_iter().chain(master).chain(compared).collect(),
        measurement: Some(measurement),
        warnings: file.correction.iter().filter_map(|correction| correction.shortfall.clone()).collect(),
        judgements: specification.cloned().zip(judgement).into_iter().collect(),
        ..Section::default()
    })
}
