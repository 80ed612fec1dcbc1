//! ASC MHL 2.0: the hash list that carriers and archives of the field verify a delivery by, and its chain file.
//!
//! A delivery is one generation: what is delivered anew is a new original, not a damaged copy of an old one.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::checksum::{Checksums, c4};

/// Folder that readers look for.
pub(super) const FOLDER: &str = "ascmhl";
/// The list of lists in it.
pub(super) const CHAIN: &str = "ascmhl_chain.xml";
/// What no list holds: itself, and what file browsers leave behind.
const IGNORED: [&str; 3] = [".DS_Store", "ascmhl", "ascmhl/"];
/// The end of what a list calls its program.
const TOOL: &str = "\">proscenium</tool>";
/// Most of a file of somebody's that is read.
const MOST_READ: u64 = 16 << 20;
const SECONDS_PER_DAY: u64 = 86_400;

/// One file of the list.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Name in the folder.
    pub(super) name: String,
    pub(super) checksums: Checksums,
    /// When it was last written.
    pub(super) modified: SystemTime,
}

/// The two files of the folder `ascmhl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HashList {
    pub(super) list: String,
    pub(super) chain: String,
}

/// What the folder `ascmhl` holds already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// Nothing.
    None,
    /// One list, by this program, as it was written: its name.
    Own(String),
    /// Somebody else's, or ours with generations of somebody else.
    Foreign,
}

impl History {
    /// That of a delivery in `folder`. Ours is known by its own text and by the chain's checksum of it.
    pub(super) fn of(folder: &Path) -> Self {
        let folder = folder.join(FOLDER);
        let read = |name: &str| {
            let mut text = String::new();
            let read =
                File::open(folder.join(name)).and_then(|file| file.take(MOST_READ).read_to_string(&mut text));
            read.ok().map(|_| text)
        };
        if fs::symlink_metadata(folder.join(CHAIN)).is_err() {
            return Self::None;
        }
        let own = read(CHAIN).and_then(|chain| {
            let name = chain.split_once("<path>")?.1.split_once("</path>")?.0;
            let name = name.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let is_plain = name.starts_with("0001_") && name.ends_with(".mhl") && !name.contains('/');
            let list = read(&name).filter(|_| is_plain)?;
            // The same chain comes of the same list, and of no other.
            (list.contains(TOOL) && chain == chain_of(&escaped(&name), &list)).then_some(name)
        });
        own.map_or(Self::Foreign, Self::Own)
    }
}

/// The chain file of one list; `name` is what XML has for its name.
fn chain_of(name: &str, list: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ascmhldirectory xmlns=\"urn:ASC:MHL:DIRECTORY:v2.0\">\n  \
         <hashlist sequencenr=\"1\">\n    <path>{name}</path>\n    <c4>{}</c4>\n  </hashlist>\n</ascmhldirectory>\n",
        c4(list.as_bytes())
    )
}

impl HashList {
    /// File name of the list of a folder called `folder`, as of `now`.
    pub(super) fn name(folder: &str, now: SystemTime) -> String {
        let plain = |c: char| if c.is_control() || c == '/' { '-' } else { c };
        format!("0001_{}_{}.mhl", folder.chars().map(plain).collect::<String>(), Utc::of(now).compact())
    }

    /// Lists `files`; the list itself will be called `name`.
    pub(super) fn new(name: &str, host: &str, files: &[Listed], now: SystemTime) -> Self {
        let list = list(host, files, Utc::of(now));
        let chain = chain_of(&escaped(name), &list);
        Self { list, chain }
    }
}

fn list(host: &str, files: &[Listed], now: Utc) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hashlist version=\"2.0\" xmlns=\"urn:ASC:MHL:v2.0\">\n  \
         <creatorinfo>\n    <creationdate>{now}</creationdate>\n    <hostname>{}</hostname>\n    \
         <tool version=\"{}{TOOL}\n  </creatorinfo>\n  <processinfo>\n    \
         <process>in-place</process>\n    <ignore>\n",
        escaped(host),
        env!("CARGO_PKG_VERSION")
    );
    for pattern in IGNORED {
        let _ = writeln!(xml, "      <pattern>{pattern}</pattern>");
    }
    xml.push_str("    </ignore>\n  </processinfo>\n  <hashes>\n");
    for file in files {
        let _ = writeln!(
            xml,
            "    <hash>\n      <path size=\"{}\" lastmodificationdate=\"{}\">{}</path>\n      \
             <md5 action=\"original\" hashdate=\"{now}\">{}</md5>\n    </hash>",
            file.checksums.bytes,
            Utc::of(file.modified),
            escaped(&file.name),
            file.checksums.md5
        );
    }
    xml.push_str("  </hashes>\n</hashlist>\n");
    xml
}

/// Text of an element. Characters that XML has no place for are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A second of universal time.
#[derive(Clone, Copy, Debug)]
struct Utc {
    date: (u64, u64, u64),
    time: (u64, u64, u64),
}

impl Utc {
    fn of(time: SystemTime) -> Self {
        let seconds = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let (days, second) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
        Self { date: civil(days), time: (second / 3600, second / 60 % 60, second % 60) }
    }

    /// `2026-11-21_125541Z`.
    fn compact(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date, self.time);
        format!("{year:04}-{month:02}-{day:02}_{hour:02}{minute:02}{second:02}Z")
    }
}

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ((year, month, day), (hour, minute, second)) = (self.date, self.time);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
    }
}

/// Year, month and day of so many days after 1 January 1970, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    const DAYS_IN_400_YEARS: u64 = 146_097;
    let is_leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970 + days / DAYS_IN_400_YEARS * 400;
    let mut left = days % DAYS_IN_400_YEARS;
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `date -u -d @SECONDS` of GNU coreutils.
    #[test]
    fn seconds_are_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00+00:00"),
            (951_782_399, "2000-02-28T23:59:59+00:00"),
            (951_782_400, "2000-02-29T00:00:00+00:00"),
            (1_795_265_741, "2026-11-21T12:55:41+00:00"),
            (4_107_542_400, "2100-03-01T00:00:00+00:00"),
        ] {
            assert_eq!(Utc::of(UNIX_EPOCH + Duration::from_secs(seconds)).to_string(), text);
        }
    }

    #[test]
    fn names_are_escaped_and_the_chain_knows_the_list() {
        let file = Listed {
            name: "a & <b>.wav".into(),
            checksums: Checksums::of(b"abc"),
            modified: UNIX_EPOCH + Duration::from_secs(5),
        };
        let now = UNIX_EPOCH + Duration::from_secs(1_795_265_741);
        let name = HashList::name("out & in", now);
        assert_eq!(name, "0001_out & in_2026-11-21_125541Z.mhl");
        let made = HashList::new(&name, "desk", &[file], now);
        assert!(made.list.contains("<path size=\"3\" lastmodificationdate=\"1970-01-01T00:00:05+00:00\">"));
        assert!(made.list.contains("a &amp; &lt;b&gt;.wav</path>"));
        assert!(made.list.contains(">900150983cd24fb0d6963f7d28e17f72</md5>"));
        assert!(made.chain.contains(&c4(made.list.as_bytes())), "{}", made.chain);
        assert!(made.chain.contains("<path>0001_out &amp; in_2026-11-21_125541Z.mhl</path>"));
    }

    #[test]
    fn a_list_of_ours_is_known_by_itself_and_any_other_is_foreign() {
        let folder = tempfile::tempdir().unwrap();
        let found = || History::of(folder.path());
        assert_eq!(found(), History::None);
        let name = HashList::name("a & b", UNIX_EPOCH);
        let made = HashList::new(&name, "desk", &[], UNIX_EPOCH);
        let inner = folder.path().join(FOLDER);
        fs::create_dir(&inner).unwrap();
        let write = |name: &str, text: &str| fs::write(inner.join(name), text).unwrap();
        write(&name, &made.list);
        write(CHAIN, &made.chain);
        assert_eq!(found(), History::Own(name.clone()));
        // Another program's list, one that was edited, another generation, no chain at all.
        let theirs = made.list.replace("proscenium", "mhl-tool");
        write(&name, &theirs);
        assert_eq!(found(), History::Foreign);
        write(CHAIN, &chain_of(&escaped(&name), &theirs));
        assert_eq!(found(), History::Foreign);
        write(&name, &made.list);
        write(
            CHAIN,
            &made.chain.replace("</ascmhldirectory>", "<hashlist sequencenr=\"2\"/></ascmhldirectory>"),
        );
        assert_eq!(found(), History::Foreign);
        write(CHAIN, "");
        assert_eq!(found(), History::Foreign);
    }
}
