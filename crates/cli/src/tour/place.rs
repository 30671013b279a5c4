//! Where the tour's simulator is, as a client needs to know it.

use keyfob_simulator::Simulator;

/// A running simulator and the variables that lead to it.
pub(super) struct Place<'a> {
    pub(super) simulator: &'a Simulator,
    variables: Vec<(&'static str, String)>,
}

impl<'a> Place<'a> {
    pub(super) fn new(simulator: &'a Simulator) -> Self {
        Self { simulator, variables: simulator.environment() }
    }

    /// Variables that lead to the simulator.
    pub(super) fn variables(&self) -> &Vec<(&'static str, String)> {
        &self.variables
    }

    /// The value of one of the simulator's variables.
    pub(super) fn get(&self, name: &str) -> String {
        let found = self.variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).expect("the simulator names every variable")
    }
}
