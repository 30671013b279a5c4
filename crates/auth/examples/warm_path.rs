//! Compares a call with a valid token to the clone of one shared `HeaderValue`, in nanoseconds of processor time.
//!
//! The measurements alternate, so that both see the same load of the machine.
//!
//! `cargo run --release -p keyfob-auth --example warm_path`

use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Credentials, Error, Lifetime, SecretString, Token, TokenRequest, TokenSource,
};
use reqwest::header::HeaderValue;

const CALLS: u32 = 6_400_000;
const ROUNDS: usize = 5;

struct Source;

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        async { Ok(Token::new("x".repeat(1200)).lifetime(Lifetime::For(Duration::from_secs(3600)))) }.boxed()
    }

    fn key(&self) -> CacheKey {
        CacheKey::new(["example"], &SecretString::from("secret"))
    }
}

/// Returns the processor time used by this process, in ticks of 10 ms.
fn ticks() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    field(11) + field(12)
}

/// Returns the processor time of a call in nanoseconds, with this many tasks on two threads.
async fn measure(tasks: u32, task: impl Fn(u32) -> BoxFuture<'static, ()>) -> f64 {
    let start = ticks();
    let running: Vec<_> = (0..tasks).map(|_| tokio::spawn(task(CALLS / tasks))).collect();
    for task in running {
        task.await.expect("no panic");
    }
    (ticks() - start) * 1e7 / f64::from(CALLS)
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
        let floor_task = |calls: u32| {
            let value = Arc::clone(&shared);
            async move {
                for _ in 0..calls {
                    drop(black_box(HeaderValue::clone(&value)));
                }
            }
            .boxed()
        };
        let our_task = |calls: u32| {
            let authenticator = authenticator.clone();
            async move {
                for _ in 0..calls {
                    drop(black_box(authenticator.authorization().await));
                }
            }
            .boxed()
        };
        let mut out = std::io::stdout();
        writeln!(out, "tasks   clone    ours   ratio")?;
        for tasks in [1, 2, 8, 64] {
            let (mut floor, mut ours) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                floor.push(measure(tasks, floor_task).await);
                ours.push(measure(tasks, our_task).await);
            }
            let (floor, ours) = (median(floor), median(ours));
            writeln!(out, "{tasks:5} {floor:7.1} {ours:7.1} {:7.2}", ours / floor)?;
        }
        Ok(())
    })
}
