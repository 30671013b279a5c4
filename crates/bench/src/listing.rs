//! Listing of many pages, compared with a hand-written loop.

use std::time::Duration;

use anyhow::{Result, ensure};
use keyfob_bench::measure::{Series, Stopwatch, peak};
use keyfob_bench::table::{Budgets, Table};
use keyfob_ditio_reporting::types::TimeRegistration;
use serde::{Deserialize, Serialize};

use crate::Effort;
use crate::api_server::ApiServer;
use crate::call::{ByHand, Client, Ours, runtime};
use crate::child::{self, Report};

/// Listing to read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    client: Client,
    base: String,
    rows: u64,
}

/// Number of rows in a page: Ditio's default.
const SIZE: i64 = 2500;
const CLIENTS: [Client; 2] = [Client::ByHand, Client::Ours];

/// Reads a listing and sums its hours.
pub(crate) fn work(job: &Job) -> Result<Report> {
    let runtime = runtime(false)?;
    let (mut rows, mut hours) = (0_u64, 0.0);
    let each = |row: TimeRegistration| {
        rows += 1;
        hours += row.qty.unwrap_or_default();
    };
    let watch = Stopwatch::start();
    if job.client == Client::Ours {
        runtime.block_on(Ours::new(&job.base)?.rows(SIZE, each))?;
    } else {
        runtime.block_on(ByHand::new(&job.base)?.rows(SIZE, each))?;
    }
    let cost = watch.elapsed();
    ensure!(rows == job.rows && hours > 0.0, "rows are missing");
    Ok(Report { cpu: cost.cpu, wall: cost.wall, peak: peak().unwrap_or_default(), allocations: 0 })
}

/// Figures of the listings of one client.
#[derive(Default)]
struct Figures {
    wall: Series,
    cpu: Series,
    peak: Series,
}

/// Measures both clients and returns the table.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let server = ApiServer::start()?;
    let mut table = Table::new(["Rows, delay per page", "rows/s", "speed-up", "CPU s", "speed-up", "peak MiB"]);
    let mut budgets = Budgets::new();
    let mut peaks = Vec::new();
    for rows in [100_000, 1_000_000].map(|rows| effort.pick(rows, rows / 10)) {
        for delay in [0, 20] {
            let figures = measure(&server, rows, delay, effort.pick(if rows > 100_000 { 3 } else { 7 }, 1))?;
            let [hand, ours] = &figures;
            for (client, figures) in CLIENTS.iter().zip(&figures) {
                table.row([
                    format!("{rows}, {delay} ms, {}", client.name()),
                    format!("{:.0}", rows as f64 / figures.wall.median()),
                    format!("{:.2}", hand.wall.median() / figures.wall.median()),
                    format!("{:.2}", figures.cpu),
                    format!("{:.2}", hand.cpu.median() / figures.cpu.median()),
                    format!("{:.0}", figures.peak),
                ]);
            }
            let (what, limit, faster) = if delay == 0 {
                ("rows per CPU second", 1.0, hand.cpu.median() / ours.cpu.median())
            } else {
                ("rows per second", 1.6, hand.wall.median() / ours.wall.median())
            };
            let what = format!("{what}, {rows} rows at {delay} ms, ratio to hand-written");
            budgets.add(what, format!("≥ {limit}"), format!("{faster:.2}"), faster >= limit);
            peaks.push(ours.peak.median());
        }
    }
    let growth = peaks[2].max(peaks[3]) / peaks[0].max(peaks[1]);
    budgets.add("peak memory at ten times the rows, ratio", "≤ 1.1", format!("{growth:.2}"), growth <= 1.1);
    Ok(format!("{table}\n{budgets}"))
}

fn measure(server: &ApiServer, rows: u64, delay: u64, rounds: usize) -> Result<[Figures; 2]> {
    let mut figures = [Figures::default(), Figures::default()];
    let base = server.base(rows, Duration::from_millis(delay));
    for _ in 0..rounds {
        for (client, figures) in CLIENTS.iter().zip(&mut figures) {
            let report = child::Job::Listing(Job { client: *client, base: base.clone(), rows }).run()?;
            figures.wall.push(report.wall.as_secs_f64());
            figures.cpu.push(report.cpu.as_secs_f64());
            figures.peak.push(report.peak as f64 / f64::from(1 << 20));
        }
    }
    Ok(figures)
}
