//! Fields that are not simply there or not: the ones that an API requires, and JSON that travels as text.

use serde::{
    de::MapAccess,
    ser::{Error as _, SerializeMap},
};
use serde_json::Value as Json;

use super::{
    fields::{Entry, Written},
    forms::{Form, Note},
    values::{Seed, Value, missing},
};

/// A field that is always written, and read as its blank value if it is absent or `null`.
pub mod given {
    use super::{Entry, MapAccess, Note, Seed, SerializeMap, Value};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<'de, T: Value, A: MapAccess<'de>>(field: &mut T, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *field = map.next_value_seed(Seed::new(note))?.unwrap_or_else(T::blank);
        Ok(())
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value, M: SerializeMap>(field: &T, entry: Entry<'_, M>) -> Result<(), M::Error> {
        entry.put(Some(field))
    }
}

/// A field that is always written, and has to be there.
pub mod needed {
    pub use super::given::write;
    use super::{MapAccess, Note, Seed, Value, missing};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<'de, T: Value, A: MapAccess<'de>>(field: &mut T, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        *field = map.next_value_seed(Seed::new(note))?.ok_or_else(missing)?;
        Ok(())
    }
}

/// A field that is always written, if need be as `null`.
pub mod nullable {
    use super::{Entry, Form, MapAccess, Note, Seed, SerializeMap, Value};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<'de, T: Value, A: MapAccess<'de>>(
        field: &mut Option<T>,
        map: &mut A,
        note: &mut Note,
    ) -> Result<(), A::Error> {
        *field = map.next_value_seed(Seed::new(note))?;
        Ok(())
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value, M: SerializeMap>(field: &Option<T>, entry: Entry<'_, M>) -> Result<(), M::Error> {
        match field {
            None if entry.seen.form == Form::Plain => entry.null(),
            field => entry.put(field.as_ref()),
        }
    }
}

/// A value whose JSON travels as one string: `{"metaData": "{\"a\":1}"}`. It has to be there.
pub mod text {
    use super::{Entry, Json, MapAccess, Note, SerializeMap, Value, missing, parse, write_text};

    /// Reads the value from such a string, or as it is.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn read<'de, T: Value, A: MapAccess<'de>>(field: &mut T, map: &mut A, note: &mut Note) -> Result<(), A::Error> {
        let json = map.next_value::<Json>()?;
        *field = parse(&json)?.ok_or_else(missing)?;
        note.keep(json);
        Ok(())
    }

    /// Writes the value's JSON as one string.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value + PartialEq, M: SerializeMap>(field: &T, entry: Entry<'_, M>) -> Result<(), M::Error> {
        write_text(field, entry)
    }
}

/// Such a value, or nothing.
pub mod option_text {
    use super::{Entry, Json, MapAccess, Note, SerializeMap, Value, parse, write_text};

    /// Reads the value from such a string, or as it is; `null` and the empty string are nothing.
    ///
    /// # Errors
    ///
    /// If it is none of these.
    pub fn read<'de, T: Value, A: MapAccess<'de>>(
        field: &mut Option<T>,
        map: &mut A,
        note: &mut Note,
    ) -> Result<(), A::Error> {
        let json = map.next_value::<Json>()?;
        *field = parse(&json)?;
        note.keep(json);
        Ok(())
    }

    /// Writes the value's JSON as one string, unless there is none.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value + PartialEq, M: SerializeMap>(
        field: &Option<T>,
        entry: Entry<'_, M>,
    ) -> Result<(), M::Error> {
        match (field, entry.seen.kept) {
            (Some(value), _) => write_text(value, entry),
            (None, Some(json)) if matches!(parse::<T, serde_json::Error>(json), Ok(None)) => entry.json(json),
            (None, _) => Ok(()),
        }
    }
}

fn parse<T: Value, E: serde::de::Error>(json: &Json) -> Result<Option<T>, E> {
    let inner = match json {
        Json::String(text) if text.trim().is_empty() => return Ok(None),
        Json::String(text) => &serde_json::from_str(text).map_err(|_| E::custom("expected JSON as text"))?,
        json => json,
    };
    T::read(inner, &mut Note::default()).map_err(|_| E::custom("expected JSON as text"))
}

fn write_text<T: Value + PartialEq, M: SerializeMap>(value: &T, entry: Entry<'_, M>) -> Result<(), M::Error> {
    if let Some(json) = entry.seen.kept
        && parse::<T, serde_json::Error>(json).is_ok_and(|read| read.as_ref() == Some(value))
    {
        return entry.json(json);
    }
    let text = serde_json::to_string(&Written(value)).map_err(M::Error::custom)?;
    entry.json(&Json::String(text))
}
