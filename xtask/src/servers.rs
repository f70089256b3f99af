//! Throwaway PostgreSQL and MariaDB servers for the tests: made in a temporary folder, on ports of their own, and gone
//! with the run, however it ends. A server that happens to run on the machine is never asked.
//!
//! The tests find them by two variables, each a URL with the right to make databases.

mod account;
mod keeper;
mod mysql;
pub(crate) mod packages;
mod postgres;

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::shell::{self, Outcome};
use account::Account;
use keeper::Keeper;

/// The variable that holds the PostgreSQL server's URL.
pub(crate) const POSTGRES: &str = "DBMIG_TEST_POSTGRES_URL";
/// The variable that holds the MariaDB server's URL.
pub(crate) const MYSQL: &str = "DBMIG_TEST_MYSQL_URL";

/// How long a server may take to answer; they need a second where nothing else runs.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a server is started anew, where another program took its port meanwhile.
const ATTEMPTS: usize = 5;

/// What `cargo xtask servers` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The command to run while the servers do: `cargo xtask servers -- cargo test -p dbmig-tests`
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

/// Starts the servers, runs a command with their variables set, and stops them.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let servers = Servers::start()?;
    let [program, rest @ ..] = arguments.command.as_slice() else { return Ok(()) };
    shell::run(servers.known_to(Command::new(program).args(rest)))
}

/// Servers that run until this is dropped, or the program that holds it has ended in whatever way.
pub(crate) struct Servers {
    variables: [(&'static str, String); 2],
    running: Vec<Child>,
    keeper: Keeper,
}

impl Servers {
    /// Starts a PostgreSQL and a MariaDB, installing what is missing where that is possible.
    pub(crate) fn start() -> Outcome<Servers> {
        let start = Instant::now();
        packages::install()?;
        let keeper = Keeper::of_new_folder()?;
        let mut servers =
            Servers { variables: [(POSTGRES, String::new()), (MYSQL, String::new())], running: vec![], keeper };
        let postgres = servers.launch(postgres::prepare, postgres::serve)?;
        let mysql = servers.launch(mysql::prepare, mysql::serve)?;
        servers.variables = [(POSTGRES, postgres), (MYSQL, mysql)];
        eprintln!("==> throwaway servers started in {:.1} s", start.elapsed().as_secs_f64());
        Ok(servers)
    }

    /// Tells a command where the servers are.
    pub(crate) fn known_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables.iter().map(|(name, url)| (name, url)))
    }

    fn launch(
        &mut self,
        prepare: fn(&Path, &str) -> Outcome<Prepared>,
        serve: fn(&Prepared, u16) -> Launch,
    ) -> Outcome<String> {
        let password = password()?;
        let prepared = prepare(self.keeper.folder(), &password)?;
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let port = free_port()?;
            let mut launch = serve(&prepared, port);
            let _gone_or_not_there_yet = std::fs::remove_file(&launch.log);
            let child = launch.command.spawn().map_err(|error| format!("{} could not start: {error}", launch.name))?;
            self.keeper.stop_at_the_end(&child, launch.signal)?;
            self.running.push(child);
            let Some(child) = self.running.last_mut() else { break };
            match wait_until_ready(child, &launch)? {
                Readiness::Ready => return Ok(launch.url.replace("PASSWORD", &password)),
                // Most likely another program took the port between the look and the start.
                Readiness::Ended(log) => last = format!("{} ended at its start:\n{log}", launch.name),
            }
        }
        Err(last)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.keeper.end();
        for child in &mut self.running {
            let _ended_by_the_keeper = child.wait();
        }
        self.keeper.wait();
    }
}

/// A server's data, made and not yet served.
struct Prepared {
    account: Account,
    programs: PathBuf,
    data: PathBuf,
}

/// How a server is started, and how one knows that it answers.
struct Launch {
    name: &'static str,
    command: Command,
    /// With `PASSWORD` in it.
    url: String,
    /// What ends it at once and lets it clean up what isn't in its folder.
    signal: &'static str,
    /// What it writes, and what stands there once it takes connections.
    log: PathBuf,
    ready: &'static str,
}

enum Readiness {
    Ready,
    /// With what it had logged.
    Ended(String),
}

fn wait_until_ready(child: &mut Child, launch: &Launch) -> Outcome<Readiness> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let ended = child.try_wait().map_err(|error| format!("{} can't be watched: {error}", launch.name))?;
        let log = std::fs::read_to_string(&launch.log).unwrap_or_default();
        if ended.is_some() {
            return Ok(Readiness::Ended(log));
        }
        if log.contains(launch.ready) {
            return Ok(Readiness::Ready);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{} isn't ready after {} s", launch.name, PATIENCE.as_secs()))
}

/// A port that nobody listens on now.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no port is free: {error}"))
}

/// A password, since other users of the machine could connect otherwise and act as the server's account.
fn password() -> Outcome<String> {
    let mut bytes = [0_u8; 16];
    let random = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    random.map_err(|error| format!("/dev/urandom can't be read: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Runs a program that makes a server's data; shows what it said if it fails.
fn run_quietly(command: &mut Command) -> Outcome {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{program}` could not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(format!("`{program}` failed ({}):\n{said}", output.status))
}

/// The folder of the first of `places` that has the program, or that of the search path.
fn find_program(name: &str, places: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    places.iter().cloned().chain(std::env::split_paths(&path)).find(|folder| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    /// The servers' addresses, from their URLs.
    fn addresses(servers: &Servers) -> Vec<String> {
        let address = |(_, url): &(_, String)| url.rsplit('@').next().unwrap().split('/').next().unwrap().to_owned();
        servers.variables.iter().map(address).collect()
    }

    #[test]
    fn servers_answer_and_go_with_their_holder() {
        let (one, other) = (Servers::start().unwrap(), Servers::start().unwrap());
        let folders = [&one, &other].map(|servers| servers.keeper.folder().to_owned());
        let all: Vec<String> = [&one, &other].into_iter().flat_map(addresses).collect();
        assert!(all.iter().all(|address| TcpStream::connect(address).is_ok()), "{all:?}");
        assert!(folders.iter().all(|folder| folder.is_dir()));
        drop(one);
        assert!(TcpStream::connect(&all[3]).is_ok(), "the other's goes on");
        drop(other);
        assert!(all.iter().all(|address| TcpStream::connect(address).is_err()), "{all:?}");
        assert!(folders.iter().all(|folder| !folder.exists()));
    }
}
