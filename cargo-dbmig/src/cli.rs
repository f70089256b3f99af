//! The command line: global options, the list of commands, and the one way from arguments to an exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::commands;
use crate::error::{Error, Kind};
use crate::ui::Ui;

/// What cargo hands to a subcommand: its own name first.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    Dbmig(Dbmig),
}

/// Alembic-style migrations for Diesel: structs are the models, the compiler checks the chain.
#[derive(Args)]
#[command(version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Dbmig {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The database, where `[package.metadata.dbmig.databases]` names several
    // Not `--database`, which is what `check` compares with.
    #[arg(short, long = "db", global = true, value_name = "NAME")]
    pub database: Option<String>,
    /// Path to the package's Cargo.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// The package, in a workspace that has several
    #[arg(short, long, global = true, value_name = "NAME")]
    pub package: Option<String>,
    /// Answer in JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Print the answer alone
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Init(commands::init::InitArgs),
    Adopt(commands::adopt::AdoptArgs),
    Migrate(commands::migrate::MigrateArgs),
    Amend(commands::amend::AmendArgs),
    Revision(commands::revision::RevisionArgs),
    Merge(commands::merge::MergeArgs),
    Rebase(commands::rebase::RebaseArgs),
    Squash(commands::squash::SquashArgs),
    Upgrade(commands::upgrade::UpgradeArgs),
    Downgrade(commands::downgrade::DowngradeArgs),
    Redo(commands::redo::RedoArgs),
    Stamp(commands::stamp::StampArgs),
    Current(commands::current::CurrentArgs),
    History(commands::history::HistoryArgs),
    Heads(commands::heads::HeadsArgs),
    Branches(commands::branches::BranchesArgs),
    Show(commands::show::ShowArgs),
    Edit(commands::edit::EditArgs),
    Check(commands::check::CheckArgs),
    Diff(commands::diff::DiffArgs),
    Schema(commands::schema::SchemaArgs),
    Models(commands::models::ModelsArgs),
    Explain(commands::explain::ExplainArgs),
    Completions(commands::completions::CompletionsArgs),
}

/// What a command that could run answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Fine.
    Yes,
    /// The answer is no: exit code 1.
    No,
}

impl Answer {
    /// Yes or no.
    pub fn of(yes: bool) -> Answer {
        if yes { Answer::Yes } else { Answer::No }
    }
}

/// Parses the process's arguments, runs the command, gives its exit code.
pub fn main() -> ExitCode {
    let Cargo::Dbmig(Dbmig { global, command }) = Cargo::try_parse().unwrap_or_else(|error| refuse(&error));
    let ui = Ui { json: global.json, quiet: global.quiet };
    match run(command, &global, &ui) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

/// Prints what is wrong with the command line, as JSON too where that was asked for, or the help that was asked for.
fn refuse(error: &clap::Error) -> ! {
    if error.use_stderr() && std::env::args().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let ui = Ui { json: true, quiet: true };
        ui.answer_json(&Error::new(Kind::Usage, message).help("cargo dbmig --help").to_json());
    }
    error.exit()
}

fn run(command: Command, global: &Global, ui: &Ui) -> Result<Answer, Error> {
    match command {
        Command::Init(args) => commands::init::run(&args, global, ui),
        Command::Adopt(args) => commands::adopt::run(&args, global, ui),
        Command::Migrate(args) => commands::migrate::run(&args, global, ui),
        Command::Amend(args) => commands::amend::run(&args, global, ui),
        Command::Revision(args) => commands::revision::run(&args, global, ui),
        Command::Merge(args) => commands::merge::run(&args, global, ui),
        Command::Rebase(args) => commands::rebase::run(&args, global, ui),
        Command::Squash(args) => commands::squash::run(&args, global, ui),
        Command::Upgrade(args) => commands::upgrade::run(&args, global, ui),
        Command::Downgrade(args) => commands::downgrade::run(&args, global, ui),
        Command::Redo(args) => commands::redo::run(&args, global, ui),
        Command::Stamp(args) => commands::stamp::run(&args, global, ui),
        Command::Current(args) => commands::current::run(&args, global, ui),
        Command::History(args) => commands::history::run(&args, global, ui),
        Command::Branches(args) => commands::branches::run(&args, global, ui),
        Command::Heads(args) => commands::heads::run(&args, global, ui),
        Command::Edit(args) => commands::edit::run(&args, global, ui),
        Command::Show(args) => commands::show::run(&args, global, ui),
        Command::Check(args) => commands::check::run(&args, global, ui),
        Command::Diff(args) => commands::diff::run(&args, global, ui),
        Command::Schema(args) => commands::schema::run(&args, global, ui),
        Command::Models(args) => commands::models::run(&args, global, ui),
        Command::Explain(args) => commands::explain::run(&args, ui),
        Command::Completions(args) => Ok(commands::completions::run(&args, &Cargo::command(), ui)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clap doesn't wrap these texts well: a line that is too long leaves a word on a line of its own.
    #[test]
    fn help_fits_a_terminal() {
        let cargo = Cargo::command();
        let dbmig = cargo.find_subcommand("dbmig").unwrap();
        for command in dbmig.get_subcommands() {
            let texts = command.get_about().into_iter().chain(command.get_long_about());
            for line in texts.map(ToString::to_string).collect::<Vec<_>>().iter().flat_map(|text| text.lines()) {
                assert!(line.chars().count() <= 90, "{}: {line}", command.get_name());
            }
        }
    }

    /// Messages of every crate name only commands that there are.
    #[test]
    fn messages_name_commands_that_exist() {
        let cargo = Cargo::command();
        let dbmig = cargo.find_subcommand("dbmig").unwrap();
        let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut folders: Vec<_> =
            ["cargo-dbmig/src", "dbmig/src", "dbmig-build/src"].iter().map(|folder| workspace.join(folder)).collect();
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for (at, start) in text.match_indices("cargo dbmig ") {
                    let name: String =
                        text[at + start.len()..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                    let is_option = name.is_empty() || name.starts_with('-');
                    assert!(is_option || dbmig.find_subcommand(&name).is_some(), "{}: {name}", path.display());
                    found += 1;
                }
            }
        }
        assert!(found > 50);
    }
}
