//! What stands in fields, lists and maps of records.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use chrono::NaiveDate;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::{fields::Written, trace};
use crate::{NumberOrString, Timestamp, wire};

/// A value that is read leniently; `null` is nothing.
pub trait Value: Sized {
    /// Reads a value, or nothing.
    ///
    /// # Errors
    ///
    /// If there is something else.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Implements [`Value`] by a function that reads and one that writes.
macro_rules! value {
    ($($type:ty: $read:path, $write:path;)*) => {
        $(impl Value for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                $read(deserializer)
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $write(self, serializer)
            }
        })*
    };
}

value! {
    String: wire::option_string, Serialize::serialize;
    i64: wire::option_integer, Serialize::serialize;
    f64: wire::option_number::deserialize, wire::number::serialize;
    bool: wire::option_boolean, Serialize::serialize;
    Timestamp: wire::option_timestamp, Serialize::serialize;
    NaiveDate: wire::option_date, Serialize::serialize;
    NumberOrString: Option::deserialize, Serialize::serialize;
    serde_json::Value: Option::deserialize, Serialize::serialize;
}

impl<T: Value> Value for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read(deserializer)?.map(Self::new))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::write(self, serializer)
    }
}

impl<T: Value> Value for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Written))
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Written(value))))
    }
}

/// A value, or nothing.
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<'de, T: Value> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Collects a list; elements that are `null` are left out.
struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        for index in 0.. {
            match sequence.next_element::<Maybe<T>>() {
                Ok(Some(element)) => list.extend(element.0),
                Ok(None) => break,
                Err(error) => {
                    trace::index(index);
                    return Err(error);
                }
            }
        }
        Ok(Some(list))
    }
}

/// Collects a map; entries that are `null` are left out.
struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for MapVisitor<T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value::<Maybe<T>>().inspect_err(|_| trace::key(&key))?;
            map.extend(value.0.map(|value| (key, value)));
        }
        Ok(Some(map))
    }
}
