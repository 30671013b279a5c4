//! What Keyfob costs a program's build: processor time, crates, and the size of what comes out.

mod program;

use std::path::Path;

use anyhow::{Context as _, Result};
use keyfob_bench::table::{Budgets, Table};

use crate::Effort;
use program::{Profile, Program};

/// The APIs, as features of `keyfob`.
const APIS: &[&str] =
    &["bits", "digitaleo", "ditio-core", "ditio-mass-transport", "ditio-reporting", "dvinci", "itempath"];
/// What a quick run has of them: the largest.
const LARGEST: &[&str] = &["itempath"];
/// How many operations the program with many calls has.
const CALLS: usize = 40;

/// What a program's build cost.
struct Cost {
    name: String,
    dev: f64,
    release: f64,
    crates: usize,
    lines: usize,
    size: u64,
}

/// Measures and writes the tables.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().context("finding the workspace")?;
    let mut costs = vec![
        cost(&root, "reqwest, rustls with ring, serde, tokio", &Program::base(&root, false))?,
        cost(&root, "the same with reqwest's default features", &Program::base(&root, true))?,
    ];
    for api in effort.pick(APIS, LARGEST) {
        costs.push(cost(&root, &format!("keyfob, {api}"), &Program::keyfob(&root, &[api]))?);
    }
    costs.push(cost(&root, "keyfob, all seven APIs", &Program::keyfob(&root, APIS))?);
    let calls = calls(&root)?;
    Ok(format!("{}\n{calls}\n{}", table(&costs), budgets(&costs, &calls)))
}

fn cost(root: &Path, name: &str, program: &Program) -> Result<Cost> {
    crate::progress(&format!("building {name}"));
    let dev = program.cold(Profile::Dev)?;
    let release = program.cold(Profile::Release)?;
    let size = program.stripped_size()?;
    let crates = program.crates()?;
    let lines = program.features().iter().map(|api| generated_lines(root, api)).sum::<Result<usize>>()?;
    program.clean()?;
    Ok(Cost { name: name.to_owned(), dev, release, crates, lines, size })
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
        "x",
        "release, CPU s",
        "x",
        "crates",
        "generated lines",
        "stripped, MB",
    ]);
    let base = &costs[0];
    for cost in costs {
        table.row([
            cost.name.clone(),
            format!("{:.1}", cost.dev),
            format!("{:.2}", cost.dev / base.dev),
            format!("{:.1}", cost.release),
            format!("{:.2}", cost.release / base.release),
            cost.crates.to_string(),
            cost.lines.to_string(),
            format!("{:.1}", cost.size as f64 / 1e6),
        ]);
    }
    table
}

/// Programs that call one operation and many, with their dependencies built.
struct Calls {
    one: f64,
    many: f64,
}

impl std::fmt::Display for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut table = Table::new(["A program in release, its dependencies built, that calls", "CPU s", "x"]);
        table.row(["1 operation".to_owned(), format!("{:.2}", self.one), "1.00".to_owned()]);
        table.row([format!("{CALLS} operations"), format!("{:.2}", self.many), format!("{:.2}", self.many / self.one)]);
        table.fmt(f)
    }
}

fn calls(root: &Path) -> Result<Calls> {
    crate::progress("building programs with calls");
    let program = Program::keyfob(root, &["ditio-core", "dvinci", "itempath"]);
    program.cold(Profile::Release)?;
    let operations = program::operations(root, &["ditio-core", "dvinci", "itempath"], CALLS)?;
    let one = program.with_calls(&operations[..1])?;
    let many = program.with_calls(&operations)?;
    program.clean()?;
    Ok(Calls { one, many })
}

fn budgets(costs: &[Cost], calls: &Calls) -> Budgets {
    let mut budgets = Budgets::new();
    let (base, default) = (&costs[0], &costs[1]);
    let (all, ones) = costs[2..].split_last().expect("there is a program with all APIs");
    let mut times = |what: String, limit: f64, measured: f64| {
        budgets.add(what, format!("{limit} x"), format!("{measured:.2} x"), measured <= limit);
    };
    let most = |of: fn(&Cost) -> f64| ones.iter().map(of).fold(0.0, f64::max);
    for (profile, of) in [("dev", (|cost| cost.dev) as fn(&Cost) -> f64), ("release", |cost| cost.release)] {
        times(format!("the dearest API, {profile}, beside the base"), 1.45, most(of) / of(base));
        times(format!("the same beside reqwest's default features, {profile}"), 1.0, most(of) / of(default));
        times(format!("all seven APIs, {profile}, beside the base"), 2.2, of(all) / of(base));
    }
    times(format!("{CALLS} operations beside 1, release"), 2.0, calls.many / calls.one);
    let more = ones.iter().map(|cost| cost.crates).max().unwrap_or_default().saturating_sub(base.crates);
    budgets.add("crates of one API beyond the base", "32", more.to_string(), more <= 32);
    budgets
}
