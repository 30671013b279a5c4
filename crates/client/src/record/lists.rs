//! Lists and maps of values. Where an element came in another form, the JSON of the whole is kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{
    forms::{Form, Note, Seen},
    sink::{Sink, Write},
    source::{Failed, Source},
    values::{Held, Value, json},
};

/// A list of values of whatever type.
pub trait Elements {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them, to be written.
    fn at(&self, index: usize) -> &dyn Write;

    /// Reads one more, if there is not nothing.
    ///
    /// # Errors
    ///
    /// If there is something else.
    fn read_next(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed>;

    /// The JSON that one of them, or nothing in between, came as.
    fn json(&self, index: Option<usize>, seen: Seen<'_>) -> Option<Json>;

    /// Whether this JSON is read as one of them, or as nothing.
    fn is(&self, json: &Json, index: Option<usize>) -> bool;
}

impl<T: Value> Elements for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> &dyn Write {
        &self[index]
    }

    fn read_next(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        if let Some(element) = T::read(source, note)? {
            self.push(element);
        }
        Ok(())
    }

    fn json(&self, index: Option<usize>, seen: Seen<'_>) -> Option<Json> {
        T::json(index.and_then(|index| self.get(index)), seen)
    }

    fn is(&self, json: &Json, index: Option<usize>) -> bool {
        T::is(json, index.and_then(|index| self.get(index)))
    }
}

impl<T: Value> Write for Vec<T> {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        sink.list(self)
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(source: &mut dyn Source<'_>, note: &mut Note) -> Result<Option<Self>, Failed> {
        let mut list = Self::new();
        if read_list(&mut list, source, note)? { Ok(Some(list)) } else { Ok(None) }
    }

    fn nothing() -> Option<Self> {
        Some(Self::new())
    }

    fn blank() -> Self {
        Self::new()
    }

    fn other(_: Option<&Self>, form: Form) -> Option<Json> {
        (form == Form::Empty).then(|| Json::Array(Vec::new()))
    }

    fn is(json: &Json, value: Option<&Self>) -> bool {
        match (json, value) {
            (Json::Array(list), Some(value)) => is_list(list, value),
            (Json::Array(list), None) => is_list(list, &Self::new()),
            (json, value) => json.is_null() && value.is_none(),
        }
    }

    fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
        json(&Held(value), seen)
    }
}

/// Reads a list; elements that are `null` are left out.
fn read_list(list: &mut dyn Elements, source: &mut dyn Source<'_>, note: &mut Note) -> Result<bool, Failed> {
    let mut noted = Note::default();
    let mut kept: Option<Vec<Json>> = None;
    let mut element = |_: &str, source: &mut dyn Source<'_>| {
        let before = list.count();
        list.read_next(source, &mut noted)?;
        if kept.is_some() || !noted.is_plain() {
            kept = kept.take().or_else(|| (0..before).map(|at| list.json(Some(at), Seen::default())).collect());
            let next = list.json((list.count() > before).then_some(before), noted.seen());
            kept = kept.take().zip(next).map(|(mut kept, next)| {
                kept.push(next);
                kept
            });
            noted = Note::default();
        }
        Ok(())
    };
    let there = source.list(&mut element, note)?;
    if let Some(kept) = kept {
        note.keep(kept);
    }
    Ok(there)
}

/// Whether the JSON is read as this list: each of its elements as the next of the list, or as nothing.
fn is_list(json: &[Json], list: &dyn Elements) -> bool {
    let mut next = 0;
    for json in json {
        if next < list.count() && list.is(json, Some(next)) {
            next += 1;
        } else if !list.is(json, None) {
            return false;
        }
    }
    next == list.count()
}

impl<T: Value> Write for BTreeMap<String, T> {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        let mut entries: Vec<(&str, &dyn Write)> = Vec::with_capacity(self.len());
        for (key, value) in self {
            entries.push((key, value));
        }
        sink.map(&entries)
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    // Entries that are `null` are left out.
    fn read(source: &mut dyn Source<'_>, note: &mut Note) -> Result<Option<Self>, Failed> {
        let mut map = Self::new();
        let mut kept: Option<Map<String, Json>> = None;
        let mut noted = Note::default();
        let mut entry = |key: &str, source: &mut dyn Source<'_>| {
            let value = T::read(source, &mut noted)?;
            if kept.is_some() || !noted.is_plain() {
                let plain = |(key, value): (&String, &T)| Some((key.clone(), T::json(Some(value), Seen::default())?));
                kept = kept.take().or_else(|| map.iter().map(plain).collect());
                kept = kept.take().zip(T::json(value.as_ref(), noted.seen())).map(|(mut kept, next)| {
                    kept.insert(key.to_owned(), next);
                    kept
                });
                noted = Note::default();
            }
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
            Ok(())
        };
        let there = source.map(&mut entry, note)?;
        if let Some(kept) = kept {
            note.keep(kept);
        }
        if there { Ok(Some(map)) } else { Ok(None) }
    }

    fn nothing() -> Option<Self> {
        Some(Self::new())
    }

    fn blank() -> Self {
        Self::new()
    }

    fn other(_: Option<&Self>, form: Form) -> Option<Json> {
        (form == Form::Empty).then(|| Json::Object(Map::new()))
    }

    fn is(json: &Json, value: Option<&Self>) -> bool {
        let Json::Object(entries) = json else { return json.is_null() && value.is_none() };
        let get = |key| value.and_then(|map| map.get(key));
        entries.iter().all(|(key, json)| T::is(json, get(key)))
            && value.is_none_or(|map| map.keys().all(|key| entries.contains_key(key)))
    }

    fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
        json(&Held(value), seen)
    }
}
