//! Load of worker fleets on the token endpoint and the store, with and without a shared store.

mod counting;
mod section;
mod store;

use std::time::{Duration, Instant};

use anyhow::Result;
use keyfob_auth::{Authenticator, Clock, Credentials, FakeClock};

use crate::Effort;
use counting::{Counting, Counts, Endpoint};

const WORKERS: [usize; 3] = [1, 100, 10_000];

/// Lifetime of a token.
const LIFETIME: Duration = Duration::from_hours(1);

/// Interval at which each worker requests a header.
const STEP: Duration = Duration::from_secs(10);

/// Requests of a fleet to the token endpoint and the store.
struct Fleet {
    workers: usize,
    shared: bool,
    /// Requests until all workers, started at once, have a token.
    start: Counts,
    took: Duration,
    /// Requests per token lifetime after the start.
    lifetime: Counts,
    /// Peak of token requests and store operations per second, averaged over a step.
    peak: (f64, f64),
}

/// Measures all fleets and returns the section of the page.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let mut fleets = Vec::new();
    for workers in WORKERS {
        for shared in [false, true] {
            crate::progress(&format!("  {workers} workers{}", if shared { ", shared store" } else { "" }));
            let (start, took) = start(workers, shared)?;
            let (lifetime, peak) = steady(workers, shared, effort.pick(10, 2))?;
            fleets.push(Fleet { workers, shared, start, took, lifetime, peak });
        }
    }
    crate::progress("  stores");
    let stores = store::measure(effort)?;
    Ok(section::write(&fleets, &stores))
}

fn fleet(workers: usize, endpoint: &Endpoint, store: Option<&Counting>, clock: &Clock) -> Result<Vec<Authenticator>> {
    let worker = |_| {
        let builder = Authenticator::builder(Credentials::custom(endpoint.clone())).clock(clock.clone());
        let builder = match store {
            Some(store) => builder.store(store.clone()),
            None => builder,
        };
        Ok(builder.build()?)
    };
    (0..workers).map(worker).collect()
}

/// Starts all workers at once, in real time. The endpoint takes 50 ms, the store 1 ms.
fn start(workers: usize, shared: bool) -> Result<(Counts, Duration)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let endpoint = Endpoint::new(Duration::from_millis(50), LIFETIME);
    let store = Counting::new(Duration::from_millis(1));
    let fleet = fleet(workers, &endpoint, shared.then_some(&store), &Clock::system())?;
    runtime.block_on(async {
        let began = Instant::now();
        let calls =
            fleet.iter().cloned().map(|worker| tokio::spawn(async move { worker.authorization().await.map(drop) }));
        let calls: Vec<_> = calls.collect();
        for worker in calls {
            worker.await??;
        }
        Ok((endpoint.counts() + store.counts(), began.elapsed()))
    })
}

/// Simulates the following token lifetimes on a fake clock.
fn steady(workers: usize, shared: bool, lifetimes: u32) -> Result<(Counts, (f64, f64))> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (clock, hand) = Clock::fake();
    let endpoint = Endpoint::new(Duration::ZERO, LIFETIME);
    let store = Counting::new(Duration::ZERO);
    let fleet = fleet(workers, &endpoint, shared.then_some(&store), &clock)?;
    runtime.block_on(async {
        let now = || endpoint.counts() + store.counts();
        step(&fleet, &hand).await?;
        let begin = now();
        let (mut before, mut peak) = (begin, (0.0_f64, 0.0_f64));
        let steps = LIFETIME.as_secs() / STEP.as_secs() * u64::from(lifetimes);
        for _ in 0..steps {
            step(&fleet, &hand).await?;
            let after = now();
            let grown = after - before;
            let second = |count: u64| count as f64 / STEP.as_secs_f64();
            peak = (peak.0.max(second(grown.fetches)), peak.1.max(second(grown.operations())));
            before = after;
        }
        Ok(((before - begin) / u64::from(lifetimes), peak))
    })
}

/// Advances the clock, requests a header for every worker, and lets background refreshes run.
async fn step(fleet: &[Authenticator], hand: &FakeClock) -> Result<()> {
    hand.advance(STEP);
    for worker in fleet {
        worker.authorization().await?;
    }
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
    Ok(())
}
