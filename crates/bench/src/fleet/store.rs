//! Cost of reading and writing a token in each store: wall time, and for Redis the CPU time of the server and the
//! traffic.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use keyfob_auth::{Authenticator, Clock, Credentials, EncryptionKey, FileStore, MemoryStore, RedisStore, TokenStore};
use keyfob_bench::measure::{Series, Stopwatch};

use super::counting::Endpoint;
use crate::Effort;

/// Cost of reading a token from a store and of writing one.
pub(super) struct StoreCost {
    pub(super) name: &'static str,
    /// Milliseconds until a new process has read the stored token.
    pub(super) read: Series,
    /// Milliseconds until a new process has a token that is not yet stored: a read, a lock, a second read, a token
    /// request without delay, a write and the release of the lock.
    pub(super) write: Series,
    /// Cost of a read and a write to the server; Redis only.
    pub(super) server: Option<[ServerCost; 2]>,
}

/// Server cost of one process that reads or writes a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerCost {
    pub(super) commands: f64,
    /// Sum of received and sent bytes.
    pub(super) bytes: f64,
    pub(super) cpu: Duration,
}

/// Measures all stores; Redis only if it is installed.
pub(super) fn measure(effort: Effort) -> Result<Vec<StoreCost>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rounds = effort.pick(200, 20);
    let folder = Folder::new();
    // With a key: without one, each token name costs a tenth of a second the first time in a process.
    let key = EncryptionKey::new([7; 32]);
    let file = FileStore::open(&folder.0)?.encrypted_with(key.clone());
    let mut costs = vec![
        runtime.block_on(cost("memory", &MemoryStore::new(), rounds))?,
        runtime.block_on(cost("file", &file, rounds))?,
    ];
    if let Some(server) = Server::start()? {
        let store = RedisStore::new(&format!("redis://127.0.0.1:{}", server.port))?.encrypted_with(key);
        costs.push(runtime.block_on(redis_cost(&server, &store, rounds))?);
    }
    Ok(costs)
}

/// Measures the start of a process without and then with a stored token.
async fn cost<S: TokenStore + Clone>(name: &'static str, store: &S, rounds: usize) -> Result<StoreCost> {
    let (mut read, mut write) = (Series::default(), Series::default());
    for round in 0..rounds {
        let endpoint = Endpoint::named(round);
        write.push(one(&endpoint, store).await?);
        read.push(one(&endpoint, store).await?);
        ensure!(endpoint.counts().fetches == 1, "the second process must use the stored token");
    }
    Ok(StoreCost { name, read, write, server: None })
}

/// Returns the milliseconds until a new authenticator has a token.
async fn one<S: TokenStore + Clone>(endpoint: &Endpoint, store: &S) -> Result<f64> {
    let builder = Authenticator::builder(Credentials::custom(endpoint.clone())).clock(Clock::system());
    let authenticator = builder.store(store.clone()).build()?;
    let watch = Stopwatch::start();
    authenticator.authorization().await?;
    Ok(watch.elapsed().wall.as_secs_f64() * 1e3)
}

async fn redis_cost(server: &Server, store: &RedisStore, rounds: usize) -> Result<StoreCost> {
    let mut cost = cost("Redis", store, rounds).await?;
    let endpoints: Vec<_> = (0..rounds).map(|round| Endpoint::named(rounds + round)).collect();
    let mut costs = Vec::new();
    // The first pass writes, the second pass reads.
    for _ in 0..2 {
        let before = server.statistics()?;
        for endpoint in &endpoints {
            one(endpoint, store).await?;
        }
        let after = server.statistics()?;
        let each = |at: usize| (after[at] - before[at]) / rounds as f64;
        costs.push(ServerCost {
            commands: each(0),
            bytes: each(1) + each(2),
            cpu: Duration::from_secs_f64(each(3) + each(4)),
        });
    }
    if let [write, read] = costs[..] {
        cost.server = Some([read, write]);
    }
    Ok(cost)
}

/// Temporary Redis server; stops when dropped.
struct Server {
    port: u16,
    process: Child,
}

impl Server {
    /// Starts the server; returns `None` if Redis is not installed.
    fn start() -> Result<Option<Self>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let Ok(process) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else { return Ok(None) };
        let server = Self { port, process };
        for _ in 0..100 {
            if server.statistics().is_ok() {
                return Ok(Some(server));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        server.statistics().map(|_| None).context("Redis does not respond")
    }

    /// Returns the totals of commands, received bytes, sent bytes, system and user CPU seconds.
    fn statistics(&self) -> Result<[f64; 5]> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"INFO\r\nQUIT\r\n")?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let field = |name: &str| {
            let line = response.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|value| value.trim().parse().ok())
                .with_context(|| format!("the INFO response of Redis lacks {name}"))
        };
        Ok([
            field("total_commands_processed")?,
            field("total_net_input_bytes")?,
            field("total_net_output_bytes")?,
            field("used_cpu_sys")?,
            field("used_cpu_user")?,
        ])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Directory of the file store; removed when dropped.
struct Folder(PathBuf);

impl Folder {
    /// Chooses the path. The store creates the directory with its restrictive mode.
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("keyfob-bench-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
