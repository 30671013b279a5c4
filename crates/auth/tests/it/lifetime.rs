//! Token lifetimes and the schedule of refreshes.

use std::time::Duration;

use futures::{FutureExt, poll};

use crate::server::{Reply, Server, settled, token};

#[tokio::test]
async fn a_lifetime_counts_from_the_start_of_the_request() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    server.pause();
    let mut call = authenticator.authorization().boxed();
    assert!(poll!(&mut call).is_pending());
    crate::server::until("the request has arrived", || server.requests() == 1).await;
    clock.advance(Duration::from_secs(10));
    server.resume();
    call.await.expect("a token");
    let info = authenticator.token_info().expect("a token");
    assert_eq!(info.lifetime, Some(Duration::from_secs(3600)));
    assert_eq!(info.remaining, Some(Duration::from_secs(3590)));
}

/// Checks the lifetime of a token with this `expires_in`, and the number of requests that ten calls send.
async fn check(field: &'static str, lifetime: Option<u64>, requests: usize) {
    let server = Server::start(move |request| {
        Reply::json(200, &format!(r#"{{"access_token":"t{}","token_type":"bearer"{field}}}"#, request.number))
    });
    let (authenticator, clock) = server.on_fake_clock();
    for _ in 0..10 {
        token(&authenticator).await.expect("a token");
        settled(&clock).await;
    }
    let info = authenticator.token_info().expect("a token");
    assert_eq!(info.lifetime, lifetime.map(Duration::from_secs), "{field}");
    assert_eq!(server.requests(), requests, "{field}");
}

#[tokio::test]
async fn any_value_of_expires_in_is_accepted() {
    check("", None, 1).await;
    check(r#","expires_in":null"#, None, 1).await;
    check(r#","expires_in":3600"#, Some(3600), 1).await;
    check(r#","expires_in":3600.0"#, Some(3600), 1).await;
    check(r#","expires_in":"3600""#, Some(3600), 1).await;
    check(r#","expires_in":1800000"#, Some(86_400), 1).await;
    check(r#","expires_in":0"#, Some(0), 10).await;
    check(r#","expires_in":-5"#, Some(0), 10).await;
    check(r#","expires_in":"soon""#, None, 1).await;
}

#[tokio::test]
async fn without_expires_in_the_lifetime_is_that_of_the_jwt() {
    use base64::Engine as _;
    // The fake clock starts at 1,767,225,600.
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"iat":1767225600,"exp":1767226500}"#);
    let server = Server::start(move |_| Reply::json(200, &format!(r#"{{"access_token":"h.{claims}.s"}}"#)));
    let (authenticator, _) = server.on_fake_clock();
    authenticator.authorization().await.expect("a token");
    assert_eq!(authenticator.token_info().expect("a token").lifetime, Some(Duration::from_secs(900)));
}

#[tokio::test]
async fn a_token_of_unknown_lifetime_is_used_until_it_is_rejected() {
    let server = Server::start(|request| Reply::json(200, &format!(r#"{{"access_token":"t{}"}}"#, request.number)));
    let (authenticator, clock) = server.on_fake_clock();
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    clock.advance(Duration::from_secs(90 * 24 * 3600));
    let authorization = authenticator.authorization().await.expect("a token");
    assert_eq!(crate::server::bearer(&authorization), "t1");
    let _ = authenticator.reject(authorization.generation());
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}

#[tokio::test]
async fn waiting_callers_share_a_single_use_token() {
    let server = Server::tokens("0");
    let (authenticator, _clock) = server.on_fake_clock();
    let calls = futures::future::join_all((0..50).map(|_| token(&authenticator))).await;
    assert!(calls.into_iter().all(|call| call.expect("a token") == "t1"));
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}

/// Calls `count` times, `step` apart. Asserts that no call waits while a token is valid, and that no call gets an
/// expired token. Returns the number of token requests.
async fn calls(lifetime: &'static str, count: usize, step: Duration) -> usize {
    let seconds: f64 = lifetime.parse().expect("a number");
    let server = Server::tokens(lifetime);
    let (authenticator, clock) = server.on_fake_clock();
    // Issue times of the tokens, by the fake clock.
    let mut issued = Vec::new();
    let mut now = 0.0;
    for _ in 0..count {
        while issued.len() < server.requests() {
            issued.push(now);
        }
        let valid = issued.last().is_some_and(|at| now < at + seconds);
        let mut call = token(&authenticator).boxed();
        let value = match poll!(&mut call) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => {
                assert!(!valid, "a call waited at {now} although a token was valid");
                call.await
            }
        };
        settled(&clock).await;
        while issued.len() < server.requests() {
            issued.push(now);
        }
        let number: usize = value.expect("a token")[1..].parse().expect("a number");
        assert!(now < issued[number - 1] + seconds, "token {number} was returned at {now}");
        clock.advance(step);
        now += step.as_secs_f64();
    }
    server.requests()
}

#[tokio::test]
async fn a_hundred_calls_within_a_second_make_one_request_at_any_lifetime() {
    for lifetime in ["3600", "299", "59", "9", "2"] {
        assert_eq!(calls(lifetime, 100, Duration::from_millis(10)).await, 1, "lifetime {lifetime}");
    }
}

#[tokio::test]
async fn a_token_of_two_seconds_costs_one_fetch_per_lifetime() {
    // 12 seconds. Each token is replaced in the second half of its lifetime: 6 to 12 requests instead of 600.
    let requests = calls("2", 600, Duration::from_millis(20)).await;
    assert!((7..=12).contains(&requests), "{requests}");
}

#[tokio::test]
async fn a_token_of_an_hour_costs_one_fetch_per_lifetime() {
    // Three and a half lifetimes.
    let requests = calls("3600", 1260, Duration::from_secs(10)).await;
    assert!((4..=5).contains(&requests), "{requests}");
}

/// Returns the ages, in seconds, at which the first and the second token of an instance are refreshed.
async fn refreshes() -> [u64; 2] {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    let mut ages = [2880; 2];
    for (number, age) in ages.iter_mut().enumerate() {
        clock.advance(Duration::from_secs(*age));
        loop {
            token(&authenticator).await.expect("a token");
            settled(&clock).await;
            if server.requests() > number + 1 {
                break;
            }
            clock.advance(Duration::from_secs(1));
            *age += 1;
        }
    }
    ages
}

#[tokio::test]
async fn the_jitter_of_a_refresh_differs_between_instances_and_is_stable_within_one() {
    let mut first = Vec::new();
    for _ in 0..4 {
        let ages = refreshes().await;
        assert_eq!(ages[0], ages[1], "the same age in both lifetimes");
        // Four fifths of the lifetime, and a third of the rest.
        assert!((2880..=3120).contains(&ages[0]), "{ages:?}");
        first.push(ages[0]);
    }
    assert!(first.windows(2).any(|pair| pair[0] != pair[1]), "{first:?}");
}

#[tokio::test]
async fn a_refresh_is_one_fetch_in_the_background_while_callers_get_the_old_token() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    clock.advance(Duration::from_secs(3500));
    server.pause();
    for _ in 0..1000 {
        assert_eq!(token(&authenticator).now_or_never().expect("no wait").expect("a token"), "t1");
    }
    crate::server::until("the request has arrived", || server.requests() == 2).await;
    server.resume();
    settled(&clock).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn nothing_is_fetched_without_a_call() {
    let server = Server::tokens("60");
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    clock.advance(Duration::from_secs(3600));
    settled(&clock).await;
    assert_eq!(server.requests(), 1);
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}

#[tokio::test]
async fn a_refresh_that_hangs_times_out_without_delaying_calls() {
    let server = Server::start(|request| match request.number {
        2 => Reply::Hang,
        number => Reply::token(&format!("t{number}"), "3600"),
    });
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    clock.advance(Duration::from_secs(3400));
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    crate::server::until("the request has arrived", || server.requests() == 2).await;
    clock.advance(Duration::from_secs(30));
    settled(&clock).await;
    clock.advance(Duration::from_secs(2));
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    settled(&clock).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t3");
}
