//! The tables of what fleets cost.

use keyfob_bench::table::Table;

use super::Fleet;
use super::store::StoreCost;

/// The section for the page.
pub(super) fn write(fleets: &[Fleet], stores: &[StoreCost]) -> String {
    let mut start =
        Table::new(["all start at once", "token requests", "store operations", "each", "all have a token after"]);
    let mut hour =
        Table::new(["then, per hour", "token requests", "most in a second", "store operations", "most in a second"]);
    for fleet in fleets {
        let Fleet { workers, shared, start: first, took, lifetime, peak } = fleet;
        let name = format!(
            "{workers} {}",
            match (workers, shared) {
                (1, false) => "worker",
                (1, true) => "worker, sharing",
                (_, false) => "workers",
                (_, true) => "workers, sharing",
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
    let mut table = Table::new(["one process takes", "ms", "commands", "bytes", "µs of the server's processor"]);
    for store in stores {
        let server = store.server.map(|[read, write]| (Some(read), Some(write))).unwrap_or_default();
        let rows = [
            ("a token from the store", &store.read, server.0),
            ("the lock, and writes a token", &store.write, server.1),
        ];
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
