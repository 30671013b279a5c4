//! Difference between two builds, by crate.

use std::collections::BTreeSet;

use keyfob_bench::table::Table;

use super::units::{Build, Units};

/// Number of crates listed individually.
const LISTED: usize = 20;

/// Formats the difference between two release builds in CPU seconds by crate, largest first.
pub(super) fn difference(name: &str, units: &Units, base: &Build, build: &Build) -> Table {
    let names: BTreeSet<_> = base.units.keys().chain(build.units.keys()).map(|(name, _)| name.as_str()).collect();
    let mut crates: Vec<_> =
        names.into_iter().map(|name| (name, units.of(base, name), units.of(build, name))).collect();
    crates.sort_by(|one, other| (other.2 - other.1).total_cmp(&(one.2 - one.1)));
    let rest = crates.split_off(LISTED.min(crates.len()));
    let (of_base, of_build) = rest.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
    crates.push(("all others", of_base, of_build));
    let mut table = Table::new([&format!("Release builds, CPU s, by crate; {name}"), "base", "this", "difference"]);
    for (name, base, this) in crates {
        table.row([name.replace('_', "-"), format!("{base:.1}"), format!("{this:.1}"), format!("{:.1}", this - base)]);
    }
    table
}
