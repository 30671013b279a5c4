//! Filters of listings: a comparison in front of the value.

use std::fmt::Display;

/// A value for a listing's filter, with the comparison that ItemPath reads from its prefix.
///
/// A filter may be given several times; all must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// Equal to the value, which is also what a plain value means.
    pub fn eq(value: impl Display) -> Self {
        Self(value.to_string())
    }

    /// Other than the value.
    pub fn not(value: impl Display) -> Self {
        Self(format!("[not]{value}"))
    }

    /// Greater than the value, or later.
    pub fn gt(value: impl Display) -> Self {
        Self(format!("[gt]{value}"))
    }

    /// Less than the value, or earlier.
    pub fn lt(value: impl Display) -> Self {
        Self(format!("[lt]{value}"))
    }

    /// Contains the value.
    pub fn like(value: impl Display) -> Self {
        Self(format!("[like]{value}"))
    }

    /// Does not contain the value.
    pub fn not_like(value: impl Display) -> Self {
        Self(format!("[notlike]{value}"))
    }

    /// Any of the values.
    pub fn any_of<T: Display>(values: impl IntoIterator<Item = T>) -> Self {
        Self(format!("[or]{}", joined(values)))
    }

    /// None of the values.
    pub fn none_of<T: Display>(values: impl IntoIterator<Item = T>) -> Self {
        Self(format!("[nor]{}", joined(values)))
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
    fn the_comparison_stands_before_the_value() {
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
