use super::*;

#[test]
fn a_written_file_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let spec = WriterSpec {
        format: AudioFormat::new(2, 48_000, SampleFormat::Int24),
        frames: Some(100),
        dither: None,
    };
    let mut block = Planar::<f32>::new(2, 100);
    for (i, x) in block.channel_mut(1).iter_mut().enumerate() {
        *x = i as f32 / 128.0;
    }
    let mut writer = Writer::create(&path, &spec).unwrap();
    writer.write_planar(&block).unwrap();
    writer.add_axml(b"<x/>".to_vec()).unwrap();
    assert!(!path.exists());
    writer.finish().unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(reader.warnings(), []);
    let mut read = Planar::default();
    reader.read_planar(0, 1000, &mut read).unwrap();
    assert_eq!(read.channel(1), block.channel(1));
    let mut h = hound::WavReader::open(&path).unwrap();
    assert_eq!(h.samples::<i32>().nth(3).unwrap().unwrap(), 1 << 16);
}
