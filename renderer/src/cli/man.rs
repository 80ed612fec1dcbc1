//! `proscenium man`: manual pages.

use std::path::PathBuf;

use clap_mangen::Man;

use super::{CliError, Console, Outcome};

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  proscenium man | man -l -
  proscenium man -o ~/.local/share/man/man1")]
pub struct Args {
    /// Folder for `proscenium.1`, `proscenium-render.1`, …; it must exist
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Prints or writes the pages.
///
/// # Errors
/// When the folder cannot be written to.
pub fn run(args: &Args, console: &Console) -> Result<Outcome, CliError> {
    // `proscenium help` says what the pages say.
    let mut command = super::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.output else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(CliError::new)?;
        console.write(&String::from_utf8_lossy(&page));
        return Ok(Outcome::Good);
    };
    if !folder.is_dir() {
        return Err(CliError::file(folder, "there is no such folder; make it first, or give another"));
    }
    let commands = std::iter::once(&command).chain(command.get_subcommands());
    for page in commands.cloned().map(Man::new) {
        page.generate_to(folder).map_err(|e| CliError::file(&folder.join(page.get_filename()), e))?;
    }
    console.note(format_args!("manual pages: {}", folder.display()));
    Ok(Outcome::Good)
}
