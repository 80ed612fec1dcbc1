//! Scenes made ready to render: items from the axml, an engine, noise to feed it.

use std::error::Error;
use std::sync::Arc;

use formats::adm;
use renderer::audio::AudioBlock;
use renderer::engine::{Engine, EngineSpec};
use renderer::items::{self, RenderItem, SelectOptions};
use renderer::layout::Layout;
use renderer::render::{RenderOptions, Target};

use crate::file::chna;
use crate::scene::{RATE, Scene};

/// The items of `scene`.
///
/// # Errors
/// When the scene isn't a scene; a fault of the bench.
pub fn items(scene: &Scene) -> Result<Arc<[RenderItem]>, Box<dyn Error>> {
    let mut xml = Vec::new();
    scene.write_axml(&mut xml)?;
    let (mut document, mut warnings) = adm::read(xml.as_slice())?;
    document.apply_chna(&chna(scene), &mut warnings);
    let options = SelectOptions { file_tracks: usize::from(scene.tracks()), ..SelectOptions::default() };
    Ok(items::select(&document, &options)?.0.into())
}

/// An engine that renders `items` to the layout called `layout`.
///
/// # Errors
/// When there is no such layout.
pub fn engine(
    items: &Arc<[RenderItem]>,
    layout: &str,
    frames: u64,
    threads: usize,
) -> Result<Engine, Box<dyn Error>> {
    let target = Target::Loudspeakers { layout: Layout::by_name(layout)?, wiring: None };
    let spec = EngineSpec {
        items: Arc::clone(items),
        targets: vec![target.into()],
        sample_rate: RATE,
        frames,
        span: 0..frames,
        options: RenderOptions::default(),
        threads,
    };
    Ok(Engine::new(spec)?.0)
}

/// A block of noise as `engine`'s input, and room for its outputs.
pub fn blocks(engine: &Engine) -> (AudioBlock, Vec<AudioBlock>) {
    let mut input = engine.input_block();
    let mut state = 0x1234_5678u32;
    for channel in 0..input.channels() {
        for sample in input.channel_mut(channel) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = state as i32 as f32 * (0.1 / 2_147_483_648.0);
        }
    }
    (input, engine.output_blocks())
}

/// Renders all of it from one block, again and again. Returns the number of samples that came out.
///
/// # Errors
/// When the engine refuses a block.
pub fn render(
    engine: &mut Engine,
    (mut input, mut outputs): (AudioBlock, Vec<AudioBlock>),
) -> Result<usize, Box<dyn Error>> {
    let span = engine.input_span();
    let (mut left, mut made) = (span.end - span.start, 0);
    while left > 0 {
        let frames = usize::try_from(left).unwrap_or(usize::MAX).min(engine.block_frames());
        input.set_frames(frames);
        engine.process(&input, &mut outputs)?;
        made += outputs.first().map_or(0, AudioBlock::frames);
        left -= frames as u64;
    }
    Ok(made)
}
