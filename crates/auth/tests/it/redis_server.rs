//! Redis server for one test. The tests fail if the program `redis-server` is not installed.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

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
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let folder = Folder::new();
        let arguments = arguments(&folder);
        let mut server = Self { process: None, port, arguments, folder };
        server.restart();
        server
    }

    /// Starts the server again on the same port, without data.
    pub(crate) fn restart(&mut self) {
        let port = self.port.to_string();
        let tls = self.arguments.iter().any(|argument| argument == "--tls-port");
        let plain = if tls { "0" } else { &port };
        let process = Command::new("redis-server")
            .args(["--port", plain, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(["--rdbcompression", "no", "--daemonize", "no"])
            .args(self.arguments.iter().map(|argument| argument.replace("PORT", &port)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need the program redis-server; on Debian it is the package redis-server");
        self.process = Some(process);
        for _ in 0..5000 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("redis-server does not listen");
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

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
