//! Drawings to pixels, by wgpu: pipelines that live as long as the program, and a picture that is drawn anew.

use std::collections::BTreeMap;

use egui_wgpu::RenderState;
use wgpu::util::DeviceExt as _;

use super::camera::Camera;
use super::drawing::{CORNER, Colour, Drawing, LINE, SPRITE};

const COLOUR: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
const DEPTH: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Samples of a pixel where a GPU draws. A processor draws one: all edges but those of triangles are smooth without.
const SAMPLES: u32 = 4;
/// Floats of the uniforms: a matrix and six vectors.
const UNIFORMS: usize = 16 + 6 * 4;
/// Largest width or height of a picture, pixels.
const LARGEST: u32 = 8192;

/// What draws rooms.
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    samples: u32,
    pipelines: Pipelines,
    layout: wgpu::BindGroupLayout,
    pictures: BTreeMap<usize, Picture>,
}

struct Pipelines {
    sky: wgpu::RenderPipeline,
    solids: wgpu::RenderPipeline,
    panes: wgpu::RenderPipeline,
    lines: wgpu::RenderPipeline,
    balls: wgpu::RenderPipeline,
    sprites: wgpu::RenderPipeline,
}

/// What is drawn on.
struct Picture {
    size: [u32; 2],
    resolved: wgpu::Texture,
    samples: Option<wgpu::Texture>,
    depth: wgpu::Texture,
    texture: egui::TextureId,
}

/// The background of a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Background {
    /// At the top; its opacity is how much darker the corners are.
    pub sky: Colour,
    /// At the bottom.
    pub ground: Colour,
}

impl Gpu {
    /// Pipelines on the device of a window.
    pub fn new(state: &RenderState) -> Self {
        let device = state.device.clone();
        let is_processor = state.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        let samples = if is_processor { 1 } else { SAMPLES };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("room"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let pipelines = Pipelines::new(&device, &layout, samples);
        Self { queue: state.queue.clone(), samples, pipelines, layout, pictures: BTreeMap::new(), device }
    }

    /// Draws the picture number `index`, of `size` pixels and `scale` pixels to a point; gives the texture that egui
    /// shows.
    pub fn draw(
        &mut self,
        (state, index): (&RenderState, usize),
        mut drawing: Drawing,
        camera: &Camera,
        background: Background,
        (size, scale): ([u32; 2], f32),
    ) -> egui::TextureId {
        let size = size.map(|side| side.clamp(1, LARGEST));
        let (eye, forward) = (camera.eye(), camera.forward());
        drawing.sort(|[x, y, z]| (x - eye.x) * forward.x + (y - eye.y) * forward.y + (z - eye.z) * forward.z);
        let picture = match self.pictures.remove(&index) {
            Some(picture) if picture.size == size => picture,
            other => {
                // The frame that showed it is over.
                let old = other.map(|picture| picture.texture);
                old.iter().for_each(|texture| state.renderer.write().free_texture(texture));
                self.new_picture(state, size)
            }
        };
        let uniforms = uniforms(camera, background, size, scale);
        let uniforms = self.buffer(&uniforms, wgpu::BufferUsages::UNIFORM);
        let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("room"),
            layout: &self.layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: uniforms.as_entire_binding() }],
        });
        let mut encoder =
            self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("room") });
        let view = |texture: &wgpu::Texture| texture.create_view(&wgpu::TextureViewDescriptor::default());
        let (resolved, depth) = (view(&picture.resolved), view(&picture.depth));
        let samples = picture.samples.as_ref().map(view);
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("room"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: samples.as_ref().unwrap_or(&resolved),
                    resolve_target: samples.is_some().then_some(&resolved),
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                        store: wgpu::StoreOp::Store,
                    },
                    depth_slice: None,
                })],
                depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                    view: &depth,
                    depth_ops: Some(wgpu::Operations {
                        load: wgpu::LoadOp::Clear(1.0),
                        store: wgpu::StoreOp::Discard,
                    }),
                    stencil_ops: None,
                }),
                ..Default::default()
            });
            pass.set_bind_group(0, &bind_group, &[]);
            pass.set_pipeline(&self.pipelines.sky);
            pass.draw(0..3, 0..1);
            let Pipelines { solids, panes, lines, balls, sprites, .. } = &self.pipelines;
            self.draw_corners(&mut pass, solids, &drawing.solids);
            self.draw_instances(&mut pass, balls, &drawing.balls, SPRITE);
            self.draw_corners(&mut pass, panes, &drawing.panes);
            self.draw_instances(&mut pass, lines, &drawing.lines, LINE);
            self.draw_instances(&mut pass, sprites, &drawing.sprites, SPRITE);
        }
        self.queue.submit([encoder.finish()]);
        let texture = picture.texture;
        self.pictures.insert(index, picture);
        texture
    }

    fn draw_corners(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        pipeline: &wgpu::RenderPipeline,
        corners: &[f32],
    ) {
        if let Ok(count @ 1..) = u32::try_from(corners.len() / CORNER) {
            let buffer = self.buffer(corners, wgpu::BufferUsages::VERTEX);
            pass.set_pipeline(pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(0..count, 0..1);
        }
    }

    fn draw_instances(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        pipeline: &wgpu::RenderPipeline,
        floats: &[f32],
        of_each: usize,
    ) {
        if let Ok(count @ 1..) = u32::try_from(floats.len() / of_each) {
            let buffer = self.buffer(floats, wgpu::BufferUsages::VERTEX);
            pass.set_pipeline(pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(0..4, 0..count);
        }
    }

    fn buffer(&self, floats: &[f32], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let contents = bytemuck::cast_slice(floats);
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("room"),
            contents,
            usage,
        })
    }

    fn new_picture(&self, state: &RenderState, size: [u32; 2]) -> Picture {
        let texture = |format, samples, usage| {
            self.device.create_texture(&wgpu::TextureDescriptor {
                label: Some("room"),
                size: wgpu::Extent3d { width: size[0], height: size[1], depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: samples,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage,
                view_formats: &[],
            })
        };
        let target = wgpu::TextureUsages::RENDER_ATTACHMENT;
        let resolved = texture(COLOUR, 1, target | wgpu::TextureUsages::TEXTURE_BINDING);
        let samples = (self.samples > 1).then(|| texture(COLOUR, self.samples, target));
        let depth = texture(DEPTH, self.samples, target);
        let view = resolved.create_view(&wgpu::TextureViewDescriptor::default());
        let mut renderer = state.renderer.write();
        let texture = renderer.register_native_texture(&self.device, &view, wgpu::FilterMode::Nearest);
        Picture { size, resolved, samples, depth, texture }
    }
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu").field("samples", &self.samples).finish_non_exhaustive()
    }
}

fn uniforms(camera: &Camera, background: Background, size: [u32; 2], scale: f32) -> [f32; UNIFORMS] {
    let (width, height) = (size[0] as f32, size[1] as f32);
    let matrix = camera.matrix(width / height);
    let is_parallel = if camera.is_parallel { 1.0 } else { 0.0 };
    // Parallel rays come from a direction and not from a place.
    let eye = if camera.is_parallel { -camera.forward() } else { camera.eye().coords };
    let vector = |v: nalgebra::Vector3<f32>| [v.x, v.y, v.z, 0.0];
    let mut floats = [0.0; UNIFORMS];
    let vectors = [
        [width, height, scale, is_parallel],
        vector(eye),
        vector(camera.right()),
        vector(camera.up()),
        background.sky,
        background.ground,
    ];
    let all = matrix.as_slice().iter().chain(vectors.as_flattened());
    floats.iter_mut().zip(all).for_each(|(float, value)| *float = *value);
    floats
}

impl Pipelines {
    fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, samples: u32) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("gpu.wgsl"));
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("room"),
            bind_group_layouts: &[Some(layout)],
            immediate_size: 0,
        });
        let corners = wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x3, 2 => Float32x4, 3 => Float32];
        let lines = wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4, 2 => Float32x4, 3 => Float32x4];
        let sprites = wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4, 2 => Float32x4];
        let buffer = |floats: usize, step_mode, attributes| wgpu::VertexBufferLayout {
            array_stride: (floats * size_of::<f32>()) as u64,
            step_mode,
            attributes,
        };
        let corners = buffer(CORNER, wgpu::VertexStepMode::Vertex, &corners);
        let lines = buffer(LINE, wgpu::VertexStepMode::Instance, &lines);
        let sprites = buffer(SPRITE, wgpu::VertexStepMode::Instance, &sprites);
        let make = |entries: (&str, &str), buffers: Option<wgpu::VertexBufferLayout<'_>>, hides, tests| {
            let is_strip = entries.0 != "corner" && entries.0 != "sky_corner";
            let topology = if is_strip {
                wgpu::PrimitiveTopology::TriangleStrip
            } else {
                wgpu::PrimitiveTopology::TriangleList
            };
            let depth_compare =
                if tests { wgpu::CompareFunction::LessEqual } else { wgpu::CompareFunction::Always };
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(entries.1),
                layout: Some(&layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(entries.0),
                    compilation_options: Default::default(),
                    buffers: &[buffers],
                },
                primitive: wgpu::PrimitiveState { topology, ..Default::default() },
                depth_stencil: Some(wgpu::DepthStencilState {
                    format: DEPTH,
                    depth_write_enabled: Some(hides),
                    depth_compare: Some(depth_compare),
                    stencil: Default::default(),
                    bias: Default::default(),
                }),
                multisample: wgpu::MultisampleState { count: samples, ..Default::default() },
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(entries.1),
                    compilation_options: Default::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format: COLOUR,
                        blend: Some(wgpu::BlendState::ALPHA_BLENDING),
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        Self {
            sky: make(("sky_corner", "sky_pixel"), None, false, false),
            solids: make(("corner", "triangle_pixel"), Some(corners.clone()), true, true),
            panes: make(("corner", "triangle_pixel"), Some(corners), false, true),
            lines: make(("line_corner", "line_pixel"), Some(lines), false, true),
            balls: make(("sprite_corner", "sprite_pixel"), Some(sprites.clone()), true, true),
            sprites: make(("sprite_corner", "sprite_pixel"), Some(sprites), false, true),
        }
    }
}
