//! The kinds of fields that a record has: what is written, and what an absent one is.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, de::MapAccess, ser::SerializeMap};

use super::values::{Maybe, Value};
use crate::Patch;

/// A field of a record.
pub trait Field {
    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error>;

    /// Writes the field, unless it is absent.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    fn write<M: SerializeMap>(&self, key: &'static str, map: &mut M) -> Result<(), M::Error>;
}

impl<T: Value> Field for Option<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = next(map)?;
        Ok(())
    }

    fn write<M: SerializeMap>(&self, key: &'static str, map: &mut M) -> Result<(), M::Error> {
        self.as_ref().map_or(Ok(()), |value| entry(key, value, map))
    }
}

impl<T: Value> Field for Vec<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = next(map)?.unwrap_or_default();
        Ok(())
    }

    fn write<M: SerializeMap>(&self, key: &'static str, map: &mut M) -> Result<(), M::Error> {
        if self.is_empty() { Ok(()) } else { entry(key, self, map) }
    }
}

impl<T: Value> Field for BTreeMap<String, T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = next(map)?.unwrap_or_default();
        Ok(())
    }

    fn write<M: SerializeMap>(&self, key: &'static str, map: &mut M) -> Result<(), M::Error> {
        if self.is_empty() { Ok(()) } else { entry(key, self, map) }
    }
}

impl<T: Value> Field for Patch<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = next(map)?.map_or(Self::Null, Self::Value);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, key: &'static str, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Absent => Ok(()),
            Self::Null => map.serialize_entry(key, &()),
            Self::Value(value) => entry(key, value, map),
        }
    }
}

fn next<'de, T: Value, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    map.next_value::<Maybe<T>>().map(|value| value.0)
}

fn entry<T: Value, M: SerializeMap>(key: &'static str, value: &T, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry(key, &Written(value))
}

/// Serializes the way a [`Value`] is written.
pub(super) struct Written<'a, T>(pub(super) &'a T);

impl<T: Value> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}
