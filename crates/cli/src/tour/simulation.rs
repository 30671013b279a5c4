//! The tour's simulator, and the clients that are configured for it.

use keyfob::{ApiClient, TransportConfig};
use keyfob_simulator::Simulator;

/// A running simulator with its variables.
pub(super) struct Simulation<'a> {
    pub(super) simulator: &'a Simulator,
    /// Variables that configure clients for the simulator.
    pub(super) variables: Vec<(&'static str, String)>,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(simulator: &'a Simulator) -> Self {
        Self { simulator, variables: simulator.environment() }
    }

    /// Opens the client of an API.
    pub(super) fn client<C: ApiClient>(&self) -> Result<C, keyfob::Error> {
        let variables = &self.variables;
        C::builder(C::environment(variables)?, C::credentials(variables)?).transport(transport()).build()
    }
}

/// Returns transport settings without a proxy: the simulator is in this process.
pub(super) fn transport() -> TransportConfig {
    TransportConfig::new().configure_client(keyfob::auth::reqwest::ClientBuilder::no_proxy)
}
