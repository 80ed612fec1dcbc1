//! The `proscenium` command: one file per subcommand.

use std::process::ExitCode;

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
