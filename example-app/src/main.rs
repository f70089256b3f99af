//! Who belongs to which groups: an access-management database on dbmig.
//!
//! `cargo run -p example-app -- --migrate demo` brings the database up to date and looks into it.

mod db;
mod demo;
mod models;
mod queries;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use diesel::SqliteConnection;

#[derive(Parser)]
#[command(about = "Who belongs to which groups", version)]
struct Args {
    #[command(flatten)]
    migrations: dbmig::cli::MigrateArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Count what is in the database
    Overview,
    /// Fill an empty database with a few people and groups, then list the groups of one of them
    Demo,
    /// List a user's groups, those that contain these groups included
    Groups {
        /// The user's name
        username: String,
    },
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args = Args::parse();
    let mut connection = db::connect()?;
    match args.migrations.run(&db::MIGRATIONS, &mut connection) {
        // Migrated: go on with the command.
        Some(code) if code == ExitCode::SUCCESS && args.migrations.migrate.is_some() => {}
        Some(code) => return Ok(code),
        None => {}
    }
    match args.command.unwrap_or(Command::Overview) {
        Command::Overview => overview(&mut connection)?,
        Command::Demo => {
            let filled = demo::fill(&mut connection)?;
            println!("{}", if filled { "filled in 3 users and 3 groups" } else { "there are users already" });
            list_groups(&mut connection, "grace")?;
        }
        Command::Groups { username } => list_groups(&mut connection, &username)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn overview(connection: &mut SqliteConnection) -> Result<(), Box<dyn Error>> {
    let (users, groups) = queries::counts(connection)?;
    println!("{users} users, {groups} groups");
    Ok(())
}

fn list_groups(connection: &mut SqliteConnection, username: &str) -> Result<(), Box<dyn Error>> {
    let user = queries::user(connection, username)?.ok_or_else(|| format!("there is no user `{username}`"))?;
    println!("{} belongs to:", user.username);
    for group in queries::groups_of(connection, &user)? {
        let kind = if group.is_security { "security group" } else { "group" };
        println!("  {} ({kind}){}", group.name, group.description.map(|text| format!(": {text}")).unwrap_or_default());
    }
    Ok(())
}
