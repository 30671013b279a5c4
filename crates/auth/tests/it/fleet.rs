//! Token sharing among processes. The test program starts itself as each worker process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use futures::future::join_all;
use keyfob_auth::{Authenticator, ClientCredentials, EncryptionKey, ErrorKind, FileStore, TokenStore};

use crate::folder::Folder;
use crate::server::{Reply, Server, token, until};

/// Settings of a worker process.
#[derive(Clone)]
pub(crate) struct WorkerConfig {
    /// Directory of a file store, or URL of a Redis server.
    pub(crate) store: String,
    pub(crate) server: String,
    pub(crate) tasks: usize,
    pub(crate) lease: Duration,
}

const NAME: &str = "KEYFOB_TEST_WORKER";

/// Output of a worker: ready to start, and the token that its tasks received.
const READY: &str = "worker is ready";
const TOKEN: &str = "worker has ";

/// Output in place of the token if the credentials are refused.
const REFUSED: &str = "refused";

impl WorkerConfig {
    pub(crate) fn new(store: impl Into<String>, server: &Server) -> Self {
        Self { store: store.into(), server: server.url("/token"), tasks: 1, lease: Duration::from_secs(10) }
    }

    /// Returns the settings if this process is a worker.
    fn received() -> Option<Self> {
        let text = std::env::var(NAME).ok()?;
        let parts: Vec<_> = text.split('\n').collect();
        let [store, server, tasks, lease] = parts.as_slice() else { panic!("{text}") };
        Some(Self {
            store: (*store).to_owned(),
            server: (*server).to_owned(),
            tasks: tasks.parse().expect("a number"),
            lease: Duration::from_millis(lease.parse().expect("a number")),
        })
    }

    /// Builds the authenticator with the store of the configuration.
    async fn authenticator(&self) -> Authenticator {
        let key = EncryptionKey::new([9; 32]);
        #[cfg(feature = "redis")]
        if self.store.starts_with("redis") {
            let store = keyfob_auth::RedisStore::new(&self.store).expect("a store");
            return self.authenticator_with(store.encrypted_with(key)).await;
        }
        self.authenticator_with(FileStore::open(&self.store).expect("a store").encrypted_with(key)).await
    }

    /// Builds the authenticator, and waits until its store is up.
    ///
    /// The store's limit of one second for a connection is short for many processes that start at once on few cores.
    async fn authenticator_with(&self, store: impl TokenStore) -> Authenticator {
        while store.get(&crate::stores::key("ready")).await.is_err() {}
        let credentials = ClientCredentials::new(&self.server, "id", "secret");
        Authenticator::builder(credentials).lease(self.lease).store(store).build().expect("an authenticator")
    }

    /// Requests the tokens; `start` returns when the worker may begin.
    fn work(&self, start: impl FnOnce()) -> String {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let authenticator = self.authenticator().await;
            start();
            let tasks = (0..self.tasks).map(|_| {
                let authenticator = authenticator.clone();
                tokio::spawn(async move {
                    match token(&authenticator).await {
                        Err(error) if error.kind() == ErrorKind::Refused => REFUSED.to_owned(),
                        result => result.expect("a token"),
                    }
                })
            });
            let mut tokens: Vec<_> = join_all(tasks).await.into_iter().map(|token| token.expect("no panic")).collect();
            tokens.dedup();
            tokens.join("+")
        })
    }
}

/// Main function of a worker process. Without the settings of a worker, the test runs a single worker in this process.
#[test]
fn a_single_worker_gets_a_token() {
    let Some(config) = WorkerConfig::received() else {
        let (server, folder) = (Server::tokens("3600"), Folder::new());
        let config = WorkerConfig::new(folder.store().display().to_string(), &server);
        assert_eq!(config.work(|| ()), "t1");
        return;
    };
    let mut out = std::io::stdout();
    let token = config.work(|| {
        let mut out = std::io::stdout();
        writeln!(out, "\n{READY}").expect("written");
        out.flush().expect("written");
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    });
    writeln!(out, "\n{TOKEN}{token}").expect("written");
}

pub(crate) struct Worker {
    process: Child,
    go: Option<ChildStdin>,
    out: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a process, and waits until it is ready.
    pub(crate) fn start(config: &WorkerConfig) -> Self {
        Self::launch(config).ready()
    }

    fn launch(config: &WorkerConfig) -> Self {
        let WorkerConfig { store, server, tasks, lease } = config;
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "fleet::a_single_worker_gets_a_token", "--nocapture", "--test-threads=1"])
            .env(NAME, format!("{store}\n{server}\n{tasks}\n{}", lease.as_millis()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let out = BufReader::new(process.stdout.take().expect("piped"));
        Self { go: process.stdin.take(), process, out }
    }

    fn ready(mut self) -> Self {
        assert!(self.line(READY).is_some(), "a worker died before it was ready");
        self
    }

    /// Lets the worker start.
    pub(crate) fn go(&mut self) {
        self.go = None;
    }

    /// Kills the worker with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }

    /// Returns the token that the worker received.
    pub(crate) fn token(mut self) -> String {
        let token = self.line(TOKEN).expect("a worker died without a token");
        self.process.wait().expect("gone");
        token
    }

    fn line(&mut self, start: &str) -> Option<String> {
        let mut line = String::new();
        while self.out.read_line(&mut line).expect("text") > 0 {
            if let Some(rest) = line.strip_prefix(start) {
                return Some(rest.trim().to_owned());
            }
            line.clear();
        }
        None
    }
}

/// Starts workers, lets all of them begin at once, and returns their tokens.
pub(crate) fn together(processes: usize, config: &WorkerConfig) -> Vec<String> {
    let workers: Vec<_> = (0..processes).map(|_| Worker::launch(config)).collect();
    let mut workers: Vec<_> = workers.into_iter().map(Worker::ready).collect();
    workers.iter_mut().for_each(Worker::go);
    workers.into_iter().map(Worker::token).collect()
}

/// Starts a server with slow responses, so that all workers arrive during the first fetch.
pub(crate) fn slow_server() -> Server {
    Server::start(|request| {
        std::thread::sleep(Duration::from_millis(200));
        Reply::token(&format!("t{}", request.number), "3600")
    })
}

/// Kills the process that fetches during its fetch; returns the tokens of the others.
pub(crate) async fn without_the_holder(config: &WorkerConfig, server: &Server) -> Vec<String> {
    server.pause();
    let mut holder = Worker::start(config);
    holder.go();
    until("the holder is in the middle of its fetch", || server.requests() == 1).await;
    let mut others: Vec<_> = (0..8).map(|_| Worker::start(config)).collect();
    others.iter_mut().for_each(Worker::go);
    holder.kill();
    server.resume();
    others.into_iter().map(Worker::token).collect()
}

#[test]
fn fifty_processes_with_a_cold_file_store_make_one_token_request() {
    let (server, folder) = (slow_server(), Folder::new());
    let config = WorkerConfig::new(folder.store().display().to_string(), &server);
    let tokens = together(50, &config);
    assert_eq!((tokens.len(), tokens.iter().all(|token| token == "t1")), (50, true), "{tokens:?}");
    assert_eq!(server.requests(), 1);
}

#[test]
fn ten_processes_of_a_thousand_tasks_make_one_token_request_with_a_file_store() {
    let (server, folder) = (slow_server(), Folder::new());
    let config = WorkerConfig { tasks: 1000, ..WorkerConfig::new(folder.store().display().to_string(), &server) };
    assert_eq!(together(10, &config), vec!["t1"; 10]);
    assert_eq!(server.requests(), 1);
    // Restarted processes find the token in the store.
    assert_eq!(together(10, &config), vec!["t1"; 10]);
    assert_eq!(server.requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_process_that_fetches_is_killed_one_other_fetches_with_a_file_store() {
    let (server, folder) = (Server::tokens("3600"), Folder::new());
    // No process could wait for the end of so long a lease: the operating system releases the lock at once.
    let config = WorkerConfig {
        lease: Duration::from_secs(3600),
        ..WorkerConfig::new(folder.store().display().to_string(), &server)
    };
    let tokens = without_the_holder(&config, &server).await;
    assert!(tokens.iter().all(|token| token == "t2"), "{tokens:?}");
    assert_eq!(server.requests(), 2);
}
