//! `proscenium completions`: completion scripts for shells.

use clap_complete::Shell;

use super::{CliError, Console, Outcome};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium completions bash > ~/.local/share/bash-completion/completions/proscenium
  proscenium completions zsh > ~/.zfunc/_proscenium")]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// When the script is not text.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "proscenium", &mut script);
    console.write(&String::from_utf8(script).map_err(CliError::new)?);
    Ok(Outcome::Good)
}
