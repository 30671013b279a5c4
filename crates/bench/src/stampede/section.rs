//! The tables of what reaches the token endpoint, and the budgets.

use std::time::Duration;

use keyfob_bench::table::{Budgets, Table};

use super::scenario::Outcome;
use super::{LIFETIMES, PATIENCE, Row};

/// The whole time in which our authenticator retries.
const DEADLINE: Duration = Duration::from_secs(30);

/// The section for the page.
pub(super) fn write(rows: &[Row]) -> String {
    let mut many =
        Table::new(["token requests for", "1,000 cold callers", "10,000 cold callers", "first of 101 gives up"]);
    let lifetimes = LIFETIMES.iter().map(|lifetime| format!("{lifetime} s"));
    let mut short = Table::new(
        ["token requests for 100 calls in a second, lifetime"].map(str::to_owned).into_iter().chain(lifetimes),
    );
    let mut down =
        Table::new(["server answers 503", "while a token is valid: 20 callers", "from the start: 100 callers"]);
    for row in rows {
        let name = row.peer.name().to_owned();
        let stampedes = row.stampedes.iter().map(|outcome| cell(outcome, requests));
        many.row([name.clone()].into_iter().chain(stampedes).chain([cell(&row.dropped, requests)]));
        short.row([name.clone()].into_iter().chain(row.lifetimes.iter().map(|outcome| cell(outcome, requests))));
        down.row([name, cell(&row.renewal, renewal), cell(&row.outage, outage)]);
    }
    let patience = PATIENCE.as_secs();
    format!(
        "{many}\n{short}\n{down}\n\"Hung\" is who had no answer after {patience} s.\n\n{}",
        rows.first().map(budgets).unwrap_or_default()
    )
}

fn cell(outcome: &Result<Outcome, String>, write: fn(&Outcome) -> String) -> String {
    outcome.as_ref().map_or_else(Clone::clone, write)
}

/// The number of requests, and whoever got no token.
fn requests(outcome: &Outcome) -> String {
    let mut text = outcome.requests.to_string();
    if outcome.failed > 0 {
        text += &format!(", {} failed", outcome.failed);
    }
    if outcome.hung > 0 {
        text += &format!(", {} hung", outcome.hung);
    }
    text
}

fn renewal(outcome: &Outcome) -> String {
    let Outcome { served, at_once, failed, hung, requests, .. } = outcome;
    let mut text = format!("{at_once} served at once");
    for (count, what) in [(served - at_once, "served late"), (*failed, "failed"), (*hung, "hung")] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    format!("{text}; {}", counted(*requests))
}

fn outage(outcome: &Outcome) -> String {
    let Outcome { failed, hung, requests, last, .. } = outcome;
    let hung = if *hung > 0 { format!(", {hung} hung") } else { String::new() };
    let last = if *failed > 0 { format!(", the last after {:.1} s", last.as_secs_f64()) } else { String::new() };
    format!("{}; {failed} answered{hung}{last}", counted(*requests))
}

/// The number with its noun.
pub(super) fn counted(requests: u64) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") }
}

fn budgets(ours: &Row) -> Budgets {
    let mut budgets = Budgets::new();
    let mut add = |what: &str,
                   limit: &str,
                   outcome: &Result<Outcome, String>,
                   write: fn(&Outcome) -> String,
                   met: fn(&Outcome) -> bool| {
        budgets.add(what, limit, cell(outcome, write), outcome.as_ref().is_ok_and(met));
    };
    let one: fn(&Outcome) -> bool = |outcome| outcome.requests == 1 && outcome.failed == 0 && outcome.hung == 0;
    for (outcome, callers) in ours.stampedes.iter().zip(["1,000", "10,000"]) {
        add(&format!("requests for {callers} cold callers"), "1", outcome, requests, one);
    }
    for (outcome, lifetime) in ours.lifetimes.iter().zip(LIFETIMES.iter().skip(LIFETIMES.len() - ours.lifetimes.len()))
    {
        add(&format!("requests in a second, lifetime {lifetime} s"), "1", outcome, requests, one);
    }
    add("requests when the first caller gives up, none hung", "1", &ours.dropped, requests, one);
    add("served at once while the renewal fails", "20", &ours.renewal, renewal, |outcome| outcome.at_once == 20);
    add("503 to everything: requests; all answered", "4; 30 s", &ours.outage, outage, |outcome| {
        outcome.requests <= 4 && outcome.failed == 100 && outcome.last <= DEADLINE
    });
    budgets
}
