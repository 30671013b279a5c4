//! The envelope of a page: its list of rows, cursor, total and mode.

use keyfob_client::NumberOrString;
use keyfob_client::codegen::PageFacts;
use serde::Deserialize;

use super::Envelope;

/// Decodes a row at the start of a text and returns the length of its JSON; `None` if it is not JSON.
pub(super) type DecodeRow<'a> = &'a mut dyn FnMut(&str) -> Option<usize>;

/// Decodes a page and calls `row` at each element of its list of rows. Returns the facts of the page without the number
/// of rows, the mode and the number of elements; `None` if the page is not JSON or has no list of rows.
pub(super) fn decode(
    page: &[u8],
    envelope: Envelope,
    row: DecodeRow<'_>,
) -> Option<(PageFacts, Option<String>, usize)> {
    // Checked once, so that strings are not checked one by one.
    let mut json = Cursor(std::str::from_utf8(page).ok()?);
    let (mut facts, mut mode, mut elements) = (PageFacts::default(), None, None);
    if envelope.rows.is_none() {
        elements = Some(json.rows(row)?);
    } else {
        let Envelope { rows, cursor, total, mode: mode_name } = envelope;
        json.items(b'{', b'}', |json| {
            let name: String = json.value()?;
            json.take(b':')?;
            let name = Some(name.as_str());
            if name == rows {
                elements = Some(elements.unwrap_or(0) + json.rows(row)?);
            } else if name == cursor {
                facts.cursor = json.value()?;
            } else if name == total {
                // Some services send numbers as strings.
                let total: Option<NumberOrString> = json.value()?;
                facts.total = total.and_then(|total| total.as_i64());
            } else if name == mode_name {
                mode = json.value()?;
            } else {
                json.value::<serde::de::IgnoredAny>()?;
            }
            Some(())
        })?;
    }
    let elements = elements.filter(|_| json.peek().is_none())?;
    Some((facts, mode, elements))
}

/// The rest of a page.
///
/// The list of rows is read here instead of by a visitor, because the length of a row is known only where its
/// deserializer starts: a row that had to be found first would be scanned twice.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Skips white space and returns the next byte.
    fn peek(&mut self) -> Option<u8> {
        self.0 = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
        self.0.bytes().next()
    }

    /// Skips a character, if it is next.
    fn take(&mut self, character: u8) -> Option<()> {
        (self.peek()? == character).then(|| self.0 = &self.0[1..])
    }

    /// Reads a value.
    fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter();
        let value = values.next()?.ok()?;
        self.0 = &self.0[values.byte_offset()..];
        Some(value)
    }

    /// Reads the items between two characters, which are separated by commas.
    fn items(&mut self, start: u8, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(start)?;
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.take(end).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    /// Reads a list of rows and returns their number. Null is an empty list.
    fn rows(&mut self, row: DecodeRow<'_>) -> Option<usize> {
        if self.peek()? == b'n' {
            self.value::<()>()?;
            return Some(0);
        }
        let mut elements = 0;
        self.items(b'[', b']', |json| {
            json.peek()?;
            let length = row(json.0)?;
            json.0 = &json.0[length..];
            elements += 1;
            Some(())
        })?;
        Some(elements)
    }
}
