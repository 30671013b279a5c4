//! Suspended machines and wall clocks that jump.

use std::time::{Duration, UNIX_EPOCH};

use crate::server::{Server, settled, token};

#[tokio::test]
async fn a_token_that_expired_while_the_machine_was_suspended_is_not_used() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    clock.advance_wall(Duration::from_secs(8 * 3600));
    // The wall clock is read about once a second.
    clock.advance_monotonic(Duration::from_secs(1));
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}

#[tokio::test]
async fn a_wall_clock_that_is_set_back_does_not_extend_a_lifetime() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    clock.set_wall(UNIX_EPOCH + Duration::from_secs(1));
    clock.advance_monotonic(Duration::from_secs(3600));
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}

#[tokio::test]
async fn a_wall_clock_that_is_set_forward_costs_one_fetch() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    clock.advance_wall(Duration::from_secs(365 * 24 * 3600));
    for _ in 0..100 {
        clock.advance(Duration::from_secs(1));
        token(&authenticator).await.expect("a token");
        settled(&clock).await;
    }
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_machine_suspended_into_the_refresh_window_refreshes_in_the_background() {
    let server = Server::tokens("3600");
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    clock.advance_wall(Duration::from_secs(3400));
    clock.advance_monotonic(Duration::from_secs(1));
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    settled(&clock).await;
    assert_eq!(token(&authenticator).await.expect("a token"), "t2");
}
