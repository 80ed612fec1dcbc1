//! Masters imported as scenes with every block kept, exported again, and rendered: equal to the reference as if nothing had
//! happened on the way.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use formats::adm::{self, AdmId};
use formats::bw64::{Reader, SampleFormat};
use formats::profile::Profile;
use proscenium_tests::beside_the_workspace;
use renderer::deliver::{ExportJob, ImportJob, Selection};
use renderer::import::Automation;

use super::{Case, Manifest, Render, check_render, job, run_all};

/// What a scene can't be made of, and the word in the error that says why.
const NOT_IMPORTED: [(&str, &str); 0] = [];

#[test]
fn the_small_set_survives_a_scene() {
    let done = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/data"));
    assert!(done >= 20, "only {done} renders");
}

#[test]
fn the_whole_corpus_survives_a_scene_where_it_is_present() {
    match beside_the_workspace("conformance") {
        None => println!("the whole corpus is not here; its small set is tested"),
        Some(corpus) => println!("{} renders of imported masters", run(&corpus)),
    }
}

/// Imports and exports every case, renders every reference but those of chosen alternatives, whose objects have other ids
/// then; gives their number.
fn run(corpus: &Path) -> usize {
    let manifest = fs::read_to_string(corpus.join("manifest.json")).expect("a manifest");
    let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest of cases");
    let folder = tempfile::tempdir().unwrap();
    let exported = |case: &Case| folder.path().join(format!("{}.wav", case.name));
    let is_usable = |case: &&Case| case.renders.iter().all(|render| render.expect == "ok");
    let cases: Vec<&Case> = manifest.cases.iter().filter(is_usable).collect();
    let work: Vec<(&Case, ())> = cases.iter().map(|case| (*case, ())).collect();
    run_all(&work, &|case, ()| {
        let result = round_trip(&corpus.join(&case.file), &folder.path().join(&case.name), &exported(case));
        match (result, NOT_IMPORTED.iter().find(|(name, _)| *name == case.name)) {
            (Ok(()), None) => Ok(()),
            (Err(error), Some((_, why))) if error.contains(why) => Ok(()),
            (Ok(()), Some(_)) => Err(format!("{} can be imported now", case.name)),
            (Err(error), _) => Err(format!("{}: {error}", case.name)),
        }
    });
    let imported = cases.into_iter().filter(|case| exported(case).exists());
    let renders = |case| {
        let case: &Case = case;
        case.renders.iter().filter(|render| render.comp_objects.is_empty()).map(move |render| (case, render))
    };
    let work: Vec<(&Case, &Render)> = imported.flat_map(renders).collect();
    run_all(&work, &|case, render| {
        let out = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut job = job(corpus, case, render, &out.path().join("out.wav"))?;
        job.selection =
            Selection { programme: programme(&corpus.join(&case.file), render)?, complementary: Vec::new() };
        job.input = exported(case);
        let fault = check_render(corpus, case, render, job);
        fault.map_err(|fault| format!("{} to {}: {fault}", case.name, render.layout))
    });
    work.len()
}

/// The master as a scene in `folder`, and as the master `exported` again.
fn round_trip(master: &Path, folder: &Path, exported: &Path) -> Result<(), String> {
    let job = ImportJob {
        input: master.to_path_buf(),
        folder: folder.to_path_buf(),
        automation: Automation::Exact,
        force: false,
    };
    let open = job.open().map_err(|e| e.to_string())?;
    let ready = open.run(&mut |_| {}, &|| false).map_err(|e| e.to_string())?;
    let report = ready.publish().map_err(|e| e.to_string())?;
    let job = ExportJob {
        scene: PathBuf::from(report.scene),
        output: exported.to_path_buf(),
        sample_format: SampleFormat::Float32,
        dither: false,
        threads: Some(1),
        profile: Profile::Bs2076,
        programme: None,
    };
    let open = job.open().map_err(|e| e.to_string())?;
    let ready = open.run(&mut |_| {}, &|| false).map_err(|e| e.to_string())?;
    ready.publish().map(drop).map_err(|e| e.to_string())
}

/// The programme of the exported master that the render asks for in the first one: they are numbered by their ids.
fn programme(master: &Path, render: &Render) -> Result<Option<AdmId>, String> {
    let Some(wanted) = &render.programme else { return Ok(None) };
    let mut reader = Reader::<File>::open(master).map_err(|e| e.to_string())?;
    let axml = reader.axml().map_err(|e| e.to_string())?.ok_or("no axml")?;
    let (document, _) = adm::read(axml).map_err(|e| e.to_string())?;
    let mut ids: Vec<String> =
        document.programmes.iter().map(|programme| programme.id.as_str().to_lowercase()).collect();
    ids.sort();
    let place = ids.iter().position(|id| *id == wanted.to_lowercase()).ok_or("no such programme")?;
    Ok(Some(AdmId::programme(0x1001 + u16::try_from(place).map_err(|e| e.to_string())?)))
}

/// Masters of real programmes come back with the same render, and say what is left out.
#[test]
fn real_masters_survive_a_scene_where_they_are_present() {
    let Some(shared) = beside_the_workspace("realworld") else {
        println!("no masters of real programmes here");
        return;
    };
    let mut found = BTreeMap::new();
    let mut folders = vec![shared];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "wav")
                && Reader::<File>::open(&path)
                    .is_ok_and(|mut reader| reader.axml().is_ok_and(|axml| axml.is_some()))
            {
                found.insert(path.file_name().unwrap().to_owned(), path);
            }
        }
    }
    assert!(found.len() >= 4, "{found:?}");
    for (name, path) in found {
        let folder = tempfile::tempdir().unwrap();
        let exported = folder.path().join("exported.wav");
        round_trip(&path, &folder.path().join("scene"), &exported)
            .unwrap_or_else(|e| panic!("{name:?}: {e}"));
        for layout in ["4+5+0", "0+2+0"] {
            let [a, b] = [&path, &exported].map(|master| rendered(master, layout));
            let difference = |(a, b): (&Vec<f64>, &Vec<f64>)| {
                assert_eq!(a.len(), b.len());
                a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
            };
            let worst = a.iter().zip(&b).map(difference).fold(0.0, f64::max);
            assert!(worst <= super::TOLERANCE, "{name:?} to {layout} differs by {worst}");
        }
    }
}

fn rendered(master: &Path, layout: &str) -> Vec<Vec<f64>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.wav");
    let deliverable = renderer::deliver::Deliverable::by_name(layout).unwrap();
    let job = renderer::deliver::Job {
        outputs: vec![renderer::deliver::Output::mix(file.clone(), deliverable)],
        sample_format: SampleFormat::Float32,
        ..renderer::deliver::Job::new(master.to_path_buf())
    };
    proscenium_tests::run(job).unwrap();
    proscenium_tests::read_wav(&file).unwrap().0
}
