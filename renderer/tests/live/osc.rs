//! ADM-OSC in and out, head trackers, and packets that nobody should send.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use renderer::live::osc::{self, OscOptions, OscServer};
use renderer::live::{Handle, Output, Processor};

use crate::support::{PATIENCE, headphones, message, open, pull, stereo};

fn here() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A playback with OSC on ports of the system's choice, and a socket that hears its answers.
fn server(output: Output) -> (Handle, Processor, OscServer, UdpSocket) {
    let (handle, processor) = open(output);
    let socket = UdpSocket::bind(here()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let options = OscOptions {
        listen: Some(here()),
        send: Some(socket.local_addr().unwrap()),
        head: Some(here()),
        ..OscOptions::default()
    };
    let server = osc::start(&handle, &options).unwrap();
    (handle, processor, server, socket)
}

/// Waits until something holds.
#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The floats of the message with this address, out of everything that comes.
fn answer(socket: &UdpSocket, address: &str) -> Vec<f32> {
    let mut datagram = [0; 65_536];
    let wanted = message(address, &[]);
    let wanted = &wanted[..address.len() + 1];
    loop {
        let (size, _) = socket.recv_from(&mut datagram).expect("an answer");
        let bytes = &datagram[..size];
        let Some(at) = bytes.windows(wanted.len()).position(|window| window == wanted) else { continue };
        let types = at + wanted.len().next_multiple_of(4);
        let count = bytes[types + 1..].iter().take_while(|byte| **byte == b'f').count();
        let first = types + (count + 2).next_multiple_of(4);
        let floats = bytes[first..].chunks_exact(4).take(count);
        return floats.map(|four| f32::from_be_bytes(four.try_into().unwrap())).collect();
    }
}

#[test]
fn objects_are_moved_asked_for_and_told_of() {
    let (handle, mut processor, server, socket) = server(stereo());
    let to = server.listens().unwrap();
    handle.play();
    pull(&mut processor, &[256], 2_560);
    socket.send_to(&message("/adm/obj/1/aed", &[75.0, 10.0, 0.5]), to).unwrap();
    // It is told of without being asked.
    let mut told = answer(&socket, "/adm/obj/1/aed");
    let begun = Instant::now();
    while (told[0] - 75.0).abs() > 1e-3 {
        assert!(begun.elapsed() < PATIENCE, "{told:?}");
        told = answer(&socket, "/adm/obj/1/aed");
    }
    assert_eq!(told, [75.0, 10.0, 0.5]);
    let moves = handle.moves();
    let objects = handle.objects();
    let first = objects.iter().find(|object| object.number == Some(1)).unwrap();
    assert!(moves.len() == 1 && moves[0].item == first.item && moves[0].sample <= handle.position());
    socket.send_to(&message("/adm/obj/1/elev", &[]), to).unwrap();
    assert_eq!(answer(&socket, "/adm/obj/1/elev"), [10.0]);
    // Left is positive, and −x: BS.2127.
    socket.send_to(&message("/adm/obj/1/xyz", &[-1.0, 0.0, 0.0]), to).unwrap();
    socket.send_to(&message("/adm/obj/1/azim", &[]), to).unwrap();
    assert!((answer(&socket, "/adm/obj/1/azim")[0] - 90.0).abs() < 1e-3);
    // A pattern means all of them, in a bundle as well.
    let all = message("/adm/obj/*/gain", &[0.25]);
    let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    bundle.extend((all.len() as u32).to_be_bytes());
    bundle.extend(&all);
    socket.send_to(&bundle, to).unwrap();
    let last = objects.iter().filter_map(|object| object.number).max().unwrap();
    assert_eq!(answer(&socket, &format!("/adm/obj/{last}/gain")), [0.25]);
    let counts = handle.telemetry().osc;
    assert_eq!((counts.ignored, counts.dropped), (0, 0));
}

#[test]
fn a_tracker_turns_the_head() {
    let (handle, _processor, server, socket) = server(Output::headphones(headphones()));
    let to = server.head().unwrap();
    socket.send_to(&message("/SceneRotator/ypr", &[30.0, -10.0, 5.0]), to).unwrap();
    until("yaw, pitch and roll", || handle.telemetry().head == [30.0, -10.0, 5.0]);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    socket.send_to(&message("/SceneRotator/quaternions", &[half, 0.0, 0.0, half]), to).unwrap();
    until("a quaternion", || (handle.telemetry().head[0] - 90.0).abs() < 1e-3);
    // What is no head is ignored there.
    socket.send_to(&message("/adm/obj/1/aed", &[1.0, 2.0, 0.5]), to).unwrap();
    until("an object", || handle.telemetry().osc.ignored == 1);
    assert!(handle.moves().is_empty());
}

#[test]
fn without_an_address_nothing_is_bound() {
    let (handle, _processor) = open(stereo());
    let server = osc::start(&handle, &OscOptions::default()).unwrap();
    assert_eq!((server.listens(), server.head()), (None, None));
    let taken = UdpSocket::bind(here()).unwrap();
    let options = OscOptions { listen: Some(taken.local_addr().unwrap()), ..OscOptions::default() };
    let message = osc::start(&handle, &options).unwrap_err().to_string();
    assert!(message.starts_with("OSC at 127.0.0.1:") && message.lines().count() == 1, "{message}");
}
