//! Shares tokens among machines through Redis or Valkey, encrypted.
//!
//! Starts a simulator, which counts the token requests. `REDIS_URL` is the address of the Redis server.
//!
//! ```sh
//! REDIS_URL=redis://127.0.0.1 cargo run -p keyfob-examples --features redis --example redis_store
//! ```
//!
//! ```text
//! 20 workers, 1 token request
//! ```

use std::error::Error;

use futures::future::try_join_all;
use keyfob::{
    auth::{EncryptionKey, RedisStore},
    bits::{Client, Credentials, Environment},
};
use keyfob_simulator::{Simulator, Vendor};

/// Opens the client of one worker process.
fn worker(environment: Environment, credentials: Credentials, redis: &str) -> Result<Client, Box<dyn Error>> {
    // A service stores the output of `openssl rand -base64 32` with its secrets: EncryptionKey::from_base64.
    let key = EncryptionKey::new([7; 32]);
    // The server stores ciphertext. Without a key, whoever can read the server or its dumps can use the tokens.
    let store = RedisStore::new(redis)?.prefix("keyfob-example").encrypted_with(key);
    Ok(Client::builder(environment, credentials).token_store(store).build()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let redis = std::env::var("REDIS_URL").map_err(|_| "set REDIS_URL to the address of a Redis server")?;
    let simulator = Simulator::start().await?;
    let vars = simulator.environment();
    let (environment, credentials) = (Environment::from_vars(&vars)?, Credentials::from_vars(&vars)?);

    // Each worker has a store and a cache of its own, as in another process.
    let workers = (0..20).map(|_| worker(environment.clone(), credentials.clone(), &redis));
    let workers: Vec<_> = workers.collect::<Result<_, _>>()?;
    try_join_all(workers.iter().map(|client| client.userinfo().send())).await?;

    let requests = simulator.token_requests(Vendor::Bits);
    println!("{} workers, {requests} token request", workers.len());
    assert_eq!(requests, 1);
    Ok(())
}
