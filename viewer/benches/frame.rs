//! What a frame of the window costs: a scene of 118 objects that move, at 1280x800, playing, on the software rasteriser where
//! there is no other adapter.
//!
//! `cargo bench -p proscenium-viewer --bench frame` prints, for each panel, the least and the middle time of frames in
//! milliseconds: the interface and the room as numbers (`ui`), triangles of the interface (`mesh`), and pixels (`draw`, by
//! as many threads as the rasteriser likes); and the cost of an edit, with what is checked after it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints"
)]
#![allow(missing_docs)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use egui::{Pos2, RawInput, Rect, Vec2};
use egui_wgpu::{
    RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew,
};
use viewer::app::{App, Settings};
use viewer::edit::set_parameters;
use viewer::panels::Tab;

const SIZE: [u32; 2] = [1280, 800];
const OBJECTS: usize = 118;
/// Seconds of the scene, and of every sound.
const SECONDS: u32 = 60;
/// Keys of each coordinate of an object.
const KEYS: usize = 60;
const FRAMES: usize = 60;

fn main() {
    // Tests of all targets run this too: nothing to measure then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(folder.path());
    let state = render_state();
    if let Some(state) = &state {
        println!("adapter: {}", state.adapter.get_info().name);
    }
    let mut app = App::new(Settings::default(), state.as_ref());
    app.open(&scene);
    app.document.selection.set(5);
    println!("{:<12} {:>15} {:>15} {:>15}", "panel", "ui", "mesh", "draw");
    for (tab, name) in [
        (Tab::Timeline, "timeline"),
        (Tab::Mixer, "mixer"),
        (Tab::Loudness, "loudness"),
        (Tab::Listen, "listen"),
    ] {
        app.panels.tab = tab;
        app.seek(3.0);
        let times = frames(&mut app, state.as_ref());
        let column = |part: usize| {
            let mut all: Vec<f64> = times.iter().map(|parts| parts[part]).collect();
            all.sort_by(f64::total_cmp);
            format!("{:.2} {:.2}", all[0], all[all.len() / 2])
        };
        println!("{name:<12} {:>15} {:>15} {:>15}", column(0), column(1), column(2));
    }
    edits(&mut app);
}

/// Times of frames while the playhead goes on: of the interface, its triangles and its pixels, ms.
fn frames(app: &mut App, state: Option<&RenderState>) -> Vec<[f64; 3]> {
    let context = egui::Context::default();
    app.theme.apply(&context);
    let size = Vec2::new(SIZE[0] as f32, SIZE[1] as f32);
    let mut times = Vec::new();
    for frame in 0..FRAMES + 10 {
        let time = frame as f64 / 60.0;
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, size));
        let input = RawInput { screen_rect, time: Some(time), ..Default::default() };
        app.transport.seconds = 3.0 + time;
        let began = Instant::now();
        let full = context.run_ui(input, |ui| app.frame(ui));
        let ui = began.elapsed();
        let began = Instant::now();
        let triangles = context.tessellate(full.shapes, 1.0);
        let mesh = began.elapsed();
        let began = Instant::now();
        if let Some(state) = state {
            draw(state, full.textures_delta, &triangles);
        }
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        if frame >= 10 {
            times.push([ui, mesh, began.elapsed()].map(milliseconds));
        }
    }
    times
}

fn draw(state: &RenderState, mut delta: egui::TexturesDelta, triangles: &[egui::ClippedPrimitive]) {
    let (device, queue) = (&state.device, &state.queue);
    let mut renderer = state.renderer.write();
    for (id, images) in delta.set.drain() {
        for image in images {
            renderer.update_texture(device, queue, id, &image);
        }
    }
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: SIZE[0], height: SIZE[1], depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: state.target_format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    let screen = ScreenDescriptor { size_in_pixels: SIZE, pixels_per_point: 1.0 };
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let commands = renderer.update_buffers(device, queue, &mut encoder, triangles, &screen);
    {
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
                depth_slice: None,
            })],
            ..Default::default()
        });
        renderer.render(&mut pass.forget_lifetime(), triangles, &screen);
    }
    queue.submit(commands.into_iter().chain([encoder.finish()]));
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
}

/// What a drag costs with each of its steps, and when it is let go.
fn edits(app: &mut App) {
    let (mut steps, mut ends) = (Vec::new(), Vec::new());
    for round in 0..20_u32 {
        let began = Instant::now();
        let values = [(formats::scene::ObjectParameter::Gain, f64::from(round) * -0.1)];
        let edit = set_parameters(app.document.scene(), 5, &values, formats::scene::Time::ZERO);
        app.document.edit("Gain", edit.into_iter().collect());
        app.document.seal();
        steps.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        app.document.refresh();
        ends.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let least = |all: &[f64]| all.iter().copied().fold(f64::INFINITY, f64::min);
    println!("edit: {:.3} ms, checked after it: {:.2} ms", least(&steps), least(&ends));
}

fn render_state() -> Option<RenderState> {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = wgpu::Backends::VULKAN;
    let setup = WgpuSetup::CreateNew(setup);
    let instance = pollster::block_on(setup.new_instance());
    let configuration = WgpuConfiguration { wgpu_setup: setup, ..Default::default() };
    pollster::block_on(RenderState::create(&configuration, &instance, None, RendererOptions::PREDICTABLE))
        .ok()
}

/// 118 objects in the cube, all on their way, each with a sound of its own.
fn write_scene(folder: &Path) -> std::path::PathBuf {
    let roles = ["dialogue", "music", "effects", "ambience", "foley"];
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scene version=\"1\" name=\"Film\" sampleRate=\"48000\">\n",
    );
    let sound = wav();
    for object in 0..OBJECTS {
        fs::write(folder.join(format!("{object}.wav")), &sound).unwrap();
        let role = roles[object % roles.len()];
        text += &format!("<track name=\"Object {object}\" role=\"{role}\"><clip file=\"{object}.wav\"/>");
        text += "<object coordinates=\"cartesian\" width=\"0.1\">";
        for (axis, parameter) in ["x", "y", "z"].into_iter().enumerate() {
            text += &format!("<automate parameter=\"{parameter}\">");
            for key in 0..KEYS {
                let at = key as f64 * f64::from(SECONDS) / KEYS as f64;
                let value = (at * 0.3 + object as f64 * 0.7 + axis as f64 * 2.1).sin() * 0.9;
                text += &format!("<key time=\"{at}\" value=\"{value:.4}\"/>");
            }
            text += "</automate>";
        }
        text += "</object></track>\n";
    }
    text += "</scene>\n";
    let path = folder.join("film.xml");
    fs::write(&path, text).unwrap();
    path
}

fn wav() -> Vec<u8> {
    let frames = SECONDS * 48_000;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + frames * 2).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(48_000_u32.to_le_bytes());
    wav.extend(96_000_u32.to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend((frames * 2).to_le_bytes());
    let sample = |frame: u32| (frame.wrapping_mul(2_654_435_761) >> 18) as i16 - 8192;
    wav.extend((0..frames).flat_map(|frame| sample(frame).to_le_bytes()));
    wav
}
