//! The values of an array or object as slices of its text.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::key::Key;

/// Values of an array or object as slices of its text, which is valid JSON.
pub(super) struct Slices<'t> {
    rest: &'t str,
}

impl<'t> Slices<'t> {
    /// Returns the values of the array or object that the text contains, without whitespace around it.
    pub(super) fn of(text: &'t str) -> Self {
        Self { rest: text.get(1..).unwrap_or_default() }
    }

    /// Returns the next element of an array; `None` after the last.
    pub(super) fn element(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', ',', ':']);
        if self.rest.starts_with([']', '}']) {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (value, rest) = self.rest.split_at(values.byte_offset());
        self.rest = rest;
        Some(value)
    }

    /// Returns the next member of an object; `None` after the last. The key is `None` if it is not valid Unicode.
    pub(super) fn member(&mut self) -> Option<(Option<Cow<'t, str>>, &'t str)> {
        let key = serde_json::from_str(self.element()?).ok().map(|Key(key)| key);
        Some((key, self.element()?))
    }
}
