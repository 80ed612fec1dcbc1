//! What the command says: text and JSON on standard output; warnings and the one error on standard error.
//! A closed or full stream never ends the process: the work goes on and the exit code tells.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anstyle::{AnsiColor, Style};
use formats::Warning;
use serde::Serialize;

use super::CliError;
use super::error::one_line;

/// Lines printed per rule for one file, before the rest is only counted.
const LINES_PER_RULE: usize = 4;
/// Lines of warnings printed for one file.
const LINES_PER_FILE: usize = 40;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// The two output streams of the command and how it was asked to speak.
#[derive(Debug)]
pub struct Console {
    json: bool,
    quiet: bool,
    strict: bool,
    /// The answer goes to standard error.
    aside: AtomicBool,
    lost: Mutex<Option<ErrorKind>>,
}

impl Console {
    /// A console that speaks as `--json`, `--quiet` and `--strict` ask.
    pub fn new(json: bool, quiet: bool, strict: bool) -> Self {
        Self { json, quiet, strict, aside: AtomicBool::new(false), lost: Mutex::new(None) }
    }

    /// `--json`: answer with [`Console::json`] and print no text.
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// `--quiet`: say nothing but warnings and errors.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// `--strict`: every warning is an error.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// From now on the answer goes to standard error: standard output is for a file.
    pub fn leave_standard_output(&self) {
        self.aside.store(true, Ordering::Relaxed);
    }

    /// A progress bar may be drawn: standard error is a terminal and nobody asked for quiet or JSON.
    pub fn draws_progress(&self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    /// Prints a line of the answer, even when quiet; what the user asked to see.
    pub fn line(&self, text: impl fmt::Display) {
        self.write(&format!("{text}\n"));
    }

    /// Prints a line about the work; nothing under `--quiet` or `--json`.
    pub fn note(&self, text: impl fmt::Display) {
        if !self.quiet && !self.json {
            self.line(text);
        }
    }

    /// Prints a whole text as it is, which ends with its own line feed; e.g. a generated page.
    pub fn write(&self, text: &str) {
        if self.aside.load(Ordering::Relaxed) {
            // As with warnings: nobody is there to tell when it is closed.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            return;
        }
        let mut out = io::stdout().lock();
        if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e.kind());
        }
    }

    /// Prints `value` as indented JSON.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON (a map whose keys are no strings).
    pub fn json(&self, value: &impl Serialize) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| CliError::new(format_args!("cannot write the answer as JSON: {e}")))?;
        self.line(text);
        Ok(())
    }

    /// Reports the warnings of `file`: `warning: FILE: element: message [rule]`, a bounded number of
    /// lines and then how many more; `--json` has them all.
    ///
    /// # Errors
    /// Under `--strict`, when there is at least one: the first, and how many more.
    pub fn warnings(&self, file: &Path, warnings: &[Warning]) -> Result<(), CliError> {
        self.refuse_when_strict(file, warnings)?;
        let mut per_rule: BTreeMap<&str, usize> = BTreeMap::new();
        let mut printed: usize = 0;
        for warning in warnings {
            let count = per_rule.entry(warning.rule).or_default();
            *count = count.saturating_add(1);
            if *count <= LINES_PER_RULE && printed < LINES_PER_FILE {
                printed = printed.saturating_add(1);
                print_warning(file, warning);
            }
        }
        let more = warnings.len().saturating_sub(printed);
        if more > 0 {
            let text = format!("{}: … and {more} more; --json lists all", file.display());
            print_line(YELLOW, "warning", &text);
        }
        Ok(())
    }

    /// Reports every warning of `file`, however many there are.
    ///
    /// # Errors
    /// As [`Console::warnings`].
    pub fn every_warning(&self, file: &Path, warnings: &[Warning]) -> Result<(), CliError> {
        self.refuse_when_strict(file, warnings)?;
        warnings.iter().for_each(|warning| print_warning(file, warning));
        Ok(())
    }

    fn refuse_when_strict(&self, file: &Path, warnings: &[Warning]) -> Result<(), CliError> {
        let Some(first) = warnings.first().filter(|_| self.strict) else { return Ok(()) };
        let more = match warnings.len().saturating_sub(1) {
            0 => String::new(),
            n => format!("; and {n} more"),
        };
        Err(CliError::file(file, format_args!("{first}{more} (--strict)")))
    }

    /// Reports one warning of `file` under the same rules as [`Console::warnings`].
    ///
    /// # Errors
    /// Under `--strict`.
    pub fn warning(&self, file: &Path, warning: &Warning) -> Result<(), CliError> {
        self.warnings(file, std::slice::from_ref(warning))
    }

    /// Says why the command failed.
    pub(super) fn error(&self, error: &CliError) {
        print_error(&error.to_string());
    }

    /// Tells whether the answer reached its reader. A reader that closed the pipe has seen enough: no error.
    pub(super) fn finish(&self) -> Result<(), CliError> {
        match *self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            None | Some(ErrorKind::BrokenPipe) => Ok(()),
            Some(kind) => Err(CliError::new(format_args!("standard output: {kind}"))),
        }
    }
}

fn print_warning(file: &Path, warning: &Warning) {
    print_line(YELLOW, "warning", &format!("{}: {warning}", file.display()));
}

/// Prints `error: message` on standard error.
pub(super) fn print_error(message: &str) {
    print_line(RED, "error", message);
}

/// Prints clap's help or version.
pub(super) fn print_help(help: &clap::Error, to_stderr: bool) {
    let styled = help.render();
    let colour = if to_stderr { is_coloured(&io::stderr()) } else { is_coloured(&io::stdout()) };
    let text = if colour { styled.ansi().to_string() } else { styled.to_string() };
    // The reader may be gone: nothing is lost then.
    let _ = if to_stderr {
        io::stderr().lock().write_all(text.as_bytes())
    } else {
        io::stdout().lock().write_all(text.as_bytes())
    };
}

fn print_line(style: Style, label: &str, message: &str) {
    let message = one_line(message);
    let line = if is_coloured(&io::stderr()) {
        format!("{style}{label}:{style:#} {message}\n")
    } else {
        format!("{label}: {message}\n")
    };
    // Standard error may be closed: there is nobody to tell, and the exit code says it as well.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

fn is_coloured(stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    stream.is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// A panic is a fault of this program; its line goes out without the risk of a second panic on a closed
/// stream.
pub(super) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
        let text = panic.payload_as_str().unwrap_or("unknown cause");
        print_error(&format!("internal fault{place}: {text}; please report it with the command you ran"));
    }));
}
