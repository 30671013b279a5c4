//! Lists and maps of values. Where an element came in another form, the JSON of the whole is kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{
    forms::{Form, Note, Seen},
    sink::{Sink, Write},
    source::{Failed, Source},
    values::{Holding, Value, json, read_value},
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

    /// The JSON that one of them came as. Behind the last is nothing.
    fn json(&self, index: usize, seen: Seen<'_>) -> Option<Json>;

    /// Whether this JSON is read as one of them. Behind the last is nothing.
    fn is(&self, json: &Json, index: usize) -> bool;
}

impl<T: Value> Elements for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> &dyn Write {
        &self[index]
    }

    fn read_next(&mut self, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        // Not by `read_value`: every type of list would have a copy of that, too.
        let mut element = None;
        T::read(&mut element, source, note)?;
        if let Some(element) = element {
            self.push(element);
        }
        Ok(())
    }

    fn json(&self, index: usize, seen: Seen<'_>) -> Option<Json> {
        T::json(self.get(index), seen)
    }

    fn is(&self, json: &Json, index: usize) -> bool {
        T::is(json, self.get(index))
    }
}

/// As a field, an empty list is as good as none.
impl<T: Value> Holding for Vec<T> {
    fn value(&self) -> Option<&dyn Write> {
        if self.is_empty() { None } else { Some(self) }
    }

    fn other(&self, form: Form) -> Option<Json> {
        <Self as Value>::other(None, form)
    }

    fn is(&self, json: &Json) -> bool {
        is_list(json, self) || self.is_empty() && json.is_null()
    }
}

impl<T: Value> Write for Vec<T> {
    fn write(&self, sink: &mut dyn Sink) -> Result<(), Failed> {
        sink.list(self)
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        let there = read_list(place.insert(Self::new()), source, note)?;
        if !there {
            *place = None;
        }
        Ok(())
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
        match value {
            Some(list) => is_list(json, list),
            None => json.is_null() || is_list(json, &Self::new()),
        }
    }

    fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
        json(value, seen)
    }
}

/// Reads a field that is a list. Nothing is an empty one.
pub(super) fn read_field(list: &mut dyn Elements, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
    read_list(list, source, note)?;
    if list.count() == 0 && note.is_plain() {
        note.set(Form::Empty);
    }
    Ok(())
}

/// Reads a list; elements that are `null` are left out.
fn read_list(list: &mut dyn Elements, source: &mut dyn Source<'_>, note: &mut Note) -> Result<bool, Failed> {
    let mut noted = Note::default();
    let mut kept: Option<Vec<Json>> = None;
    let mut element = |_: &str, source: &mut dyn Source<'_>| {
        let before = list.count();
        list.read_next(source, &mut noted)?;
        if kept.is_some() || !noted.is_plain() {
            kept = kept.take().or_else(|| (0..before).map(|at| list.json(at, Seen::default())).collect());
            let next = list.json(before, noted.seen());
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
fn is_list(json: &Json, list: &dyn Elements) -> bool {
    let Json::Array(elements) = json else { return false };
    let mut next = 0;
    for json in elements {
        if next < list.count() && list.is(json, next) {
            next += 1;
        } else if !list.is(json, list.count()) {
            return false;
        }
    }
    next == list.count()
}

/// As a field, an empty map is as good as none.
impl<T: Value> Holding for BTreeMap<String, T> {
    fn value(&self) -> Option<&dyn Write> {
        if self.is_empty() { None } else { Some(self) }
    }

    fn other(&self, form: Form) -> Option<Json> {
        <Self as Value>::other(None, form)
    }

    fn is(&self, json: &Json) -> bool {
        <Self as Value>::is(json, Some(self)) || self.is_empty() && json.is_null()
    }
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
    fn read(place: &mut Option<Self>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        let mut map = Self::new();
        let mut kept: Option<Map<String, Json>> = None;
        let mut noted = Note::default();
        let mut entry = |key: &str, source: &mut dyn Source<'_>| {
            let value = read_value::<T>(source, &mut noted)?;
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
        *place = there.then_some(map);
        Ok(())
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
        json(value, seen)
    }
}
