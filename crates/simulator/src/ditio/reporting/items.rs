//! Goods transactions: one CSV for the whole window, with the vendor's incorrect quoting.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use futures::stream;

use crate::ditio::reporting::api_error::ApiError;
use crate::ditio::reporting::tables::layout::{Calendar, Layout};
use crate::ditio::reporting::tables::rows::{Context, hundredths};
use crate::ditio::reporting::tables::store::Store;
use crate::ditio::reporting::times::{DAY, HOUR, date_time, midnight};
use crate::state::SharedState;
use crate::web::Query;

/// Header in the user's language. It has one column less than the rows, as the vendor's has.
const HEADER: &str = "Vare;Prosjekt;Prosjektnr.;Arbeidsordre;Type;Bruker;Dato;Maskin;Antall;Kostpris;Pris;Kostbeløp;Beløp;\
                      Lager;Beskrivelse\r\n";
const ITEMS: [&str; 6] = [
    "Diesel, anleggs",
    "Rør Ø200 \"PE100\" 6 m",
    "Pukk 8/16; vasket",
    "Fiberduk kl. 3",
    "Sprengstoff «Dynamitt»",
    "Skjærbolt 3/4\" til skuff",
];
const TYPES: [&str; 4] = ["Consumption", "Sale", "Purchase", "Adjustment"];
/// Number of lines per chunk of the response stream.
const CHUNK_LINES: u64 = 500;

/// The seeded transactions.
#[derive(Debug)]
pub(super) struct Items(Layout);

impl Items {
    pub(super) fn new(shared: &SharedState) -> Self {
        let count = (shared.options.scale / 10).max(40);
        let random = shared.random("ditio/reporting/items");
        Self(Layout::new(count, 2, Calendar::Workdays, shared.clock.now(), random))
    }

    fn line(&self, context: &Context, i: u64) -> String {
        let mut random = self.0.random(i);
        let order = random.pick(&context.world.work_orders);
        let project = &context.world.projects[order.project];
        let person = random.pick(&context.world.people);
        let machine = random.pick(&context.world.machines);
        let item = *random.pick(&ITEMS);
        let kind = *random.pick(&TYPES);
        let qty = 50 + random.below(4_000) * 25;
        let (cost, price) = (1_200 + random.below(9_000), 1_500 + random.below(12_000));
        let sign = if kind == "Adjustment" { "\u{2212}" } else { "" };
        let time = date_time(self.0.time_within_day(i, 6 * HOUR, 9 * HOUR)).format("%d.%m.%Y %H:%M:%S");
        // The vendor quotes a text with a separator but does not double the quotation marks in it.
        let name = if item.contains(';') || item.contains('"') { format!("\"{item}\"") } else { item.to_owned() };
        let amount = |unit_price: u64| decimal(qty * unit_price / 100);
        format!(
            "{name};{};{};{};{kind};{};{time};{};{sign}{};{};{};{sign}{};{sign}{};Hovedlager Åsen;{};{}\r\n",
            project.name,
            project.number,
            order.name,
            person.name(),
            machine.name,
            decimal(qty),
            decimal(cost),
            decimal(price),
            amount(cost),
            amount(price),
            decimal(random.below(90_000)),
            random.pick(&["", "Hentet av sjåfør", "Retur – feil dimensjon"]),
        )
    }

    /// Returns the first transaction on or after a day.
    fn first_on(&self, day: i64) -> u64 {
        let (mut low, mut high) = (0, self.0.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.0.day(middle) < day {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Responds with the transactions of a window of whole days, both inclusive; all transactions without dates.
pub(super) fn respond(store: std::sync::Arc<Store>, query: &Query) -> Result<Response, ApiError> {
    let from = day(query, "FromDate")?;
    let to = day(query, "ToDate")?;
    let first = from.map_or(0, |day| store.items.first_on(day));
    let end = to.map_or(store.items.0.count, |day| store.items.first_on(day + DAY));
    let chunks = stream::unfold((store, first), move |(store, next)| async move {
        let until = (next + CHUNK_LINES).min(end);
        if next >= until {
            return None;
        }
        let lines: String = (next..until).map(|i| store.items.line(&store.context, i)).collect();
        Some((Ok::<_, std::convert::Infallible>(lines), (store, until)))
    });
    let head = stream::once(async { Ok(HEADER.to_owned()) });
    let body = Body::from_stream(futures::StreamExt::chain(head, chunks));
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response())
}

fn day(query: &Query, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = query.non_blank(name) else {
        return Ok(None);
    };
    let parsed = NaiveDate::parse_from_str(text.get(..10).unwrap_or(text), "%Y-%m-%d");
    parsed
        .map(|date| Some(midnight(date)))
        .map_err(|_| ApiError::bad_request("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'.")))
}

/// Formats a number of hundredths with a decimal comma, as the server's culture does.
fn decimal(number: u64) -> String {
    hundredths(number).to_string().replace('.', ",")
}
