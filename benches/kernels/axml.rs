//! Goal 7: axml to the model. 100,000 blocks from memory beside the bare tokens of quick-xml, then a million
//! blocks streamed from a file with the memory that they took.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::File;

use formats::adm;
use proscenium_benches::scene::{Motion, Scene};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{EAR_AXML, LIBADM_FASTEST, Yardstick};

const OBJECTS: u32 = 100;

fn scene(blocks: u64) -> Scene {
    let blocks = blocks / u64::from(OBJECTS);
    Scene {
        seconds: blocks * 32 / 1000,
        has_bed: true,
        objects: OBJECTS,
        motion: Motion::Atmos,
        blocks: Some(blocks),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut xml = Vec::new();
    scene(100_000).write_axml(&mut xml)?;
    let megabytes = xml.len() as f64 / 1e6;

    let tokens = best_of(3, || {
        let mut reader = quick_xml::Reader::from_reader(xml.as_slice());
        let mut count = 0u64;
        while !matches!(reader.read_event(), Ok(quick_xml::events::Event::Eof) | Err(_)) {
            count += 1;
        }
        count
    });
    let ours = best_of(5, || adm::read(xml.as_slice()).is_ok());

    table("axml to the model", "MB/s");
    let live =
        [Yardstick { name: "quick-xml tokens, here", value: megabytes / tokens }, LIBADM_FASTEST, EAR_AXML];
    row(&format!("adm::read, 100,000 blocks, {megabytes:.0} MB"), megabytes / ours, &live, true);
    drop(xml);

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("million.xml");
    let mut file = std::io::BufWriter::new(File::create(&path)?);
    scene(1_000_000).write_axml(&mut file)?;
    drop(file);
    let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
    let before = resident();
    let start = std::time::Instant::now();
    let (document, _) = adm::read(File::open(&path)?)?;
    let seconds = start.elapsed().as_secs_f64();
    row(
        &format!("adm::read, 1,000,000 blocks, {megabytes:.0} MB, streamed"),
        megabytes / seconds,
        &live,
        true,
    );
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("  memory of the million blocks: {:.0} MB (goal 150)", (after - before).max(0.0));
    }
    drop(document);
    Ok(())
}

/// Megabytes of this process that are in memory; Linux only.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1e3)
}
