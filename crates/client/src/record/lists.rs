//! Lists and maps of values. Where an element came in another form, the JSON of the whole is kept.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserializer, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json};

use super::{
    fields::Written,
    forms::{Form, Note, Seen},
    trace,
    values::{Seed, Value, json},
};

impl<T: Value> Value for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(note, PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Written))
    }

    fn blank() -> Self {
        Self::new()
    }

    fn other(_: Option<&Self>, form: Form) -> Option<Json> {
        (form == Form::Empty).then(|| Json::Array(Vec::new()))
    }

    fn is(json: &Json, value: Option<&Self>) -> bool {
        let Json::Array(list) = json else { return json.is_null() && value.is_none() };
        let mut values = value.map_or(&[][..], Vec::as_slice).iter().peekable();
        let mut is_next = |json| values.next_if(|value| T::is(json, Some(value))).is_some();
        list.iter().all(|json| is_next(json) || T::is(json, None)) && values.next().is_none()
    }

    fn json(value: Option<&Self>, seen: Seen<'_>) -> Option<Json> {
        json(value, seen)
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, note: &mut Note) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(MapVisitor(note, PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Written(value))))
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

/// Collects a list; elements that are `null` are left out.
struct ListVisitor<'n, T>(&'n mut Note, PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for ListVisitor<'_, T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        self.0.set(Form::Null);
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        let mut kept = None;
        let mut note = Note::default();
        for index in 0.. {
            match sequence.next_element_seed(Seed::<T>::new(&mut note)) {
                Ok(Some(element)) => {
                    if kept.is_some() || !note.is_plain() {
                        kept = keep(kept, &list, element.as_ref(), &mut note);
                    }
                    list.extend(element);
                }
                Ok(None) => break,
                Err(error) => {
                    trace::index(index);
                    return Err(error);
                }
            }
        }
        if let Some(kept) = kept {
            self.0.keep(kept);
        }
        Ok(Some(list))
    }
}

/// The JSON of a list so far and of the element that follows.
#[cold]
fn keep<T: Value>(kept: Option<Vec<Json>>, list: &[T], next: Option<&T>, note: &mut Note) -> Option<Vec<Json>> {
    let note = std::mem::take(note);
    let plain = |value| T::json(Some(value), Seen::default());
    let mut kept = kept.or_else(|| list.iter().map(plain).collect())?;
    kept.push(T::json(next, note.seen())?);
    Some(kept)
}

/// Collects a map; entries that are `null` are left out.
struct MapVisitor<'n, T>(&'n mut Note, PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for MapVisitor<'_, T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        self.0.set(Form::Null);
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        let mut kept = None;
        let mut note = Note::default();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Seed::<T>::new(&mut note)).inspect_err(|_| trace::key(&key))?;
            if kept.is_some() || !note.is_plain() {
                kept = keep_entry(kept, &map, &key, value.as_ref(), &mut note);
            }
            map.extend(value.map(|value| (key, value)));
        }
        if let Some(kept) = kept {
            self.0.keep(kept);
        }
        Ok(Some(map))
    }
}

/// The JSON of a map so far and of the entry that follows.
#[cold]
fn keep_entry<T: Value>(
    kept: Option<Map<String, Json>>,
    map: &BTreeMap<String, T>,
    key: &str,
    next: Option<&T>,
    note: &mut Note,
) -> Option<Map<String, Json>> {
    let note = std::mem::take(note);
    let plain = |(key, value): (&String, &T)| Some((key.clone(), T::json(Some(value), Seen::default())?));
    let mut kept = kept.or_else(|| map.iter().map(plain).collect())?;
    kept.insert(key.to_owned(), T::json(next, note.seen())?);
    Some(kept)
}
