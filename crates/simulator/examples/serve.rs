//! The simulator without the command line: `cargo run -p keyfob-simulator --example serve [ADDRESS [SCALE]]`.
//! Prints the environment variables for clients as shell commands, then serves until it is terminated.

use std::error::Error;
use std::io::{Write, stdout};
use std::net::SocketAddr;

use keyfob_simulator::Simulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let builder = Simulator::builder().listen(address.parse::<SocketAddr>()?);
    let builder = match std::env::args().nth(2) {
        Some(scale) => builder.scale(scale.parse()?),
        None => builder,
    };
    let simulator = builder.start().await?;
    let mut out = stdout().lock();
    writeln!(out, "export SIMULATOR_URL='{}'", simulator.url())?;
    for (name, value) in simulator.environment() {
        writeln!(out, "export {name}='{value}'")?;
    }
    out.flush()?;
    drop(out);
    std::future::pending().await
}
