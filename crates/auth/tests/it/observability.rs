//! Log events of fetches and rejections.

use crate::secrets::Log;
use crate::server::{Reply, Server, token};

#[tokio::test]
async fn fetches_refusals_and_rejections_are_logged_with_reason_duration_and_outcome() {
    let log = Log::start();
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let generation = authenticator.authorization().await.expect("a token").generation();
    let _ = authenticator.reject(generation);
    token(&authenticator).await.expect("a token");
    let broken = Server::start(|_| Reply::json(400, r#"{"error":"invalid_client"}"#));
    token(&broken.builder().build().expect("an authenticator")).await.expect_err("a refusal");
    let text = log.end();
    let logged = |parts: &[&str]| {
        let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "{parts:?} in {text}");
    };
    logged(&["DEBUG", "token fetched", "reason=\"first\"", "outcome=\"ok\"", "duration=", "generation=1"]);
    logged(&["INFO", "token rejected", "outcome=\"dropped\"", "generation=1"]);
    logged(&["DEBUG", "token fetched", "reason=\"rejected\"", "generation=2"]);
    logged(&["WARN", "token fetch failed", "outcome=\"refused\"", "duration=", "invalid_client"]);
}
