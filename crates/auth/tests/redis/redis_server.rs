//! Redis server for one test. The tests fail if the program `redis-server` is not installed.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use keyfob_auth::RedisStore;
use redis::Cmd;

use crate::folder::Folder;

pub(crate) struct RedisServer {
    process: Option<Child>,
    port: u16,
    arguments: Vec<String>,
    pub(crate) folder: Folder,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::with(|_| Vec::new())
    }

    /// Starts a server with additional arguments.
    pub(crate) fn with(arguments: impl Fn(&Folder) -> Vec<String>) -> Self {
        let folder = Folder::new();
        let arguments = arguments(&folder);
        let mut server = Self { process: None, port: 0, arguments, folder };
        for _ in 0..100 {
            server.port = next_port();
            if server.listen() {
                return server;
            }
        }
        panic!("redis-server found no free port");
    }

    /// Starts the server again on the same port, without data.
    pub(crate) fn restart(&mut self) {
        assert!(self.listen(), "redis-server cannot use its port again");
    }

    /// Starts the process, and waits until it accepts connections. Returns false if its port is in use.
    fn listen(&mut self) -> bool {
        let port = self.port.to_string();
        let tls = self.arguments.iter().any(|argument| argument == "--tls-port");
        let plain = if tls { "0" } else { &port };
        let mut process = Command::new("redis-server")
            .args(["--port", plain, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(["--rdbcompression", "no", "--daemonize", "no", "--loglevel", "notice", "--logfile", ""])
            .args(self.arguments.iter().map(|argument| argument.replace("PORT", &port)))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need the program redis-server; on Debian it is the package redis-server");
        // The server's own message: a connection may reach another program that uses the port.
        let mut log = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        while log.read_line(&mut line).expect("text") > 0 {
            if line.contains("Ready to accept connections") {
                // Read to its end, so that the server never waits for the pipe.
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
                self.process = Some(process);
                return true;
            }
            line.clear();
        }
        process.wait().expect("gone");
        false
    }

    /// Kills the server without saving its data.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("gone");
        }
    }

    /// Sends a signal to the server, for example to suspend it.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().expect("started").id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn store(&self) -> RedisStore {
        RedisStore::new(&self.url()).expect("a store")
    }

    /// Runs a command over a separate connection.
    pub(crate) fn query<T: redis::FromRedisValue>(&self, command: &Cmd) -> T {
        let client = redis::Client::open(self.url()).expect("a URL");
        command.query(&mut client.get_connection().expect("a connection")).expect("a response")
    }

    /// Returns the content of a database dump.
    pub(crate) fn dump(&self) -> Vec<u8> {
        let done: String = self.query(&redis::cmd("SAVE"));
        assert_eq!(done, "OK");
        std::fs::read(PathBuf::from(self.folder.path()).join("dump.rdb")).expect("a dump")
    }
}

/// Returns a port below those from which the system takes the ports of other sockets, so that none of these can be given
/// the port of a server that starts or restarts.
fn next_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 400).expect("small");
    10_000 + process * 50 + NEXT.fetch_add(1, Ordering::Relaxed) % 50
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
