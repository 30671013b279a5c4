//! Cost of one typed call to the client, compared with hand-written code and public crates.

mod clients;
#[cfg(feature = "reqwest-retry")]
mod middleware;
#[cfg(feature = "progenitor")]
mod progenitor;
mod work;

use std::time::Duration;

use anyhow::Result;
use keyfob_bench::measure::Series;
use keyfob_bench::table::{Budgets, Table};
use serde::{Deserialize, Serialize};

use crate::Effort;
use crate::api_server::ApiServer;
use crate::child;

pub(crate) use clients::{ByHand, Ours};
pub(crate) use work::{runtime, work};

/// Client that makes the calls.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) enum Client {
    /// Hand-written code with reqwest and `serde_json`.
    ByHand,
    /// Keyfob's generated clients.
    Ours,
    /// Clients that progenitor generates, on its own runtime.
    #[cfg(feature = "progenitor")]
    Progenitor,
    /// Hand-written code with a retry middleware.
    #[cfg(feature = "reqwest-retry")]
    Middleware,
}

impl Client {
    const ALL: &[Self] = &[
        Self::ByHand,
        Self::Ours,
        #[cfg(feature = "progenitor")]
        Self::Progenitor,
        #[cfg(feature = "reqwest-retry")]
        Self::Middleware,
    ];

    /// Returns the name in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ByHand => "hand-written: reqwest, serde_json",
            Self::Ours => "**Keyfob**",
            #[cfg(feature = "progenitor")]
            Self::Progenitor => "progenitor's generated client and runtime",
            #[cfg(feature = "reqwest-retry")]
            Self::Middleware => "hand-written with reqwest-middleware, reqwest-retry",
        }
    }
}

/// Calls to make.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    client: Client,
    base: String,
    /// Rows of a response; 0 for the project of 1 KiB.
    rows: u32,
    /// Number of calls after the warm-up.
    calls: u32,
    /// Number of concurrent calls.
    in_flight: u32,
    /// True for one thread, so that instructions and allocations of the calls are counted completely.
    single: bool,
}

/// Number of rows in a response of 1 MiB.
const LARGE: u32 = 490;
const IN_FLIGHT: u32 = 64;
/// Name of the second measurement of the hand-written client.
const CONTROL: &str = "hand-written, measured again (noise)";

/// One kind of call.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    rows: u32,
    /// Numbers of calls of two runs under callgrind; their difference excludes start-up.
    counted: (u32, u32),
    /// Number of calls of a timed run.
    timed: u32,
    /// Number of timed runs. The 95 % interval of a ratio should be at most ± 3 %.
    rounds: usize,
    /// Budget: maximum ratio of instructions to the hand-written call.
    limit: f64,
}

const KINDS: [Kind; 2] = [
    Kind { name: "1 KiB", rows: 0, counted: (50, 550), timed: 1000, rounds: 251, limit: 1.05 },
    Kind { name: "1 MiB", rows: LARGE, counted: (5, 25), timed: 8, rounds: 61, limit: 1.02 },
];

/// Cost per call of one client.
struct Cost {
    instructions: f64,
    allocations: f64,
    cpu: Series,
    /// Ratio to the hand-written CPU time of the same round, which cancels variations of the machine.
    ratio: Series,
}

/// Measures all clients and returns the tables.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let server = ApiServer::start()?;
    let base = server.base(LARGE.into(), Duration::ZERO);
    let mut budgets = Budgets::new();
    let mut text = String::new();
    for kind in KINDS {
        let costs = costs(&base, kind, effort)?;
        let hand = &costs[0];
        let mut table = Table::new([
            format!("{} response", kind.name).as_str(),
            "instructions",
            "ratio",
            "allocations",
            "CPU µs",
            "ratio (95 % interval)",
        ]);
        for (index, cost) in costs.iter().enumerate() {
            let (low, high) = cost.ratio.interval();
            table.row([
                Client::ALL.get(index).map_or(CONTROL, |client| client.name()).to_owned(),
                format!("{:.0}", cost.instructions),
                format!("{:.3}", cost.instructions / hand.instructions),
                format!("{:.0}", cost.allocations),
                format!("{:.1}", cost.cpu),
                format!("{:.3} ({low:.3} to {high:.3})", cost.ratio.median()),
            ]);
        }
        let ours = costs[1].instructions / hand.instructions;
        let limit = kind.limit;
        budgets.add(
            format!("instructions of a {} call, ratio to hand-written", kind.name),
            format!("≤ {limit}"),
            format!("{ours:.3}"),
            ours <= limit,
        );
        text += &format!("{table}\n");
    }
    let throughputs = throughput(&base, effort)?;
    let head = format!("1 KiB, {IN_FLIGHT} in flight");
    let mut table =
        Table::new([head.as_str(), "calls/s", "ratio", "CPU µs per call", "ratio", "L1 data misses per call"]);
    let hand = &throughputs[0];
    for (index, throughput) in throughputs.iter().enumerate() {
        let name = Client::ALL.get(index).map_or(CONTROL, |client| client.name());
        table.row([
            name.to_owned(),
            throughput.rate.to_string(),
            format!("{:.2}", throughput.ratio.median()),
            format!("{:.1}", throughput.cpu),
            format!("{:.2}", throughput.cpu.median() / hand.cpu.median()),
            throughput.misses.map_or_else(String::new, |misses| format!("{misses:.0}")),
        ]);
    }
    let ours = throughputs[1].ratio.median();
    budgets.add(
        format!("calls/s, {IN_FLIGHT} in flight, ratio to hand-written"),
        "≥ 0.97",
        format!("{ours:.2}"),
        ours >= 0.97,
    );
    Ok(format!("{text}{table}\n{budgets}"))
}

/// Measures calls one after the other, in many short runs, because disturbances then affect only some of them.
fn costs(base: &str, kind: Kind, effort: Effort) -> Result<Vec<Cost>> {
    let job = |client, calls, single| {
        child::Job::Calls(Job { client, base: base.to_owned(), rows: kind.rows, calls, in_flight: 1, single })
    };
    let mut costs = Vec::new();
    // The hand-written client is measured twice; the difference is noise.
    let clients: Vec<_> = Client::ALL.iter().chain([&Client::ByHand]).collect();
    for client in &clients {
        let (few, many) = kind.counted;
        let instructions = job(**client, many, true).instructions()? - job(**client, few, true).instructions()?;
        let allocations = job(**client, many, true).run()?.allocations;
        costs.push(Cost {
            instructions: instructions as f64 / f64::from(many - few),
            allocations: allocations as f64 / f64::from(many),
            cpu: Series::default(),
            ratio: Series::default(),
        });
    }
    let calls = effort.pick(kind.timed, kind.timed.div_ceil(8));
    for round in 0..effort.pick(kind.rounds, 2) {
        let mut times = vec![0.0; clients.len()];
        // Rotates the order, because the first client of a round finds an idle machine.
        for turn in 0..clients.len() {
            let index = (round + turn) % clients.len();
            times[index] = job(*clients[index], calls, false).run()?.cpu.as_secs_f64() * 1e6 / f64::from(calls);
        }
        for (cost, time) in costs.iter_mut().zip(&times) {
            cost.cpu.push(*time);
            cost.ratio.push(time / times[0]);
        }
    }
    Ok(costs)
}

/// Figures of concurrent calls.
#[derive(Clone, Default)]
struct Throughput {
    rate: Series,
    /// Ratio to the hand-written rate of the same round, which cancels variations of the machine.
    ratio: Series,
    cpu: Series,
    /// L1 data cache misses per call, simulated by callgrind.
    misses: Option<f64>,
}

/// Measures throughput in many short runs, because disturbances then affect only some of them. The server uses the second
/// processor.
fn throughput(base: &str, effort: Effort) -> Result<Vec<Throughput>> {
    let job = |client, calls, single| {
        child::Job::Calls(Job { client, base: base.to_owned(), rows: 0, calls, in_flight: IN_FLIGHT, single })
    };
    // The hand-written client is measured twice; the difference is noise.
    let clients: Vec<_> = Client::ALL.iter().chain([&Client::ByHand]).collect();
    let mut throughputs = vec![Throughput::default(); clients.len()];
    let calls = IN_FLIGHT * 200;
    for round in 0..effort.pick(101, 5) {
        let mut rates = vec![0.0; clients.len()];
        // Rotates the order, because the first client of a round finds an idle machine.
        for turn in 0..clients.len() {
            let index = (round + turn) % clients.len();
            let report = job(*clients[index], calls, false).run()?;
            rates[index] = f64::from(calls) / report.wall.as_secs_f64();
            throughputs[index].cpu.push(report.cpu.as_secs_f64() * 1e6 / f64::from(calls));
        }
        for (throughput, rate) in throughputs.iter_mut().zip(&rates) {
            throughput.rate.push(*rate);
            throughput.ratio.push(rate / rates[0]);
        }
    }
    let (few, many) = (IN_FLIGHT * 5, IN_FLIGHT * 25);
    for (client, throughput) in Client::ALL.iter().zip(&mut throughputs) {
        let misses = job(*client, many, true).cache_misses()? - job(*client, few, true).cache_misses()?;
        throughput.misses = Some(misses as f64 / f64::from(many - few));
    }
    Ok(throughputs)
}
