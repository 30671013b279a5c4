//! A PostgreSQL server for tests, started from the binaries of Debian's package `postgresql`.
//!
//! Other test targets include this file with `#[path = "…"] mod postgres;`.
// Each target uses a part of these functions.
#![allow(dead_code)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// User and group that run the server if the tests run as root, which PostgreSQL refuses: `nobody`.
const NOBODY: u32 = 65_534;
/// Limit for start and stop of the server.
const LIMIT: Duration = Duration::from_secs(120);
/// Port in the name of the socket, if the server does not listen on the network.
const SOCKET_PORT: u16 = 5432;
/// Attempts to find a free port of 127.0.0.1.
const ATTEMPTS: u32 = 10;

/// A server with its data in a temporary folder. It listens on a socket in this folder; dropping it ends it.
#[derive(Debug)]
pub(crate) struct PostgresServer {
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
    process: Mutex<Child>,
}

/// Way to end the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// Sessions are ended, and data is written.
    Fast,
    /// As after a power failure: the next start recovers from the log.
    Crash,
}

impl PostgresServer {
    /// Returns a server that the tests of a process share. It ends after the last of them.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// Creates a database cluster and starts a server that listens on a socket only.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed, or does not start.
    pub(crate) fn start() -> Self {
        let folder = Self::create_cluster();
        let process = Mutex::new(spawn(&folder, SOCKET_PORT, &[]));
        let server = Self { folder, port: SOCKET_PORT, options: Vec::new(), process };
        assert!(server.becomes_ready(), "the server does not start: {}", server.log());
        server
    }

    /// Creates a database cluster and starts a server that listens on 127.0.0.1 too, with TLS.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub(crate) fn start_with_tls(certificate: &str, key: &str) -> Self {
        let folder = Self::create_cluster();
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = folder.join("data").join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if is_root(&path) {
                chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self::listen(&folder, &["ssl=on"])
    }

    /// Creates a database cluster and starts a server that listens on 127.0.0.1 too, for clients that do not support sockets.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub(crate) fn start_with_network() -> Self {
        Self::listen(&Self::create_cluster(), &[])
    }

    /// Starts a server that listens on a free port of 127.0.0.1.
    fn listen(folder: &Path, options: &[&str]) -> Self {
        let options: Vec<String> =
            options.iter().chain(&["listen_addresses=127.0.0.1"]).map(|option| (*option).to_owned()).collect();
        for _ in 0..ATTEMPTS {
            // The server cannot be given a listener, so that another process may take the port before it.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let process = Mutex::new(spawn(folder, port, &options));
            let server = Self { folder: folder.to_owned(), port, options: options.clone(), process };
            if server.becomes_ready() {
                return server;
            }
            assert!(server.log().contains("could not bind"), "the server does not start: {}", server.log());
            std::mem::forget(server);
        }
        panic!("no port is free");
    }

    fn create_cluster() -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("keyfob-postgres-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
        if is_root(&folder) {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let data = folder.join("data");
        let mut initdb = program("initdb", &folder);
        initdb.args(["--no-sync", "--encoding=UTF8", "--locale=C", "--username=postgres", "--auth=trust", "--pgdata"]);
        let output = initdb.arg(&data).output().expect("initdb runs");
        assert!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        folder
    }

    /// Returns the folder of the server's files; `data` has its configuration, and the folder its socket. The user of the
    /// server owns it.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the port of 127.0.0.1, if the server listens there.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the URL of a database for the superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&port={}&user=postgres", self.folder.display(), self.port)
    }

    /// Returns the URL of a database at 127.0.0.1, with a password, which some clients require and the server does not check.
    pub(crate) fn network_url(&self, database: &str) -> String {
        format!("postgresql://postgres:unchecked@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database with this name, and returns its URL.
    pub(crate) fn create_database(&self, name: &str) -> String {
        self.psql("postgres", &format!("CREATE DATABASE \"{name}\""));
        self.url(name)
    }

    /// Executes statements and returns the rows as `psql` prints them: values separated by `|`.
    ///
    /// # Panics
    ///
    /// If a statement fails.
    #[track_caller]
    pub(crate) fn psql(&self, database: &str, statements: &str) -> String {
        let mut psql = program("psql", &self.folder);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-h"]);
        psql.arg(&self.folder).args(["-p", &self.port.to_string()]);
        let output = psql.args(["-c", statements]).output().expect("psql runs");
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Ends the server.
    pub(crate) fn stop(&self, stop: Stop) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let signal = match stop {
            Stop::Fast => "-INT",
            Stop::Crash => "-QUIT",
        };
        if process.try_wait().unwrap().is_none() {
            let status = Command::new("kill").args([signal, &process.id().to_string()]).status();
            assert!(status.expect("kill runs").success(), "the server ended by itself");
            process.wait().unwrap();
        }
    }

    /// Starts the server again after [`stop`](Self::stop).
    pub(crate) fn start_again(&self) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = spawn(&self.folder, self.port, &self.options);
        assert!(self.becomes_ready(), "the server does not start: {}", self.log());
    }

    /// Ends the server and starts it again.
    pub(crate) fn restart(&self, stop: Stop) {
        self.stop(stop);
        self.start_again();
    }

    /// Waits until the server accepts connections. Returns `false` if it ends before.
    fn becomes_ready(&self) -> bool {
        let start = Instant::now();
        loop {
            let mut is_ready = program("pg_isready", &self.folder);
            is_ready.args(["-q", "-d", "postgres", "-U", "postgres", "-p", &self.port.to_string(), "-h"]);
            if is_ready.arg(&self.folder).status().expect("pg_isready runs").success() {
                return true;
            }
            if self.process.lock().unwrap_or_else(PoisonError::into_inner).try_wait().unwrap().is_some() {
                return false;
            }
            assert!(start.elapsed() < LIMIT, "the server does not accept connections: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop(Stop::Crash);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &Path, port: u16, options: &[String]) -> Child {
    let mut server = program("postgres", folder);
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
    server.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
    // The tests end processes, not the machine, so that data need not reach the disk.
    for option in ["listen_addresses=", "fsync=off", "max_wal_size=4GB"] {
        server.args(["-c", option]);
    }
    for option in options {
        server.args(["-c", option]);
    }
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("the server starts")
}

/// Returns a program of the newest PostgreSQL that is installed.
fn program(name: &str, folder: &Path) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("postgres").exists())
        .max();
    let Some((_, bin)) = newest else {
        panic!("PostgreSQL is not in /usr/lib/postgresql; install it with apt-get install postgresql");
    };
    let mut command = Command::new(bin.join(name));
    if is_root(Path::new("/proc/self")) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir(folder).env("LC_ALL", "C").env_remove("PGPASSWORD");
    command
}

/// Returns `true` if a file belongs to root: a file of this process shows if the tests run as root.
fn is_root(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.uid() == 0)
}
