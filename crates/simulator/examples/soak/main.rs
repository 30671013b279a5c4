//! Load test of the simulator, run manually: many clients, mixed requests, 5 % faults.
//! `cargo run --release -p keyfob-simulator --example soak [SECONDS [CLIENTS]]` (Linux). It fails if the server panics, an
//! acknowledged write cannot be read, or the server's memory grows more than 20 % from the middle to the end.

mod client;
mod entities;

use std::error::Error;
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, Count, http};
use entities::Entity;
use keyfob_simulator::{Fault, Simulator};

/// Period of each of the five faults, in requests: 5 % of all requests in total.
const EVERY: u64 = 100;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("serve") {
        return serve().await;
    }
    let seconds: u64 = first.map_or(Ok(60), |text| text.parse())?;
    let clients: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    let mut server = Server::start()?;
    let url = server.url.clone();
    let tokens = client::tokens(&http(), &url).await?;
    let material = client::material(&http(), &url, &tokens).await?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let all: Vec<_> = (0..clients)
        .map(|number| {
            let client = Client::new(number, &url, tokens.clone(), material.clone());
            tokio::spawn(client.run(end))
        })
        .collect();
    let mut memory = vec![server.memory()?];
    let step = Duration::from_secs(seconds) / 6;
    for _ in 0..6 {
        tokio::time::sleep(step).await;
        memory.push(server.memory()?);
    }
    let mut count = Count::default();
    let mut retained: Vec<(Entity, String, String)> = Vec::new();
    for client in all {
        let (client_count, mut entities) = client.await?;
        count.add(&client_count);
        retained.append(&mut entities);
    }
    let faults = http().delete(format!("{url}/_control/faults")).send().await?;
    let mut reader = Client::new(clients, &url, tokens, material);
    for (entity, id, value) in &retained {
        reader.check(*entity, id, value).await;
    }
    count.lost += reader.count.lost;

    let (middle, last) = (memory[3], memory[6]);
    #[expect(clippy::cast_precision_loss, reason = "for a figure with one decimal")]
    let (drift, rate) = (100.0 * (last as f64 / middle as f64 - 1.0), count.requests as f64 / seconds as f64);
    let alive = faults.status().is_success() && server.child.try_wait()?.is_none();
    let mut out = stdout().lock();
    writeln!(out, "{clients} clients, {seconds} s: {} requests, {rate:.0} a second", count.requests)?;
    writeln!(out, "failed: {} by status, {} without a complete response", count.error_responses, count.broken)?;
    writeln!(out, "writes acknowledged: {}, read again at the end: {}", count.acknowledged, retained.len())?;
    writeln!(out, "acknowledged but not readable: {}", count.lost)?;
    writeln!(out, "unexpected responses: {}", count.unexpected)?;
    writeln!(out, "server memory in KiB, at each sixth of the time: {memory:?}; {drift:+.1} % from middle to end")?;
    writeln!(out, "server: {}", if alive { "alive" } else { "terminated" })?;
    drop(out);
    let panics = server.panics();
    if !alive || panics > 0 || count.lost > 0 || count.unexpected > 0 || drift > 20.0 {
        return Err(format!("load test failed, see the figures above; {panics} panics").into());
    }
    Ok(())
}

/// Runs the server in a separate process, so that its memory is measured without the clients' memory.
async fn serve() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::start().await?;
    for fault in [
        Fault::status(503).retry_after("1"),
        Fault::html(502),
        Fault::reset_before(),
        Fault::reset_after(),
        Fault::truncated(),
    ] {
        simulator.inject(fault.every(EVERY));
    }
    writeln!(stdout(), "{}", simulator.url())?;
    std::future::pending().await
}

/// The server process.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }

    /// Returns the resident memory in KiB.
    fn memory(&self) -> Result<u64, Box<dyn Error>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Ends the server and counts its panics.
    fn panics(&mut self) -> usize {
        let _ = self.child.kill();
        let Some(stderr) = self.child.stderr.take() else { return 0 };
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        lines.filter(|line| line.contains("panicked at")).inspect(|line| eprint(line)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn eprint(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
