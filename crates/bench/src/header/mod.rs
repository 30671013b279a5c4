//! The header of a request while the token is valid: processor time and allocations per call, at 1, 2, 8 and 64 tasks.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use http::HeaderValue;
use keyfob_bench::measure::{Allocations, Series, Stopwatch, allocations};
use keyfob_bench::table::{Budgets, Table};
use keyfob_bench::token_server::{Behaviour, TOKEN_BYTES, TokenServer};
use tokio::runtime::Runtime;

use crate::Effort;
use crate::peers::{AnySource, Ours, SharedHeader, StdRwLock, TokioMutex, TokioRwLock};

const TASKS: [u64; 4] = [1, 2, 8, 64];

/// What is compared: its name, and where it gets its tokens from.
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
    let contenders = contenders(&server)?;
    for contender in &contenders {
        let first = runtime.block_on(runtime.spawn(contender.source.once())).context("fetching the first token")?;
        first.map_err(|error| anyhow!("{}: {error}", contender.name))?;
    }
    let rounds = effort.pick(7, 3);
    let calls = effort.pick(6_400_000, 640_000);
    let mut measured: Vec<Measured> = contenders.iter().map(|contender| counted(&runtime, contender)).collect();
    for (at, tasks) in TASKS.into_iter().enumerate() {
        crate::progress(&format!("  {tasks} tasks"));
        for _ in 0..rounds {
            for (contender, measured) in contenders.iter().zip(&mut measured) {
                measured.cpu[at].push(runtime.block_on(nanoseconds(contender.source.as_ref(), tasks, calls)));
            }
        }
    }
    Ok(section(&measured))
}

fn contenders(server: &TokenServer) -> Result<Vec<Contender>> {
    let header = || HeaderValue::from_maybe_shared(bytes::Bytes::from("x".repeat("Bearer ".len() + TOKEN_BYTES)));
    let contender = |name, source| Contender { name, source };
    Ok(vec![
        contender("clone of one shared header (the floor)", Arc::new(SharedHeader::new(header()?))),
        contender("**keyfob**", Arc::new(Ours::new(&server.endpoint())?)),
        contender("std `RwLock<Arc>`, by hand", Arc::new(StdRwLock::new(header()?))),
        contender("tokio `RwLock`, by hand", Arc::new(TokioRwLock::new(header()?))),
        contender("tokio `Mutex`, by hand", Arc::new(TokioMutex::new(header()?))),
    ])
}

/// Counts the allocations of a call. The future that makes the calls is one allocation, which is taken off.
fn counted(runtime: &Runtime, contender: &Contender) -> Measured {
    const CALLS: u64 = 1000;
    let future = contender.source.many(CALLS);
    let total = allocations(|| runtime.block_on(future));
    let allocations = Allocations { count: total.count / CALLS, bytes: total.bytes / CALLS };
    Measured { name: contender.name, cpu: vec![Series::default(); TASKS.len()], allocations }
}

/// Processor nanoseconds per call, with so many tasks on two threads.
async fn nanoseconds(source: &dyn AnySource, tasks: u64, calls: u64) -> f64 {
    let futures: Vec<_> = (0..tasks).map(|_| source.many(calls / tasks)).collect();
    let watch = Stopwatch::start();
    let running: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    for task in running {
        let _ = task.await;
    }
    watch.stop().cpu.as_secs_f64() * 1e9 / calls as f64
}

fn section(measured: &[Measured]) -> String {
    let head = ["ns per call, tasks:".to_owned()].into_iter().chain(TASKS.iter().map(ToString::to_string));
    let mut table = Table::new(head.chain(["allocations".to_owned(), "bytes".to_owned()]));
    for one in measured {
        let cells = [one.name.to_owned()].into_iter().chain(one.cpu.iter().map(ToString::to_string));
        table.row(cells.chain([one.allocations.count.to_string(), one.allocations.bytes.to_string()]));
    }
    format!("{table}\n{}", budgets(measured))
}

fn budgets(measured: &[Measured]) -> Budgets {
    let mut budgets = Budgets::new();
    let [floor, ours, others @ ..] = measured else { return budgets };
    let count = ours.allocations.count;
    budgets.add("allocations per call", "0", count.to_string(), count == 0);
    for (at, tasks) in TASKS.into_iter().enumerate() {
        let ratio = ours.cpu[at].median() / floor.cpu[at].median();
        let limit = match tasks {
            1 => 3.0,
            8 | 64 => 0.7,
            _ => continue,
        };
        budgets.add(
            format!("of the floor, {tasks} tasks"),
            format!("{limit} x"),
            format!("{ratio:.2} x"),
            ratio <= limit,
        );
    }
    for (at, tasks) in TASKS.into_iter().enumerate() {
        let next = others.iter().map(|other| other.cpu[at].median()).fold(f64::INFINITY, f64::min);
        let ours = ours.cpu[at].median();
        budgets.add(
            format!("ahead of every other, {tasks} tasks"),
            format!("{next:.0} ns"),
            format!("{ours:.0} ns"),
            ours < next,
        );
    }
    budgets
}
