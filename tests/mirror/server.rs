//! A `PostgreSQL` server of its own, from Debian's package, in a temporary folder.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::read::postgres::psql;

/// A running server; it is stopped when dropped.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Creates a cluster and starts it. Fails if Debian's package `postgresql` is not installed.
    pub(crate) fn start(folder: &Path) -> Self {
        let folder = folder.join("postgres");
        fs::create_dir_all(&folder).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let mut server = Self { programs: programs(), folder, port: 0 };
        run(server.command("initdb").args([
            "--auth=trust",
            "--username=keyfob",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]));
        // A free port can be taken by another program before the server listens on it.
        for _ in 0..10 {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if server.pg_ctl(&["start"]) {
                return server;
            }
        }
        panic!("{}", fs::read_to_string(server.folder.join("log")).unwrap_or_default());
    }

    /// Creates a database and returns its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        psql(&self.url("postgres"), &format!("create database {name}")).unwrap();
        self.url(name)
    }

    /// Ends the server as a crash does, and starts it again.
    pub(crate) fn restart(&self) {
        assert!(self.pg_ctl(&["restart", "--mode=immediate"]), "the server does not start again");
    }

    fn url(&self, name: &str) -> String {
        format!("postgresql://keyfob@127.0.0.1:{}/{name}", self.port)
    }

    fn pg_ctl(&self, arguments: &[&str]) -> bool {
        let port = self.port;
        let settings =
            format!("-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=16MB");
        let mut command = self.command("pg_ctl");
        command.arg("--wait").arg("--log").arg(self.folder.join("log")).args(["--options", &settings]).args(arguments);
        command.status().unwrap().success()
    }

    /// Returns a command of the server's programs, run by the user `postgres` if this user is root, as they refuse root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").arg("--pgdata").arg(&self.folder);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.pg_ctl(&["stop", "--mode=immediate"]);
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Returns the folder of the programs of Debian's newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("install Debian's package postgresql");
    let mut versions: Vec<PathBuf> = versions.filter_map(Result::ok).map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    versions.pop().expect("install Debian's package postgresql")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
