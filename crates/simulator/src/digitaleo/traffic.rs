//! How many messages went out between two days: those of the simulator, and a made-up past.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::validate::{self, MEDIA};
use super::{params::Params, time};

/// The made-up past before simulated time begins.
const PAST_DAYS: i64 = 90;

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
    let (start, end) = (day(&call.params, "dateStart")?, day(&call.params, "dateEnd")?);
    if start > end {
        return Err(Failure::rule("dateEnd", "The property dateEnd is before dateStart"));
    }
    let media = match call.params.text("media") {
        Some(media) => vec![validate::medium(&media).ok_or_else(|| Failure::invalid("media", &media))?],
        None => MEDIA.to_vec(),
    };
    let live = call.world.sent.iter();
    let live = live.filter(|sent| (start..=end).contains(&sent.date) && media.contains(&sent.medium));
    let total: u64 = live.map(|sent| sent.count).sum();
    Ok(json!({ "total": (total + past(call, start, end, &media)).to_string() }))
}

fn past(call: &Call<'_>, start: NaiveDate, end: NaiveDate, media: &[&str]) -> u64 {
    let today = time::date(call.world.began);
    let first = start.max(today - TimeDelta::days(PAST_DAYS));
    let days = first.iter_days().take_while(|day| *day <= end && *day < today);
    days.flat_map(|day| media.iter().map(move |medium| (day, medium)))
        .map(|(day, medium)| call.shared.random(&format!("digitaleo/traffic/{day}/{medium}")).below(400))
        .sum()
}

fn day(params: &Params, name: &str) -> Result<NaiveDate, Failure> {
    let text = params.required(name)?;
    NaiveDate::parse_from_str(&text, "%d-%m-%Y").map_err(|_| Failure::invalid(name, &text))
}
