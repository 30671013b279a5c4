//! Decoding of generated types without serde's derives.
//!
//! A [`WireStruct`] consists of a table of keys and one `match` on field indices. All other code is compiled once,
//! behind [`ErasedReader`] and [`ErasedWriter`](crate::encode::ErasedWriter).
//!
//! - `null` is decoded like an absent field; unknown properties are skipped or retained.
//! - A value is decoded from several JSON types: a number also from a string, a boolean also from 0 and 1. The field still
//!   has a plain Rust type.
//! - A form other than the canonical one is recorded, so that an unchanged value is sent back as received.
//! - In a response, a value of an unexpected type becomes absent and is retained, unless the struct declares the field
//!   strict. The mismatch names the path and the expected type, never the value.
//!
//! compile-time: serde's derives generate a visitor, an enum of fields and a wrapper per field for every struct and
//! deserializer; that was more than half of the compile time of a generated crate.

mod absent_reader;
mod any_json;
pub(crate) mod body;
mod collections;
mod enums;
pub(crate) mod error;
mod field;
mod foreign;
mod key;
mod lenient;
pub(crate) mod mismatch;
mod path;
mod presence;
mod reader;
mod recovering_reader;
mod scalars;
mod serde_reader;
mod slices;
#[cfg(test)]
mod tests;
mod value;
mod wire_struct;

pub use serde_json::Value as Json;

pub use self::{
    collections::ErasedSequence,
    enums::{int_enum, string_enum},
    error::Expected,
    field::WireField,
    lenient::{Scalar, WrongType},
    presence::{json_text, nullable, optional_json_text, required, required_or_default},
    reader::{ElementDecoder, ErasedReader, Failed, WireStruct},
    value::{WireValue, required_value},
    wire_struct::{Slot, decode_into, decode_json, decode_slice, deserialize, encode_struct, undecoded_fields},
};
