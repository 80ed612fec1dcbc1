//! Errors of the command: one line each.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::console;

/// Why a command could not do its work: one line, with the file it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    message: String,
    exit_code: u8,
}

impl CliError {
    /// An error that is about no file; exit code 2.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: one_line(&message.to_string()), exit_code: 2 }
    }

    /// An error about `file`: `FILE: message`; exit code 2.
    pub fn file(file: &Path, message: impl fmt::Display) -> Self {
        Self::new(format_args!("{}: {message}", file.display()))
    }

    /// The user or the system asked to stop with this signal; exit code 128 + signal.
    pub fn interrupted(signal: u8) -> Self {
        Self {
            message: "interrupted; nothing was written".to_owned(),
            exit_code: 128_u8.saturating_add(signal),
        }
    }

    /// The same with another exit code: 1 is for work that is done and judged bad.
    pub fn with_exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

/// `text` on one line: names and ids come from files, so control characters are escaped.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

/// Answers `--help` and `--version`, and says what is wrong with the arguments in one line.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console::print_help(error, false);
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            console::print_help(error, true);
            ExitCode::from(2)
        }
        _ => {
            console::print_error(&usage_line(&error.render().to_string()));
            ExitCode::from(2)
        }
    }
}

/// Clap's message, tip and list of values without its usage block.
pub(super) fn usage_line(rendered: &str) -> String {
    let mut line = String::new();
    for part in rendered.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if part.starts_with("Usage:") || part.starts_with("For more information") {
            continue;
        }
        if !line.is_empty() {
            line.push_str(if line.ends_with(':') { " " } else { "; " });
        }
        line.push_str(part);
    }
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    format!("{} (try --help)", one_line(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_whatever_the_name() {
        let error = CliError::file(Path::new("a\nb\u{1b}[31m.wav"), "no data chunk\nat all\n");
        assert_eq!(error.to_string(), "a b\\u{1b}[31m.wav: no data chunk at all");
        assert_eq!(error.exit_code(), 2);
        assert_eq!(CliError::interrupted(15).exit_code(), 143);
    }

    #[test]
    fn a_usage_error_keeps_message_and_tip() {
        let rendered = "error: unexpected argument '--lay' found\n\n  tip: a similar argument exists: '--layout'\n\n\
                        Usage: proscenium render <IN>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            usage_line(rendered),
            "unexpected argument '--lay' found; tip: a similar argument exists: '--layout' (try --help)"
        );
    }
}
