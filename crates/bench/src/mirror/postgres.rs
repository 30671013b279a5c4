//! A `PostgreSQL` server of its own, from Debian's package, in a temporary folder.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// A running server; it is stopped when dropped.
pub(super) struct Server {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Server {
    /// Creates a cluster below a folder and starts it, without waiting for the disk, as the figures are of clients.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        let data = folder.join("postgres");
        fs::create_dir_all(&data)?;
        if rustix::process::geteuid().is_root() {
            run(Command::new("chown").arg("postgres").arg(&data))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { programs, data, port };
        let options = ["--auth=trust", "--username=keyfob", "--encoding=UTF8", "--locale=C", "--no-sync"];
        run(server.command("initdb").args(options))?;
        let settings = format!(
            "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_wal_size=8GB"
        );
        let log = server.data.join("log");
        run(server.command("pg_ctl").arg("--wait").arg("--log").arg(log).args(["--options", &settings, "start"]))?;
        Ok(server)
    }

    /// Returns the URL of a database, which is created.
    pub(super) fn database(&self, name: &str) -> Result<String> {
        psql(&self.url("postgres"), &format!("create database {name}"))?;
        Ok(self.url(name))
    }

    /// Returns the URL of an existing database.
    pub(super) fn url(&self, name: &str) -> String {
        format!("postgresql://keyfob@127.0.0.1:{}/{name}", self.port)
    }

    /// Returns a command of the server's programs, run by the user `postgres` if this user is root, as they refuse root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(std::env::temp_dir()).arg("--pgdata").arg(&self.data);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = run(self.command("pg_ctl").args(["--mode=immediate", "stop"]));
    }
}

/// Runs a statement and returns its output.
pub(super) fn psql(url: &str, statement: &str) -> Result<String> {
    run(Command::new("psql").arg(url).args([
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--command",
        statement,
    ]))
}

/// Returns the folder of the programs of Debian's newest version.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("install Debian's package postgresql")?;
    let mut versions: Vec<PathBuf> = versions.filter_map(Result::ok).map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    versions.pop().context("install Debian's package postgresql")
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
