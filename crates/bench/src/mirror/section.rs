//! Tables of the page.

use std::fmt::Display;

use keyfob_bench::table::{Budgets, Table};

use super::figures::{Copy, Figures, LARGE, PEER_PART};
use super::process::Usage;

const MIB: f64 = 1_048_576.0;

/// Formats the tables.
pub(super) fn format(rows: u64, figures: &Figures) -> String {
    let work = format!("{} rows", thousands(rows));
    let head = [&*work, "wall s", "CPU s", "without listing", "peak MiB", "MiB written", "MiB of space"];
    let mut table = Table::new(head);
    let mut line = |work: String, usage: &Usage, factor: f64, lists: bool| {
        let alone = if lists { format!("{:.2}", usage.cpu * factor - figures.list_raw.cpu) } else { String::new() };
        // Without a value: a process that ended between two samples, and the space in a server.
        let mib = |bytes: u64| if bytes > 0 { format!("{:.1}", bytes as f64 / MIB) } else { String::new() };
        let (wall, cpu) = (format!("{:.2}", usage.wall * factor), format!("{:.2}", usage.cpu * factor));
        table.row([work, wall, cpu, alone, mib(usage.peak), mib(usage.written), mib(usage.space)]);
    };
    line("listing alone, typed records".to_owned(), &figures.list, 1.0, false);
    line("listing alone, undecoded pages".to_owned(), &figures.list_raw, 1.0, false);
    for copy in &figures.copies {
        let size = if copy.size > 0 { format!(" ({:.0} MiB)", copy.size as f64 / MIB) } else { String::new() };
        line(format!("**keyfob** to {}{size}, first run", copy.name), &copy.first, 1.0, true);
        line(format!("**keyfob** to {}, no changes", copy.name), &copy.unchanged, 1.0, false);
        line(format!("**keyfob** to {}, 100 changes and 20 deletions together", copy.name), &copy.together, 1.0, false);
        line(format!("**keyfob** to {}, the same scattered", copy.name), &copy.scattered, 1.0, false);
    }
    line("**keyfob** to SQLite, all rows listed and compared, first run".to_owned(), &figures.snapshot.0, 1.0, true);
    line("**keyfob** to SQLite, all rows listed and compared, no changes".to_owned(), &figures.snapshot.1, 1.0, true);
    if let Some(usage) = &figures.large {
        line(format!("**keyfob** to Parquet, first run of {} rows", thousands(rows * LARGE)), usage, 1.0, false);
    }
    for (name, usage) in &figures.by_hand {
        line(format!("Rust by hand to {name}"), usage, 1.0, true);
    }
    let factor = PEER_PART as f64;
    if let Some(usage) = &figures.python {
        line("Python with requests and pyarrow to Parquet ¹".to_owned(), usage, factor, true);
    }
    for (name, usage) in &figures.dlt {
        line(format!("dlt 1.31 to {name} ¹"), usage, factor, true);
    }
    let note = if figures.python.is_some() {
        format!(
            "\n¹ Measured with {} rows; times are multiplied by {PEER_PART}, the other figures are not.\n",
            thousands(rows / PEER_PART)
        )
    } else {
        String::new()
    };
    format!("{table}{note}\n{}", budgets(rows, figures))
}

fn budgets(rows: u64, figures: &Figures) -> Budgets {
    let mut budgets = Budgets::new();
    let factor = PEER_PART as f64;
    for copy in &figures.copies {
        let (name, first) = (copy.name, &copy.first);
        if let Some((_, dlt)) = figures.dlt.iter().find(|(peer, _)| *peer == name) {
            budgets.at_most(format!("CPU to {name}, first run, ratio to dlt"), 0.12, first.cpu / (dlt.cpu * factor));
        }
        match name {
            "Parquet" => parquet(&mut budgets, copy, figures),
            "SQLite" => speed(&mut budgets, copy, rows, figures.insert, "prepared inserts"),
            "PostgreSQL" => speed(&mut budgets, copy, rows, figures.copy, "COPY"),
            _ => {}
        }
        if matches!(name, "SQLite" | "PostgreSQL") {
            let written = copy.scattered.written as f64 / first.written as f64;
            budgets.at_most(
                format!("CPU to {name}, 120 changes, ratio to the first run"),
                0.02,
                copy.scattered.cpu / first.cpu,
            );
            budgets.at_most(format!("bytes written to {name}, 120 changes, ratio to the first run"), 0.02, written);
        } else {
            budgets.at_most(
                format!("CPU to {name}, 120 changes together, ratio to the first run"),
                0.15,
                copy.together.cpu / first.cpu,
            );
        }
        budgets.at_most(
            format!("CPU to {name}, no changes, ratio to the first run"),
            0.02,
            copy.unchanged.cpu / first.cpu,
        );
    }
    let ratio = figures.snapshot.1.cpu / figures.list.cpu;
    budgets.at_most("CPU of a source that lists all rows, no changes, ratio to its listing alone", 1.2, ratio);
    budgets
}

fn parquet(budgets: &mut Budgets, copy: &Copy, figures: &Figures) {
    let first = &copy.first;
    if let Some(python) = &figures.python {
        let ratio = first.cpu / (python.cpu * PEER_PART as f64);
        budgets.at_most("CPU to Parquet, first run, ratio to Python with pyarrow", 0.4, ratio);
    }
    let peak = first.peak as f64 / MIB;
    budgets.add("peak memory to Parquet, first run", "120 MiB", format!("{peak:.0} MiB"), peak <= 120.0);
    if let Some(large) = &figures.large {
        let peak = large.peak as f64 / MIB;
        let what = format!("peak memory to Parquet, first run of {LARGE} times the rows");
        budgets.add(what, "120 MiB", format!("{peak:.0} MiB"), peak <= 120.0);
    }
    let space = first.space.saturating_sub(copy.size) as f64 / copy.size as f64;
    budgets.at_most("temporary space to Parquet, first run, ratio to the file", 2.0, space);
}

/// Formats a number with separators.
fn thousands(number: impl Display) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn speed(budgets: &mut Budgets, copy: &Copy, rows: u64, alone: f64, how: &str) {
    let ratio = alone / copy.first.wall;
    let what = format!("rows/s to {}, ratio to {how} alone ({} rows/s)", copy.name, thousands(rows as f64 / alone));
    budgets.add(what, "≥ 0.5", format!("{ratio:.2}"), ratio >= 0.5);
}
