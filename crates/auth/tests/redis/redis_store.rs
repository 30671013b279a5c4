//! Redis store: sharing among processes, outages, damaged data, TLS, and encryption.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use keyfob_auth::{Authenticator, Clock, EncryptionKey, ErrorKind, RedisStore, Retry, TokenStore, TransportConfig};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fleet::{WorkerConfig, slow_server, together, without_the_holder};
use crate::folder::contains;
use crate::redis_server::RedisServer;
use crate::secrets::Log;
use crate::server::{Reply, Server, token};
use crate::stores::{fulfils_the_contract, key, name, stored};

#[tokio::test]
async fn a_redis_store_fulfils_the_contract_plain_and_encrypted() {
    let server = RedisServer::start();
    fulfils_the_contract([&server.store(), &server.store()]).await;
    let store = || server.store().prefix("other").encrypted_with(EncryptionKey::new([7; 32]));
    fulfils_the_contract([&store(), &store()]).await;
}

#[test]
fn fifty_processes_with_a_cold_redis_make_one_token_request() {
    let (server, redis) = (slow_server(), RedisServer::start());
    let tokens = together(50, &WorkerConfig::new(redis.url(), &server));
    assert_eq!((tokens.len(), tokens.iter().all(|token| token == "t1")), (50, true), "{tokens:?}");
    assert_eq!(server.requests(), 1);
}

#[test]
fn ten_processes_of_a_thousand_tasks_make_one_token_request_with_redis() {
    let (server, redis) = (slow_server(), RedisServer::start());
    let config = WorkerConfig { tasks: 1000, ..WorkerConfig::new(redis.url(), &server) };
    assert_eq!(together(10, &config), vec!["t1"; 10]);
    assert_eq!(server.requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_process_that_fetches_is_killed_one_other_fetches_after_the_lease_with_redis() {
    let (server, redis) = (Server::tokens("3600"), RedisServer::start());
    // If the lock outlived its lease, every process would time out and fetch: many requests.
    let config = WorkerConfig { lease: Duration::from_secs(1), ..WorkerConfig::new(redis.url(), &server) };
    let tokens = without_the_holder(&config, &server).await;
    assert!(tokens.iter().all(|token| token == "t2"), "{tokens:?}");
    assert_eq!(server.requests(), 2);
}

/// Continuous calls of several authenticators.
struct Load {
    calls: Arc<AtomicUsize>,
    failures: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(fleet: usize, server: &Server, redis: &RedisServer) -> Self {
        let mut load =
            Self { calls: Arc::default(), failures: Arc::default(), stop: Arc::default(), tasks: Vec::new() };
        for _ in 0..fleet {
            // With a key: the stretched name of a store without one may take longer than the first pause below.
            let store = redis.store().encrypted_with(EncryptionKey::new([5; 32]));
            let authenticator = server.builder().store(store).build().expect("an authenticator");
            for _ in 0..4 {
                let authenticator = authenticator.clone();
                let (calls, failures, stop) =
                    (Arc::clone(&load.calls), Arc::clone(&load.failures), Arc::clone(&load.stop));
                load.tasks.push(tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        calls.fetch_add(1, Ordering::Relaxed);
                        if token(&authenticator).await.is_err() {
                            failures.fetch_add(1, Ordering::Relaxed);
                        }
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }));
            }
        }
        load
    }

    async fn end(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        futures::future::join_all(self.tasks).await;
        (self.calls.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }
}

/// Returns the number of periods in a time, rounded up.
fn periods(time: Duration, period: Duration) -> usize {
    usize::try_from(time.as_millis().div_ceil(period.as_millis())).expect("small")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_down_no_call_fails_and_each_process_fetches_its_own_tokens() {
    const FLEET: usize = 8;
    // Tokens live 2 seconds, so that a short outage spans several lifetimes. Refreshes begin after 1 second.
    let (server, mut redis) = (Server::tokens("2"), RedisServer::start());
    let earliest = Duration::from_secs(1);
    let load = Load::start(FLEET, &server, &redis);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = server.requests();
    assert_eq!(before, 1, "one request for all");
    let down = Instant::now();
    redis.stop();
    tokio::time::sleep(Duration::from_secs(3)).await;
    redis.restart();
    let (during, outage) = (server.requests() - before, down.elapsed());
    // Every process uses the store again with its next refresh.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (settled, since) = (server.requests(), Instant::now());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (after, recovered) = (server.requests() - settled, since.elapsed());
    let (calls, failures) = load.end().await;
    let figures = format!(
        "{calls} calls, {failures} failed; requests: {before} before, {during} in {outage:.1?} of outage, \
         {after} in {recovered:.1?} after it"
    );
    assert_eq!(failures, 0, "{figures}");
    assert!(calls > 1000, "{figures}");
    assert!(during <= FLEET * (periods(outage, earliest) + 1), "{figures}");
    // The number for a single process, plus one for two processes that refresh at the same time.
    assert!(after <= periods(recovered, earliest) + 1, "{figures}");
    writeln!(std::io::stdout(), "{figures}").expect("written");
}

#[tokio::test]
async fn an_outage_and_the_recovery_of_redis_are_each_logged_once() {
    let log = Log::start();
    let (server, mut redis) = (Server::tokens("3600"), RedisServer::start());
    let (clock, fake) = Clock::fake();
    let builder = server.builder().clock(clock).store(redis.store());
    let authenticator = builder.build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    redis.stop();
    for _ in 0..3 {
        fake.advance(Duration::from_secs(3600));
        token(&authenticator).await.expect("a token");
    }
    redis.restart();
    for _ in 0..2 {
        fake.advance(Duration::from_secs(3600));
        token(&authenticator).await.expect("a token");
    }
    let text = log.end();
    assert_eq!(text.matches("the token store is unavailable").count(), 1, "{text}");
    assert_eq!(text.matches("the token store is available again").count(), 1, "{text}");
    let fields: Vec<String> = redis.query(redis::cmd("KEYS").arg("*"));
    assert_eq!(fields.len(), 1, "the token is stored again, and the lock is released: {fields:?}");
}

#[tokio::test]
async fn a_redis_that_hangs_fails_no_call() {
    let (server, redis) = (Server::tokens("3600"), RedisServer::start());
    let builder = server.builder().store(redis.store()).retry(Retry::new().deadline(Duration::from_secs(20)));
    let authenticator = builder.build().expect("an authenticator");
    redis.signal("-STOP");
    let result = token(&authenticator).await;
    redis.signal("-CONT");
    assert_eq!(result.expect("a token"), "t1");
}

#[test]
fn a_store_works_after_the_runtime_that_connected_it_is_shut_down() {
    let redis = RedisServer::start();
    let store = redis.store();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert!(runtime().block_on(store.put_if_newer(&key("a"), &stored(1, 1))).expect("up"));
    assert!(runtime().block_on(store.get(&key("a"))).expect("up").is_some());
}

#[tokio::test]
async fn damaged_and_foreign_data_is_logged_rejected_and_replaced() {
    let redis = RedisServer::start();
    let name = format!("keyfob:{}", name("a").await);
    let store = redis.store();
    let put = || async { store.put_if_newer(&key("a"), &stored(1, 1)).await.expect("up") };
    assert!(put().await);
    let content: Vec<u8> = redis.query(redis::cmd("HGET").arg(&name).arg("v"));
    let mut damage = Vec::new();
    for at in 0..content.len() {
        let mut changed = content.clone();
        changed[at] ^= 1 << (at % 8);
        damage.push(redis::cmd("HSET").arg(&name).arg("v").arg(changed).clone());
        damage.push(redis::cmd("HSET").arg(&name).arg("v").arg(&content[..at]).clone());
    }
    damage.push(redis::cmd("HSET").arg(&name).arg("n").arg("99999999").clone());
    damage.push(redis::cmd("HSET").arg(&name).arg("n").arg("many").clone());
    damage.push(redis::cmd("HSET").arg(&name).arg("n").arg(b"\xff").clone());
    damage.push(redis::cmd("HDEL").arg(&name).arg("v").clone());
    damage.push(redis::cmd("HDEL").arg(&name).arg("i").clone());
    damage.push(redis::cmd("SET").arg(&name).arg("foreign").clone());
    for command in damage {
        let _: redis::Value = redis.query(&command);
        let log = Log::start();
        assert!(store.get(&key("a")).await.expect("up").is_none());
        assert!(log.end().contains("damaged or not written by this store"));
        assert!(put().await, "replaced");
        assert_eq!(store.get(&key("a")).await.expect("up").expect("a token").version(), stored(1, 1).version());
    }
}

/// Returns the number of bytes that the server has sent.
fn sent(redis: &RedisServer) -> u64 {
    let info: String = redis.query(redis::cmd("INFO").arg("stats"));
    let line = info.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:")).expect("in the response");
    line.parse().expect("a number")
}

#[tokio::test]
async fn a_huge_value_is_deleted_without_being_read() {
    let redis = RedisServer::start();
    let (name, store) = (format!("keyfob:{}", name("a").await), redis.store());
    for field in ["v", "n", "i"] {
        assert!(store.put_if_newer(&key("a"), &stored(1, 1)).await.expect("up"));
        let _: i64 = redis.query(redis::cmd("HSET").arg(&name).arg(field).arg(vec![b'7'; 3 * 1024 * 1024]));
        let before = sent(&redis);
        let log = Log::start();
        assert!(store.get(&key("a")).await.expect("up").is_none());
        assert!(log.end().contains("damaged or not written by this store"));
        assert!(sent(&redis) - before < 100_000, "{field}");
        let exists: bool = redis.query(redis::cmd("EXISTS").arg(&name));
        assert!(!exists, "{field}");
    }
}

#[tokio::test]
async fn a_response_without_an_end_is_an_outage_and_not_read_into_memory() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("redis://{}", listener.local_addr().expect("an address"));
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                loop {
                    let length = stream.read(&mut request).await.ok().filter(|length| *length > 0)?;
                    let request = String::from_utf8_lossy(&request[..length]);
                    if request.contains("EVAL") {
                        break;
                    }
                    // Each command of the handshake is an array.
                    let commands = request.split("\r\n").filter(|line| line.starts_with('*')).count();
                    stream.write_all("+OK\r\n".repeat(commands).as_bytes()).await.ok()?;
                }
                stream.write_all(b"*1\r\n$500000000\r\n").await.ok()?;
                let part = vec![b'7'; 64 * 1024];
                for _ in 0..500_000_000 / part.len() {
                    stream.write_all(&part).await.ok()?;
                    counter.fetch_add(part.len(), Ordering::Relaxed);
                }
                Some(())
            });
        }
    });
    let store = RedisStore::new(&url).expect("a store");
    let error = store.get(&key("a")).await.expect_err("endless");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    // The limit is 16 MiB; the buffers of the sockets are added to it.
    assert!(sent.load(Ordering::Relaxed) < 48 * 1024 * 1024, "{sent:?}");
}

#[tokio::test]
async fn a_lock_without_an_expiry_is_taken_over_at_once() {
    let redis = RedisServer::start();
    let (name, store) = (format!("keyfob:{}:lock", name("a").await), redis.store());
    let lease = Duration::from_secs(3600);
    for command in [redis::cmd("SET").arg(&name).arg("someone"), redis::cmd("RPUSH").arg(&name).arg("someone")] {
        let _: redis::Value = redis.query(command);
        let acquired = store.lock(&key("a"), lease).await.expect("up").expect("it would never expire");
        assert!(store.lock(&key("a"), lease).await.expect("up").is_none());
        let left: i64 = redis.query(redis::cmd("TTL").arg(&name));
        assert!((1..=3600).contains(&left), "{left}");
        acquired.release().await;
    }
    let _: redis::Value = redis.query(redis::cmd("SET").arg(&name).arg("someone").arg("EX").arg(3600));
    assert!(store.lock(&key("a"), lease).await.expect("up").is_none(), "the lock of a live holder");
}

#[tokio::test]
async fn an_error_of_redis_is_an_outage_and_not_damaged_data() {
    let redis = RedisServer::start();
    assert!(redis.store().put_if_newer(&key("a"), &stored(1, 1)).await.expect("up"));
    let mut command = redis::cmd("ACL");
    command.arg(&["SETUSER", "reader", "on", ">password", "~*", "+@all", "-hmget", "-del", "-set"]);
    let _: redis::Value = redis.query(&command);
    let store = RedisStore::new(&redis.url().replace("//", "//reader:password@")).expect("a store");
    let log = Log::start();
    let errors = [
        store.get(&key("a")).await.expect_err("HMGET is not permitted"),
        store.lock(&key("a"), Duration::from_secs(1)).await.err().expect("SET is not permitted"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().starts_with("Redis returned the error"), "{error}");
    }
    assert!(!log.end().contains("damaged"));
    assert!(redis.store().get(&key("a")).await.expect("up").is_some(), "nothing was deleted");
}

#[tokio::test]
async fn stored_tokens_expire() {
    let redis = RedisServer::start();
    let (server, store) = (Server::tokens("3600"), redis.store());
    let authenticator = server.builder().store(store).build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    let names: Vec<String> = redis.query(redis::cmd("KEYS").arg("*"));
    let left: i64 = redis.query(redis::cmd("TTL").arg(&names[0]));
    assert_eq!(names.len(), 1);
    assert!((3000..=3660).contains(&left), "{left}");
}

#[tokio::test]
async fn a_dump_of_encrypted_tokens_reveals_no_token_secret_or_client_id() {
    for encrypted in [false, true] {
        let redis = RedisServer::start();
        let mut store = redis.store();
        if encrypted {
            store = store.encrypted_with(EncryptionKey::new([3; 32]));
        }
        let server = Server::start(|_| Reply::token("canary-token", "3600"));
        let credentials = keyfob_auth::ClientCredentials::new(server.url("/token"), "canary-client", "canary-secret");
        let authenticator = Authenticator::builder(credentials).store(store).build().expect("an authenticator");
        token(&authenticator).await.expect("a token");
        let dump = redis.dump();
        assert_eq!(contains(&dump, "canary-token"), !encrypted, "only encryption hides the token");
        assert!(!contains(&dump, "canary-client") && !contains(&dump, "canary-secret"));
    }
}

/// Repeats an operation until it succeeds: the store's limit of one second for a TLS handshake is short for a machine that
/// builds at the same time.
async fn until_up<F: Future<Output = Result<(), keyfob_auth::Error>>>(operation: impl Fn() -> F) {
    let start = Instant::now();
    while let Err(error) = operation().await {
        assert!(start.elapsed() < Duration::from_secs(60), "{error}");
    }
}

#[tokio::test]
async fn a_server_with_tls_and_a_password_is_used_only_if_its_certificate_is_trusted() {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, private) = (signed.cert.pem(), signed.signing_key.serialize_pem());
    let redis = RedisServer::with(|folder| {
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, &certificate).expect("written");
        std::fs::write(&key, &private).expect("written");
        let (cert, key) = (cert.display().to_string(), key.display().to_string());
        let tls = ["--tls-port", "PORT", "--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-auth-clients", "no"];
        tls.into_iter().chain(["--requirepass", "p@ss/word"]).map(str::to_owned).collect()
    });
    let url = |password: &str| format!("rediss://:{password}@localhost:{}/2", redis.port());
    let transport = TransportConfig::new().root_certificate_pem(certificate.as_bytes()).expect("a certificate");
    let store = RedisStore::new(&url("p%40ss%2Fword")).expect("a store");
    assert!(store.get(&key("a")).await.is_err(), "the certificate is not trusted");
    let store = store.transport(transport.clone());
    until_up(|| async { store.put_if_newer(&key("a"), &stored(1, 1)).await.map(drop) }).await;
    until_up(|| async { store.get(&key("a")).await.map(|token| assert!(token.is_some())) }).await;
    let wrong = RedisStore::new(&url("canary")).expect("a store").transport(transport);
    let error = wrong.get(&key("a")).await.expect_err("refused");
    assert!(!format!("{error:?}").contains("canary") && !format!("{wrong:?}").contains("canary"), "{error:?}");
}
