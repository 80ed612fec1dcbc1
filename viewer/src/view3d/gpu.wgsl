// The room: background, triangles, lines and sprites. Edges are smooth by their own opacity, so that a picture needs no
// more than one sample for each of its points.

struct Scene {
    matrix: mat4x4<f32>,
    // Width and height of the picture, pixels; pixels of a point; 1 where lines are parallel.
    picture: vec4<f32>,
    eye: vec4<f32>,
    right: vec4<f32>,
    up: vec4<f32>,
    sky: vec4<f32>,
    ground: vec4<f32>,
}

@group(0) @binding(0) var<uniform> scene: Scene;

// ---- background -------------------------------------------------------------------------------------------------

struct Sky {
    @builtin(position) position: vec4<f32>,
    @location(0) at: vec2<f32>,
}

@vertex
fn sky_corner(@builtin(vertex_index) index: u32) -> Sky {
    let x = f32(i32(index & 1u) * 4 - 1);
    let y = f32(i32(index >> 1u) * 4 - 1);
    return Sky(vec4<f32>(x, y, 1.0, 1.0), vec2<f32>(x, y));
}

@fragment
fn sky_pixel(in: Sky) -> @location(0) vec4<f32> {
    let height = clamp(0.5 - in.at.y * 0.5, 0.0, 1.0);
    let away = length(in.at * vec2<f32>(0.62, 0.8));
    let colour = mix(scene.sky.rgb, scene.ground.rgb, smoothstep(0.1, 1.05, height));
    let vignette = mix(1.0, 0.86, smoothstep(0.35, 1.25, away));
    // Half a step of noise, by a fixed rule, so that the gradient has no bands.
    let pixel = floor(in.position.xy);
    let noise = fract(52.9829189 * fract(dot(pixel, vec2<f32>(0.06711056, 0.00583715)))) - 0.5;
    return vec4<f32>(mix(colour, colour * vignette, scene.sky.a) + noise / 255.0, 1.0);
}

// ---- triangles --------------------------------------------------------------------------------------------------

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) normal: vec3<f32>,
    @location(1) colour: vec4<f32>,
    @location(2) light: f32,
    @location(3) place: vec3<f32>,
}

@vertex
fn corner(
    @location(0) place: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) colour: vec4<f32>,
    @location(3) light: f32,
) -> Corner {
    return Corner(scene.matrix * vec4<f32>(place, 1.0), normal, colour, light, place);
}

@fragment
fn triangle_pixel(in: Corner) -> @location(0) vec4<f32> {
    if in.light >= 1.0 {
        return in.colour;
    }
    let normal = normalize(in.normal);
    let key = max(dot(normal, normalize(vec3<f32>(-0.45, -0.35, 0.82))), 0.0);
    let towards = normalize(mix(scene.eye.xyz - in.place, scene.eye.xyz, scene.picture.w));
    let facing = max(dot(normal, towards), 0.0);
    let shade = 0.34 + 0.5 * key + 0.22 * facing;
    let rim = pow(1.0 - facing, 3.0) * 0.16;
    return vec4<f32>(mix(in.colour.rgb * shade + rim, in.colour.rgb, in.light), in.colour.a);
}

// ---- lines ------------------------------------------------------------------------------------------------------

struct Line {
    @builtin(position) position: vec4<f32>,
    @location(0) colour: vec4<f32>,
    // Pixels from the middle of the line, and along it, both without perspective.
    @location(1) @interpolate(linear) across: f32,
    @location(2) @interpolate(linear) along: f32,
    @location(3) @interpolate(flat) half_width: f32,
    @location(4) @interpolate(flat) dash: f32,
}

@vertex
fn line_corner(
    @builtin(vertex_index) index: u32,
    @location(0) from_and_width: vec4<f32>,
    @location(1) to_and_dash: vec4<f32>,
    @location(2) colour_from: vec4<f32>,
    @location(3) colour_to: vec4<f32>,
) -> Line {
    var a = scene.matrix * vec4<f32>(from_and_width.xyz, 1.0);
    var b = scene.matrix * vec4<f32>(to_and_dash.xyz, 1.0);
    // What is behind the eye is cut off: there it has no place in the picture.
    let near = 0.02;
    if a.w < near && b.w < near {
        return Line(vec4<f32>(0.0, 0.0, 2.0, 1.0), vec4<f32>(0.0), 0.0, 0.0, 0.0, 0.0);
    }
    if a.w < near { a = mix(a, b, (near - a.w) / (b.w - a.w)); }
    if b.w < near { b = mix(b, a, (near - b.w) / (a.w - b.w)); }
    let half_picture = scene.picture.xy * 0.5;
    let pixel_a = a.xy / a.w * half_picture;
    let pixel_b = b.xy / b.w * half_picture;
    let span = pixel_b - pixel_a;
    let length_in_pixels = max(length(span), 1e-4);
    let along = span / length_in_pixels;
    let side = vec2<f32>(-along.y, along.x);
    let is_end = f32(index & 1u);
    let way = f32(i32(index >> 1u) * 2 - 1);
    let half_width = from_and_width.w * scene.picture.z * 0.5;
    let reach = half_width + 1.0;
    let end = mix(a, b, is_end);
    let offset = side * way * reach + along * (is_end * 2.0 - 1.0) * 0.5;
    var position = end;
    position = vec4<f32>(position.xy + offset / half_picture * position.w, position.z - 0.00006 * position.w, position.w);
    return Line(
        position,
        mix(colour_from, colour_to, is_end),
        way * reach,
        is_end * length_in_pixels,
        half_width,
        to_and_dash.w * scene.picture.z,
    );
}

@fragment
fn line_pixel(in: Line) -> @location(0) vec4<f32> {
    // Lines thinner than a pixel are fainter in place of thinner.
    let thin = min(in.half_width * 2.0, 1.0);
    let width = max(in.half_width, 0.5);
    var alpha = clamp(width + 0.5 - abs(in.across), 0.0, 1.0) * thin;
    if in.dash > 0.0 {
        let part = abs(fract(in.along / (2.0 * in.dash)) - 0.5) * 2.0 * in.dash;
        alpha *= clamp(part - in.dash * 0.5 + 0.5, 0.0, 1.0);
    }
    return vec4<f32>(in.colour.rgb, in.colour.a * alpha);
}

// ---- sprites ----------------------------------------------------------------------------------------------------

struct SpriteCorner {
    @builtin(position) position: vec4<f32>,
    // From −1 to 1 over the sprite, and a little more for its edge.
    @location(0) at: vec2<f32>,
    @location(1) @interpolate(flat) colour: vec4<f32>,
    @location(2) @interpolate(flat) kind: f32,
    // Pixels of its radius.
    @location(3) @interpolate(flat) radius: f32,
}

@vertex
fn sprite_corner(
    @builtin(vertex_index) index: u32,
    @location(0) centre_and_radius: vec4<f32>,
    @location(1) colour: vec4<f32>,
    @location(2) kind_and_least: vec4<f32>,
) -> SpriteCorner {
    let centre = scene.matrix * vec4<f32>(centre_and_radius.xyz, 1.0);
    if centre.w < 0.02 {
        return SpriteCorner(vec4<f32>(0.0, 0.0, 2.0, 1.0), vec2<f32>(0.0), vec4<f32>(0.0), 0.0, 1.0);
    }
    let edge = scene.matrix * vec4<f32>(centre_and_radius.xyz + scene.up.xyz * centre_and_radius.w, 1.0);
    let height = abs(edge.y / edge.w - centre.y / centre.w) * scene.picture.y * 0.5;
    let radius = max(height, kind_and_least.y * scene.picture.z);
    let reach = radius + 1.5;
    let corner = vec2<f32>(f32(i32(index & 1u) * 2 - 1), f32(i32(index >> 1u) * 2 - 1));
    let offset = corner * reach / (scene.picture.xy * 0.5) * centre.w;
    let position = vec4<f32>(centre.xy + offset, centre.z - 0.0001 * centre.w, centre.w);
    return SpriteCorner(position, corner * reach / radius, colour, kind_and_least.x, radius);
}

@fragment
fn sprite_pixel(in: SpriteCorner) -> @location(0) vec4<f32> {
    let away = length(in.at);
    let disc = clamp((1.0 - away) * in.radius + 0.5, 0.0, 1.0);
    if in.kind < 0.5 {
        return ball(in, away, disc);
    } else if in.kind < 1.5 {
        return vec4<f32>(in.colour.rgb, in.colour.a * disc);
    } else if in.kind < 2.5 {
        let band = clamp(1.2 - abs(away - 1.0) * in.radius, 0.0, 1.0);
        return vec4<f32>(in.colour.rgb, in.colour.a * band);
    } else if in.kind < 3.5 {
        let light = clamp(1.0 - away, 0.0, 1.0);
        return vec4<f32>(in.colour.rgb, in.colour.a * light * light);
    }
    let diamond = clamp((1.0 - abs(in.at.x) - abs(in.at.y)) * in.radius * 0.7 + 0.5, 0.0, 1.0);
    return vec4<f32>(in.colour.rgb, in.colour.a * diamond);
}

fn ball(in: SpriteCorner, away: f32, disc: f32) -> vec4<f32> {
    if disc <= 0.02 {
        discard;
    }
    let flat = in.at / max(away, 1.0);
    let normal = vec3<f32>(flat, sqrt(max(1.0 - dot(flat, flat), 0.0)));
    let key = max(dot(normal, normalize(vec3<f32>(-0.45, 0.62, 0.65))), 0.0);
    let half_way = normalize(vec3<f32>(-0.45, 0.62, 1.65));
    let shine = pow(max(dot(normal, half_way), 0.0), 42.0) * 0.55;
    let edge = smoothstep(0.55, 1.0, away);
    let shade = 0.62 + 0.46 * key - 0.22 * edge;
    return vec4<f32>(in.colour.rgb * shade + shine, in.colour.a * disc);
}
