//! Tables whose rows are only added.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use keyfob_client::auth::Clock;
use keyfob_client::table::ColumnType;
use serde_json::{Value as Json, json};

use super::dates::Dates;
use super::listing::{Listing, ListingOptions};
use super::recent::RecentRows;
use super::{Changes, ListingEnd, Source, Stage};
use crate::batch::{Batch, Value};
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// Time after which a value of a row is not taken for a time of the service: the zones of sites differ from UTC by at most
/// 14 hours.
const FUTURE: TimeDelta = TimeDelta::days(1);

/// Rows after the greatest value of an earlier run, or all rows.
pub(super) struct Append {
    schema: Arc<Schema>,
    listing: Listing,
    clock: Clock,
    /// Position of the column whose values grow.
    column: usize,
    /// Greatest value of the earlier runs: microseconds for a time.
    previous: Option<i64>,
    /// Greatest value so far.
    greatest: Option<i64>,
    recent: RecentRows,
    is_first: bool,
    is_complete: bool,
    is_finished: bool,
}

/// Filter of a table whose rows are only added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub(super) parameter: &'static str,
    pub(super) prefix: &'static str,
    pub(super) column: usize,
    pub(super) overlap: u32,
}

impl Append {
    pub(super) fn new(options: &ListingOptions, dates: &Dates, filter: Filter, progress: &Json) -> Result<Self, Error> {
        let previous = match &progress["greatest"] {
            Json::Null => None,
            value => Some(value.as_i64().ok_or_else(|| {
                let message = "the checkpoint cannot be read; start over with a listing of all rows";
                Error::new(ErrorKind::Mismatch, message)
            })?),
        };
        let kind = options.schema.columns()[filter.column].kind;
        let mut parameters = dates.parameters(None);
        parameters.extend(previous.map(|greatest| {
            let value = format!("{}{}", filter.prefix, lower_bound(kind, greatest, filter.overlap));
            (filter.parameter.to_owned(), value)
        }));
        Ok(Self {
            schema: Arc::clone(&options.schema),
            listing: options.open(parameters, None),
            clock: options.clock(),
            column: filter.column,
            previous,
            greatest: previous,
            recent: RecentRows::from_json(&progress["recent"]),
            is_first: true,
            is_complete: true,
            is_finished: false,
        })
    }

    async fn next_page(&mut self) -> Result<Option<Changes>, Error> {
        if self.is_finished {
            return Ok(None);
        }
        let Some(mut page) = self.listing.next().await? else {
            self.is_finished = true;
            return Ok(None);
        };
        self.is_complete &= page.batch.unidentified() == 0;
        self.is_finished = page.is_last;
        self.greatest = self.greatest.max(self.greatest_of(&page.batch));
        let stage = if self.previous.is_some() {
            self.recent.remove_unchanged(&mut page.batch);
            Stage::Changes
        } else {
            let end = page.is_last.then_some(ListingEnd { complete: self.is_complete });
            Stage::Listing { first: std::mem::take(&mut self.is_first), end }
        };
        // The pages have no order, so before the end rows with lower values may follow.
        let greatest = if page.is_last { self.greatest } else { self.previous };
        if page.is_last {
            self.recent.finish_run();
        }
        let progress = json!({ "greatest": greatest, "recent": self.recent.to_json() });
        Ok(Some(page.changes(progress, stage)))
    }

    /// Returns the greatest value of the column.
    fn greatest_of(&self, batch: &Batch) -> Option<i64> {
        let column = &batch.columns()[self.column];
        let last = DateTime::<Utc>::from(self.clock.wall()).checked_add_signed(FUTURE)?.timestamp_micros();
        let values = (0..batch.len()).filter_map(|row| match column.value(row) {
            Value::Integer(value) => Some(value),
            // A time in the future would hide the rows that are added until then.
            Value::Timestamp(at) => (at <= last).then_some(at),
            _ => None,
        });
        values.max()
    }
}

/// Returns the value after which rows are listed.
fn lower_bound(kind: ColumnType, greatest: i64, overlap: u32) -> String {
    if kind == ColumnType::Integer {
        return greatest.saturating_sub(overlap.into()).to_string();
    }
    let micros = greatest.saturating_sub(i64::from(overlap) * 1_000_000);
    let at = DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH);
    // Whole seconds, rounded down, because the precision of filters is not documented.
    let zone = if kind == ColumnType::TimestampTz { "Z" } else { "" };
    format!("{}{zone}", at.format("%Y-%m-%dT%H:%M:%S"))
}

impl Source for Append {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Changes>, Error>> {
        Box::pin(self.next_page())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_begins_the_overlap_before_the_greatest_value() {
        let at = 1_772_438_400_900_000; // 2026-03-02T08:00:00.9
        assert_eq!(lower_bound(ColumnType::Timestamp, at, 7200), "2026-03-02T06:00:00");
        assert_eq!(lower_bound(ColumnType::TimestampTz, at, 1), "2026-03-02T07:59:59Z");
        assert_eq!(lower_bound(ColumnType::Integer, 100, 7), "93");
    }
}
