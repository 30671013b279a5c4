//! The process-wide crypto provider of rustls, on which a program's own reqwest clients depend.
//!
//! Each test runs in a separate process, because a provider can be installed only once in a process.

use std::process::Command;

use keyfob_auth::{Authenticator, ClientCredentials, TransportConfig};
use rustls::crypto::{CryptoProvider, ring};

use crate::server::{Server, token};

const CHILD: &str = "KEYFOB_TEST_CRYPTO_PROVIDER";

/// Runs a test of this module in a child process.
fn in_own_process(name: &str, run: impl FnOnce()) {
    if std::env::var_os(CHILD).is_some() {
        return run();
    }
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", &format!("crypto_provider::{name}"), "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
}

#[test]
fn a_program_can_build_reqwest_clients_of_its_own() {
    in_own_process("a_program_can_build_reqwest_clients_of_its_own", || {
        assert!(CryptoProvider::get_default().is_none(), "the process starts without a provider");
        let server = Server::tokens("3600");
        let credentials = ClientCredentials::new(server.url("/token"), "id", "secret");
        let authenticator = Authenticator::builder(credentials)
            .http_client(reqwest::Client::builder().build().expect("a client"))
            .build()
            .expect("an authenticator");
        // Unrelated use of reqwest in the same program.
        drop(reqwest::Client::new());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert_eq!(runtime.block_on(token(&authenticator)).expect("a token"), "t1");
    });
}

#[test]
fn an_installed_crypto_provider_is_not_replaced() {
    in_own_process("an_installed_crypto_provider_is_not_replaced", || {
        let mut provider = ring::default_provider();
        provider.cipher_suites.truncate(1);
        provider.install_default().expect("the first provider");
        let transport = TransportConfig::new();
        transport.client_builder().expect("a builder").build().expect("a client");
        let installed = CryptoProvider::get_default().expect("a provider");
        assert_eq!(installed.cipher_suites.len(), 1);
    });
}
