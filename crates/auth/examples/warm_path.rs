//! Measures the warm path beside the clone of one shared `HeaderValue`, interleaved, in processor nanoseconds a call.
//!
//! `cargo run --release -p keyfob-auth --example warm_path`

use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Credentials, Error, Lifetime, SecretString, Token, TokenRequest, TokenSource,
};
use reqwest::header::HeaderValue;

const CALLS: u32 = 400_000;
const ROUNDS: usize = 11;

struct Source;

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        async { Ok(Token::new("x".repeat(1200)).lifetime(Lifetime::For(Duration::from_secs(3600)))) }.boxed()
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["example"], &SecretString::from("secret"))
    }
}

/// Wall time a call and processor, with this many tasks on two threads.
async fn measure<F, Fut>(tasks: u32, call: F) -> f64
where
    F: Fn() -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let start = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let call = call.clone();
            tokio::spawn(async move {
                for _ in 0..CALLS / tasks {
                    call().await;
                }
            })
        })
        .collect();
    for task in running {
        task.await.expect("no panic");
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS) * f64::from(tasks.min(2))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let authenticator = Authenticator::builder(Credentials::custom(Source)).build()?;
        authenticator.authorization().await?;
        let shared = Arc::new(HeaderValue::from_maybe_shared(bytes::Bytes::from("x".repeat(1200)))?);
        let mut out = std::io::stdout();
        writeln!(out, "tasks   clone    ours   ratio")?;
        for tasks in [1, 2, 8, 64] {
            let (mut floor, mut ours) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let value = Arc::clone(&shared);
                floor.push(
                    measure(tasks, move || {
                        let value = Arc::clone(&value);
                        async move { drop(black_box(HeaderValue::clone(&value))) }
                    })
                    .await,
                );
                let authenticator = authenticator.clone();
                ours.push(
                    measure(tasks, move || {
                        let authenticator = authenticator.clone();
                        async move { drop(black_box(authenticator.authorization().await)) }
                    })
                    .await,
                );
            }
            let (floor, ours) = (median(floor), median(ours));
            writeln!(out, "{tasks:5} {floor:7.1} {ours:7.1} {:7.2}", ours / floor)?;
        }
        Ok(())
    })
}
