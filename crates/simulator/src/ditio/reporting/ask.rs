//! What a caller asks for: the shared parameters of every extraction.

use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use super::cursor::Cursor;
use super::filter::Filter;
use super::overlay::Key;
use super::refusal::Refusal;
use super::table::{DitioTable as T, Order};
use super::times::{DAY, midnight, parse};
use crate::state::random::Random;
use crate::web::Query;

/// Every parameter but the cursor and the size of a page: between pages they must stay the same.
const BOUND: [&str; 17] = [
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
const DEFAULT_CHUNK: i64 = 2_500;
const LARGEST_CHUNK: i64 = 10_000;

pub(super) struct Ask {
    /// In the order of changes, deletions included.
    pub(super) incremental: bool,
    pub(super) from: Option<Key>,
    /// The first position that is too late.
    pub(super) until: Option<Key>,
    pub(super) limit: usize,
    pub(super) cursor: Option<Cursor>,
    pub(super) filter: Filter,
    /// What a cursor of this extraction is bound to.
    pub(super) binding: String,
    given: Vec<(&'static str, String)>,
    chunk: Option<String>,
}

impl Ask {
    pub(super) fn read(table: T, query: &Query, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let since = time(query, "ModifiedSince")?;
        let before = time(query, "ModifiedBefore")?;
        match (since, before) {
            (None, Some(_)) => {
                return Err(Refusal::bad("ArgumentIsNull", "The 'ModifiedSince' parameter is required."));
            }
            (Some(since), Some(before)) if before <= since => {
                return Err(Refusal::bad("ArgumentInvalid", "'ModifiedBefore' must be later than 'ModifiedSince'."));
            }
            _ => {}
        }
        let filter = Filter::read(table, query)?;
        let (from, until) = match since {
            Some(since) => (Some(since), before),
            None => window(table, query, now)?,
        };
        let given: Vec<(&'static str, String)> =
            BOUND.into_iter().flat_map(|name| query.all(name).map(move |value| (name, value.to_owned()))).collect();
        let mode = if since.is_some() { "incremental" } else { "full" };
        let bound = Random::new(0, &format!("{table}/{given:?}")).hex(12);
        let binding = format!("{mode}/{bound}");
        let cursor = query.non_blank("ContinuationToken").map(|token| {
            Cursor::decode(token, &binding).ok_or_else(|| {
                Refusal::bad("InvalidContinuationToken", "The continuation token does not belong to this query.")
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
            given,
            chunk: query.non_blank("ChunkLimit").map(str::to_owned),
        })
    }

    /// A full extraction on one page, without a filter.
    pub(super) fn everything() -> Self {
        Self {
            incremental: false,
            from: None,
            until: None,
            limit: usize::MAX,
            cursor: None,
            filter: Filter::default(),
            binding: String::new(),
            given: Vec::new(),
            chunk: None,
        }
    }

    /// A full extraction of a window on one page: the end is outside.
    pub(super) fn between(from: Option<i64>, until: Option<i64>) -> Self {
        Self { from: from.map(Key::Time), until: until.map(Key::Time), ..Self::everything() }
    }

    /// The next page's path and query, from the API's own root.
    pub(super) fn next_link(&self, table: T, token: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.given);
        query.extend_pairs(self.chunk.iter().map(|chunk| ("ChunkLimit", chunk)));
        query.append_pair("ContinuationToken", token);
        format!("{}?{}", table.path(), query.finish())
    }
}

/// The window of a full extraction on the record's own date; the end is inside.
fn window(table: T, query: &Query, now: DateTime<Utc>) -> Result<(Option<i64>, Option<i64>), Refusal> {
    let from = time(query, "FromDateTime")?;
    let to = time(query, "ToDateTime")?;
    // Alerts and checklists take the dates and ignore them, as metadata do.
    if table.order() == Order::Id {
        return Ok((None, None));
    }
    if table == T::MachineRegistrations && from.is_some() != to.is_some() {
        return Err(Refusal::bad("ArgumentIsNull", "'FromDateTime' and 'ToDateTime' must be given together."));
    }
    if table == T::CrewListRegistrations && from.is_none() && to.is_none() {
        let today = midnight(now.date_naive());
        return Ok((Some(today), Some(today + DAY)));
    }
    Ok((from, to.map(|to| to.saturating_add(1))))
}

fn time(query: &Query, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = query.non_blank(name) else {
        return Ok(None);
    };
    let read = parse(text)
        .ok_or_else(|| Refusal::bad("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'.")));
    read.map(Some)
}

/// Clamped, not refused.
fn chunk_limit(query: &Query) -> Result<usize, Refusal> {
    let Some(text) = query.non_blank("ChunkLimit") else {
        return Ok(usize::try_from(DEFAULT_CHUNK).expect("a small constant"));
    };
    let number: i64 = text
        .parse()
        .map_err(|_| Refusal::bad("ArgumentInvalid", format!("The value '{text}' is not valid for 'ChunkLimit'.")))?;
    Ok(usize::try_from(number.clamp(1, LARGEST_CHUNK)).expect("clamped to a small number"))
}
