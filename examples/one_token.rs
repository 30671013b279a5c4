//! Shares one token among the clients of Ditio's three APIs.
//!
//! Starts a simulator, which counts the token requests.
//!
//! ```sh
//! cargo run -p keyfob-examples --example one_token
//! ```
//!
//! ```text
//! 15 projects, 33 users
//! token requests: 1
//! ```

use std::error::Error;

use keyfob::{
    ditio::{self, Credentials, Environment, Scope},
    ditio_core, ditio_mass_transport, ditio_reporting,
};
use keyfob_simulator::{Simulator, Vendor, credentials::DITIO_COMPANY_ID};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    let vars = simulator.environment();
    let environment = Environment::from_vars(&vars)?; // a service: Environment::Production
    let credentials = Credentials::from_vars(&vars)?; // a service: Credentials::from_env()?

    // The token must have the scopes of all APIs that use it.
    let scopes = [Scope::Core, Scope::Reporting, Scope::MassTransport];
    let token = ditio::authenticator(&environment, credentials, &scopes).build()?;
    let core = ditio_core::Client::new(environment.clone(), token.clone())?;
    let reporting = ditio_reporting::Client::new(environment.clone(), token.clone())?;
    let mass_transport = ditio_mass_transport::Client::new(environment, token)?;

    // The first calls start at the same time; one of them fetches the token, and the others wait for it.
    let (projects, users, _latest) = tokio::try_join!(
        core.projects().send(),
        reporting.users().send(),
        mass_transport.latest_excavator_state_timestamp(DITIO_COMPANY_ID, "P-2025-001").send(),
    )?;
    println!("{} projects, {} users", projects.len(), users.data.len());

    let requests = simulator.token_requests(Vendor::Ditio);
    println!("token requests: {requests}");
    assert_eq!(requests, 1);
    Ok(())
}
