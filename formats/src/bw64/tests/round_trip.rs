use std::path::Path;

use proptest::prelude::*;

use super::*;

fn spec(format: AudioFormat) -> WriterSpec {
    WriterSpec { format, frames: None, dither: None }
}

fn write(path: &Path, format: AudioFormat, block: &Planar<f32>) -> WriteSummary {
    let mut writer = Writer::create(path, &spec(format)).unwrap();
    writer.write_planar(block).unwrap();
    writer.finish().unwrap()
}

/// Numbers that 16 bits hold exactly.
fn block(channels: usize, frames: usize, seed: u32) -> Planar<f32> {
    let mut block = Planar::new(channels, frames);
    for channel in 0..channels {
        for (frame, to) in block.channel_mut(channel).iter_mut().enumerate() {
            let x = (seed ^ (channel * 7919 + frame) as u32).wrapping_mul(0x9E37_79B9) >> 16;
            *to = (x as f32 - 32_768.0) / 32_768.0;
        }
    }
    block
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// hound 3.5 is the independent reader and writer.
    #[test]
    fn hound_reads_what_we_write_and_we_read_what_hound_writes(
        format in proptest::sample::select(vec![
            SampleFormat::Int16, SampleFormat::Int24, SampleFormat::Int32, SampleFormat::Float32,
        ]),
        channels in 1u16..18, frames in 0usize..200, rate in 1u32..200_000, mask: bool, seed: u32,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let block = block(channels.into(), frames, seed);
        let mut audio = AudioFormat::new(channels, rate, format);
        if mask {
            audio = audio.with_channel_mask((1 << channels) - 1);
        }
        let ours = folder.path().join("ours.wav");
        let summary = write(&ours, audio, &block);
        prop_assert_eq!(summary.frames, frames as u64);
        prop_assert_eq!(summary.container, Container::Riff);

        let mut hound = hound::WavReader::open(&ours).unwrap();
        let spec = hound.spec();
        prop_assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (channels, rate, format.bits()));
        let scale = f64::from(format.bits() - 1).exp2();
        let read: Vec<f64> = if format.is_float() {
            hound.samples::<f32>().map(|s| s.unwrap().into()).collect()
        } else {
            hound.samples::<i32>().map(|s| f64::from(s.unwrap()) / scale).collect()
        };
        prop_assert_eq!(read.len(), frames * usize::from(channels));
        for (i, sample) in read.iter().enumerate() {
            let (frame, channel) = (i / usize::from(channels), i % usize::from(channels));
            prop_assert_eq!(*sample, f64::from(block.channel(channel)[frame]));
        }

        let theirs = folder.path().join("theirs.wav");
        let mut writer = hound::WavWriter::create(&theirs, spec).unwrap();
        for sample in &read {
            if format.is_float() {
                writer.write_sample(*sample as f32).unwrap();
            } else {
                writer.write_sample((sample * scale) as i32).unwrap();
            }
        }
        writer.finalize().unwrap();
        for path in [&ours, &theirs] {
            let mut reader = Reader::open(path).unwrap();
            prop_assert_eq!(reader.format().sample_format, format);
            prop_assert_eq!(reader.sample_rate(), rate);
            let mut again = Planar::default();
            reader.read_planar(0, frames + 10, &mut again).unwrap();
            for channel in 0..usize::from(channels) {
                prop_assert_eq!(again.channel(channel), block.channel(channel));
            }
        }
    }
}

#[test]
fn chunks_before_and_after_the_samples_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let rows = vec![ChnaRow {
        track_index: 1,
        uid: "ATU_00000001".into(),
        track_ref: Some(TrackRef::ChannelFormat("AC_00010003".into())),
        pack_ref: Some("AP_00010001".into()),
    }];
    let chna = ChnaChunk { rows };
    let mut writer = Writer::create(&path, &spec(AudioFormat::new(1, 48_000, SampleFormat::Int24))).unwrap();
    writer.add_chna(&chna).unwrap();
    writer.write_planar(&block(1, 3, 1)).unwrap();
    writer.add_axml(b"<xml/>!".to_vec()).unwrap();
    writer.add_chunk(ChunkId(*b"zzzz"), vec![1, 2]).unwrap();
    assert!(!path.exists(), "the name appears only when the file is complete");
    writer.finish().unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(reader.warnings(), []);
    let ids: Vec<String> = reader.chunks().iter().map(|c| c.id.to_string()).collect();
    assert_eq!(ids, ["JUNK", "fmt", "chna", "data", "axml", "zzzz"]);
    let mut warnings = Vec::new();
    assert_eq!(reader.chna(&mut warnings).unwrap(), Some(chna));
    assert_eq!(warnings, []);
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut reader.axml().unwrap().unwrap(), &mut xml).unwrap();
    assert_eq!(xml, "<xml/>!\n", "a line feed makes the length even");
}

#[test]
fn any_span_can_be_read_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let whole = block(3, 500, 5);
    write(&path, AudioFormat::new(3, 48_000, SampleFormat::Int24), &whole);
    let mut reader = Reader::open(&path).unwrap();
    for (start, frames) in [(400, 100), (0, 64), (64, 64), (499, 9), (500, 5), (u64::MAX, 1), (17, 0)] {
        let mut part = Planar::default();
        reader.read_planar(start, frames, &mut part).unwrap();
        let from = usize::try_from(start).unwrap_or(500).min(500);
        let to = from.saturating_add(frames).min(500);
        assert_eq!(part.channel(2), &whole.channel(2)[from..to]);
    }
}

#[test]
fn an_unfinished_file_leaves_nothing_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    std::fs::write(&path, "old").unwrap();
    let mut writer = Writer::create(&path, &spec(AudioFormat::new(1, 48_000, SampleFormat::Int16))).unwrap();
    writer.write_planar(&block(1, 100, 1)).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    drop(writer);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_disk_that_is_too_small_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.wav");
    let format = AudioFormat::new(128, 48_000, SampleFormat::Int24);
    let error =
        Writer::create(&path, &WriterSpec { format, frames: Some(u64::MAX), dither: None }).unwrap_err();
    assert!(error.to_string().contains("huge.wav: cannot write: disk full"), "{error}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn outputs_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let format = AudioFormat::new(1, 48_000, SampleFormat::Int16);
    assert!(Writer::create(folder.path(), &spec(format)).unwrap_err().to_string().contains("folder"));
    assert!(Writer::create(&folder.path().join("no/such/a.wav"), &spec(format)).is_err());
    let wide = AudioFormat::new(20_000, 48_000, SampleFormat::Int32);
    assert!(Writer::create(&folder.path().join("a.wav"), &spec(wide)).is_err());
    let link = folder.path().join("link.wav");
    let target = folder.path().join("target.wav");
    write(&target, format, &block(1, 10, 1));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(same_file(&link, &target));
    write(&link, format, &block(1, 20, 1));
    assert_eq!(Reader::open(&target).unwrap().frames(), 20, "the link's file is replaced, not the link");
    assert!(link.is_symlink());
}
