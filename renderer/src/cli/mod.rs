//! The `proscenium` command: one file per subcommand, each with its `Args` and a `run` that gets the
//! [`Console`] and gives an [`Outcome`] or one [`CliError`].
//!
//! Exit codes: 0 done, 1 done but the verdict is bad (overloads under `--fail-on-overload`, findings),
//! 2 could not be done (one `error:` line says why), 130 and 143 interrupted.

pub mod check;
pub mod chunks;
pub mod completions;
mod console;
pub mod deliver;
pub mod demo;
pub mod diff;
pub mod eq;
mod error;
pub mod export;
pub mod hrtf;
pub mod import;
pub mod info;
mod input;
pub mod layouts;
pub mod levels;
pub mod live;
pub mod loudness;
pub mod man;
pub mod master;
pub mod new;
pub mod render;
mod signals;
pub mod specs;
mod table;
mod text_file;
pub mod translate;
pub mod view;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use console::Console;
pub use error::CliError;
pub use signals::{Interrupt, OpenOutputs};

/// Object-based spatial audio for film: ADM masters in, loudspeaker feeds out, as ITU-R BS.2127 says.
#[derive(Debug, Parser)]
#[command(name = "proscenium", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "`proscenium demo` makes a film scene to try things on; `proscenium COMMAND --help` has examples."
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Common options")]
struct Common {
    /// Answer in JSON on standard output, for scripts
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing but warnings and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Take every warning for an error
    #[arg(long, global = true)]
    strict: bool,
}

// One line per subcommand, in the order of the help.
#[derive(Debug, Subcommand)]
enum Command {
    Render(Box<render::Args>),
    Live(Box<live::Args>),
    Deliver(Box<deliver::Args>),
    New(new::Args),
    Demo(demo::Args),
    Info(info::Args),
    Check(check::Args),
    Loudness(loudness::Args),
    Translate(translate::Args),
    Master(master::Args),
    Levels(levels::Args),
    Eq(eq::Args),
    Diff(diff::Args),
    Export(export::Args),
    Import(import::Args),
    View(view::Args),
    Specs(specs::Args),
    Chunks(chunks::Args),
    Layouts(layouts::Args),
    Hrtf(hrtf::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    fn run(self, console: &Console) -> Result<Outcome, CliError> {
        match self {
            Self::Render(args) => render::run(&args, console),
            Self::Live(args) => live::run(&args, console),
            Self::Deliver(args) => deliver::run(&args, console),
            Self::New(args) => new::run(&args, console),
            Self::Demo(args) => demo::run(&args, console),
            Self::Info(args) => info::run(&args, console),
            Self::Check(args) => check::run(&args, console),
            Self::Loudness(args) => loudness::run(&args, console),
            Self::Translate(args) => translate::run(&args, console),
            Self::Master(args) => master::run(&args, console),
            Self::Levels(args) => levels::run(&args, console),
            Self::Eq(args) => eq::run(&args, console),
            Self::Diff(args) => diff::run(&args, console),
            Self::Export(args) => export::run(&args, console),
            Self::Import(args) => import::run(&args, console),
            Self::View(args) => view::run(&args),
            Self::Specs(args) => specs::run(&args, console),
            Self::Chunks(args) => chunks::run(&args, console),
            Self::Layouts(args) => layouts::run(&args, console),
            Self::Hrtf(args) => hrtf::run(&args, console),
            Self::Completions(args) => completions::run(&args, console),
            Self::Man(args) => man::run(&args, console),
        }
    }
}

/// How a command ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: exit code 0.
    Good,
    /// The work is done and its verdict is bad: exit code 1.
    Bad,
}

/// The command with all its subcommands, for completions, man pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    // First of all: a signal must find its handler.
    let watched = signals::install();
    console::install_panic_hook();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return error::usage(&error),
    };
    let console = Console::new(cli.common.json, cli.common.quiet, cli.common.strict);
    let result = watched
        .map_err(|e| CliError::new(format!("cannot watch for signals: {e}")))
        .and_then(|()| cli.command.run(&console))
        .and_then(|outcome| console.finish().map(|()| outcome));
    match result {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Bad) => ExitCode::from(1),
        Err(error) => {
            console.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
