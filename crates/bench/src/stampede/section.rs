//! Tables and budgets of the token request scenarios.

use std::time::Duration;

use keyfob_bench::table::{Budgets, Table};

use super::scenario::Outcome;
use super::{HANG_TIMEOUT, LIFETIMES, Row};

/// Total time in which Keyfob retries a token request.
const DEADLINE: Duration = Duration::from_secs(30);

/// Formats the section of the page.
pub(super) fn write(rows: &[Row]) -> String {
    let mut many = Table::new([
        "token requests",
        "1,000 callers, no token",
        "10,000 callers, no token",
        "101 callers, the first is cancelled",
    ]);
    let lifetimes = LIFETIMES.iter().map(|lifetime| format!("{lifetime} s"));
    let mut short = Table::new(
        ["token requests for 100 calls in one second, by lifetime"].map(str::to_owned).into_iter().chain(lifetimes),
    );
    let mut down = Table::new(["endpoint responds 503", "token still valid, 20 callers", "no token, 100 callers"]);
    for row in rows {
        let name = row.peer.name().to_owned();
        let stampedes = row.stampedes.iter().map(|outcome| cell(outcome, requests));
        many.row([name.clone()].into_iter().chain(stampedes).chain([cell(&row.dropped, requests)]));
        short.row([name.clone()].into_iter().chain(row.lifetimes.iter().map(|outcome| cell(outcome, requests))));
        down.row([name, cell(&row.refresh, refresh), cell(&row.outage, outage)]);
    }
    let hang_timeout = HANG_TIMEOUT.as_secs();
    format!(
        "{many}\n{short}\n{down}\n\"Hung\": no result within {hang_timeout} s.\n\n{}",
        rows.first().map(budgets).unwrap_or_default()
    )
}

fn cell(outcome: &Result<Outcome, String>, write: fn(&Outcome) -> String) -> String {
    outcome.as_ref().map_or_else(Clone::clone, write)
}

/// Formats the number of requests and of callers without a token.
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

fn refresh(outcome: &Outcome) -> String {
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
    format!("{}; {failed} got the error{hung}{last}", counted(*requests))
}

/// Formats a number of requests with its noun.
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
        add(&format!("token requests, {callers} callers without a token"), "1", outcome, requests, one);
    }
    for (outcome, lifetime) in ours.lifetimes.iter().zip(LIFETIMES.iter().skip(LIFETIMES.len() - ours.lifetimes.len()))
    {
        add(&format!("token requests for 100 calls in one second, lifetime {lifetime} s"), "1", outcome, requests, one);
    }
    add("token requests when the first caller is cancelled; none hung", "1", &ours.dropped, requests, one);
    add("callers served at once while the refresh fails", "20", &ours.refresh, refresh, |outcome| {
        outcome.at_once == 20
    });
    add(
        "503 to every token request: requests; all callers get the error",
        "4; 30 s",
        &ours.outage,
        outage,
        |outcome| outcome.requests <= 4 && outcome.failed == 100 && outcome.last <= DEADLINE,
    );
    budgets
}
