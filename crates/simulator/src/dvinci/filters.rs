//! Parameters of lists.

use super::reply::{Errors, Refusal};
use crate::web::Query;

/// A whole number.
pub(super) fn integer(query: &Query, name: &str) -> Result<Option<i64>, Refusal> {
    match query.get(name) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Errors::only(name, "typeMismatch")),
    }
}

/// One of some texts.
pub(super) fn one_of<'a>(query: &'a Query, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
    match query.get(name) {
        Some(text) if !allowed.contains(&text) => Err(Errors::only(name, "valueNotPermitted")),
        given => Ok(given),
    }
}
