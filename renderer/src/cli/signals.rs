//! Signals: an interrupted command ends within a second and leaves nothing behind.
//!
//! While outputs are open ([`OpenOutputs`]) a signal only sets a flag that the work looks at between
//! blocks; at any other time there is nothing to tidy and the process ends at once. A file-size limit
//! (`SIGXFSZ`) comes back as an error of the write.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::{CliError, console};

static RECEIVED: AtomicUsize = AtomicUsize::new(0);
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Held while files are being written: a signal then waits for the work to tidy up.
#[derive(Debug)]
pub struct OpenOutputs(());

impl OpenOutputs {
    /// From now on the holder looks at [`Interrupt::check`] at least ten times a second.
    pub fn hold() -> Self {
        OPEN.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for OpenOutputs {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether somebody asked the command to stop.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt;

impl Interrupt {
    /// The signal that arrived, if any.
    pub fn received() -> Option<u8> {
        u8::try_from(RECEIVED.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }

    /// For use with `?` in loops.
    ///
    /// # Errors
    /// When a signal arrived.
    pub fn check() -> Result<(), CliError> {
        Self::received().map_or(Ok(()), |signal| Err(CliError::interrupted(signal)))
    }
}

/// Starts to watch for signals.
pub(super) fn install() -> io::Result<()> {
    // A handler, even one that does nothing of use, makes the write fail instead of killing the process.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            RECEIVED.store(usize::try_from(signal).unwrap_or(0), Ordering::SeqCst);
            if OPEN.load(Ordering::SeqCst) == 0 {
                let error = CliError::interrupted(u8::try_from(signal).unwrap_or(0));
                console::print_error(&error.to_string());
                std::process::exit(i32::from(error.exit_code()));
            }
        }
    })?;
    Ok(())
}
