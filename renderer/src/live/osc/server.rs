//! The thread that hears and says OSC.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hrtf::Orientation;

use super::address::{fits, is_pattern};
use super::head::HeadAngles;
use super::object::{Change, Now, PARAMETERS};
use super::packet::{Message, Value, read, written};
use super::{OscCounts, OscOptions};
use crate::live::{Handle, LiveError};

/// Where a query is answered when nothing else was said: this port of whoever asks.
const REPLY_PORT: u16 = 4002;
/// Changes that are made within a second; further ones are dropped.
const MOST_CHANGES: u32 = 50_000;
/// Answers that are sent within a second.
const MOST_ANSWERS: u32 = 5_000;
/// How often what changed is sent.
const TELL_EVERY: Duration = Duration::from_millis(20);
/// How long a socket is listened to before the next thing.
const PATIENCE: Duration = Duration::from_millis(5);
/// How long what waits at one socket keeps the other waiting.
const LONGEST: Duration = Duration::from_millis(5);
/// Parameters of objects that are looked at within a second, where messages mean many; further ones are dropped.
const MOST_STEPS: u32 = 200_000;
/// Datagrams that are taken from one socket before the next thing.
const AT_ONCE: usize = 256;
/// Bytes of a datagram at most.
const DATAGRAM: usize = 65_536;
/// Bytes of a bundle that is sent.
const BUNDLE: usize = 1_400;

/// OSC while it is switched on; dropped, it is off.
#[derive(Debug)]
pub struct OscServer {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    listens: Option<SocketAddr>,
    head: Option<SocketAddr>,
}

impl OscServer {
    /// Where objects are heard, with the port that the system chose where none was asked for.
    pub fn listens(&self) -> Option<SocketAddr> {
        self.listens
    }

    /// Where head trackers are heard.
    pub fn head(&self) -> Option<SocketAddr> {
        self.head
    }
}

impl Drop for OscServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Switches OSC on.
///
/// # Errors
/// When an address cannot be bound.
pub fn start(handle: &Handle, options: &OscOptions) -> Result<OscServer, LiveError> {
    let (objects, head) = (bound(options.listen)?, bound(options.head)?);
    let sender = match (&objects, options.send) {
        (Some(socket), _) => Some(socket.try_clone().map_err(|error| fault("the socket", &error))?),
        (None, Some(to)) => {
            let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            Some(UdpSocket::bind(any).map_err(|error| fault(any, &error))?)
        }
        (None, None) => None,
    };
    let address = |socket: &Option<UdpSocket>| socket.as_ref().and_then(|socket| socket.local_addr().ok());
    let over = Arc::new(AtomicBool::new(false));
    let (listens, tracked) = (address(&objects), address(&head));
    let mut server = Server {
        handle: handle.clone(),
        options: options.clone(),
        objects,
        head,
        sender,
        angles: HeadAngles::default(),
        said: BTreeMap::new(),
        budget: Budget::new(),
        counts: OscCounts::default(),
    };
    let asked = Arc::clone(&over);
    let thread = thread::Builder::new()
        .name("live osc".to_owned())
        .spawn(move || server.run(&asked))
        .map_err(|error| LiveError::Thread { name: "OSC", message: error.to_string() })?;
    Ok(OscServer { over, thread: Some(thread), listens, head: tracked })
}

fn fault(address: &str, error: &std::io::Error) -> LiveError {
    LiveError::Osc { address: address.to_owned(), message: error.to_string() }
}

fn bound(address: Option<SocketAddr>) -> Result<Option<UdpSocket>, LiveError> {
    let Some(address) = address else { return Ok(None) };
    let socket = UdpSocket::bind(address).map_err(|error| fault(&address.to_string(), &error))?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(|error| fault(&address.to_string(), &error))?;
    Ok(Some(socket))
}

/// What may still be done within this second.
struct Budget {
    since: Instant,
    changes: u32,
    answers: u32,
    steps: u32,
}

impl Budget {
    fn new() -> Self {
        Self { since: Instant::now(), changes: MOST_CHANGES, answers: MOST_ANSWERS, steps: MOST_STEPS }
    }

    fn renew(&mut self) {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new();
        }
    }

    /// Takes so many away; false when there are not as many.
    fn take(left: &mut u32, count: u32) -> bool {
        let enough = *left >= count;
        *left = left.saturating_sub(count);
        enough
    }
}

struct Server {
    handle: Handle,
    options: OscOptions,
    objects: Option<UdpSocket>,
    head: Option<UdpSocket>,
    sender: Option<UdpSocket>,
    angles: HeadAngles,
    /// What was last said about each object.
    said: BTreeMap<usize, Now>,
    budget: Budget,
    counts: OscCounts,
}

impl Server {
    fn run(&mut self, over: &AtomicBool) {
        let mut datagram = vec![0; DATAGRAM];
        let mut told = Instant::now();
        while !over.load(Ordering::Acquire) {
            self.budget.renew();
            // A head that turns is late sooner than anything else.
            let heard = self.hear_head(&mut datagram, over) | self.hear_objects(&mut datagram, over);
            if self.counts != OscCounts::default() {
                let new = std::mem::take(&mut self.counts);
                self.handle.count_osc(|counts| counts.add(new));
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                self.tell();
            }
            if !heard && self.objects.is_none() && self.head.is_none() {
                thread::sleep(PATIENCE);
            }
        }
    }

    fn hear_objects(&mut self, datagram: &mut [u8], over: &AtomicBool) -> bool {
        let Some(socket) = self.objects.take() else { return false };
        let heard = listen(&socket, datagram, over, &mut |packet, from| self.packet(packet, from, false));
        self.objects = Some(socket);
        heard
    }

    fn hear_head(&mut self, datagram: &mut [u8], over: &AtomicBool) -> bool {
        let Some(socket) = self.head.take() else { return false };
        let heard = listen(&socket, datagram, over, &mut |packet, from| self.packet(packet, from, true));
        self.head = Some(socket);
        heard
    }

    fn packet(&mut self, packet: &[u8], from: SocketAddr, head_only: bool) {
        let bad = read(packet, &mut |message| {
            self.counts.received += 1;
            let known = self.hear_turn(message) || (!head_only && self.hear_object(message, from));
            self.counts.ignored += u64::from(!known);
        });
        self.counts.received += bad;
        self.counts.ignored += bad;
    }

    fn hear_turn(&mut self, message: &Message) -> bool {
        if message.address == "/proscenium/lis/ahead" {
            // A button says 1 when it is pressed and 0 when it is let go.
            if message.arguments().is_empty() || message.numbers() == Some([1.0]) {
                self.handle.centre_head();
            }
            return true;
        }
        if message.address == "/proscenium/lis/reset" {
            self.handle.set_head_ahead(Orientation::FORWARD);
            return true;
        }
        let known = self.angles.hear(message, self.options.invert_head);
        if known {
            let [yaw, pitch, roll] = self.angles.0;
            self.handle.set_head(yaw, pitch, roll);
        }
        known
    }

    /// `/adm/obj/{number}/{parameter}`, either of which may be a pattern.
    fn hear_object(&mut self, message: &Message, from: SocketAddr) -> bool {
        let mut parts = message.address.split('/').skip(1);
        let (Some("adm"), Some("obj"), Some(number), Some(parameter), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return self.hear_rest(message, from);
        };
        let objects = self.handle.objects();
        let mut known = false;
        let plain = (!is_pattern(number)).then(|| number.parse::<usize>().ok());
        for object in objects.iter() {
            let Some(own) = object.number else { continue };
            let meant = match plain {
                Some(number) => number == Some(own),
                None => fits(number, &own.to_string()),
            };
            let names = if is_pattern(parameter) { PARAMETERS.len() as u32 } else { 1 };
            if !Budget::take(&mut self.budget.steps, if meant { names } else { 1 }) {
                self.counts.dropped += 1;
                return true;
            }
            if !meant {
                continue;
            }
            let named =
                |name: &&str| if is_pattern(parameter) { fits(parameter, name) } else { *name == parameter };
            for name in PARAMETERS.into_iter().filter(|name| named(name)) {
                known |= self.change_or_tell((object.item, own), name, message, from);
            }
        }
        known
    }

    /// What is no object: where the listener is asked for.
    fn hear_rest(&mut self, message: &Message, from: SocketAddr) -> bool {
        let asks = message.arguments().is_empty();
        match message.address {
            "/adm/lis/ypr" if asks => {
                let head = self.handle.telemetry().head;
                self.answer(from, &written("/adm/lis/ypr", &Value::Floats(head.to_vec())));
                true
            }
            "/adm/lis/xyz" if asks => {
                self.answer(from, &written("/adm/lis/xyz", &Value::Floats(vec![0.0; 3])));
                true
            }
            // The listener stays in the middle, and environments are the master's.
            "/adm/lis/xyz" => message.numbers::<3>().is_some(),
            "/adm/env/change" => message.arguments().len() == 1,
            _ => false,
        }
    }

    fn change_or_tell(
        &mut self,
        (item, number): (usize, usize),
        parameter: &str,
        message: &Message,
        from: SocketAddr,
    ) -> bool {
        let Some(now) = self.handle.now_of(item) else { return false };
        if message.arguments().is_empty() {
            let Some(value) = now.value(parameter) else { return false };
            self.answer(from, &written(&format!("/adm/obj/{number}/{parameter}"), &value));
            return true;
        }
        let Some(change) = now.changed(parameter, message) else { return false };
        if !Budget::take(&mut self.budget.changes, 1) {
            self.counts.dropped += 1;
            return true;
        }
        match change {
            Change::Edit(edit) => {
                self.counts.dropped += u64::from(!self.handle.move_from_outside(item, edit));
            }
            Change::Mute(mute) => self.handle.set_mute(item, mute),
            Change::Nothing => {}
        }
        true
    }

    fn answer(&mut self, from: SocketAddr, message: &[u8]) {
        if !Budget::take(&mut self.budget.answers, 1) {
            self.counts.dropped += 1;
            return;
        }
        let to = self.options.send.unwrap_or(SocketAddr::new(from.ip(), REPLY_PORT));
        if let Some(socket) = &self.sender {
            // Whoever asked may be gone.
            let _ = socket.send_to(message, to);
        }
    }

    /// Says what moved since the last time, in bundles.
    fn tell(&mut self) {
        let (Some(to), Some(socket)) = (self.options.send, &self.sender) else { return };
        let objects = self.handle.objects();
        let mut bundle = empty_bundle();
        for object in objects.iter() {
            let (Some(number), Some(now)) = (object.number, self.handle.now_of(object.item)) else {
                continue;
            };
            let before = self.said.get(&object.item);
            if before == Some(&now) {
                continue;
            }
            let moved = before.is_none_or(|before| before.position != now.position);
            let louder = before.is_none_or(|before| before.gain != now.gain);
            let muted = before.is_none_or(|before| before.mute != now.mute);
            for (says, parameter) in [(moved, "aed"), (louder, "gain"), (muted, "mute")] {
                let Some(value) = now.value(parameter).filter(|_| says) else { continue };
                let message = written(&format!("/adm/obj/{number}/{parameter}"), &value);
                if bundle.len() + message.len() + 4 > BUNDLE {
                    let _ = socket.send_to(&std::mem::replace(&mut bundle, empty_bundle()), to);
                }
                bundle.extend((message.len() as u32).to_be_bytes());
                bundle.extend(message);
            }
            self.said.insert(object.item, now);
        }
        if bundle.len() > empty_bundle().len() {
            let _ = socket.send_to(&bundle, to);
        }
    }
}

/// A bundle that is to be done at once.
fn empty_bundle() -> Vec<u8> {
    b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec()
}

/// Takes datagrams that wait, some at most; waits a moment for the first. False when there were none.
fn listen(
    socket: &UdpSocket,
    datagram: &mut [u8],
    over: &AtomicBool,
    hear: &mut dyn FnMut(&[u8], SocketAddr),
) -> bool {
    let begun = Instant::now();
    for number in 0..AT_ONCE {
        if over.load(Ordering::Acquire) || (number > 0 && begun.elapsed() > LONGEST) {
            return true;
        }
        match socket.recv_from(datagram) {
            Ok((size, from)) => hear(&datagram[..size.min(datagram.len())], from),
            // What was sent before was not heard: no fault of what is heard now.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            Err(_) => return number > 0,
        }
    }
    true
}
