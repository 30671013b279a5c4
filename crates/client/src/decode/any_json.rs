//! JSON of any type, decoded within the limit on the memory of a response.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json};

use super::{
    error::{DecodeTrace, Expected},
    key::Key,
};

/// Smallest allocation of usual allocators, in bytes: that of a short string.
const MIN_ALLOCATION: usize = 32;

/// Number of members in one node of the B-tree of an object.
const MEMBERS_PER_NODE: usize = 11;

/// Memory of one node, in bytes: names, values and links.
const NODE: usize = MEMBERS_PER_NODE * (size_of::<String>() + size_of::<Json>()) + 16;

/// Maximum memory per byte of JSON: an object with one member has at least five bytes, `{"":}`.
const MAX_GROWTH: u64 = (NODE + MIN_ALLOCATION).div_ceil(5) as u64;

/// Decodes any JSON. If not `RETAIN`, measures the memory and returns `null`.
pub(super) struct AnyJson<'t, const RETAIN: bool>(pub(super) &'t mut DecodeTrace);

/// Returns `true` if the JSON would occupy more than `max_bytes` as a [`serde_json::Value`].
///
/// Bodies too small for that are not read. Bodies that are not JSON return `false`.
pub(super) fn exceeds(body: &[u8], max_bytes: u64) -> bool {
    if (body.len() as u64).saturating_mul(MAX_GROWTH) <= max_bytes {
        return false;
    }
    let mut trace = DecodeTrace::limited(max_bytes);
    // A syntax error is reported by the decoder.
    let _ = AnyJson::<false>(&mut trace).deserialize(&mut serde_json::Deserializer::from_slice(body));
    trace.is_exceeded()
}

/// Counts the memory of an element of a list, without what a struct occupies in addition.
pub(super) fn allocate_element<E: de::Error>(trace: &mut DecodeTrace) -> Result<(), E> {
    allocate(trace, size_of::<Json>())
}

/// Counts the memory of a member of an object that has `count` other members.
pub(super) fn allocate_member<E: de::Error>(trace: &mut DecodeTrace, count: usize) -> Result<(), E> {
    let node = match count {
        0 => NODE,
        1..MEMBERS_PER_NODE => 0,
        // Full nodes are split in halves.
        _ => NODE / MEMBERS_PER_NODE.div_ceil(2),
    };
    allocate(trace, node + MIN_ALLOCATION)
}

/// Counts this number of bytes.
pub(super) fn allocate<E: de::Error>(trace: &mut DecodeTrace, bytes: usize) -> Result<(), E> {
    if trace.allocate(bytes) { Ok(()) } else { Err(Expected::Value.into_error()) }
}

impl<const RETAIN: bool> AnyJson<'_, RETAIN> {
    fn string<E: de::Error>(self, text: impl AsRef<str> + Into<String>) -> Result<Json, E> {
        if !text.as_ref().is_empty() {
            allocate(self.0, text.as_ref().len().max(MIN_ALLOCATION))?;
        }
        Ok(if RETAIN { Json::String(text.into()) } else { Json::Null })
    }
}

impl<'de, const RETAIN: bool> DeserializeSeed<'de> for AnyJson<'_, RETAIN> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, const RETAIN: bool> Visitor<'de> for AnyJson<'_, RETAIN> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        self.string(value)
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        self.string(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(AnyJson::<RETAIN>(self.0))? {
            allocate_element(self.0)?;
            if RETAIN {
                list.push(element);
            }
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        let mut count = 0;
        while let Some(key) = members.next_key::<Key<'de>>()? {
            allocate_member(self.0, count)?;
            count += 1;
            let value = members.next_value_seed(AnyJson::<RETAIN>(self.0))?;
            if RETAIN {
                map.insert(key.0.into_owned(), value);
            }
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decode(text: &str, trace: &mut DecodeTrace) -> Result<Json, serde_json::Error> {
        AnyJson::<true>(trace).deserialize(&mut serde_json::Deserializer::from_str(text))
    }

    /// Asserts the estimated size of a text, in bytes.
    #[track_caller]
    fn check(text: &str, size: usize) {
        let size = size as u64;
        assert!(!exceeds(text.as_bytes(), size), "{text}");
        assert!(exceeds(text.as_bytes(), size - 1), "{text}");
        assert_eq!(decode(text, &mut DecodeTrace::limited(size)).unwrap(), serde_json::from_str::<Json>(text).unwrap());
        decode(text, &mut DecodeTrace::limited(size - 1)).unwrap_err();
    }

    #[test]
    fn values_of_all_types_and_depths_count_and_are_decoded_as_by_serde() {
        let element = size_of::<Json>();
        check("[0,-1,1.5,true,null]", 5 * element);
        check(r#"["","a","é\n"]"#, 3 * element + 2 * MIN_ALLOCATION);
        check(&json!(["x".repeat(100)]).to_string(), element + 100);
        check(r#"{"a":[[]],"a":18446744073709551615}"#, NODE + 2 * MIN_ALLOCATION + element);
        let eleven = json!({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0});
        check(&eleven.to_string(), NODE + 11 * MIN_ALLOCATION);
    }

    #[test]
    fn bodies_that_are_not_json_are_left_to_the_decoder() {
        for body in ["[".repeat(1000), "[0,".repeat(10) + "x", "x".repeat(1000), r#"{"a":"#.repeat(3)] {
            assert!(!exceeds(body.as_bytes(), 3000), "{body}");
        }
    }

    #[test]
    fn no_body_grows_more_than_assumed() {
        for (element, end) in [("0,", "0"), ("\"a\",", "0"), ("{},", "0"), ("{\"\":0},", "0"), ("[{\"\":0}],", "0")] {
            let body = format!("[{}{end}]", element.repeat(1000));
            let size = body.len() as u64 * MAX_GROWTH;
            decode(&body, &mut DecodeTrace::limited(size)).unwrap();
        }
        let nested = r#"{"":"#.repeat(100) + "0" + &"}".repeat(100);
        decode(&nested, &mut DecodeTrace::limited(nested.len() as u64 * MAX_GROWTH)).unwrap();
    }
}
