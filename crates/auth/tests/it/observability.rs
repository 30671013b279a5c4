//! Rule 15: what is told about fetches and rejections.

use crate::secrets::Log;
use crate::server::{Reply, Server, token};

#[tokio::test]
async fn fetches_refusals_and_rejections_are_told_with_reason_duration_and_outcome() {
    let log = Log::start();
    let server = Server::tokens("3600");
    let authenticator = server.builder().build().expect("an authenticator");
    let generation = authenticator.authorization().await.expect("a token").generation();
    let _ = authenticator.reject(generation);
    token(&authenticator).await.expect("a token");
    let broken = Server::start(|_| Reply::json(400, r#"{"error":"invalid_client"}"#));
    token(&broken.builder().build().expect("an authenticator")).await.expect_err("a refusal");
    let text = log.end();
    let told = |parts: &[&str]| {
        let found = text.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "{parts:?} in {text}");
    };
    told(&["DEBUG", "token fetched", "reason=\"first\"", "outcome=\"ok\"", "duration=", "generation=1"]);
    told(&["INFO", "token rejected", "outcome=\"dropped\"", "generation=1"]);
    told(&["DEBUG", "token fetched", "reason=\"rejected\"", "generation=2"]);
    told(&["WARN", "no token", "outcome=\"refused\"", "duration=", "invalid_client"]);
}
