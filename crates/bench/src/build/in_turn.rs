//! Builds that are compared closely: several of each, in turn, so that a slow minute of the machine is everybody's.

use anyhow::Result;
use keyfob_bench::measure::Series;
use keyfob_bench::table::{Budgets, Table};

use super::program::{Profile, Program};
use super::{BASE, DEFAULT, root};
use crate::Effort;

/// The APIs with the most generated code.
const DEAREST: [&str; 2] = ["dvinci", "itempath"];

/// What a program's builds took, and how often what the base's took in the same round.
#[derive(Default)]
struct Builds {
    seconds: Series,
    times: Series,
}

/// Measures and writes the table.
pub(crate) fn in_turn(effort: Effort) -> Result<String> {
    let root = root()?;
    let mut programs = vec![(BASE.to_owned(), Program::base(&root, false))];
    programs.extend(DEAREST.map(|api| (format!("keyfob, {api}"), Program::keyfob(&root, &[api]))));
    programs.push((DEFAULT.to_owned(), Program::base(&root, true)));
    let mut all: Vec<_> = programs.iter().map(|_| [Builds::default(), Builds::default()]).collect();
    for round in 0..effort.pick(2, 1) {
        let mut seconds = vec![[0.0; 2]; programs.len()];
        for turn in 0..programs.len() {
            // There and back.
            let index = if round % 2 == 0 { turn } else { programs.len() - 1 - turn };
            let (name, program) = &programs[index];
            crate::progress(&format!("building {name}"));
            seconds[index] = [program.cold(Profile::Dev)?.seconds, program.cold(Profile::Release)?.seconds];
            program.clean()?;
        }
        for (builds, took) in all.iter_mut().zip(&seconds) {
            for (profile, builds) in builds.iter_mut().enumerate() {
                builds.seconds.push(took[profile]);
                builds.times.push(took[profile] / seconds[0][profile]);
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
    Ok(format!("{table}\n{budgets}"))
}
