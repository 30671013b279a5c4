//! The header of a request while the token is valid: processor time and allocations per call, at 1, 2, 8 and 64 tasks.

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

/// So many tasks call at once, on two threads.
const TASKS: [u64; 4] = [1, 2, 8, 64];

/// So much of the processors that its tasks can use makes a run count at once. A shared counter only costs what it costs
/// while both cores change it, so that a run on one core alone says nothing.
const SHARE: f64 = 0.93;

/// With more tasks than this a run is longer, so that each task makes no fewer calls and its start does not count.
const TASKS_OF_A_RUN: u64 = 8;

/// A run that has less of them, because other programs run too, is repeated so often; the best one counts.
const ATTEMPTS: usize = 100;

/// What is compared.
struct Contender {
    name: &'static str,
    source: Arc<dyn AnySource>,
}

/// What one contender took.
struct Measured {
    name: &'static str,
    /// Processor nanoseconds per call, for each number of tasks.
    cpu: Vec<Series>,
    allocations: Allocations,
}

/// Measures and gives the section for the page.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let server = TokenServer::start(Behaviour::default())?;
    let contenders = runtime.block_on(contenders(&server))?;
    for contender in &contenders {
        let first = runtime.block_on(runtime.spawn(contender.source.once())).context("fetching the first token")?;
        first.map_err(|error| anyhow!("{}: {error}", contender.name))?;
    }
    let mut measured: Vec<Measured> = contenders.iter().map(|contender| counted(&runtime, contender)).collect();
    let length = Duration::from_micros(effort.pick(500, 200));
    let calls: Vec<u64> = contenders.iter().map(|contender| calls_in(&runtime, contender, length)).collect();
    for (at, tasks) in TASKS.into_iter().enumerate() {
        crate::progress(&format!("  {tasks} tasks"));
        for _ in 0..effort.pick(15, 3) {
            for ((contender, calls), measured) in contenders.iter().zip(&calls).zip(&mut measured) {
                let calls = calls * (tasks / TASKS_OF_A_RUN).max(1);
                let cost = runtime.block_on(undisturbed(contender.source.as_ref(), tasks, calls));
                measured.cpu[at].push(nanoseconds(&cost, calls));
            }
        }
    }
    Ok(section::write(&measured, &TASKS))
}

/// The floor, Keyfob, what one writes by hand, the peers.
async fn contenders(server: &TokenServer) -> Result<Vec<Contender>> {
    let header = || HeaderValue::from_maybe_shared(bytes::Bytes::from("x".repeat("Bearer ".len() + TOKEN_BYTES)));
    let contender = |name, source| Contender { name, source };
    let mut contenders =
        vec![contender("clone of a shared header (the floor)", Arc::new(SharedHeader::new(header()?)))];
    for peer in Peer::ALL {
        let source = peer.connect(server).await.map_err(|error| anyhow!("{}: {error}", peer.name()))?;
        contenders.push(contender(peer.name(), source));
        if *peer == Peer::Keyfob {
            contenders.push(contender("by hand: std `RwLock<Arc>`", Arc::new(StdRwLock::new(header()?))));
            contenders.push(contender("by hand: tokio `RwLock`", Arc::new(TokioRwLock::new(header()?))));
            contenders.push(contender("by hand: tokio `Mutex`", Arc::new(TokioMutex::new(header()?))));
        }
    }
    Ok(contenders)
}

/// Counts the allocations of a call; the first calls are left out.
fn counted(runtime: &Runtime, contender: &Contender) -> Measured {
    const CALLS: u64 = 1000;
    runtime.block_on(contender.source.many(CALLS));
    let future = contender.source.many(CALLS);
    let total = allocations(|| runtime.block_on(future));
    let allocations = Allocations { count: total.count / CALLS, bytes: total.bytes / CALLS };
    Measured { name: contender.name, cpu: vec![Series::default(); TASKS.len()], allocations }
}

/// So many calls take about this long; a multiple of the number of tasks.
fn calls_in(runtime: &Runtime, contender: &Contender, length: Duration) -> u64 {
    const TRIAL: u64 = 640;
    let cost = runtime.block_on(undisturbed(contender.source.as_ref(), 1, TRIAL));
    let share = length.as_nanos() / cost.cpu.as_nanos().max(1);
    TRIAL * u64::try_from(share).unwrap_or(1).max(1)
}

fn nanoseconds(cost: &Cost, calls: u64) -> f64 {
    cost.cpu.as_secs_f64() * 1e9 / calls as f64
}

/// The run with the most of two processors, or of one for a single task; the first that has nearly all of them.
async fn undisturbed(source: &dyn AnySource, tasks: u64, calls: u64) -> Cost {
    let enough = SHARE * if tasks == 1 { 1.0 } else { 2.0 };
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

/// All calls, shared out among the tasks. They begin when two of them run, each on a thread of its own.
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
    gate.stop()
}
