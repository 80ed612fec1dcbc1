//! `proscenium view`: the program with a window, which is built apart from the command.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CliError, Outcome};

/// Name of the program, without the ending that the system gives to programs.
const PROGRAM: &str = "proscenium-viewer";

/// Place the sounds of a scene in a room, hear and deliver them: opens the viewer's window
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The viewer is a program of its own, proscenium-viewer: `cargo build --release -p proscenium-viewer`.
What comes after -- is handed to it.

Examples:
  proscenium view scene.xml
  proscenium view scene.xml -- --screenshot room.png --time 12.5 --view top"
)]
pub struct Args {
    /// A scene; or a master or a sound, of which one is made
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Arguments of the viewer
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// Runs the viewer and waits for its end.
///
/// # Errors
/// When it isn't there, or ends with an error, which it has told itself.
pub fn run(args: &Args) -> Result<Outcome, CliError> {
    let program = beside().filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(PROGRAM));
    let mut command = Command::new(&program);
    command.args(&args.file).args(&args.arguments);
    let ended = command.status().map_err(|error| missing(&program, &error))?;
    match ended.code() {
        Some(0) => Ok(Outcome::Good),
        Some(1) => Ok(Outcome::Bad),
        code => {
            let code = code.and_then(|code| u8::try_from(code).ok());
            let how = code.map_or_else(|| ended.to_string(), |code| format!("exit code {code}"));
            Err(CliError::new(format_args!("{PROGRAM} could not do it ({how})"))
                .with_exit_code(code.unwrap_or(2)))
        }
    }
}

/// Where the viewer is when both were built or installed together.
fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    Some(own.parent()?.join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX)))
}

fn missing(program: &Path, error: &std::io::Error) -> CliError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return CliError::new(format_args!(
            "{PROGRAM} is neither beside proscenium nor on the PATH; build it with `cargo build --release -p {PROGRAM}`"
        ));
    }
    CliError::file(program, error)
}
