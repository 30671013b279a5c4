//! Token requests where many callers want one at once, tokens are short-lived, callers give up, or the server is down.

mod scenario;
mod section;

use std::time::Duration;

use anyhow::Result;
use keyfob_bench::token_server::{Behaviour, TokenServer};
use tokio::runtime::Runtime;

use crate::Effort;
use crate::peers::Peer;
use scenario::{Outcome, Target};

/// Whoever has not answered by then does not count as answering.
const PATIENCE: Duration = Duration::from_secs(45);

const STAMPEDES: [usize; 2] = [1000, 10_000];
const LIFETIMES: [u64; 7] = [3600, 299, 239, 59, 19, 9, 2];

/// How one peer fared. An error says why there is no figure.
struct Row {
    peer: Peer,
    stampedes: Vec<Result<Outcome, String>>,
    lifetimes: Vec<Result<Outcome, String>>,
    dropped: Result<Outcome, String>,
    renewal: Result<Outcome, String>,
    outage: Result<Outcome, String>,
}

/// Measures and gives the section for the page.
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
        renewal: on(peer, ten_seconds, scenario::renewal_fails)?,
        outage: on(peer, down, scenario::stampede(100))?,
    })
}

/// Plays one scenario with a server, a runtime and a client of its own.
fn on<F>(peer: Peer, behaviour: Behaviour, play: impl FnOnce(Target) -> F) -> Result<Result<Outcome, String>>
where
    F: Future<Output = Outcome>,
{
    let runtime: Runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let server = TokenServer::start(behaviour)?;
    let outcome = runtime.block_on(async {
        let connected = tokio::time::timeout(PATIENCE, peer.connect(&server)).await;
        match connected {
            Ok(Ok(source)) => Ok(play(Target { source, server }).await),
            Ok(Err(_)) => Err(format!("not built, {}", section::counted(server.requests()))),
            Err(_) => Err(format!("not built in {} s, {}", PATIENCE.as_secs(), section::counted(server.requests()))),
        }
    });
    // What hangs is left behind.
    runtime.shutdown_background();
    Ok(outcome)
}
