//! Query parameters of an extraction, common to all tables.

use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use crate::ditio::reporting::api_error::ApiError;
use crate::ditio::reporting::extract::cursor::Cursor;
use crate::ditio::reporting::extract::filter::Filter;
use crate::ditio::reporting::tables::overlay::Key;
use crate::ditio::reporting::tables::table::{DitioTable as T, Order};
use crate::ditio::reporting::times::{DAY, midnight, parse};
use crate::state::random::Random;
use crate::web::Query;

/// Parameters that must not change between pages: all but the cursor and the page size.
const BOUND_PARAMETERS: [&str; 17] = [
    "FromDateTime",
    "ToDateTime",
    "ModifiedSince",
    "ModifiedBefore",
    "ProjectId",
    "CompanyId",
    "OwnCompanyDataOnly",
    "ExcludeDataFromSubsidiaries",
    "Sources",
    "Approved",
    "ApprovedPayroll",
    "Locked",
    "IncludeSensitiveData",
    "ExportFilter",
    "UserPayrollTypeFilter",
    "ProjectIds",
    "IncludeOpen",
];
/// Maximum window of machine registrations in the strict form, in milliseconds.
const STRICT_WINDOW: i64 = 7 * DAY;
/// Maximum age of `ModifiedSince` without a window in the strict form, in milliseconds.
const STRICT_AGE: i64 = 3 * DAY;
const DEFAULT_CHUNK: i64 = 2_500;
const MAX_CHUNK: i64 = 10_000;

/// Parsed query parameters of an extraction.
pub(in crate::ditio::reporting) struct ExtractQuery {
    /// True for the order of changes, with deletions.
    pub(in crate::ditio::reporting) incremental: bool,
    pub(in crate::ditio::reporting) from: Option<Key>,
    /// End of the window, exclusive.
    pub(in crate::ditio::reporting) until: Option<Key>,
    pub(in crate::ditio::reporting) limit: usize,
    pub(in crate::ditio::reporting) cursor: Option<Cursor>,
    pub(in crate::ditio::reporting) filter: Filter,
    /// Text that binds cursors to this extraction.
    pub(in crate::ditio::reporting) binding: String,
    bound_parameters: Vec<(&'static str, String)>,
    chunk: Option<String>,
}

impl ExtractQuery {
    /// Parses the query. `strict` applies the limits of [`check_strict_limits`].
    pub(in crate::ditio::reporting) fn parse(
        table: T,
        query: &Query,
        now: DateTime<Utc>,
        strict: bool,
    ) -> Result<Self, ApiError> {
        let since = time(query, "ModifiedSince")?;
        let before = time(query, "ModifiedBefore")?;
        match (since, before) {
            (None, Some(_)) => {
                return Err(ApiError::bad_request("ArgumentIsNull", "The 'ModifiedSince' parameter is required."));
            }
            (Some(since), Some(before)) if before <= since => {
                return Err(ApiError::bad_request(
                    "ArgumentInvalid",
                    "'ModifiedBefore' must be later than 'ModifiedSince'.",
                ));
            }
            _ => {}
        }
        if strict && table == T::MachineRegistrations {
            check_strict_limits(since, time(query, "FromDateTime")?, time(query, "ToDateTime")?, now)?;
        }
        let filter = Filter::parse(table, query)?;
        let (from, until) = match since {
            Some(since) => (Some(since), before),
            None => window(table, query, now)?,
        };
        let bound_parameters: Vec<(&'static str, String)> = BOUND_PARAMETERS
            .into_iter()
            .flat_map(|name| query.all(name).map(move |value| (name, value.to_owned())))
            .collect();
        let mode = if since.is_some() { "incremental" } else { "full" };
        let parameter_hash = Random::new(0, &format!("{table}/{bound_parameters:?}")).hex(12);
        let binding = format!("{mode}/{parameter_hash}");
        let cursor = query.non_blank("ContinuationToken").map(|token| {
            Cursor::decode(token, &binding).ok_or_else(|| {
                ApiError::bad_request(
                    "InvalidContinuationToken",
                    "The continuation token does not belong to this query.",
                )
            })
        });
        Ok(Self {
            incremental: since.is_some(),
            from: from.map(Key::Time),
            until: until.map(Key::Time),
            limit: chunk_limit(query)?,
            cursor: cursor.transpose()?,
            filter,
            binding,
            bound_parameters,
            chunk: query.non_blank("ChunkLimit").map(str::to_owned),
        })
    }

    /// Creates a full extraction without a filter, on one page.
    pub(in crate::ditio::reporting) fn all() -> Self {
        Self {
            incremental: false,
            from: None,
            until: None,
            limit: usize::MAX,
            cursor: None,
            filter: Filter::default(),
            binding: String::new(),
            bound_parameters: Vec::new(),
            chunk: None,
        }
    }

    /// Creates a full extraction of a window on one page; the end is exclusive.
    pub(in crate::ditio::reporting) fn between(from: Option<i64>, until: Option<i64>) -> Self {
        Self { from: from.map(Key::Time), until: until.map(Key::Time), ..Self::all() }
    }

    /// Returns path and query of the next page, relative to the API's root.
    pub(in crate::ditio::reporting) fn next_link(&self, table: T, token: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.bound_parameters);
        query.extend_pairs(self.chunk.iter().map(|chunk| ("ChunkLimit", chunk)));
        query.append_pair("ContinuationToken", token);
        format!("{}?{}", table.path(), query.finish())
    }
}

/// Returns the window of a full extraction by the rows' dates. The end in the query is inclusive, in the result exclusive.
fn window(table: T, query: &Query, now: DateTime<Utc>) -> Result<(Option<i64>, Option<i64>), ApiError> {
    let from = time(query, "FromDateTime")?;
    let to = time(query, "ToDateTime")?;
    // Tables without a time order accept the dates and ignore them: alerts, checklists and metadata.
    if table.order() == Order::Id {
        return Ok((None, None));
    }
    if table == T::MachineRegistrations && from.is_some() != to.is_some() {
        return Err(ApiError::bad_request("ArgumentIsNull", "'FromDateTime' and 'ToDateTime' must be given together."));
    }
    if table == T::CrewListRegistrations && from.is_none() && to.is_none() {
        let today = midnight(now.date_naive());
        return Ok((Some(today), Some(today + DAY)));
    }
    Ok((from, to.map(|to| to.saturating_add(1))))
}

/// Checks the limits of machine registrations in the vendor's request collection, which its other documents lack.
fn check_strict_limits(
    since: Option<i64>,
    from: Option<i64>,
    to: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let earliest = now.timestamp_millis() - STRICT_AGE;
    match (since, from, to) {
        (_, Some(from), Some(to)) if to.saturating_sub(from) > STRICT_WINDOW => Err(ApiError::bad_request(
            "ArgumentInvalid",
            "The period from 'FromDateTime' to 'ToDateTime' must not be longer than 7 days.",
        )),
        (Some(since), None, None) if since < earliest => Err(ApiError::bad_request(
            "ArgumentInvalid",
            "'ModifiedSince' must not be more than 3 days back without 'FromDateTime' and 'ToDateTime'.",
        )),
        (None, None, None) | (_, Some(_), None) | (_, None, Some(_)) => {
            Err(ApiError::bad_request("ArgumentIsNull", "The 'FromDateTime' and 'ToDateTime' parameters are required."))
        }
        _ => Ok(()),
    }
}

fn time(query: &Query, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = query.non_blank(name) else {
        return Ok(None);
    };
    let parsed = parse(text).ok_or_else(|| {
        ApiError::bad_request("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'."))
    });
    parsed.map(Some)
}

/// Parses the page size. A size out of range is clamped, not rejected.
fn chunk_limit(query: &Query) -> Result<usize, ApiError> {
    let Some(text) = query.non_blank("ChunkLimit") else {
        return Ok(usize::try_from(DEFAULT_CHUNK).expect("a small constant"));
    };
    let number: i64 = text.parse().map_err(|_| {
        ApiError::bad_request("ArgumentInvalid", format!("The value '{text}' is not valid for 'ChunkLimit'."))
    })?;
    Ok(usize::try_from(number.clamp(1, MAX_CHUNK)).expect("clamped to a small number"))
}
