//! The scenarios: what callers do, what the server does meanwhile, and what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use keyfob_bench::token_server::{Behaviour, TokenServer};
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::PATIENCE;
use crate::peers::AnySource;

/// Within this time an answer came at once.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Who is asked for tokens, and where it gets them.
pub(super) struct Target {
    pub(super) source: Arc<dyn AnySource>,
    pub(super) server: TokenServer,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Token requests that reached the server.
    pub(super) requests: u64,
    /// Callers who got a token.
    pub(super) served: u32,
    /// Those among them who got it at once.
    pub(super) at_once: u32,
    /// Callers who got an error.
    pub(super) failed: u32,
    /// Callers who got nothing before our patience ended.
    pub(super) hung: u32,
    /// When the last answer came.
    pub(super) last: Duration,
}

/// How one caller fared, and after what time.
type Answer = JoinHandle<(Result<(), String>, Duration)>;

impl Outcome {
    async fn of(callers: Vec<Answer>, server: &TokenServer, requests_before: u64) -> Self {
        let mut outcome = Self::default();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        for caller in callers {
            match timeout_at(deadline, caller).await {
                Err(_) => outcome.hung += 1,
                // It panicked.
                Ok(Err(_)) => outcome.failed += 1,
                Ok(Ok((answer, after))) => outcome.count(answer.is_ok(), after),
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

/// One caller on a task of its own.
fn call(source: &Arc<dyn AnySource>) -> Answer {
    let source = Arc::clone(source);
    tokio::spawn(async move {
        let start = Instant::now();
        let answer = source.once().await;
        (answer, start.elapsed())
    })
}

fn calls(source: &Arc<dyn AnySource>, callers: usize) -> Vec<Answer> {
    (0..callers).map(|_| call(source)).collect()
}

/// So many callers at once, none of whom has a token.
pub(super) fn stampede(callers: usize) -> impl FnOnce(Target) -> BoxFuture<'static, Outcome> {
    move |target| {
        async move {
            let answers = calls(&target.source, callers);
            Outcome::of(answers, &target.server, 0).await
        }
        .boxed()
    }
}

/// 100 calls, one every 10 ms.
pub(super) async fn calls_in_a_row(target: Target) -> Outcome {
    let mut answers = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..100 {
        ticks.tick().await;
        answers.push(call(&target.source));
    }
    Outcome::of(answers, &target.server, 0).await
}

/// The first caller gives up while its request is on the way and 100 others wait.
pub(super) async fn first_caller_dropped(target: Target) -> Outcome {
    let first = call(&target.source);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let answers = calls(&target.source, 100);
    tokio::time::sleep(Duration::from_millis(50)).await;
    first.abort();
    Outcome::of(answers, &target.server, 0).await
}

/// A token of ten seconds is seven seconds old when the server goes down, and 20 callers want it.
pub(super) async fn renewal_fails(target: Target) -> Outcome {
    let first = call(&target.source).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    target.server.behave(Behaviour { down: true, delay: Duration::from_millis(10), lifetime: 10 });
    let before = target.server.requests();
    let mut outcome = Outcome::of(calls(&target.source, 20), &target.server, before).await;
    // What goes on behind the callers counts too.
    tokio::time::sleep(AT_ONCE).await;
    outcome.requests = target.server.requests() - before;
    outcome.failed += u32::from(!first.is_ok_and(|(answer, _)| answer.is_ok()));
    outcome
}
