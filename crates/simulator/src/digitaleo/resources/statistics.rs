//! Number of messages sent between two days: those of this run, and a seeded past.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::Params;
use crate::digitaleo::time;
use crate::digitaleo::validate::{self, MEDIA};

/// Length of the seeded past before the start of simulated time, in days.
const PAST_DAYS: i64 = 90;

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (start, end) = (parse_day(&call.params, "dateStart")?, parse_day(&call.params, "dateEnd")?);
    if start > end {
        return Err(ApiError::rule_violated("dateEnd", "The property dateEnd is before dateStart"));
    }
    let media = match call.params.text("media") {
        Some(media) => vec![validate::medium(&media).ok_or_else(|| ApiError::invalid("media", &media))?],
        None => MEDIA.to_vec(),
    };
    let sent = call.world.sent.iter();
    let sent = sent.filter(|sent| (start..=end).contains(&sent.date) && media.contains(&sent.medium));
    let total: u64 = sent.map(|sent| sent.count).sum();
    Ok(json!({ "total": (total + seeded_count(call, start, end, &media)).to_string() }))
}

fn seeded_count(call: &Call<'_>, start: NaiveDate, end: NaiveDate, media: &[&str]) -> u64 {
    let today = time::paris_date(call.world.started_at);
    let first = start.max(today - TimeDelta::days(PAST_DAYS));
    let days = first.iter_days().take_while(|day| *day <= end && *day < today);
    days.flat_map(|day| media.iter().map(move |medium| (day, medium)))
        .map(|(day, medium)| call.shared.random(&format!("digitaleo/traffic/{day}/{medium}")).below(400))
        .sum()
}

fn parse_day(params: &Params, name: &str) -> Result<NaiveDate, ApiError> {
    let text = params.required(name)?;
    NaiveDate::parse_from_str(&text, "%d-%m-%Y").map_err(|_| ApiError::invalid(name, &text))
}
