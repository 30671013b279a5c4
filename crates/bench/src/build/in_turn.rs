//! Builds that are compared closely: several of each, in turn, so that a slow minute of the machine is everybody's.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use keyfob_bench::measure::Series;
use keyfob_bench::table::{Budgets, Table};

use super::program::{Profile, Program};
use super::units::{Build, Units};
use super::{BASE, DEFAULT, root};
use crate::Effort;

/// The APIs with the most generated code.
const DEAREST: [&str; 2] = ["dvinci", "itempath"];
/// How many crates are listed by themselves.
const LISTED: usize = 16;

/// What a program's builds took, and how often what the base's took in the same round.
#[derive(Default)]
struct Builds {
    seconds: Series,
    times: Series,
    all: Vec<Build>,
}

/// Measures and writes the tables.
pub(crate) fn in_turn(effort: Effort) -> Result<String> {
    let root = root()?;
    let mut programs = vec![(BASE.to_owned(), Program::base(&root, false))];
    programs.extend(DEAREST.map(|api| (format!("keyfob, {api}"), Program::keyfob(&root, &[api]))));
    programs.push((DEFAULT.to_owned(), Program::base(&root, true)));
    let mut all: Vec<_> = programs.iter().map(|_| [Builds::default(), Builds::default()]).collect();
    for round in 0..effort.pick(2, 1) {
        for turn in 0..programs.len() {
            // There and back.
            let index = if round % 2 == 0 { turn } else { programs.len() - 1 - turn };
            let (name, program) = &programs[index];
            crate::progress(&format!("building {name}"));
            for (builds, profile) in all[index].iter_mut().zip([Profile::Dev, Profile::Release]) {
                builds.all.push(program.cold(profile)?);
            }
            program.clean()?;
        }
    }
    let mut units = Units::default();
    for build in all.iter().flatten().flat_map(|builds| &builds.all) {
        units.add(build);
    }
    for profile in 0..2 {
        let bases: Vec<_> = all[0][profile].all.iter().map(|build| units.steady(build)).collect();
        for builds in all.iter_mut().map(|both| &mut both[profile]) {
            for (build, base) in builds.all.iter().zip(&bases) {
                let seconds = units.steady(build);
                builds.seconds.push(seconds);
                builds.times.push(seconds / base);
            }
        }
    }
    let mut table = Table::new(["Built in turn, a program with", "dev, CPU s", "x", "release, CPU s", "x"]);
    for ((name, _), [dev, release]) in programs.iter().zip(&all) {
        table.row([
            name.clone(),
            format!("{:.1}", dev.seconds),
            format!("{:.2}", dev.times.median()),
            format!("{:.1}", release.seconds),
            format!("{:.2}", release.times.median()),
        ]);
    }
    let mut budgets = Budgets::new();
    for (profile, name) in ["dev", "release"].into_iter().enumerate() {
        let times = |index: usize| all[index][profile].times.median();
        let dearest = (1..=DEAREST.len()).map(times).fold(0.0, f64::max);
        budgets.at_most(format!("the dearest API, {name}, beside the base"), 1.45, dearest);
        let default = times(DEAREST.len() + 1);
        budgets.at_most(format!("the same beside reqwest's default features, {name}"), 1.0, dearest / default);
    }
    let release = |index: usize| &all[index][1].all[0];
    Ok(format!("{table}\n{}\n{budgets}", crates_table(&units, release(0), [release(1), release(2)])))
}

/// Which crates make the difference in release.
fn crates_table(units: &Units, base: &Build, others: [&Build; DEAREST.len()]) -> Table {
    let mut differences: BTreeMap<&str, [f64; DEAREST.len()]> = BTreeMap::new();
    let names: BTreeSet<_> =
        others.iter().flat_map(|build| build.units.keys()).map(|(name, _)| name.as_str()).collect();
    for name in names {
        let seconds = others.map(|build| units.of(build, name) - units.of(base, name));
        // What the APIs have under different names stands in one line.
        let api = DEAREST.iter().any(|api| name == format!("keyfob_{api}"));
        let sums = differences.entry(if api { "the API's own" } else { name }).or_default();
        for (sum, seconds) in sums.iter_mut().zip(seconds) {
            *sum += seconds;
        }
    }
    let mut differences: Vec<_> = differences.into_iter().collect();
    differences.sort_by(|(_, one), (_, other)| other[0].total_cmp(&one[0]));
    let rest = differences.split_off(LISTED.min(differences.len()));
    let sum = |at: usize| rest.iter().map(|(_, seconds)| seconds[at]).sum();
    differences.push(("all others", [sum(0), sum(1)]));
    let [one, other] = DEAREST.map(|api| format!("{api}, CPU s"));
    let mut table = Table::new(["In release, more than the base, by crate".to_owned(), one, other]);
    for (name, [one, other]) in differences {
        table.row([name.to_owned(), format!("{one:.1}"), format!("{other:.1}")]);
    }
    table
}
