//! A listing of many pages, beside the loop that one would write by hand.

use std::time::Duration;

use anyhow::{Result, ensure};
use keyfob_bench::measure::{Series, Stopwatch, peak};
use keyfob_bench::table::{Budgets, Table};
use keyfob_ditio_reporting::types::TimeRegistration;
use serde::{Deserialize, Serialize};

use crate::Effort;
use crate::answers::AnswerServer;
use crate::call::{ByHand, Client, Ours, runtime};
use crate::child::{self, Report};

/// A listing to read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    client: Client,
    base: String,
    rows: u64,
}

/// The rows of a page: what Ditio gives when it is not asked for another number.
const SIZE: i64 = 2500;
const CLIENTS: [Client; 2] = [Client::ByHand, Client::Ours];

/// Reads the listing, and sums up its hours.
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
    let cost = watch.stop();
    ensure!(rows == job.rows && hours > 0.0, "rows are missing");
    Ok(Report { cpu: cost.cpu, wall: cost.wall, peak: peak().unwrap_or_default(), allocations: 0 })
}

/// What the listings of one client took.
#[derive(Default)]
struct Taken {
    wall: Series,
    cpu: Series,
    peak: Series,
}

/// Measures and writes the table.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let server = AnswerServer::start()?;
    let mut table =
        Table::new(["Rows, delay of a page", "rows/s", "of by hand", "processor s", "of by hand", "peak MiB"]);
    let mut budgets = Budgets::new();
    let mut peaks = Vec::new();
    for rows in [100_000, 1_000_000].map(|rows| effort.pick(rows, rows / 10)) {
        for delay in [0, 20] {
            let taken = taken(&server, rows, delay, effort.pick(if rows > 100_000 { 3 } else { 7 }, 1))?;
            let [hand, ours] = &taken;
            for (client, taken) in CLIENTS.iter().zip(&taken) {
                table.row([
                    format!("{rows}, {delay} ms, {}", client.name()),
                    format!("{:.0}", rows as f64 / taken.wall.median()),
                    format!("{:.2}", hand.wall.median() / taken.wall.median()),
                    format!("{:.2}", taken.cpu),
                    format!("{:.2}", hand.cpu.median() / taken.cpu.median()),
                    format!("{:.0}", taken.peak),
                ]);
            }
            let (what, limit, faster) = if delay == 0 {
                ("rows per processor second", 1.0, hand.cpu.median() / ours.cpu.median())
            } else {
                ("rows per second", 1.6, hand.wall.median() / ours.wall.median())
            };
            let what = format!("{what}, {rows} rows at {delay} ms, of by hand");
            budgets.add(what, format!("≥ {limit}"), format!("{faster:.2}"), faster >= limit);
            peaks.push(ours.peak.median());
        }
    }
    let growth = peaks[2].max(peaks[3]) / peaks[0].max(peaks[1]);
    budgets.add("peak memory at ten times the rows", "≤ 1.1", format!("{growth:.2}"), growth <= 1.1);
    Ok(format!("{table}\n{budgets}"))
}

fn taken(server: &AnswerServer, rows: u64, delay: u64, rounds: usize) -> Result<[Taken; 2]> {
    let mut taken = [Taken::default(), Taken::default()];
    let base = server.base(rows, Duration::from_millis(delay));
    for _ in 0..rounds {
        for (client, taken) in CLIENTS.iter().zip(&mut taken) {
            let report = child::Job::Listing(Job { client: *client, base: base.clone(), rows }).run()?;
            taken.wall.push(report.wall.as_secs_f64());
            taken.cpu.push(report.cpu.as_secs_f64());
            taken.peak.push(report.peak as f64 / f64::from(1 << 20));
        }
    }
    Ok(taken)
}
