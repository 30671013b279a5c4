//! Cost of Keyfob to a program's build: CPU time, number of crates, size of the executable.

mod difference;
mod program;
mod units;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use keyfob_bench::measure::Series;
use keyfob_bench::table::{Budgets, Table};

use crate::Effort;
use difference::difference;
use program::{Profile, Program};
use units::{Build, Units};

pub(crate) use units::{LOG, wrap};

/// The APIs, as features of `keyfob`.
const APIS: &[&str] =
    &["bits", "digitaleo", "ditio-core", "ditio-mass-transport", "ditio-reporting", "dvinci", "itempath"];
/// APIs of a quick run: the largest one.
const LARGEST: &[&str] = &["itempath"];
/// Name of the program that others are compared with.
const BASE: &str = "reqwest, rustls with ring, serde, tokio";
const DEFAULT: &str = "the same with reqwest's default features";
/// Number of operations called by the program with many calls.
const CALLS: usize = 40;

/// Builds of a program, and properties of the result.
struct Built {
    name: String,
    dev: Build,
    release: Build,
    crates: usize,
    lines: usize,
    size: u64,
}

/// CPU seconds of the builds of a program.
struct Cost {
    built: Built,
    dev: f64,
    release: f64,
}

/// Measures all programs and returns the tables.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let root = root()?;
    let build = |name: &str, program: &Program| build(&root, name, program, &mut |_, _| Ok(()));
    let mut all = vec![build(BASE, &Program::base(&root, false))?, build(DEFAULT, &Program::base(&root, true))?];
    for api in effort.pick(APIS, LARGEST) {
        all.push(build(&format!("keyfob, {api}"), &Program::keyfob(&root, &[api]))?);
    }
    let (every, calls) = with_calls(&root, effort.pick(5, 1))?;
    all.push(every);
    let mut units = Units::default();
    for build in all.iter().flat_map(|built| [&built.dev, &built.release]) {
        units.add(build);
    }
    let own = own(all.last().expect("there is a program with all APIs"), &units);
    let cost =
        |built: Built| Cost { dev: units.normalized(&built.dev), release: units.normalized(&built.release), built };
    let costs: Vec<_> = all.into_iter().map(cost).collect();
    let most_expensive = most_expensive(&costs, |cost| cost.release);
    let difference =
        difference(&most_expensive.built.name, &units, &costs[0].built.release, &most_expensive.built.release);
    let (table, calls_table) = (table(&costs), calls_table(&calls));
    Ok(format!("{table}\n{own}\n{difference}\n{calls_table}\n{}", budgets(&costs, &calls)))
}

/// Returns the program with one API whose build takes the most CPU time.
fn most_expensive(costs: &[Cost], seconds: impl Fn(&Cost) -> f64) -> &Cost {
    let ones = &costs[2..costs.len() - 1];
    ones.iter().max_by(|one, other| seconds(one).total_cmp(&seconds(other))).expect("there is a program with one API")
}

/// Returns the root of Keyfob's workspace.
fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().context("finding the workspace")
}

/// Builds a program from nothing in both profiles, and calls `then` after each build.
fn build(
    root: &Path,
    name: &str,
    program: &Program,
    then: &mut dyn FnMut(&Program, Profile) -> Result<()>,
) -> Result<Built> {
    crate::progress(&format!("building {name}"));
    let dev = program.cold(Profile::Dev)?;
    then(program, Profile::Dev)?;
    let release = program.cold(Profile::Release)?;
    let size = program.stripped_size()?;
    then(program, Profile::Release)?;
    let crates = program.crates()?;
    let lines = program.features().iter().map(|api| generated_lines(root, api)).sum::<Result<usize>>()?;
    program.clean()?;
    Ok(Built { name: name.to_owned(), dev, release, crates, lines, size })
}

/// Formats the CPU seconds of Keyfob's own crates.
fn own(all: &Built, units: &Units) -> Table {
    let mut table = Table::new(["Keyfob's own crates", "dev, CPU s", "release, CPU s"]);
    let shared = ["auth", "client", "ditio"].into_iter();
    for name in shared.chain(APIS.iter().copied()) {
        let seconds = |build| units.of(build, &format!("keyfob_{}", name.replace('-', "_")));
        table.row([
            format!("keyfob-{name}"),
            format!("{:.1}", seconds(&all.dev)),
            format!("{:.1}", seconds(&all.release)),
        ]);
    }
    table
}

fn generated_lines(root: &Path, api: &str) -> Result<usize> {
    let path = root.join("crates").join(api).join("src/generated.rs");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading the generated code of {api}"))?;
    Ok(text.lines().count())
}

fn table(costs: &[Cost]) -> Table {
    let mut table = Table::new([
        "An otherwise empty program with",
        "dev, CPU s",
        "ratio",
        "release, CPU s",
        "ratio",
        "crates",
        "generated lines",
        "stripped, MB",
    ]);
    let base = &costs[0];
    for cost in costs {
        table.row([
            cost.built.name.clone(),
            format!("{:.1}", cost.dev),
            format!("{:.2}", cost.dev / base.dev),
            format!("{:.1}", cost.release),
            format!("{:.2}", cost.release / base.release),
            cost.built.crates.to_string(),
            cost.built.lines.to_string(),
            format!("{:.1}", cost.built.size as f64 / 1e6),
        ]);
    }
    table
}

/// CPU seconds of rebuilding a program with calls, after its dependencies have been built.
#[derive(Default)]
struct Calls {
    dev: Series,
    release: Series,
}

impl Calls {
    fn of(&mut self, profile: Profile) -> &mut Series {
        match profile {
            Profile::Dev => &mut self.dev,
            Profile::Release => &mut self.release,
        }
    }
}

/// Rebuilds with one called operation and with many.
type CallsOfBoth = [Calls; 2];

/// Builds the program with all APIs, then rebuilds it with calls.
fn with_calls(root: &Path, rounds: usize) -> Result<(Built, CallsOfBoth)> {
    let operations = program::operations(root, &["ditio-core", "dvinci", "itempath"], CALLS)?;
    let mut all = CallsOfBoth::default();
    let built = build(root, "keyfob, all seven APIs", &Program::keyfob(root, APIS), &mut |program, profile| {
        for _ in 0..rounds {
            for (calls, operations) in all.iter_mut().zip([&operations[..1], &operations]) {
                calls.of(profile).push(program.with_calls(operations, profile)?.seconds);
            }
        }
        Ok(())
    })?;
    Ok((built, all))
}

fn calls_table([one, many]: &CallsOfBoth) -> Table {
    let mut table = Table::new(["Rebuild of a program that calls", "dev, CPU s", "ratio", "release, CPU s", "ratio"]);
    for (name, calls) in [("1 operation".to_owned(), one), (format!("{CALLS} operations"), many)] {
        table.row([
            name,
            format!("{:.2}", calls.dev),
            format!("{:.2}", calls.dev.median() / one.dev.median()),
            format!("{:.2}", calls.release),
            format!("{:.2}", calls.release.median() / one.release.median()),
        ]);
    }
    table
}

fn budgets(costs: &[Cost], [one, many]: &CallsOfBoth) -> Budgets {
    let mut budgets = Budgets::new();
    let (base, default) = (&costs[0], &costs[1]);
    let (all, ones) = costs[2..].split_last().expect("there is a program with all APIs");
    let mut add = |name: &str, seconds: fn(&Cost) -> f64| {
        let most_expensive = seconds(most_expensive(costs, seconds));
        budgets.at_most(format!("most expensive API, {name}, ratio to the base"), 1.45, most_expensive / seconds(base));
        let budget = format!("most expensive API, {name}, ratio to reqwest's default features");
        budgets.at_most(budget, 1.0, most_expensive / seconds(default));
    };
    add("dev", |cost| cost.dev);
    add("release", |cost| cost.release);
    budgets.at_most("all seven APIs, dev, ratio to the base", 2.2, all.dev / base.dev);
    budgets.at_most("all seven APIs, release, ratio to the base", 2.2, all.release / base.release);
    let calls = many.release.median() / one.release.median();
    budgets.at_most(format!("{CALLS} operations, release, ratio to 1"), 2.0, calls);
    let more = ones.iter().map(|cost| cost.built.crates).max().unwrap_or_default().saturating_sub(base.built.crates);
    budgets.add("crates added by one API", "32", more.to_string(), more <= 32);
    budgets
}
