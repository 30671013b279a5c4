//! Scenarios and their checks.

use std::{
    convert::Infallible,
    error::Error as StdError,
    ops::RangeInclusive,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use keyfob::{
    Error, ErrorKind,
    auth::{self, Clock, FakeClock},
};

use crate::{
    client::{Call, Target, read},
    reply::{Step, json, token},
    server::{Protocol, Request, Server},
};

/// Reaction of the server to a request.
pub(crate) type Respond = fn(&Request) -> Vec<Step>;

/// Number of scenarios that run at the same time: most of them wait.
const CONCURRENCY: usize = 4;
/// Real time of a delay between two attempts.
const DELAY: Duration = Duration::from_millis(5);
/// Text in every secret and every body of a scenario, which must not appear in errors.
const CANARY: &str = "canary";

pub(crate) const HTTP1: &[Protocol] = &[Protocol::Http1];
pub(crate) const HTTP2: &[Protocol] = &[Protocol::Http2];
pub(crate) const FRAMES: &[Protocol] = &[Protocol::Frames];
pub(crate) const TLS: &[Protocol] = &[Protocol::Tls];
pub(crate) const BOTH: &[Protocol] = &[Protocol::Http1, Protocol::Http2];

/// Result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Success, with the size of the result.
    Ok(usize),
    /// Error of the API.
    Api(ErrorKind),
    /// Error of the token endpoint.
    Token(auth::ErrorKind),
    /// The call did not end within the scenario's time.
    Hang,
}

/// Behaviour of a server, a call, and bounds of the call.
pub(crate) struct Scenario {
    /// Promise of the scenario, as a sentence.
    pub(crate) name: &'static str,
    pub(crate) protocols: &'static [Protocol],
    /// Behaviour of the token endpoint.
    pub(crate) token: Respond,
    /// Behaviour of the API. `{origin}` and `{elsewhere}` in headers stand for the URLs of the server and of another.
    pub(crate) api: Respond,
    pub(crate) call: Call,
    pub(crate) outcome: Outcome,
    pub(crate) token_requests: usize,
    pub(crate) requests: usize,
    /// Number of requests to another origin. None of them may carry an `Authorization` header.
    pub(crate) elsewhere: usize,
    /// Time that passes on the client's clock, in seconds.
    pub(crate) seconds: RangeInclusive<u64>,
    /// Maximum real time; generous, because a call that takes longer counts as hanging.
    pub(crate) time: Duration,
    /// Maximum size of the memory that the client allocates at a time, in bytes.
    pub(crate) memory: u64,
}

/// Maximum memory of a client whose server sends without end, in bytes: hyper accepts 5 MiB ahead of the reader on an
/// HTTP/2 connection, and a buffer that grows exists twice for a moment.
pub(crate) const ENDLESS: u64 = 8 * 1024 * 1024;
/// Maximum memory of a client whose server sends headers without end, in bytes: hyper reads up to 408 KiB ahead of up to
/// 408 KiB of headers, depending on how the bytes arrive; its buffer grows to 1 MiB, and exists twice for a moment.
pub(crate) const ENDLESS_HEADERS: u64 = 2 * 1024 * 1024;

/// Scenario of an API that behaves well.
pub(crate) const SCENARIO: Scenario = Scenario {
    name: "",
    protocols: BOTH,
    token: |_| token(r#","expires_in":3600"#),
    api: |_| json("{}"),
    call: read,
    outcome: Outcome::Ok(2),
    token_requests: 1,
    requests: 1,
    elsewhere: 0,
    seconds: 0..=120,
    time: Duration::from_secs(30),
    memory: 1024 * 1024,
};

/// Figures of a run.
struct Measured {
    outcome: Outcome,
    token_requests: usize,
    requests: usize,
    elsewhere: usize,
    seconds: u64,
    memory: u64,
    /// Error message and its causes.
    error: Vec<String>,
    /// Violations of rules that hold in every scenario.
    violations: Vec<String>,
}

/// Checks every scenario of a table with each of its protocols.
#[track_caller]
pub(crate) fn check(table: &[Scenario]) {
    let runs: Vec<_> = table
        .iter()
        .flat_map(|scenario| scenario.protocols.iter().map(move |protocol| (scenario, *protocol)))
        .collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CONCURRENCY {
            scope.spawn(|| {
                while let Some((scenario, protocol)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let measured = scenario.run(*protocol);
                    if !scenario.is_met(&measured) {
                        failures.lock().unwrap().push(scenario.failure(*protocol, &measured));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), runs.len(), failures.join("\n"));
}

impl Scenario {
    /// Describes the difference between the expected and the measured figures.
    fn failure(&self, protocol: Protocol, measured: &Measured) -> String {
        let Self { name, outcome, token_requests, requests, elsewhere, seconds, memory, .. } = self;
        let expected = format!(
            "{outcome:?}, {token_requests} token requests, {requests} requests, {elsewhere} elsewhere, {seconds:?} s, \
             {memory} bytes"
        );
        let Measured { outcome, token_requests, requests, elsewhere, seconds, memory, error, violations } = measured;
        format!(
            "{name} ({protocol:?})\n  expected {expected}\n  measured {outcome:?}, {token_requests} token requests, \
             {requests} requests, {elsewhere} elsewhere, {seconds} s, {memory} bytes\n  {error:?} {violations:?}"
        )
    }

    fn is_met(&self, measured: &Measured) -> bool {
        measured.outcome == self.outcome
            && measured.token_requests == self.token_requests
            && measured.requests == self.requests
            && measured.elsewhere == self.elsewhere
            && self.seconds.contains(&measured.seconds)
            && measured.memory <= self.memory
            && measured.violations.is_empty()
    }

    /// Runs the scenario on a thread of its own, so that allocations and caches of other scenarios do not count.
    fn run(&self, protocol: Protocol) -> Measured {
        thread::scope(|scope| scope.spawn(|| self.measure(protocol)).join().expect("the scenario does not panic"))
    }

    fn measure(&self, protocol: Protocol) -> Measured {
        let (clock, fake) = Clock::fake();
        let elsewhere = Server::start(Protocol::Http1, fake.clone(), |_| json("{}"));
        let elsewhere_url = elsewhere.url().to_owned();
        let (token, api) = (self.token, self.api);
        let server = Server::start(protocol, fake.clone(), move |request| {
            let steps = if request.is_token_request() { token(request) } else { api(request) };
            steps.into_iter().map(|step| with_urls(step, &elsewhere_url)).collect()
        });
        let target = Target::new(server.url(), protocol, clock);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut result = None;
        let allocations = allocation_counter::measure(|| {
            let call = async {
                tokio::select! {
                    result = tokio::time::timeout(self.time, (self.call)(target)) => result,
                    never = skip_delays(&fake) => match never {},
                }
            };
            result = Some(runtime.block_on(call));
        });
        // Closes the client's connections.
        drop(runtime);
        let (requests, others) = (server.stop(), elsewhere.stop());
        let result = result.expect("the call has ended");
        let mut violations = Vec::new();
        if others.iter().any(|request| request.header("authorization").is_some()) {
            violations.push("credentials were sent to another origin".to_owned());
        }
        let error: Vec<_> = result.iter().filter_map(|result| result.as_ref().err()).flat_map(texts).collect();
        if error.iter().any(|text| text.contains(CANARY)) {
            violations.push("an error shows a secret or a part of a body".to_owned());
        }
        let token_requests = requests.iter().filter(|request| request.is_token_request()).count();
        Measured {
            outcome: result.map_or(Outcome::Hang, |result| result.map_or_else(|error| outcome_of(&error), Outcome::Ok)),
            token_requests,
            requests: requests.len() - token_requests,
            elsewhere: others.len(),
            seconds: fake.elapsed().as_secs(),
            memory: allocations.bytes_max,
            error,
            violations,
        }
    }
}

/// Advances the clock to the end of each delay, a few milliseconds after its start, so that the client's connections
/// have ended before the next attempt.
async fn skip_delays(clock: &FakeClock) -> Infallible {
    loop {
        tokio::time::sleep(DELAY).await;
        if clock.sleeping() > 0 {
            clock.auto_advance(true);
            tokio::task::yield_now().await;
            clock.auto_advance(false);
        }
    }
}

/// Replaces `{elsewhere}` in the headers of a response.
fn with_urls(step: Step, elsewhere: &str) -> Step {
    match step {
        Step::Head(status, headers, framing) => {
            let headers = headers.into_iter().map(|(name, value)| (name, value.replace("{elsewhere}", elsewhere)));
            Step::Head(status, headers.collect(), framing)
        }
        step => step,
    }
}

fn outcome_of(error: &Error) -> Outcome {
    match error.source().and_then(|source| source.downcast_ref::<auth::Error>()) {
        Some(error) => Outcome::Token(error.kind()),
        None => Outcome::Api(error.kind()),
    }
}

/// Returns every form in which an error may be logged, with its causes.
fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut cause = StdError::source(error);
    while let Some(error) = cause {
        texts.extend([error.to_string(), format!("{error:?}")]);
        cause = error.source();
    }
    texts
}
