//! Redis server for one test. The test fails if the program `redis-server` is not installed.

use std::{
    io::{BufRead, BufReader, copy, sink},
    process::{Child, Command, Stdio},
};

pub(crate) struct RedisServer {
    process: Child,
    port: u16,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        // Ports below those from which the system takes the ports of other sockets.
        let first = 10_000 + u16::try_from(std::process::id() % 20_000).unwrap();
        let mut ports = first..first + 100;
        ports.find_map(Self::listen).expect("redis-server found no free port")
    }

    /// Starts the process, and waits until it accepts connections. Returns `None` if its port is in use.
    fn listen(port: u16) -> Option<Self> {
        let port_argument = port.to_string();
        let mut process = Command::new("redis-server")
            .args(["--port", &port_argument, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--daemonize", "no", "--loglevel", "notice", "--logfile", ""])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs the program redis-server; on Debian it is the package redis-server");
        // The server's own message: a connection could reach another program that uses the port.
        let mut log = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while log.read_line(&mut line).unwrap() > 0 {
            if line.contains("Ready to accept connections") {
                // Read to its end, so that the server never waits for the pipe.
                std::thread::spawn(move || copy(&mut log, &mut sink()));
                return Some(Self { process, port });
            }
            line.clear();
        }
        process.wait().unwrap();
        None
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
