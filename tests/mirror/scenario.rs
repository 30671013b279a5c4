//! Scenarios that every destination must withstand. A place gives the destination of each table's copy.

pub(crate) mod changes;
pub(crate) mod crashes;
pub(crate) mod faults;
pub(crate) mod locks;

use std::process::{Child, Command, ExitStatus, Stdio};

use keyfob::client::table::Table;

use crate::copy::To;
use crate::world::World;

/// Destinations of the copies.
pub(crate) struct Place {
    to: Box<dyn Fn(&Table) -> To>,
}

impl Place {
    pub(crate) fn new(to: impl Fn(&Table) -> To + 'static) -> Self {
        Self { to: Box::new(to) }
    }

    pub(crate) fn of(&self, table: &Table) -> To {
        (self.to)(table)
    }
}

/// Returns the command of a process that updates the copy of a table.
pub(crate) fn command(world: &World, table: &Table, to: &To) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob-mirror-under-test"));
    command.args([world.simulator.url(), &to.0, table.operation.api, table.name]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Waits for a process; returns its status and messages.
pub(crate) async fn wait(child: Child) -> (ExitStatus, String) {
    // The simulator runs on this thread's runtime and must respond meanwhile.
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}
