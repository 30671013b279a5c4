//! One row: the members of a JSON object, each in its column.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Field;
use super::cell::{self, Cell};
use crate::batch::{ColumnData, Reject, Value};
use crate::schema::Schema;

/// A row with values that need their JSON to be decoded, or that is not an object. Its columns are undefined.
#[derive(Clone, Copy)]
pub(super) struct Irregular;

/// Target of a row: the columns, to which one value each is appended.
pub(super) struct Row<'a> {
    pub(super) schema: &'a Schema,
    pub(super) fields: &'a HashMap<&'static str, Field>,
    /// Column that is expected after each column, and at the end that of the first field.
    pub(super) successors: &'a mut [usize],
    pub(super) columns: &'a mut [ColumnData],
    /// Column of the other fields; `None` if the copy does not have it.
    pub(super) extra: Option<&'a mut ColumnData>,
    /// Number of rows before this one.
    pub(super) position: usize,
}

/// Returns the JSON of the value at the start of a text; `None` if it is not JSON.
pub(super) fn json(text: &str) -> Option<&str> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.next()?.ok().map(RawValue::get)
}

impl Row<'_> {
    /// Decodes the row at the start of a text without copying its values, and returns the length of its JSON.
    pub(super) fn decode(&mut self, text: &str) -> Result<usize, Irregular> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let extra = deserializer.deserialize_map(RowVisitor(self)).map_err(|_| Irregular)?;
        self.finish(&extra);
        // An iterator over the values that follow is the only way to the position of the deserializer.
        Ok(deserializer.into_iter::<IgnoredAny>().byte_offset())
    }

    /// Decodes a row value by value, so that each value that does not have its type becomes null and a reject without a
    /// key. Returns `false` if the JSON is not an object.
    pub(super) fn decode_irregular(&mut self, json: &str, rejects: &mut Vec<Reject>) -> bool {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let Ok(members) = deserializer.deserialize_map(MembersVisitor) else { return false };
        let mut extra = String::new();
        for (name, value) in members {
            match self.fields.get(name.as_str()) {
                Some(Field::Column(position)) => {
                    let column = &mut self.columns[*position];
                    // Of several members with the same name, the last counts.
                    column.truncate(self.position);
                    let described = &self.schema.columns()[*position];
                    rejects.retain(|reject| reject.field != described.wire);
                    if cell::push_raw(column, described.kind, value.get()).is_err() {
                        column.push_null();
                        let (field, expected) = (described.wire, cell::expected(described.kind));
                        rejects.push(Reject { key: None, field, expected, raw: value.get().to_owned() });
                    }
                }
                Some(Field::LeftOut) => {}
                None => push_member(&mut extra, &name, value),
            }
        }
        self.finish(&extra);
        true
    }

    /// Appends the nulls of absent fields, and the other fields.
    fn finish(&mut self, extra: &str) {
        for column in self.columns.iter_mut().filter(|column| column.len() == self.position) {
            column.push_null();
        }
        if let Some(column) = &mut self.extra {
            if extra.is_empty() {
                column.push_null();
            } else {
                column.push(Value::Text(&format!("{{{extra}}}")));
            }
        }
    }
}

/// Appends a member to the members of an object.
fn push_member(members: &mut String, name: &str, value: &RawValue) {
    if !members.is_empty() {
        members.push(',');
    }
    members.push_str(&serde_json::to_string(name).expect("a text can be written as JSON"));
    members.push(':');
    members.push_str(value.get());
}

struct RowVisitor<'a, 'b>(&'a mut Row<'b>);

impl<'de> Visitor<'de> for RowVisitor<'_, '_> {
    /// The members that are not columns, as JSON.
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<String, A::Error> {
        let row = self.0;
        let mut extra = String::new();
        let described = row.schema.columns();
        let mut previous = described.len();
        while let Some(name) = members.next_key_seed(Name { row, expected: row.successors[previous] })? {
            match name {
                Member::Column(position) => {
                    row.successors[previous] = position;
                    previous = position;
                    let column = &mut row.columns[position];
                    if column.len() != row.position {
                        return Err(A::Error::custom("a second member with this name"));
                    }
                    if !members.next_value_seed(Cell { column, kind: described[position].kind })? {
                        return Err(A::Error::custom("a value of another type"));
                    }
                }
                Member::Other(name) if row.extra.is_some() => push_member(&mut extra, &name, members.next_value()?),
                Member::Other(_) | Member::LeftOut => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(extra)
    }
}

/// Name of a member.
struct Name<'a, 'b> {
    row: &'a Row<'b>,
    /// The column that is probably next.
    expected: usize,
}

/// Role of a member.
enum Member {
    Column(usize),
    LeftOut,
    /// The name of a field that the schema does not have.
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Member, E> {
        if self.row.schema.columns().get(self.expected).is_some_and(|column| column.wire == name) {
            return Ok(Member::Column(self.expected));
        }
        Ok(match self.row.fields.get(name) {
            Some(Field::Column(position)) => Member::Column(*position),
            Some(Field::LeftOut) => Member::LeftOut,
            None => Member::Other(name.to_owned()),
        })
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(all)
    }
}
