//! Proxies of the environment and of the caller. The test program starts itself with the variables of each case.

use std::process::Command;

use keyfob_auth::{Authenticator, ClientCredentials, ErrorKind, Retry, TransportConfig};

use crate::server::{Reply, Server, token};

/// URL of the token endpoint from which the child process fetches a token.
const URL: &str = "KEYFOB_TEST_TOKEN_URL";

/// Fetches a token in a process with these variables. Fails if it does not get one.
fn fetch(url: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUEST_METHOD"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    let output = command
        .args(["--exact", "proxies::a_token_is_fetched_directly_without_a_proxy", "--test-threads=1"])
        .env(URL, url)
        .envs(variables.iter().copied())
        .output()
        .expect("a process");
    assert!(output.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&output.stdout));
}

/// Main function of a child process. Without its variable, the test fetches from a server of its own.
#[tokio::test]
async fn a_token_is_fetched_directly_without_a_proxy() {
    let server = Server::tokens("3600");
    let url = std::env::var(URL).unwrap_or_else(|_| server.url("/token"));
    let transport = TransportConfig::new().allow_plain_http();
    let credentials = ClientCredentials::new(url, "id", "secret");
    let authenticator = Authenticator::builder(credentials).transport(transport).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
}

#[test]
fn a_secret_for_a_loopback_host_is_not_sent_to_a_proxy_of_the_environment() {
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let (server, proxy) = (Server::tokens("3600"), Server::tokens("3600"));
        let variables = [(name, proxy.url(""))];
        let variables = variables.each_ref().map(|(name, url)| (*name, url.as_str()));
        fetch(&server.url("/token"), &variables);
        assert_eq!((server.requests(), proxy.requests()), (1, 0), "{name}");
        // The variable takes effect for other hosts.
        fetch("http://id.example.com/token", &variables);
        assert_eq!(proxy.log()[0].line, "POST http://id.example.com/token HTTP/1.1");
    }
}

#[test]
fn a_proxy_of_the_caller_replaces_those_of_the_environment_and_serves_loopback_hosts_too() {
    let transport = TransportConfig::new().proxy("http://user:canary@proxy.example.com:3128").expect("a proxy");
    for url in ["http://127.0.0.1:8080/token", "https://id.example.com/token"] {
        let proxy = transport.proxy_for(&url.parse().expect("a URL"));
        assert_eq!(proxy.as_deref(), Some("proxy.example.com:3128"), "{url}");
    }
}

#[tokio::test]
async fn an_error_names_the_proxy_that_refused_and_not_its_password() {
    let refusing = Server::start(|_| Reply::json(403, ""));
    let closing = Server::start(|_| Reply::Reset);
    // Bound and not listening, so that it refuses connections.
    let closed = tokio::net::TcpSocket::new_v4().expect("a socket");
    closed.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let closed_port = closed.local_addr().expect("an address").port();
    for (port, requests) in [(refusing.port(), 1), (closing.port(), 1), (closed_port, 0)] {
        let proxy = format!("http://user:canary@127.0.0.1:{port}");
        let transport = TransportConfig::new().proxy(&proxy).expect("a proxy");
        let credentials = ClientCredentials::new("https://id.example.com/token", "id", "secret");
        let builder = Authenticator::builder(credentials).transport(transport).retry(Retry::none());
        let error = token(&builder.build().expect("an authenticator")).await.expect_err("no connection");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let expected = format!("cannot connect to https://id.example.com through the proxy 127.0.0.1:{port}");
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        let server = [&refusing, &closing].into_iter().find(|server| server.port() == port);
        assert_eq!(server.map_or(0, Server::requests), requests);
    }
}
