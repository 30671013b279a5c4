//! Token requests under many concurrent callers, short lifetimes, cancellation, and outages.

mod scenario;
mod section;

use std::time::Duration;

use anyhow::Result;
use keyfob_bench::token_server::{Behaviour, TokenServer};
use tokio::runtime::Runtime;

use crate::Effort;
use crate::peers::Peer;
use scenario::{Outcome, Target};

/// Time after which a caller without a result counts as hung.
const HANG_TIMEOUT: Duration = Duration::from_secs(45);

const STAMPEDES: [usize; 2] = [1000, 10_000];
const LIFETIMES: [u64; 7] = [3600, 299, 239, 59, 19, 9, 2];

/// Results of one peer; an error is the reason why a figure is missing.
struct Row {
    peer: Peer,
    stampedes: Vec<Result<Outcome, String>>,
    lifetimes: Vec<Result<Outcome, String>>,
    dropped: Result<Outcome, String>,
    refresh: Result<Outcome, String>,
    outage: Result<Outcome, String>,
}

/// Runs all scenarios and returns the section of the page.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let mut rows = Vec::new();
    for peer in Peer::ALL {
        crate::progress(&format!("  {}", peer.name()));
        rows.push(row(*peer, effort)?);
    }
    Ok(section::write(&rows))
}

fn row(peer: Peer, effort: Effort) -> Result<Row> {
    let up = Behaviour::default();
    let slow = Behaviour { delay: Duration::from_millis(300), ..up };
    let ten_seconds = Behaviour { lifetime: 10, ..up };
    let down = Behaviour { down: true, delay: Duration::from_millis(10), ..up };
    let lifetimes = effort.pick(&LIFETIMES[..], &LIFETIMES[5..]);
    Ok(Row {
        peer,
        stampedes: STAMPEDES.iter().map(|callers| on(peer, up, scenario::stampede(*callers))).collect::<Result<_>>()?,
        lifetimes: lifetimes
            .iter()
            .map(|lifetime| on(peer, Behaviour { lifetime: *lifetime, ..up }, scenario::calls_in_a_row))
            .collect::<Result<_>>()?,
        dropped: on(peer, slow, scenario::first_caller_dropped)?,
        refresh: on(peer, ten_seconds, scenario::refresh_fails)?,
        outage: on(peer, down, scenario::stampede(100))?,
    })
}

/// Runs one scenario with its own server, runtime and client.
fn on<F>(peer: Peer, behaviour: Behaviour, play: impl FnOnce(Target) -> F) -> Result<Result<Outcome, String>>
where
    F: Future<Output = Outcome>,
{
    let runtime: Runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let server = TokenServer::start(behaviour)?;
    let outcome = runtime.block_on(async {
        let connected = tokio::time::timeout(HANG_TIMEOUT, peer.connect(&server)).await;
        match connected {
            Ok(Ok(source)) => Ok(play(Target { source, server }).await),
            Ok(Err(_)) => Err(format!("build failed, {}", section::counted(server.requests()))),
            Err(_) => Err(format!(
                "build timed out after {} s, {}",
                HANG_TIMEOUT.as_secs(),
                section::counted(server.requests())
            )),
        }
    });
    // Does not wait for hung callers.
    runtime.shutdown_background();
    Ok(outcome)
}
