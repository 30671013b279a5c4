//! The simulator alone, without the command line around it: `cargo run -p keyfob-simulator --example serve [ADDRESS]`.
//! Prints the variables that point a client at it, for a shell, and serves until it is ended.

use std::error::Error;
use std::io::{Write, stdout};
use std::net::SocketAddr;

use keyfob_simulator::Simulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let simulator = Simulator::builder().listen(address.parse::<SocketAddr>()?).start().await?;
    let mut out = stdout().lock();
    writeln!(out, "export SIMULATOR_URL='{}'", simulator.url())?;
    for (name, value) in simulator.environment() {
        writeln!(out, "export {name}='{value}'")?;
    }
    out.flush()?;
    drop(out);
    std::future::pending().await
}
