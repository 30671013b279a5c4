//! Filters of listings: a comparison operator and a value.

use std::{fmt::Display, iter};

/// A value for a filter of a listing, with the comparison operator that ItemPath reads from its prefix.
///
/// A setter that filters takes one filter, or several in an array, all of which must match. Plain text is passed in an
/// array. The setter `filter` takes the name of a field, such as a custom field, with text or one filter.
/// [`Client`](crate::Client) has the rules that all filters share.
///
/// ```
/// use keyfob_itempath::{Client, Filter};
///
/// # fn example(client: &Client) {
/// let valves = client.materials().name(Filter::like("KF-"));
/// let others = client.materials().name([Filter::like("KF-"), Filter::not("KF-VALVE-8")]);
/// let valve = client.materials().name(["KF-VALVE-8"]);
/// let league = client.materials().filter("League", "NHL").filter("GroupCode", Filter::gt(5));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// Matches this value, as plain text in an array does: `["text"]`.
    pub fn eq(value: impl Display) -> Self {
        Self(value.to_string())
    }

    /// Matches other values.
    pub fn not(value: impl Display) -> Self {
        Self(format!("[not]{value}"))
    }

    /// Matches greater or later values.
    pub fn gt(value: impl Display) -> Self {
        Self(format!("[gt]{value}"))
    }

    /// Matches lesser or earlier values.
    pub fn lt(value: impl Display) -> Self {
        Self(format!("[lt]{value}"))
    }

    /// Matches values that contain this text.
    pub fn like(value: impl Display) -> Self {
        Self(format!("[like]{value}"))
    }

    /// Matches values that do not contain this text.
    pub fn not_like(value: impl Display) -> Self {
        Self(format!("[notlike]{value}"))
    }

    /// Matches any of these values.
    pub fn any_of<T: Display>(values: impl IntoIterator<Item = T>) -> Self {
        Self(format!("[or]{}", joined(values)))
    }

    /// Matches values that equal none of these.
    pub fn none_of<T: Display>(values: impl IntoIterator<Item = T>) -> Self {
        Self(format!("[nor]{}", joined(values)))
    }
}

/// A single filter, for setters that take several.
impl IntoIterator for Filter {
    type Item = Self;
    type IntoIter = iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        iter::once(self)
    }
}

fn joined<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(";")
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comparison_operator_precedes_the_value() {
        for (filter, text) in [
            (Filter::eq("S103"), "S103"),
            (Filter::not(5), "[not]5"),
            (Filter::gt("2025-01-01"), "[gt]2025-01-01"),
            (Filter::lt(0), "[lt]0"),
            (Filter::like("valve"), "[like]valve"),
            (Filter::not_like("valve"), "[notlike]valve"),
            (Filter::any_of([2, 4]), "[or]2;4"),
            (Filter::none_of([5, 6]), "[nor]5;6"),
        ] {
            assert_eq!(String::from(filter), text);
        }
    }
}
