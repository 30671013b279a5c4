//! Secrets, tokens and response bodies must not appear in `Debug`, `Display`, errors or logs.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Once;

use keyfob_auth::{
    Authenticator, ClientAuthentication, ClientCredentials, Credentials, Error, JsonLogin, Token, TransportConfig,
};

use crate::server::{Reply, Server, token};

#[track_caller]
fn shows_no_canary(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
}

#[track_caller]
fn error_shows_no_canary(error: &Error) {
    shows_no_canary(error);
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        assert!(!error.to_string().to_lowercase().contains("canary"), "{error}");
        assert!(!format!("{error:?}").to_lowercase().contains("canary"), "{error:?}");
        cause = error.source();
    }
}

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Records the log events of this thread, on which all tasks of a test run.
pub(crate) struct Log(());

impl Log {
    pub(crate) fn start() -> Self {
        subscribe();
        LOG.set(Some(Vec::new()));
        Self(())
    }

    pub(crate) fn end(self) -> String {
        let Self(()) = self;
        let bytes = LOG.take().expect("started");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Installs one subscriber for all tests. It must precede the first event, because `tracing` caches which events are
/// enabled.
pub(crate) fn subscribe() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| Writer).init();
    });
}

struct Writer;

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.iter_mut().for_each(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn credentials(server: &Server, authentication: ClientAuthentication) -> ClientCredentials {
    ClientCredentials::new(server.url("/canary-path?key=canary-query"), "canary-id", "canary-secret")
        .authentication(authentication)
        .parameter("extra", "canary-parameter")
}

#[tokio::test]
async fn no_output_and_no_log_event_shows_a_secret_a_token_or_a_response() {
    let responses = [
        (200, r#"{"access_token":"canary-token","token_type":"Bearer","refresh_token":"canary-refresh"}"#),
        (200, r#"{"access_token":"canary-token","token_type":"canary-type"}"#),
        (200, r#"{"access_token":["canary-token"]}"#),
        (200, r#"{"access_token":"canary\ntoken"}"#),
        (200, r#"{"canary_key":"canary-token""#),
        (400, r#"{"error":"invalid_client","error_description":"canary-secret is wrong"}"#),
        (400, r#"{"error":"canary-code","error_description":"canary"}"#),
        (401, "canary"),
        (404, "<html>canary</html>"),
        (307, "canary"),
        (500, r#"{"error":"canary"}"#),
    ];
    let log = Log::start();
    for authentication in [ClientAuthentication::Body, ClientAuthentication::Basic, ClientAuthentication::BasicRaw] {
        for (status, body) in responses {
            let server = Server::start(move |_| Reply::json(status, body));
            let credentials = credentials(&server, authentication);
            shows_no_canary(&credentials);
            shows_no_canary(&Credentials::from(credentials.clone()));
            let builder = Authenticator::builder(credentials).retry(keyfob_auth::Retry::new().attempts(1));
            shows_no_canary(&builder);
            let authenticator = builder.build().expect("an authenticator");
            match authenticator.authorization().await {
                Ok(authorization) => {
                    shows_no_canary(&authorization);
                    let mut headers = reqwest::header::HeaderMap::new();
                    authorization.apply(&mut headers);
                    shows_no_canary(&headers);
                    shows_no_canary(&authenticator.access_token().await.expect("a token"));
                    let _ = authenticator.reject(authorization.generation());
                }
                Err(error) => error_shows_no_canary(&error),
            }
            shows_no_canary(&authenticator);
            shows_no_canary(&authenticator.token_info());
        }
    }
    for reply in [|| Reply::HalfBody, || Reply::Reset] {
        let server = Server::start(move |_| reply());
        let credentials = credentials(&server, ClientAuthentication::Body);
        let builder = Authenticator::builder(credentials).retry(keyfob_auth::Retry::new().attempts(1));
        error_shows_no_canary(&token(&builder.build().expect("an authenticator")).await.expect_err("broken"));
    }
    // HTTP libraries log URLs; this test covers the events of keyfob-auth.
    let text = log.end();
    let ours: Vec<_> = text.lines().filter(|line| line.contains("keyfob_auth")).collect();
    assert!(ours.len() > 10, "{text}");
    let leaks: Vec<_> = ours.iter().filter(|line| line.to_lowercase().contains("canary")).collect();
    assert!(leaks.is_empty(), "{leaks:?}");
    for secret in ["canary-secret", "canary-token", "canary-refresh", "canary-code"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn a_login_shows_no_secret() {
    let log = Log::start();
    let responses = [
        (404, r#"{"error":"canary"}"#),
        (422, "canary"),
        (200, r#"{"login":false,"accessToken":"canary"}"#),
        (200, r#"{"accessToken":5,"refreshToken":"canary"}"#),
        (200, r#"{"accessToken":"canary","refreshToken":"canary"}"#),
    ];
    for (status, body) in responses {
        let server = Server::start(move |_| Reply::json(status, body));
        let login = JsonLogin::new(server.url("/login"), "canary-user", "canary-password");
        shows_no_canary(&login);
        let authenticator = Authenticator::builder(login).build().expect("an authenticator");
        if let Err(error) = token(&authenticator).await {
            error_shows_no_canary(&error);
        }
        shows_no_canary(&authenticator);
    }
    let text = log.end();
    assert!(text.contains("keyfob_auth"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn the_debug_output_of_types_with_secrets_shows_none() {
    shows_no_canary(&Token::new("canary").refresh_token("canary"));
    shows_no_canary(&Credentials::bearer("canary"));
    shows_no_canary(&TransportConfig::new());
    shows_no_canary(&Authenticator::builder(Credentials::bearer("canary")).build().expect("an authenticator"));
    let error = Authenticator::builder(Credentials::bearer("canary\n")).build().expect_err("illegal");
    error_shows_no_canary(&error);
    let url = "https://canary:canary@id.example.com/";
    let error = Authenticator::builder(ClientCredentials::new(url, "canary", "canary")).build().expect_err("userinfo");
    error_shows_no_canary(&error);
    let error = TransportConfig::new().root_certificate_pem(b"canary").expect_err("not PEM");
    error_shows_no_canary(&error);
}
