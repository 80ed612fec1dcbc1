//! Figures of peers that cannot run in this process. Measured on two Zen 5 cores with AVX-512 at about 3.9 GHz,
//! November 2026, medians, ±10 %; on another machine only the ratios of one run with one another mean much.

/// A figure to compare with.
#[derive(Clone, Copy, Debug)]
pub struct Yardstick {
    /// Who.
    pub name: &'static str,
    /// How much, in the unit of the table.
    pub value: f64,
}

const fn yardstick(name: &'static str, value: f64) -> Yardstick {
    Yardstick { name, value }
}

/// ns per gain calculation of a point source.
pub const LIBEAR_POINT: Yardstick = yardstick("libear, point", 660.0);
/// ns per gain calculation of a source of 45° × 20°.
pub const LIBEAR_EXTENT: Yardstick = yardstick("libear, extent", 4_000.0);
/// ns per gain calculation of a Cartesian source with extent; the reference takes 2.3 to 39 ms.
pub const EAR_CARTESIAN_EXTENT: Yardstick = yardstick("EAR 2.1.0, Cartesian extent, fastest", 2_300_000.0);
/// ns per object-sample, moving objects to 7.1.4.
pub const LIBEAR_OBJECTS: Yardstick = yardstick("libear, objects", 2.35);
/// ns per object-sample, a quarter of the objects with extent and diffuse.
pub const LIBEAR_DIFFUSE: Yardstick = yardstick("libear, with diffuse", 6.1);
/// ns per sample, 128 tracks of 24 bits to planar f32.
pub const LIBBW64_READ: Yardstick = yardstick("libbw64", 0.76);
/// ns per sample, the same.
pub const LIBSNDFILE_READ: Yardstick = yardstick("libsndfile", 1.37);
/// MB/s of axml.
pub const LIBADM_FASTEST: Yardstick = yardstick("libadm, fastest", 106.0);
/// Times real time, 128 tracks to 7.1.4 with loudness and a 24-bit file.
pub const PEERS_CHAINED: Yardstick = yardstick("peers chained", 39.0);
/// MB/s of axml.
pub const EAR_AXML: Yardstick = yardstick("EAR 2.1.0", 3.0);
/// ns per source-sample, moving sources with only 32 taps, blocks of 1024 and 256.
pub const OPENAL_MOVING: [Yardstick; 2] =
    [yardstick("OpenAL Soft, 32 taps", 10.0), yardstick("OpenAL Soft, 32 taps", 14.8)];
/// ns per source-sample, static sources with 512 taps, blocks of 1024 and 256.
pub const ZITA_STATIC: [Yardstick; 2] =
    [yardstick("zita-convolver", 2.27), yardstick("zita-convolver", 2.97)];
/// ns per source-sample, one static source, block of 256.
pub const ZITA_SINGLE: Yardstick = yardstick("zita-convolver", 6.6);
/// ns per sample, one channel through 1 s and 4 s, block of 256.
pub const ZITA_LONG: [Yardstick; 2] = [yardstick("zita-convolver", 42.0), yardstick("zita-convolver", 53.0)];
