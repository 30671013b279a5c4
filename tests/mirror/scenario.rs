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

/// Returns the command `keyfob mirror` for the copy of a table.
pub(crate) fn keyfob(world: &World, table: &Table, to: &To) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob-under-test"));
    command.arg("mirror").arg(format!("{}/{}", table.operation.api, table.name)).args(["--to", &to.0]);
    command.args(["--include-sensitive", "--page-size", &world.settings.page_size.to_string()]);
    // The names that the destinations of `Settings` have.
    if to.0.starts_with("sqlite:") {
        command.args(["--prefix", ""]);
    } else if to.0.starts_with("postgres:") {
        command.args(["--schema", "copy"]);
    }
    command.env_clear().envs(world.simulator.environment()).current_dir(std::env::temp_dir());
    // Without stored tokens: they expire in simulated time, and a token that is seconds old is not replaced at once.
    command.env("KEYFOB_TOKENS", "/dev/null/tokens");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Waits for a process; returns its status and messages.
pub(crate) async fn wait(child: Child) -> (ExitStatus, String) {
    // The simulator runs on this thread's runtime and must respond meanwhile.
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}
