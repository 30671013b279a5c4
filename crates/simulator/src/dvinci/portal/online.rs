//! Selection of the job publications that are currently on the career site.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::dvinci::schema::published;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, number, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::time;

/// Returns the job opening of a publication and its placement on the career site, if the placement is current.
pub(in crate::dvinci) fn online<'a>(
    store: &'a Store,
    publication: &'a Row,
    now: DateTime<Utc>,
) -> Option<(&'a Row, &'a Row)> {
    let opening = store.row_by_number(Table::JobOpenings, number(publication, "jobOpeningId")?)?;
    if text(publication, "status") != "ACTIVE" || text(opening, "status") != "ACTIVE" {
        return None;
    }
    let at = |placement: &Row, name: &str| time::from_row(placement, name);
    let mut placements = publication["placements"].as_array()?.iter().filter_map(Value::as_object);
    let placement = placements.find(|placement| {
        published::is_on(store, placement, "HOMEPAGE")
            && at(placement, "startDate").is_none_or(|start| start <= now)
            && at(placement, "endDate").is_none_or(|end| now < end)
    })?;
    Some((opening, placement))
}
