//! Reaches an installation behind a proxy, whose certificate a private CA has issued, with an HTTP client of your own.
//!
//! Starts a simulator, which is the proxy and the installation. Its certificate stands for that of the CA.
//!
//! ```sh
//! cargo run -p keyfob-examples --example http_client
//! ```
//!
//! ```text
//! settings: 5 materials
//! own client: 5 materials
//! without the CA: itempath materials: no token …: the certificate of https://plant.itempath.com is not trusted…
//! ```

use std::error::Error;

use keyfob::{
    ErrorKind, TransportConfig,
    itempath::{Client, Credentials, Environment},
};
use keyfob_simulator::{
    Simulator,
    credentials::{ITEMPATH_PASSWORD, ITEMPATH_USERNAME},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let (proxy, ca) = (simulator.url(), simulator.certificate_pem());
    let environment = Environment::tenant("plant.itempath.com");
    let credentials = Credentials::new(ITEMPATH_USERNAME, ITEMPATH_PASSWORD);

    // Settings suffice for proxy and CA. They apply to calls and to token requests. The variables HTTPS_PROXY and
    // KEYFOB_CA do the same for `Client::from_env`.
    let transport = TransportConfig::new().proxy(proxy)?.root_certificate_pem(ca.as_bytes())?;
    let client = Client::builder(environment.clone(), credentials.clone()).transport(transport.clone()).build()?;
    println!("settings: {} materials", client.materials().limit(5).await?.materials.len());

    // A client of your own, for what has no setting. It starts from the settings, because calls require that it neither
    // follows redirects nor retries.
    let http = transport.client_builder()?.https_only(true).pool_max_idle_per_host(4).build()?;
    // Token requests do not use it: they need the settings.
    let builder = Client::builder(environment.clone(), credentials.clone()).transport(transport).http_client(http);
    let client = builder.build()?;
    println!("own client: {} materials", client.materials().limit(5).await?.materials.len());

    // Without the CA the connection fails before anything is sent.
    let transport = TransportConfig::new().proxy(proxy)?;
    let client = Client::builder(environment, credentials).transport(transport).build()?;
    let error = client.materials().limit(5).no_retry().await.err().ok_or("the certificate must not be trusted")?;
    let cause = error.source().ok_or("the error has a cause")?;
    println!("without the CA: {error}: {cause}");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    Ok(())
}
