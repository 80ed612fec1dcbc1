//! Figures of peers that cannot run in this process. Those of libraries that Debian has are taken on this machine by
//! `benches/peers`, whose answer the file `$PEERS` holds (`benches/run.sh` sees to that). In their place, and for all others, stand
//! figures of two Zen 5 cores with AVX-512 at about 3.9 GHz, November 2026, medians, ±10 %, of which only the ratios to one another mean much.

use std::collections::BTreeMap;
use std::sync::OnceLock;

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
/// MB/s of axml.
pub const LIBADM_FASTEST: Yardstick = yardstick("libadm, fastest", 106.0);
/// Times real time, 128 tracks to 7.1.4 with loudness and a 24-bit file.
pub const PEERS_CHAINED: Yardstick = yardstick("peers chained", 39.0);
/// MB/s of axml.
pub const EAR_AXML: Yardstick = yardstick("EAR 2.1.0", 3.0);
/// ns per source-sample, moving sources with only some 32 taps, blocks of 1024 and 256; a single one was not published.
pub fn openal_moving(block: usize, sources: usize) -> Yardstick {
    let published = if block >= 1024 { 10.0 } else { 14.8 };
    let one = if sources == 1 { "-one" } else { "" };
    here(&format!("openal-moving{one}-{block}"), ["OpenAL Soft, here", "OpenAL Soft, Zen 5"], published)
}

/// ns per source-sample, static sources with 512 taps, blocks of 1024 and 256.
pub fn zita_static(block: usize) -> Yardstick {
    let published = if block >= 1024 { 2.27 } else { 2.97 };
    here(&format!("zita-static-{block}"), ZITA, published)
}

/// ns per source-sample, one static source, block of 256.
pub fn zita_single() -> Yardstick {
    here("zita-single-256", ZITA, 6.6)
}

/// ns per sample, one channel through so many seconds, 1 or 4, block of 256.
pub fn zita_long(seconds: usize) -> Yardstick {
    here(&format!("zita-long-{seconds}"), ZITA, if seconds > 1 { 53.0 } else { 42.0 })
}

/// ns per sample of a channel, twelve of them, without and with true peak.
pub fn libebur128(true_peak: bool) -> Yardstick {
    let (key, published) =
        if true_peak { ("libebur128-peak-12", 30.5) } else { ("libebur128-integrated-12", 7.9) };
    here(key, ["libebur128, here", "libebur128, Zen 5"], published)
}

/// ns per sample, 128 tracks of 24 bits to planar f32.
pub fn libsndfile_read() -> Yardstick {
    here("libsndfile-read-128", ["libsndfile, here", "libsndfile, Zen 5"], 1.37)
}

const ZITA: [&str; 2] = ["zita-convolver, here", "zita-convolver, Zen 5"];

/// What `benches/peers` found, or what was published.
fn here(key: &str, [name, elsewhere]: [&'static str; 2], published: f64) -> Yardstick {
    static FOUND: OnceLock<BTreeMap<String, f64>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let text = std::env::var_os("PEERS").and_then(|path| std::fs::read_to_string(path).ok());
        let line = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        };
        text.unwrap_or_default().lines().filter_map(line).collect()
    });
    match found.get(key) {
        Some(value) => yardstick(name, *value),
        None => yardstick(elsewhere, published),
    }
}
