//! Files that other tools made; they are not part of the repository and these tests pass without them.

use std::path::{Path, PathBuf};

use super::*;
use crate::bw64::chunks::dbmd::{Atmos, AtmosSupplement, SegmentContent};

/// The folder `name` of the collection beside the workspace, when it is there.
fn collection(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/realworld").join(name);
    if !folder.is_dir() {
        println!("skipped: no {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn they_open_without_remarks_and_survive_a_rewrite() {
    for name in ["dolby-dbmd-samples/sample_files", "ebu-adm-toolbox", "protools"] {
        let Some(folder) = collection(name) else { continue };
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_none_or(|e| e != "wav") {
                continue;
            }
            let mut reader = Reader::open(&path).unwrap();
            let mut warnings = reader.warnings().to_vec();
            let chna = reader.chna(&mut warnings).unwrap();
            assert_eq!(warnings, [], "{}", path.display());
            let copy = tempfile::tempdir().unwrap();
            let copy = copy.path().join("copy.wav");
            let edits: Vec<ChunkEdit> = match chna {
                Some(chna) => vec![ChunkEdit::Replace(ChunkId::CHNA, chna.to_bytes())],
                None => Vec::new(),
            };
            rewrite_chunks(&path, &copy, &edits, &mut |_| true).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&copy).unwrap(), "{}", path.display());
        }
    }
}

fn atmos(path: &Path) -> (Atmos, AtmosSupplement) {
    let mut reader = Reader::open(path).unwrap();
    let body = reader.read_chunk(ChunkId::DBMD).unwrap().unwrap();
    let mut warnings = Vec::new();
    let dbmd = DbmdChunk::parse(&body, &mut warnings);
    assert_eq!(warnings, [], "every checksum is right");
    assert_eq!(dbmd.to_bytes(), body);
    assert_eq!(dbmd.version_text(), "1.0.0.6");
    match dbmd.segments.iter().map(|s| s.content()).collect::<Vec<_>>().as_slice() {
        [
            SegmentContent::DolbyDigitalPlus(_),
            SegmentContent::Atmos(a),
            SegmentContent::AtmosSupplement(b),
            ..,
        ] => (a.clone(), b.clone()),
        other => panic!("{other:?}"),
    }
}

/// Expected: the texts beside the files, which Dolby's own parser printed.
#[test]
fn dolby_metadata_says_what_dolbys_parser_says() {
    let Some(folder) = collection("dolby-dbmd-samples/sample_files") else { return };
    let expected = [
        ("1.8.0", "not indicated", &[][..], "not indicated"),
        ("1.9.0", "normal", &["5.1", "5.1.2"][..], "not indicated"),
        ("1.9.0", "normal", &[][..], "off"),
    ];
    for (number, (version, warp, manual, binaural)) in expected.into_iter().enumerate() {
        let (atmos, supplement) = atmos(&folder.join(format!("sample_adm_file_{number}.wav")));
        assert_eq!(atmos.creation_tool, "Dolby Atmos Conversion Tool");
        assert_eq!(atmos.creation_tool_version, version);
        assert_eq!(atmos.warp_mode, warp);
        assert_eq!(supplement.trims.len(), 9);
        let trims: Vec<_> =
            supplement.trims.iter().filter(|t| t.manual.is_some()).map(|t| t.layout).collect();
        assert_eq!(trims, manual);
        assert_eq!(supplement.object_count, 2);
        assert!(supplement.headphone.iter().all(|mode| mode.binaural == binaural));
    }
}
