//! The tour's simulator and the variables that configure clients for it.

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
}
