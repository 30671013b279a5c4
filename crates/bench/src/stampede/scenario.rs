//! Scenarios of callers and token endpoint, and their outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use keyfob_bench::token_server::{Behaviour, TokenServer};
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::HANG_TIMEOUT;
use crate::peers::AnySource;

/// Time within which a caller counts as served at once.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Token source under test, and its token endpoint.
pub(super) struct Target {
    pub(super) source: Arc<dyn AnySource>,
    pub(super) server: TokenServer,
}

/// Result of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Token requests that reached the server.
    pub(super) requests: u64,
    /// Callers that got a token.
    pub(super) served: u32,
    /// Served callers that got the token within [`AT_ONCE`].
    pub(super) at_once: u32,
    /// Callers that got an error.
    pub(super) failed: u32,
    /// Callers without a result within [`HANG_TIMEOUT`].
    pub(super) hung: u32,
    /// Time until the last result.
    pub(super) last: Duration,
}

/// Result of one caller, and the time until the result.
type Caller = JoinHandle<(Result<(), String>, Duration)>;

impl Outcome {
    async fn of(callers: Vec<Caller>, server: &TokenServer, requests_before: u64) -> Self {
        let mut outcome = Self::default();
        let deadline = tokio::time::Instant::now() + HANG_TIMEOUT;
        for caller in callers {
            match timeout_at(deadline, caller).await {
                Err(_) => outcome.hung += 1,
                // The task panicked or was aborted.
                Ok(Err(_)) => outcome.failed += 1,
                Ok(Ok((result, after))) => outcome.count(result.is_ok(), after),
            }
        }
        outcome.requests = server.requests() - requests_before;
        outcome
    }

    fn count(&mut self, served: bool, after: Duration) {
        self.last = self.last.max(after);
        self.served += u32::from(served);
        self.at_once += u32::from(served && after < AT_ONCE);
        self.failed += u32::from(!served);
    }
}

/// Spawns one caller.
fn call(source: &Arc<dyn AnySource>) -> Caller {
    let source = Arc::clone(source);
    tokio::spawn(async move {
        let start = Instant::now();
        let result = source.once().await;
        (result, start.elapsed())
    })
}

fn calls(source: &Arc<dyn AnySource>, callers: usize) -> Vec<Caller> {
    (0..callers).map(|_| call(source)).collect()
}

/// Returns a scenario of concurrent callers without a cached token.
pub(super) fn stampede(callers: usize) -> impl FnOnce(Target) -> BoxFuture<'static, Outcome> {
    move |target| {
        async move {
            let callers = calls(&target.source, callers);
            Outcome::of(callers, &target.server, 0).await
        }
        .boxed()
    }
}

/// Makes 100 calls, one every 10 ms.
pub(super) async fn calls_in_a_row(target: Target) -> Outcome {
    let mut callers = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..100 {
        ticks.tick().await;
        callers.push(call(&target.source));
    }
    Outcome::of(callers, &target.server, 0).await
}

/// Cancels the first caller while its token request is in flight and 100 others wait.
pub(super) async fn first_caller_dropped(target: Target) -> Outcome {
    let first = call(&target.source);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let callers = calls(&target.source, 100);
    tokio::time::sleep(Duration::from_millis(50)).await;
    first.abort();
    Outcome::of(callers, &target.server, 0).await
}

/// Takes the server down when a token with a lifetime of 10 s is 7 s old, and makes 20 calls.
pub(super) async fn refresh_fails(target: Target) -> Outcome {
    let first = call(&target.source).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    target.server.behave(Behaviour { down: true, delay: Duration::from_millis(10), lifetime: 10 });
    let before = target.server.requests();
    let mut outcome = Outcome::of(calls(&target.source, 20), &target.server, before).await;
    // Background requests count too.
    tokio::time::sleep(AT_ONCE).await;
    outcome.requests = target.server.requests() - before;
    outcome.failed += u32::from(!first.is_ok_and(|(result, _)| result.is_ok()));
    outcome
}
