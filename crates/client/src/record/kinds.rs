//! Fields that are not simply there or not: the ones that an API requires, and JSON that travels as text.

use serde_json::Value as Json;

use super::{
    fields::Entry,
    forms::{Form, Note},
    sink::{Write, Written},
    source::{Failed, Source},
    values::{Held, MISSING, Value, read_text, read_value},
};

/// A field that is always written, and read as its blank value if it is absent or `null`.
pub mod given {
    use super::{Entry, Failed, Held, Note, Source, Value, read_value};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<T: Value>(field: &mut T, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *field = read_value(source, note)?.unwrap_or_else(T::blank);
        Ok(())
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value>(field: &T, entry: &mut Entry<'_>) -> Result<(), Failed> {
        entry.put(&Held(field))
    }
}

/// A field that is always written, and has to be there.
pub mod needed {
    pub use super::given::write;
    use super::{Failed, MISSING, Note, Source, Value, read_value};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<T: Value>(field: &mut T, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        *field = read_value(source, note)?.ok_or_else(|| source.refuse(MISSING))?;
        Ok(())
    }
}

/// A field that is always written, if need be as `null`.
pub mod nullable {
    use super::{Entry, Failed, Form, Note, Source, Value};

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// If it is not what the field takes.
    pub fn read<T: Value>(field: &mut Option<T>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        T::read(field, source, note)
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value>(field: &Option<T>, entry: &mut Entry<'_>) -> Result<(), Failed> {
        match field {
            None if entry.seen.form == Form::Plain => entry.null(),
            field => entry.put(field),
        }
    }
}

/// A value whose JSON travels as one string: `{"metaData": "{\"a\":1}"}`. It has to be there.
pub mod text {
    use super::{Entry, Failed, MISSING, Note, Source, Value, parse, write_text};

    /// Reads the value from such a string, or as it is.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn read<T: Value>(field: &mut T, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        let json = source.json(&mut Note::default())?.unwrap_or_default();
        *field = parse(&json).map_err(|why| source.refuse(why))?.ok_or_else(|| source.refuse(MISSING))?;
        note.keep(json);
        Ok(())
    }

    /// Writes the value's JSON as one string.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value + PartialEq>(field: &T, entry: &mut Entry<'_>) -> Result<(), Failed> {
        write_text(field, entry)
    }
}

/// Such a value, or nothing.
pub mod option_text {
    use super::{Entry, Failed, Note, Source, Value, parse, write_text};

    /// Reads the value from such a string, or as it is; `null` and the empty string are nothing.
    ///
    /// # Errors
    ///
    /// If it is none of these.
    pub fn read<T: Value>(field: &mut Option<T>, source: &mut dyn Source<'_>, note: &mut Note) -> Result<(), Failed> {
        let json = source.json(&mut Note::default())?.unwrap_or_default();
        *field = parse(&json).map_err(|why| source.refuse(why))?;
        note.keep(json);
        Ok(())
    }

    /// Writes the value's JSON as one string, unless there is none.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn write<T: Value + PartialEq>(field: &Option<T>, entry: &mut Entry<'_>) -> Result<(), Failed> {
        match (field, entry.seen.kept) {
            (Some(value), _) => write_text(value, entry),
            (None, Some(json)) if matches!(parse::<T>(json), Ok(None)) => entry.json(json),
            (None, _) => Ok(()),
        }
    }
}

/// The value, or nothing; or why there is neither.
fn parse<T: Value>(json: &Json) -> Result<Option<T>, &'static str> {
    let text = match json {
        Json::String(text) if text.trim().is_empty() => return Ok(None),
        Json::String(text) => text,
        json => &json.to_string(),
    };
    read_text(text, &mut Note::default()).map_err(|Failed| "expected JSON as text")
}

fn write_text<T: Value + PartialEq>(value: &T, entry: &mut Entry<'_>) -> Result<(), Failed> {
    if let Some(json) = entry.seen.kept
        && parse::<T>(json).is_ok_and(|read| read.as_ref() == Some(value))
    {
        return entry.json(json);
    }
    let value: &dyn Write = value;
    let text = serde_json::to_string(&Written(value)).map_err(|_| Failed)?;
    entry.json(&Json::String(text))
}
