//! A flood of OSC, in a process of its own: its memory is looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "others use the rest of it")]
#[path = "live/support.rs"]
mod support;

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use renderer::live::osc::{self, OscOptions};

use crate::support::{message, open, pull, stereo};

/// Bytes that this process has in memory.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

#[test]
fn a_flood_of_good_and_bad_packets_changes_nothing_for_the_ear() {
    let (handle, mut processor) = open(stereo());
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = OscOptions { listen: Some(here), ..OscOptions::default() };
    let server = osc::start(&handle, &options).unwrap();
    let (to, socket) = (server.listens().unwrap(), UdpSocket::bind(here).unwrap());
    handle.play();
    pull(&mut processor, &[256], 48_000);
    let (mut bad, mut nested) = (Vec::new(), message("/adm/obj/*/xyz", &[0.0; 3]));
    for _ in 0..200 {
        let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
        bundle.extend((nested.len() as u32).to_be_bytes());
        bundle.extend(&nested);
        nested = bundle;
    }
    bad.push(nested);
    let mut huge = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    let one = message("/adm/obj/{1,2,*}/*", &[0.1]);
    while huge.len() + one.len() + 4 < 60_000 {
        huge.extend((one.len() as u32).to_be_bytes());
        huge.extend(&one);
    }
    bad.push(huge);
    bad.extend([
        vec![],
        vec![0xff; 1_000],
        b"/adm/obj/1/aed\0\0,fff\0\0\0\0\0".to_vec(),
        b"#bundle\0".to_vec(),
    ]);
    bad.push(message("/adm/obj/99999999999999999999/x", &[1.0]));
    bad.push(message("/adm/obj/1/x", &[f32::NAN]));
    let before = memory();
    let flood = thread::spawn(move || {
        let begun = Instant::now();
        let mut sent = 0_u32;
        // 100 000 a second for two seconds, as far as the machine sends them.
        while sent < 200_000 && begun.elapsed() < Duration::from_secs(4) {
            let packet = match sent % 97 {
                n if (n as usize) < bad.len() && sent.is_multiple_of(3) => bad[n as usize].clone(),
                n => message("/adm/obj/1/azim", &[n as f32]),
            };
            // A full queue refuses some.
            let _ = socket.send_to(&packet, to);
            sent += 1;
        }
        sent
    });
    let mut heard = 0.0_f32;
    while !flood.is_finished() {
        let out = pull(&mut processor, &[256], 2_560);
        heard = out.iter().fold(heard, |peak, sample| peak.max(sample.abs()));
        assert!(out.iter().all(|sample| sample.is_finite()));
        thread::sleep(Duration::from_millis(10));
        if !handle.is_playing() {
            handle.play();
        }
    }
    assert!(flood.join().unwrap() > 10_000);
    assert!(heard > 0.001 && heard < 4.0, "{heard}");
    let telemetry = handle.telemetry();
    assert!(telemetry.osc.received > 1_000 && telemetry.osc.ignored > 0, "{:?}", telemetry.osc);
    assert_eq!(telemetry.underruns, 0);
    let grown = memory().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
    drop(server);
}
