//! `Authorization` header while the token is valid: CPU time and allocations per call, with 1, 2, 8 and 64 tasks.

mod gate;
mod section;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use http::HeaderValue;
use keyfob_bench::measure::{Allocations, Cost, Series, allocations};
use keyfob_bench::token_server::{Behaviour, TOKEN_BYTES, TokenServer};
use tokio::runtime::Runtime;

use self::gate::Gate;
use crate::Effort;
use crate::peers::{AnySource, Peer, SharedHeader, StdRwLock, TokioMutex, TokioRwLock};

/// Numbers of concurrent tasks, on two threads.
const TASKS: [u64; 4] = [1, 2, 8, 64];

/// Fraction of the usable processors above which a run is accepted. A shared counter shows its cost only while both cores
/// write to it, so a run on one core is not representative.
const MIN_UTILIZATION: f64 = 0.93;

/// Number of tasks above which a run makes more calls, so that the start of a task stays insignificant.
const BASE_TASKS: u64 = 8;

/// Maximum number of repetitions of a run below [`MIN_UTILIZATION`]; the run with the highest utilization counts.
const ATTEMPTS: usize = 100;

/// Implementation to measure.
struct Candidate {
    name: &'static str,
    source: Arc<dyn AnySource>,
}

/// Figures of one candidate.
struct Measured {
    name: &'static str,
    /// CPU nanoseconds per call, for each number of tasks.
    cpu: Vec<Series>,
    allocations: Allocations,
}

/// Measures all candidates and returns the section of the page.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let server = TokenServer::start(Behaviour::default())?;
    let candidates = runtime.block_on(candidates(&server))?;
    for candidate in &candidates {
        let first = runtime.block_on(runtime.spawn(candidate.source.once())).context("fetching the first token")?;
        first.map_err(|error| anyhow!("{}: {error}", candidate.name))?;
    }
    let mut measured: Vec<Measured> =
        candidates.iter().map(|candidate| count_allocations(&runtime, candidate)).collect();
    let length = Duration::from_micros(effort.pick(500, 200));
    let calls: Vec<u64> = candidates.iter().map(|candidate| calls_in(&runtime, candidate, length)).collect();
    for (at, tasks) in TASKS.into_iter().enumerate() {
        crate::progress(&format!("  {tasks} tasks"));
        for _ in 0..effort.pick(15, 3) {
            for ((candidate, calls), measured) in candidates.iter().zip(&calls).zip(&mut measured) {
                let calls = calls * (tasks / BASE_TASKS).max(1);
                let cost = runtime.block_on(undisturbed(candidate.source.as_ref(), tasks, calls));
                measured.cpu[at].push(nanoseconds(&cost, calls));
            }
        }
    }
    Ok(section::write(&measured, &TASKS))
}

/// Returns the lower bound, Keyfob, the hand-written caches and the peers.
async fn candidates(server: &TokenServer) -> Result<Vec<Candidate>> {
    let header = || HeaderValue::from_maybe_shared(bytes::Bytes::from("x".repeat("Bearer ".len() + TOKEN_BYTES)));
    let candidate = |name, source| Candidate { name, source };
    let mut candidates =
        vec![candidate("clone of a shared `HeaderValue` (lower bound)", Arc::new(SharedHeader::new(header()?)))];
    for peer in Peer::ALL {
        let source = peer.connect(server).await.map_err(|error| anyhow!("{}: {error}", peer.name()))?;
        candidates.push(candidate(peer.name(), source));
        if *peer == Peer::Keyfob {
            candidates.push(candidate("hand-written: std `RwLock<Arc>`", Arc::new(StdRwLock::new(header()?))));
            candidates.push(candidate("hand-written: tokio `RwLock`", Arc::new(TokioRwLock::new(header()?))));
            candidates.push(candidate("hand-written: tokio `Mutex`", Arc::new(TokioMutex::new(header()?))));
        }
    }
    Ok(candidates)
}

/// Counts the allocations of a call after a warm-up.
fn count_allocations(runtime: &Runtime, candidate: &Candidate) -> Measured {
    const CALLS: u64 = 1000;
    runtime.block_on(candidate.source.many(CALLS));
    let future = candidate.source.many(CALLS);
    let total = allocations(|| runtime.block_on(future));
    let allocations = Allocations { count: total.count / CALLS, bytes: total.bytes / CALLS };
    Measured { name: candidate.name, cpu: vec![Series::default(); TASKS.len()], allocations }
}

/// Returns the number of calls that take about `length`, a multiple of every number of tasks.
fn calls_in(runtime: &Runtime, candidate: &Candidate, length: Duration) -> u64 {
    const TRIAL: u64 = 640;
    let cost = runtime.block_on(undisturbed(candidate.source.as_ref(), 1, TRIAL));
    let share = length.as_nanos() / cost.cpu.as_nanos().max(1);
    TRIAL * u64::try_from(share).unwrap_or(1).max(1)
}

fn nanoseconds(cost: &Cost, calls: u64) -> f64 {
    cost.cpu.as_secs_f64() * 1e9 / calls as f64
}

/// Repeats a run until its utilization is above [`MIN_UTILIZATION`], and returns the run with the highest utilization.
async fn undisturbed(source: &dyn AnySource, tasks: u64, calls: u64) -> Cost {
    let enough = MIN_UTILIZATION * if tasks == 1 { 1.0 } else { 2.0 };
    let mut best = once(source, tasks, calls).await;
    for _ in 1..ATTEMPTS {
        if best.processors() >= enough {
            break;
        }
        let next = once(source, tasks, calls).await;
        if next.processors() > best.processors() {
            best = next;
        }
    }
    best
}

/// Makes all calls, divided among the tasks. They start when two tasks run on separate threads.
async fn once(source: &dyn AnySource, tasks: u64, calls: u64) -> Cost {
    let gate = Arc::new(Gate::new(tasks.min(2)));
    let task = |_| {
        let (gate, many) = (Arc::clone(&gate), source.many(calls / tasks));
        async move {
            gate.pass();
            many.await;
        }
    };
    let running: Vec<_> = (0..tasks).map(task).collect::<Vec<_>>().into_iter().map(tokio::spawn).collect();
    for task in running {
        let _ = task.await;
    }
    gate.elapsed()
}
