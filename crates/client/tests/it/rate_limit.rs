//! Rate limits, on a clock that skips every sleep.

use std::time::Duration;

use futures::{FutureExt, future::join_all, poll};
use keyfob_client::{
    RateLimit, Session,
    auth::{Clock, FakeClock},
};

use crate::script::{Server, get, json, status};

fn limited(server: &Server, limit: RateLimit) -> (Session, FakeClock) {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    (server.builder().clock(clock).rate_limit(limit).build().unwrap(), fake)
}

#[tokio::test]
async fn concurrent_requests_are_spread_over_time() {
    let server = Server::start((0..10).map(|_| json("1"))).await;
    let (session, fake) = limited(&server, RateLimit::per_second(5));
    for result in join_all((0..10).map(|_| get(&session))).await {
        result.unwrap();
    }
    assert_eq!(fake.elapsed(), Duration::from_millis(9 * 200), "the first request is sent at once");
}

#[tokio::test]
async fn a_burst_is_sent_at_once_and_refills_over_time() {
    let server = Server::start((0..8).map(|_| json("1"))).await;
    let (session, fake) = limited(&server, RateLimit::per_minute(60).burst(4));
    for (call, elapsed) in [0, 0, 0, 0, 1, 2, 3, 4].into_iter().enumerate() {
        get(&session).await.unwrap();
        assert_eq!(fake.elapsed(), Duration::from_secs(elapsed), "call {call}");
    }
}

#[tokio::test]
async fn retries_and_token_replays_count_towards_the_limit() {
    let server = Server::start([status(503), status(401), json("1")]).await;
    let (session, fake) = limited(&server, RateLimit::per_minute(1));
    get(&session).await.unwrap();
    assert_eq!((server.count(), fake.elapsed()), (3, Duration::from_secs(120)));
}

#[tokio::test]
async fn a_cancelled_waiter_leaves_its_slot_to_the_next() {
    let server = Server::start((0..2).map(|_| json("1"))).await;
    let (session, fake) = limited(&server, RateLimit::per_minute(1));
    get(&session).await.unwrap();
    fake.auto_advance(false);
    let mut impatient = get(&session).boxed();
    assert!(poll!(&mut impatient).is_pending());
    let mut patient = get(&session).boxed();
    assert!(poll!(&mut patient).is_pending());
    drop(impatient);
    fake.auto_advance(true);
    patient.await.unwrap();
    assert_eq!((server.count(), fake.elapsed()), (2, Duration::from_secs(60)));
}

#[tokio::test]
async fn zero_and_the_maximum_are_valid_limits() {
    let server = Server::start((0..4).map(|_| json("1"))).await;
    let (session, fake) = limited(&server, RateLimit::per_second(0).burst(0));
    get(&session).await.unwrap();
    get(&session).await.unwrap();
    assert_eq!(fake.elapsed(), Duration::from_secs(1));
    let (session, fake) = limited(&server, RateLimit::per_second(u32::MAX).burst(u32::MAX));
    get(&session).await.unwrap();
    get(&session).await.unwrap();
    assert_eq!(fake.elapsed(), Duration::ZERO);
}
