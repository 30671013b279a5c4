//! Tables of the fleet measurement.

use keyfob_bench::table::Table;

use super::Fleet;
use super::store::StoreCost;

/// Formats the section of the page.
pub(super) fn write(fleets: &[Fleet], stores: &[StoreCost]) -> String {
    let mut start = Table::new([
        "all start at once",
        "token requests",
        "store operations",
        "per worker",
        "time until all have a token",
    ]);
    let mut hour = Table::new([
        "afterwards, per hour",
        "token requests",
        "peak per second",
        "store operations",
        "peak per second",
    ]);
    for fleet in fleets {
        let Fleet { workers, shared, start: first, took, lifetime, peak } = fleet;
        let name = format!(
            "{workers} {}",
            match (workers, shared) {
                (1, false) => "worker",
                (1, true) => "worker, shared store",
                (_, false) => "workers",
                (_, true) => "workers, shared store",
            }
        );
        let each = first.operations() as f64 / *workers as f64;
        start.row([
            name.clone(),
            first.fetches.to_string(),
            first.operations().to_string(),
            format!("{each:.1}"),
            format!("{:.2} s", took.as_secs_f64()),
        ]);
        hour.row([
            name,
            lifetime.fetches.to_string(),
            format!("{:.1}", peak.0),
            lifetime.operations().to_string(),
            format!("{:.1}", peak.1),
        ]);
    }
    format!("{start}\n{hour}\n{}", prices(stores))
}

fn prices(stores: &[StoreCost]) -> Table {
    let mut table = Table::new(["one process", "ms", "Redis commands", "bytes", "server CPU µs"]);
    for store in stores {
        let server = store.server.map(|[read, write]| (Some(read), Some(write))).unwrap_or_default();
        let rows =
            [("reads a token", &store.read, server.0), ("takes the lock, writes a token", &store.write, server.1)];
        for (what, time, server) in rows {
            let mut cells = vec![format!("{}: {what}", store.name), format!("{:.2}", time.median())];
            if let Some(server) = server {
                let micros = server.cpu.as_secs_f64() * 1e6;
                cells.extend([
                    format!("{:.0}", server.commands),
                    format!("{:.0}", server.bytes),
                    format!("{micros:.0}"),
                ]);
            }
            table.row(cells);
        }
    }
    table
}
