//! Gets tokens from a service of your own, by an implementation of `TokenSource`.
//!
//! Starts a simulator, and a token broker that issues tokens for Ditio to the machines of a company. Caching, refresh,
//! retries and the renewal of rejected tokens are those of the built-in sources.
//!
//! ```sh
//! cargo run -p keyfob-examples --example custom_token_source
//! ```
//!
//! ```text
//! 3 calls, 1 token of the broker
//! wrong key: Auth
//! ```

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, http::HeaderMap, http::StatusCode, routing::post};
use futures::{FutureExt, future::BoxFuture};
use keyfob::{
    Authenticator, ErrorKind, SecretString,
    auth::{self, CacheKey, Credentials, ExposeSecret, Lifetime, Token, TokenRequest, TokenSource},
    ditio_core::{Client, Environment},
};
use keyfob_simulator::{Simulator, credentials::DITIO_ACCESS_TOKEN};
use serde::Deserialize;
use serde_json::{Value, json};

/// A token broker, to which the program authenticates with a key.
struct Broker {
    url: String,
    key: SecretString,
}

#[derive(Deserialize)]
struct Issued {
    token: String,
    valid_seconds: u64,
}

impl TokenSource for Broker {
    fn fetch<'a>(&'a self, request: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, auth::Error>> {
        async move {
            // One attempt: an error of the kind `Unavailable` is retried by the authenticator.
            let http = request.http();
            let post = http.client()?.post(&self.url).header("x-machine-key", self.key.expose_secret());
            let post = post.build().map_err(|_| auth::Error::configuration("the broker's URL is invalid"))?;
            let response = http.send(post).await?;
            if !response.status().is_success() {
                return Err(response.to_error());
            }
            let issued: Issued = response.json()?;
            let lifetime = Lifetime::For(Duration::from_secs(issued.valid_seconds));
            Ok(Token::new(issued.token).lifetime(lifetime))
        }
        .boxed()
    }

    /// Returns the key under which a store shares the token: the parts that identify this source, and the secret.
    fn key(&self) -> CacheKey {
        CacheKey::new(["broker", &self.url], &self.key)
    }
}

/// Starts a broker that counts the tokens it issues; returns its URL.
async fn start_broker(issued: Arc<AtomicUsize>) -> Result<String, Box<dyn Error>> {
    let handler = async move |headers: HeaderMap| -> (StatusCode, Json<Value>) {
        if headers.get("x-machine-key").is_none_or(|key| key != "key of machine 7") {
            return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"})));
        }
        issued.fetch_add(1, Ordering::SeqCst);
        (StatusCode::OK, Json(json!({"token": DITIO_ACCESS_TOKEN, "valid_seconds": 600})))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/token", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/token", post(handler))).await });
    Ok(url)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let environment = Environment::from_vars(&simulator.environment())?; // a service: Environment::Production
    let issued = Arc::new(AtomicUsize::new(0));
    let url = start_broker(Arc::clone(&issued)).await?;
    let client = |key: &str| {
        let broker = Broker { url: url.clone(), key: key.into() };
        let authenticator = Authenticator::builder(Credentials::custom(broker)).build()?;
        Client::new(environment.clone(), authenticator)
    };

    let good = client("key of machine 7")?;
    for _ in 0..3 {
        good.projects().await?;
    }
    println!("3 calls, {} token of the broker", issued.load(Ordering::SeqCst));
    assert_eq!(issued.load(Ordering::SeqCst), 1);

    let error = client("wrong")?.projects().await.err().ok_or("the key is wrong")?;
    println!("wrong key: {:?}", error.kind());
    assert_eq!(error.kind(), ErrorKind::Auth);
    Ok(())
}
