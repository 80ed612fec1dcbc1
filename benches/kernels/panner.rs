//! Goal 4c: one gain calculation to 4+7+0.
#![allow(clippy::print_stdout)]

use std::error::Error;

use formats::adm::{BlockFormats, ObjectsBlock};
use proscenium_benches::job;
use proscenium_benches::scene::{Motion, Scene};
use proscenium_benches::timing::{best_of, row, table};
use proscenium_benches::yardstick::{EAR_CARTESIAN_EXTENT, LIBEAR_EXTENT, LIBEAR_POINT, Yardstick};
use renderer::items::{ItemContext, RenderItem};
use renderer::layout::Layout;
use renderer::panner::objects::ObjectsGainCalculator;

fn main() -> Result<(), Box<dyn Error>> {
    table("one gain calculation to 4+7+0", "ns");
    let point = measure(Motion::Film, |block| (block.width, block.height) = (0.0, 0.0))?;
    row("polar, point", point, &[LIBEAR_POINT], false);
    let extent = measure(Motion::Film, |block| (block.width, block.height) = (45.0, 20.0))?;
    row("polar, extent 45 × 20", extent, &[LIBEAR_EXTENT], false);
    let point = measure(Motion::Atmos, |block| size(block, 0.0))?;
    row("Cartesian, point", point, &[LIBEAR_POINT], false);
    let extent = measure(Motion::Atmos, |block| size(block, 0.2))?;
    let goal = Yardstick { name: "goal", value: 5_000.0 };
    row("Cartesian, size 0.2", extent, &[EAR_CARTESIAN_EXTENT, goal], false);
    Ok(())
}

fn size(block: &mut ObjectsBlock, size: f64) {
    (block.width, block.height, block.depth) = (size, size, size);
}

/// ns per block of a scene whose blocks are all different, each changed by `change`.
fn measure(motion: Motion, change: impl Fn(&mut ObjectsBlock)) -> Result<f64, Box<dyn Error>> {
    let scene = Scene { seconds: 20, has_bed: false, objects: 12, motion, blocks: None };
    let mut blocks: Vec<(ObjectsBlock, ItemContext)> = Vec::new();
    for item in job::items(&scene)?.iter() {
        if let RenderItem::Objects(item) = item
            && let BlockFormats::Objects(own) = &item.channel.blocks
        {
            blocks.extend(own.iter().cloned().map(|mut block| {
                change(&mut block);
                block.diffuse = 0.0;
                (block, item.context.clone())
            }));
        }
    }
    let mut calculator = ObjectsGainCalculator::new(&Layout::by_name("4+7+0")?)?;
    let mut gains = calculator.silence();
    let seconds = best_of(5, || {
        for (block, context) in &blocks {
            calculator.gains(block, context, &mut gains);
        }
    });
    Ok(seconds * 1e9 / blocks.len() as f64)
}
