//! Table and budgets of the header measurement.

use keyfob_bench::table::{Budgets, Table};

use super::Measured;

/// Formats the section of the page.
pub(super) fn write(measured: &[Measured], tasks: &[u64]) -> String {
    let head = ["CPU ns per call, by tasks".to_owned()].into_iter().chain(tasks.iter().map(ToString::to_string));
    let mut table = Table::new(head.chain(["allocations".to_owned(), "bytes".to_owned()]));
    for one in measured {
        let cells = [one.name.to_owned()].into_iter().chain(one.cpu.iter().map(ToString::to_string));
        table.row(cells.chain([one.allocations.count.to_string(), one.allocations.bytes.to_string()]));
    }
    format!("{table}\n{}", budgets(measured, tasks))
}

/// Computes the budgets; `measured` starts with the lower bound and Keyfob.
fn budgets(measured: &[Measured], tasks: &[u64]) -> Budgets {
    let mut budgets = Budgets::new();
    let [lower_bound, ours, others @ ..] = measured else { return budgets };
    let count = ours.allocations.count;
    budgets.add("allocations per call", "0", count.to_string(), count == 0);
    for (at, tasks) in tasks.iter().enumerate() {
        let limit = match tasks {
            1 => 3.0,
            8 | 64 => 0.7,
            _ => continue,
        };
        let ratio = ours.cpu[at].median() / lower_bound.cpu[at].median();
        let what = format!("ratio to the lower bound, {tasks} {}", plural(*tasks));
        budgets.add(what, format!("{limit} x"), format!("{ratio:.2} x"), ratio <= limit);
    }
    for (at, tasks) in tasks.iter().enumerate() {
        let next = others.iter().map(|other| other.cpu[at].median()).fold(f64::INFINITY, f64::min);
        let ours = ours.cpu[at].median();
        let what = format!("faster than every alternative, {tasks} {}", plural(*tasks));
        budgets.add(what, format!("{next:.0} ns"), format!("{ours:.0} ns"), ours < next);
    }
    budgets
}

fn plural(tasks: u64) -> &'static str {
    if tasks == 1 { "task" } else { "tasks" }
}
