//! Small files, right unless a field says otherwise.

/// A plain WAV file.
#[derive(Clone, Debug)]
pub(crate) struct Wav {
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) sample_rate: u32,
    pub(crate) frames: usize,
    /// Chunks in front of the samples.
    pub(crate) chunks: Vec<([u8; 4], Vec<u8>)>,
}

impl Wav {
    /// 16-bit PCM at 48 kHz with a quiet ramp in it.
    pub(crate) fn pcm16(channels: u16, frames: usize) -> Self {
        Self { tag: 1, channels, sample_rate: 48_000, frames, chunks: Vec::new() }
    }

    /// Its bytes.
    pub(crate) fn file(&self) -> Vec<u8> {
        let align = self.channels * 2;
        let mut fmt = Vec::new();
        fmt.extend(self.tag.to_le_bytes());
        fmt.extend(self.channels.to_le_bytes());
        fmt.extend(self.sample_rate.to_le_bytes());
        fmt.extend((self.sample_rate.wrapping_mul(u32::from(align))).to_le_bytes());
        fmt.extend(align.to_le_bytes());
        fmt.extend(16_u16.to_le_bytes());
        let samples = (0..self.frames * usize::from(self.channels.max(1)))
            .flat_map(|i| ((i % 999) as i16).to_le_bytes());
        let mut body = b"WAVE".to_vec();
        chunk(&mut body, *b"fmt ", &fmt);
        self.chunks.iter().for_each(|(id, bytes)| chunk(&mut body, *id, bytes));
        chunk(&mut body, *b"data", &samples.collect::<Vec<u8>>());
        let mut file = b"RIFF".to_vec();
        file.extend((body.len() as u32).to_le_bytes());
        file.extend(body);
        file
    }
}

fn chunk(file: &mut Vec<u8>, id: [u8; 4], body: &[u8]) {
    file.extend(id);
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    if body.len() % 2 == 1 {
        file.push(0);
    }
}

/// A master of one mono object.
#[derive(Clone, Debug)]
pub(crate) struct Adm {
    /// In front of the root element.
    pub(crate) before: String,
    /// In place of the whole axml.
    pub(crate) axml: Option<Vec<u8>>,
    /// Inside the audioObject.
    pub(crate) in_object: String,
    /// The pack that the object refers to.
    pub(crate) pack: String,
    /// The track that chna gives the object.
    pub(crate) track_index: u16,
    pub(crate) azimuth: String,
    pub(crate) block_attributes: String,
    /// Behind the first block.
    pub(crate) after_block: String,
}

impl Default for Adm {
    fn default() -> Self {
        Self {
            before: String::new(),
            axml: None,
            in_object: String::new(),
            pack: "AP_00031001".to_owned(),
            track_index: 1,
            azimuth: "30".to_owned(),
            block_attributes: String::new(),
            after_block: String::new(),
        }
    }
}

impl Adm {
    /// Its bytes: a BW64 file of one track and 10 ms, samples last.
    pub(crate) fn file(&self) -> Vec<u8> {
        let axml = self.axml.clone().unwrap_or_else(|| self.xml().into_bytes());
        let mut chna = vec![1, 0, 1, 0];
        chna.extend(self.track_index.to_le_bytes());
        chna.extend(b"ATU_00000001AT_00031001_01AP_00031001\0");
        Wav { chunks: vec![(*b"chna", chna), (*b"axml", axml)], ..Wav::pcm16(1, 480) }.file()
    }

    fn xml(&self) -> String {
        let Self { before, in_object, pack, azimuth, block_attributes, after_block, .. } = self;
        format!(
            r#"{before}<ebuCoreMain xmlns="urn:ebu:metadata-schema:ebuCore_2014"><coreMetadata><format><audioFormatExtended>
<audioProgramme audioProgrammeID="APR_1001" audioProgrammeName="P"><audioContentIDRef>ACO_1001</audioContentIDRef></audioProgramme>
<audioContent audioContentID="ACO_1001" audioContentName="C"><audioObjectIDRef>AO_1001</audioObjectIDRef></audioContent>
<audioObject audioObjectID="AO_1001" audioObjectName="O"><audioPackFormatIDRef>{pack}</audioPackFormatIDRef>{in_object}
<audioTrackUIDRef>ATU_00000001</audioTrackUIDRef></audioObject>
<audioPackFormat audioPackFormatID="AP_00031001" audioPackFormatName="O" typeLabel="0003" typeDefinition="Objects">
<audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef></audioPackFormat>
<audioChannelFormat audioChannelFormatID="AC_00031001" audioChannelFormatName="O" typeLabel="0003" typeDefinition="Objects">
<audioBlockFormat audioBlockFormatID="AB_00031001_00000001"{block_attributes}><position coordinate="azimuth">{azimuth}</position>
<position coordinate="elevation">0</position><position coordinate="distance">1</position></audioBlockFormat>{after_block}
</audioChannelFormat>
<audioStreamFormat audioStreamFormatID="AS_00031001" audioStreamFormatName="O" formatLabel="0001" formatDefinition="PCM">
<audioChannelFormatIDRef>AC_00031001</audioChannelFormatIDRef><audioTrackFormatIDRef>AT_00031001_01</audioTrackFormatIDRef></audioStreamFormat>
<audioTrackFormat audioTrackFormatID="AT_00031001_01" audioTrackFormatName="O" formatLabel="0001" formatDefinition="PCM">
<audioStreamFormatIDRef>AS_00031001</audioStreamFormatIDRef></audioTrackFormat>
<audioTrackUID UID="ATU_00000001" sampleRate="48000" bitDepth="16"><audioTrackFormatIDRef>AT_00031001_01</audioTrackFormatIDRef>
<audioPackFormatIDRef>AP_00031001</audioPackFormatIDRef></audioTrackUID>
</audioFormatExtended></format></coreMetadata></ebuCoreMain>"#
        )
    }
}
