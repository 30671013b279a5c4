//! The envelope of a page: its list of rows, cursor, total and mode.

use std::fmt;

use keyfob_client::NumberOrString;
use keyfob_client::codegen::PageFacts;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Envelope;

/// Decodes a page and calls `row` with the JSON of each element of its list of rows. Returns the facts of the page without
/// the number of rows, the mode and the number of elements; `None` if the page is not JSON or has no list of rows.
pub(super) fn decode(
    page: &[u8],
    envelope: Envelope,
    row: &mut dyn FnMut(&str),
) -> Option<(PageFacts, Option<String>, usize)> {
    // Checked once, so that strings are not checked one by one.
    let page = std::str::from_utf8(page).ok()?;
    let mut decoded = Page { envelope, row, facts: PageFacts::default(), mode: None, elements: None };
    let mut json = serde_json::Deserializer::from_str(page);
    if envelope.rows.is_none() {
        Rows(&mut decoded).deserialize(&mut json).ok()?;
    } else {
        json.deserialize_map(PageVisitor(&mut decoded)).ok()?;
    }
    json.end().ok()?;
    Some((decoded.facts, decoded.mode, decoded.elements.unwrap_or(0)))
}

struct Page<'a> {
    envelope: Envelope,
    row: &'a mut dyn FnMut(&str),
    facts: PageFacts,
    mode: Option<String>,
    elements: Option<usize>,
}

struct PageVisitor<'a, 'b>(&'a mut Page<'b>);

impl<'de> Visitor<'de> for PageVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let page = self.0;
        let Envelope { rows, cursor, total, mode } = page.envelope;
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            let name = Some(&*name);
            if name == rows {
                members.next_value_seed(Rows(page))?;
            } else if name == cursor {
                page.facts.cursor = members.next_value()?;
            } else if name == total {
                // Some services send numbers as strings.
                let total: Option<NumberOrString> = members.next_value()?;
                page.facts.total = total.and_then(|total| total.as_i64());
            } else if name == mode {
                page.mode = members.next_value()?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The list of rows. Null is an empty list.
struct Rows<'a, 'b>(&'a mut Page<'b>);

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.elements = Some(0);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let page = self.0;
        let mut elements = 0;
        while let Some(row) = rows.next_element::<&'de RawValue>()? {
            (page.row)(row.get());
            elements += 1;
        }
        page.elements = Some(page.elements.unwrap_or(0) + elements);
        Ok(())
    }
}
