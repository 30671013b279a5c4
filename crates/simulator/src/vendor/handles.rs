//! Methods of the simulator's handle that exist for one vendor only.

use crate::ditio::reporting::DitioReporting;
use crate::simulator::Simulator;

impl Simulator {
    /// Returns a handle that reads and writes the tables behind Ditio's reporting API.
    #[must_use]
    pub fn ditio_reporting(&self) -> DitioReporting {
        DitioReporting::new(self.shared())
    }
}
