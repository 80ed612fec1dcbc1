//! Signals: an interrupted command ends within a second and leaves nothing behind.
//!
//! While outputs are open ([`OpenOutputs`]) a signal only sets a flag that the work looks at between
//! blocks; at any other time there is nothing to tidy and the process ends at once. Both are decided under one
//! lock, so no output can be opened while the process is ending. A file-size limit (`SIGXFSZ`) comes back as an
//! error of the write.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::{CliError, console};

static STATE: Mutex<State> = Mutex::new(State { open: 0, signal: None });

/// What is open, and what was asked.
#[derive(Debug)]
struct State {
    /// Holders of [`OpenOutputs`].
    open: usize,
    /// The last signal that arrived.
    signal: Option<u8>,
}

impl State {
    fn lock() -> MutexGuard<'static, Self> {
        STATE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a signal; true when nothing is open and the process can end as it is.
    fn take(&mut self, signal: u8) -> bool {
        self.signal = Some(signal);
        self.open == 0
    }

    /// Lets outputs be opened, unless a signal came first.
    fn hold(&mut self) -> Result<(), u8> {
        self.signal.map_or(Ok(()), Err)?;
        self.open = self.open.saturating_add(1);
        Ok(())
    }
}

/// Held while files are being written: a signal then waits for the work to tidy up.
#[derive(Debug)]
pub struct OpenOutputs(());

impl OpenOutputs {
    /// From now on the holder looks at [`Interrupt::check`] at least ten times a second.
    ///
    /// # Errors
    /// When a signal arrived before: then nothing may be opened any more.
    pub fn hold() -> Result<Self, CliError> {
        State::lock().hold().map_err(CliError::interrupted)?;
        Ok(Self(()))
    }
}

impl Drop for OpenOutputs {
    fn drop(&mut self) {
        let mut state = State::lock();
        state.open = state.open.saturating_sub(1);
    }
}

/// Whether somebody asked the command to stop.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt;

impl Interrupt {
    /// The signal that arrived, if any.
    pub fn received() -> Option<u8> {
        State::lock().signal
    }

    /// For use with `?` in loops.
    ///
    /// # Errors
    /// When a signal arrived.
    pub fn check() -> Result<(), CliError> {
        Self::received().map_or(Ok(()), |signal| Err(CliError::interrupted(signal)))
    }
}

/// The command was started so that it outlives its terminal (`nohup`), or nobody knows.
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (SIGHUP - 1) & 1 == 1)
}

/// Starts to watch for signals.
pub(super) fn install() -> io::Result<()> {
    // A handler, even one that does nothing of use, makes the write fail instead of killing the process.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    if !hang_up_is_ignored() {
        signals.add_signal(SIGHUP)?;
    }
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let signal = u8::try_from(signal).unwrap_or(0);
            // The lock is kept to the end: whoever wants to open an output now waits until there is no process.
            let mut state = State::lock();
            if state.take(signal) {
                let error = CliError::interrupted(signal);
                console::print_error(&error.to_string());
                std::process::exit(i32::from(error.exit_code()));
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_and_an_output_come_one_after_the_other() {
        let mut state = State { open: 0, signal: None };
        assert_eq!(state.hold(), Ok(()));
        assert!(!state.take(2), "what is open is tidied up first");
        assert_eq!(state.hold(), Err(2), "nothing more is opened");
        let mut idle = State { open: 0, signal: None };
        assert!(idle.take(15));
        assert_eq!((idle.hold(), idle.open), (Err(15), 0));
    }
}
