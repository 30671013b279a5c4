//! Encoding of generated types through one type-erased writer, without serde's derives.
//!
//! compile-time: see [`decode`](crate::decode).

mod canonical;
mod field_writer;
pub(crate) mod number;
mod serde_writer;
mod values;
mod writer;

pub(crate) use self::serde_writer::Encoded;
pub use self::{
    canonical::Canonical,
    field_writer::FieldWriter,
    serde_writer::{serialize, to_json},
    writer::{Encode, EncodeMembers, EncodeSequence, ErasedObject, ErasedWriter, Failed},
};
