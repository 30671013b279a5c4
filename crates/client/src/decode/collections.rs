//! Lists and maps. If any element has a form other than its canonical one, the JSON of the whole collection is
//! retained. Of a collection of structs, only the elements that could not be decoded are retained.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value as Json};

use super::{
    reader::{ErasedReader, Failed},
    value::{WireValue, decode_option, original_json},
};
use crate::{
    encode::{Encode, EncodeSequence, to_json},
    wire_form::{FormRecorder, OriginalForm, WireForm},
};

/// A list, independent of the type of its elements.
pub trait ErasedSequence: EncodeSequence {
    /// Decodes the next element and appends it, unless it is `null`.
    ///
    /// # Errors
    ///
    /// Fails if the element has another type.
    fn decode_next(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed>;

    /// Implements [`WireValue::original_json`] for the element at `index`, or for `null` after the last element.
    fn original_json(&self, index: usize, form: OriginalForm<'_>) -> Option<Json>;

    /// Implements [`WireValue::is_decoded_from`] for the element at `index`, or for `null` after the last element.
    fn is_decoded_from(&self, json: &Json, index: usize) -> bool;
}

impl<T: WireValue> ErasedSequence for Vec<T> {
    fn decode_next(&mut self, reader: &mut dyn ErasedReader<'_>, form: &mut FormRecorder) -> Result<(), Failed> {
        // compile-time: `decode_option` would be compiled once more for every type of list.
        let mut element = None;
        T::decode(&mut element, reader, form)?;
        if let Some(element) = element {
            self.push(element);
        }
        Ok(())
    }

    fn original_json(&self, index: usize, form: OriginalForm<'_>) -> Option<Json> {
        T::original_json(self.get(index), form)
    }

    fn is_decoded_from(&self, json: &Json, index: usize) -> bool {
        T::is_decoded_from(json, self.get(index))
    }
}

impl<T: WireValue> WireValue for Vec<T> {
    fn decode(
        slot: &mut Option<Self>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        let present = decode_list(slot.insert(Self::new()), reader, form)?;
        if !present {
            *slot = None;
        }
        Ok(())
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }

    fn empty() -> Self {
        Self::new()
    }

    fn original<'f>(value: Option<&Self>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
        match value {
            Some(list) => original_list(list, form, false),
            None => original_list(&Self::new(), form, true),
        }
    }

    fn is_decoded_from(json: &Json, value: Option<&Self>) -> bool {
        match value {
            Some(list) => list_is_decoded_from(json, list),
            None => !json.is_array() || list_is_decoded_from(json, &Self::new()),
        }
    }

    fn original_json(value: Option<&Self>, form: OriginalForm<'_>) -> Option<Json> {
        original_json(value, form)
    }
}

/// Decodes a field that is a list; `null` decodes to an empty list.
pub(super) fn decode_list_field(
    list: &mut dyn ErasedSequence,
    reader: &mut dyn ErasedReader<'_>,
    form: &mut FormRecorder,
) -> Result<(), Failed> {
    decode_list(list, reader, form)?;
    if list.count() == 0 && form.is_canonical() {
        form.set(WireForm::Empty);
    }
    Ok(())
}

/// Appends the elements of an array, except `null`, to an empty list. Returns `false` for `null` instead of an array.
fn decode_list(
    list: &mut dyn ErasedSequence,
    reader: &mut dyn ErasedReader<'_>,
    form: &mut FormRecorder,
) -> Result<bool, Failed> {
    let mut element_form = FormRecorder::default();
    // The JSON of all elements, once one of them was not received in canonical form.
    let mut raw: Option<Vec<Json>> = None;
    // Elements that could not be decoded, with the number of decoded elements before each.
    let mut undecoded: Vec<(usize, Json)> = Vec::new();
    let mut element = |_: &str, reader: &mut dyn ErasedReader<'_>| {
        let index = list.count();
        list.decode_next(reader, &mut element_form).inspect_err(|_| element_form = FormRecorder::default())?;
        if raw.is_some() || !element_form.is_canonical() {
            if let Some(json) = reader.undecoded() {
                undecoded.push((index, json.clone()));
                element_form.retain_undecoded(json.clone());
            }
            let canonical = |index| list.original_json(index, OriginalForm::default());
            raw = raw.take().or_else(|| (0..index).map(canonical).collect());
            let next = list.original_json(index, element_form.original());
            raw = raw.take().zip(next).map(|(mut raw, next)| {
                raw.push(next);
                raw
            });
            element_form = FormRecorder::default();
        }
        Ok(())
    };
    let present = reader.list(&mut element, form)?;
    match raw {
        Some(raw) => form.retain(raw),
        None if !undecoded.is_empty() => form.retain_gaps(gaps(undecoded, list.count())),
        None => {}
    }
    Ok(present)
}

/// Returns the JSON of [`WireForm::Gaps`] for a list with `decoded` elements.
#[cold]
fn gaps(undecoded: Vec<(usize, Json)>, decoded: usize) -> Vec<Json> {
    let mut all = Vec::with_capacity(undecoded.len() + decoded);
    let mut before = 0;
    for (index, json) in undecoded {
        all.extend((before..index).map(|_| Json::Null));
        all.push(json);
        before = index;
    }
    all.extend((before..decoded).map(|_| Json::Null));
    all
}

/// Returns the JSON of a list with the elements that could not be decoded, each in its place. An emptied list stays
/// empty.
#[cold]
fn fill_gaps(list: &dyn ErasedSequence, gaps: &Json) -> Option<Json> {
    let gaps = gaps.as_array()?;
    if list.count() == 0 && gaps.iter().any(Json::is_null) {
        return None;
    }
    let mut elements = (0..list.count()).map(|index| to_json(Some(list.element(index))));
    let mut all = Vec::with_capacity(gaps.len());
    for gap in gaps {
        if gap.is_null() {
            all.extend(elements.next().flatten());
        } else {
            all.push(gap.clone());
        }
    }
    all.extend(elements.flatten());
    Some(Json::Array(all))
}

/// Implements [`WireValue::original`] for a list. If `nullable`, all JSON that is not an array decodes to the list.
pub(super) fn original_list<'f>(
    list: &dyn ErasedSequence,
    form: OriginalForm<'f>,
    nullable: bool,
) -> Option<Cow<'f, Json>> {
    if let Some(gaps) = form.gaps() {
        return fill_gaps(list, gaps).map(Cow::Owned);
    }
    let json = form.json(|form| (form == WireForm::Empty).then(|| Json::Array(Vec::new())))?;
    let is_empty = (nullable && !json.is_array()) || (form.is_undecoded_required() && list.count() == 0);
    (list_is_decoded_from(&json, list) || is_empty).then_some(json)
}

/// Returns `true` if each element of the array decodes to the next element of the list, or to `None`.
fn list_is_decoded_from(json: &Json, list: &dyn ErasedSequence) -> bool {
    let Json::Array(elements) = json else { return false };
    let mut next = 0;
    for json in elements {
        if next < list.count() && list.is_decoded_from(json, next) {
            next += 1;
        } else if !list.is_decoded_from(json, list.count()) {
            return false;
        }
    }
    next == list.count()
}

impl<T: WireValue> WireValue for BTreeMap<String, T> {
    // Members that are `null`, or cannot be decoded, are left out.
    fn decode(
        slot: &mut Option<Self>,
        reader: &mut dyn ErasedReader<'_>,
        form: &mut FormRecorder,
    ) -> Result<(), Failed> {
        let mut map = Self::new();
        // The JSON of all members, once one of them was not received in canonical form.
        let mut raw: Option<Map<String, Json>> = None;
        // Members that could not be decoded.
        let mut undecoded: Option<Map<String, Json>> = None;
        let mut value_form = FormRecorder::default();
        let mut member = |key: &str, reader: &mut dyn ErasedReader<'_>| {
            value_form = FormRecorder::default();
            let value = decode_option::<T>(reader, &mut value_form)?;
            if raw.is_some() || !value_form.is_canonical() {
                retain_undecoded(key, reader, &mut value_form, &mut undecoded);
                let canonical = |(key, value): (&String, &T)| {
                    Some((key.clone(), T::original_json(Some(value), OriginalForm::default())?))
                };
                raw = raw.take().or_else(|| map.iter().map(canonical).collect());
                let next = T::original_json(value.as_ref(), value_form.original());
                raw = raw.take().zip(next).map(|(mut raw, next)| {
                    raw.insert(key.to_owned(), next);
                    raw
                });
            }
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
            Ok(())
        };
        let present = reader.map(&mut member, form)?;
        if let Some(raw) = raw {
            form.retain(raw);
        } else if let Some(undecoded) = undecoded {
            form.retain_gaps(map_gaps(undecoded, &mut map.keys()));
        }
        *slot = present.then_some(map);
        Ok(())
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }

    fn empty() -> Self {
        Self::new()
    }

    fn original<'f>(value: Option<&Self>, form: OriginalForm<'f>) -> Option<Cow<'f, Json>> {
        if let Some(gaps) = form.gaps() {
            return fill_map_gaps(value.map(|map| map as &dyn Encode), gaps).map(Cow::Owned);
        }
        let json = form.json(|form| (form == WireForm::Empty).then(|| Json::Object(Map::new())))?;
        let is_empty = || form.is_undecoded_required() && value.is_some_and(Self::is_empty);
        (Self::is_decoded_from(&json, value) || is_empty()).then_some(json)
    }

    fn is_decoded_from(json: &Json, value: Option<&Self>) -> bool {
        let Json::Object(members) = json else { return value.is_none() };
        let get = |key| value.and_then(|map| map.get(key));
        members.iter().all(|(key, json)| T::is_decoded_from(json, get(key)))
            && value.is_none_or(|map| map.keys().all(|key| members.contains_key(key)))
    }

    fn original_json(value: Option<&Self>, form: OriginalForm<'_>) -> Option<Json> {
        original_json(value, form)
    }
}

/// Adds a member to `undecoded` if the reader reads `null` in place of JSON that could not be decoded.
fn retain_undecoded(
    key: &str,
    reader: &dyn ErasedReader<'_>,
    form: &mut FormRecorder,
    undecoded: &mut Option<Map<String, Json>>,
) {
    if let Some(json) = reader.undecoded() {
        undecoded.get_or_insert_default().insert(key.to_owned(), json.clone());
        form.retain_undecoded(json.clone());
    }
}

/// Returns the JSON of [`WireForm::Gaps`] for a map whose decoded members have these keys.
#[cold]
fn map_gaps(mut undecoded: Map<String, Json>, keys: &mut dyn Iterator<Item = &String>) -> Map<String, Json> {
    undecoded.extend(keys.map(|key| (key.clone(), Json::Null)));
    undecoded
}

/// Returns the JSON of a map with the members that could not be decoded, unless they have been set since. An emptied map
/// stays empty.
#[cold]
fn fill_map_gaps(map: Option<&dyn Encode>, gaps: &Json) -> Option<Json> {
    let gaps = gaps.as_object()?;
    if map.is_none() && gaps.values().any(Json::is_null) {
        return None;
    }
    let mut json = map.map_or_else(|| Some(Json::Object(Map::new())), |map| to_json(Some(map)))?;
    let members = json.as_object_mut()?;
    for (key, gap) in gaps.iter().filter(|(_, gap)| !gap.is_null()) {
        members.entry(key.clone()).or_insert_with(|| gap.clone());
    }
    Some(json)
}
