//! The program without a window: one picture, the same every time.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use egui::{CentralPanel, Frame, RawInput, Rect, Ui, Vec2};
use egui_wgpu::{
    RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew,
};

use crate::app::{App, Settings};
use crate::document::{Document, import, is_master};
use crate::panels::mixer::{self, Place};
use crate::panels::{Tab, room};
use crate::theme::Theme;
use crate::transport::{parse, text_of};
use crate::view3d::camera::View;

/// Frames until everything has found its place.
const FRAMES: usize = 4;
/// Times of a contact sheet.
const TIMES: usize = 3;
/// Views of a contact sheet.
const VIEWS: [View; 3] = [View::Room, View::Top, View::Front];

/// A picture to make.
#[derive(Clone, Debug)]
pub(crate) struct Still {
    pub(crate) file: PathBuf,
    pub(crate) time: Option<String>,
    pub(crate) view: View,
    pub(crate) size: [u32; 2],
    pub(crate) panel: Tab,
    pub(crate) select: Vec<String>,
    pub(crate) layout: Option<String>,
    pub(crate) theme: Theme,
    pub(crate) is_sheet: bool,
}

/// Makes the picture and writes it as a PNG.
pub(crate) fn write(still: &Still, output: &Path) -> anyhow::Result<()> {
    // A master becomes a scene for as long as the picture takes.
    let folder = tempfile::tempdir()?;
    let document = match is_master(&still.file) {
        true => {
            let scene = import(&still.file, &folder.path().join("scene"), &mut |_, _| (), &|| false);
            Document::open(&scene.map_err(|error| anyhow!("{error}"))?)?
        }
        false => Document::open(&still.file)?,
    };
    let mut app = App::new(Settings { theme: Some(still.theme), state: None, is_still: true }, None);
    app.show(document);
    app.room.look(still.view);
    app.panels.tab = still.panel;
    if let Some(layout) = &still.layout {
        app.room.layout = renderer::layout::Layout::by_name(layout)?;
    }
    if let Some(time) = &still.time {
        let seconds = parse(app.document.scene(), time)
            .ok_or_else(|| anyhow!("--time `{time}` is no time of this scene"))?;
        app.seek(seconds);
    }
    for name in &still.select {
        match mixer::called(app.document.scene(), name) {
            Some(Place::Track(track)) => app.document.selection.extend([track]),
            Some(strip) => mixer::select(&mut app, strip),
            None => bail!("--select `{name}`: no track and no strip of the mixer is called that"),
        }
    }
    let state = render_state()?;
    app.set_gpu(&state);
    let pixels = draw(&mut app, still, &state)?;
    save(output, still.size, &pixels).with_context(|| output.display().to_string())
}

/// The device that pictures are drawn on: a software rasteriser where there is one, for it gives the same pixels everywhere.
fn render_state() -> anyhow::Result<RenderState> {
    // OpenGL is asked for only where there is nothing else: it wants to know of displays.
    let modern = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    render_state_of(modern).or_else(|_| render_state_of(wgpu::Backends::all()))
}

fn render_state_of(backends: wgpu::Backends) -> anyhow::Result<RenderState> {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.native_adapter_selector = Some(std::sync::Arc::new(|adapters, _| {
        let rank = |adapter: &&wgpu::Adapter| {
            let info = adapter.get_info();
            (info.device_type != wgpu::DeviceType::Cpu, info.backend != wgpu::Backend::Vulkan)
        };
        adapters.iter().min_by_key(rank).cloned().ok_or_else(|| {
            "there is nothing to draw with: install a driver for Vulkan (Debian: mesa-vulkan-drivers)"
                .to_owned()
        })
    }));
    let setup = WgpuSetup::CreateNew(setup);
    let instance = pollster::block_on(setup.new_instance());
    let configuration = WgpuConfiguration { wgpu_setup: setup, ..Default::default() };
    let state = RenderState::create(&configuration, &instance, None, RendererOptions::PREDICTABLE);
    Ok(pollster::block_on(state)?)
}

/// Red, green, blue and opacity of all pixels, row by row.
fn draw(app: &mut App, still: &Still, state: &RenderState) -> anyhow::Result<Vec<u8>> {
    let context = egui::Context::default();
    app.theme.apply(&context);
    context.all_styles_mut(|style| style.animation_time = 0.0);
    let size = Vec2::new(still.size[0] as f32, still.size[1] as f32);
    let mut output = None;
    for frame in 0..FRAMES {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(frame as f64),
            ..Default::default()
        };
        let full = context.run_ui(input, |ui| if still.is_sheet { sheet(app, ui) } else { app.frame(ui) });
        update_textures(state, full.textures_delta);
        output = Some(full.shapes);
    }
    let triangles = context.tessellate(output.unwrap_or_default(), 1.0);
    read_back(state, &triangles, still.size)
}

fn update_textures(state: &RenderState, mut delta: egui::TexturesDelta) {
    let mut renderer = state.renderer.write();
    for (id, images) in delta.set.drain() {
        for image in images {
            renderer.update_texture(&state.device, &state.queue, id, &image);
        }
    }
}

/// The room at several times, from several sides.
fn sheet(app: &mut App, ui: &mut Ui) {
    let palette = app.theme.palette();
    let length = app.document.seconds();
    CentralPanel::no_frame().frame(Frame::new().fill(palette.panel)).show(ui, |ui| {
        let whole = ui.available_rect_before_wrap();
        let gap = 6.0;
        let cell = Vec2::new(
            (whole.width() - gap * (VIEWS.len() + 1) as f32) / VIEWS.len() as f32,
            (whole.height() - gap * (TIMES + 1) as f32) / TIMES as f32,
        );
        for row in 0..TIMES {
            let seconds = length * (row as f64 + 0.5) / TIMES as f64;
            app.seek(seconds);
            for (column, view) in VIEWS.into_iter().enumerate() {
                let step = cell + Vec2::splat(gap);
                let min =
                    whole.min + Vec2::splat(gap) + Vec2::new(step.x * column as f32, step.y * row as f32);
                let rect = Rect::from_min_size(min.round(), cell.floor());
                let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect));
                room::still(app, &mut inner, view, seconds, row * VIEWS.len() + column);
                let text = format!("{}  {}", text_of(app.document.scene(), seconds), view.name());
                let font = egui::FontId::proportional(12.0);
                let place = rect.min + Vec2::new(8.0, 6.0);
                inner.painter().text(place, egui::Align2::LEFT_TOP, text, font, palette.text);
            }
        }
    });
}

fn read_back(
    state: &RenderState,
    triangles: &[egui::ClippedPrimitive],
    size: [u32; 2],
) -> anyhow::Result<Vec<u8>> {
    let (device, queue) = (&state.device, &state.queue);
    let screen = ScreenDescriptor { size_in_pixels: size, pixels_per_point: 1.0 };
    let extent = wgpu::Extent3d { width: size[0], height: size[1], depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("still"),
        size: extent,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: state.target_format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let row = (size[0] * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("still"),
        size: u64::from(row) * u64::from(size[1]),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("still") });
    let mut renderer = state.renderer.write();
    let commands = renderer.update_buffers(device, queue, &mut encoder, triangles, &screen);
    {
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut pass = encoder
            .begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("still"),
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
            })
            .forget_lifetime();
        renderer.render(&mut pass, triangles, &screen);
    }
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None };
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
        extent,
    );
    queue.submit(commands.into_iter().chain([encoder.finish()]));
    let (sender, receiver) = std::sync::mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
    device.poll(wgpu::PollType::wait_indefinitely())?;
    receiver.recv()??;
    let mapped = buffer.get_mapped_range(..)?;
    let is_bgra = match state.target_format {
        wgpu::TextureFormat::Rgba8Unorm => false,
        wgpu::TextureFormat::Bgra8Unorm => true,
        other => bail!("pictures can't be read back in {other:?}"),
    };
    let mut pixels = Vec::with_capacity(size[0] as usize * size[1] as usize * 4);
    for line in mapped.chunks_exact(row as usize) {
        pixels.extend_from_slice(&line[..size[0] as usize * 4]);
    }
    for pixel in pixels.as_chunks_mut::<4>().0 {
        if is_bgra {
            pixel.swap(0, 2);
        }
        pixel[3] = u8::MAX;
    }
    Ok(pixels)
}

fn save(output: &Path, [width, height]: [u32; 2], pixels: &[u8]) -> anyhow::Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().permissions(usual()).tempfile_in(folder)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let rgb: Vec<u8> = pixels.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    encoder.write_header()?.write_image_data(&rgb)?;
    file.write_all(&bytes)?;
    file.persist(output)?;
    Ok(())
}

#[cfg(unix)]
fn usual() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::Permissions::from_mode(0o644)
}
