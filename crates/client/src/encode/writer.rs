//! The type-erased writer and the traits of values that are written to it.

use std::fmt;

use serde_json::Value as Json;

/// Marks an encoding failure; the writer retains the serializer's error.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

/// A value that can be encoded.
pub trait Encode {
    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn encode(&self, writer: &mut dyn ErasedWriter) -> Result<(), Failed>;
}

/// Destination of one value, independent of the serializer. Exactly one method is called, once.
///
/// The methods fail only if the serializer fails.
pub trait ErasedWriter {
    /// Writes `null`.
    fn null(&mut self) -> Result<(), Failed>;
    /// Writes a boolean.
    fn boolean(&mut self, value: bool) -> Result<(), Failed>;
    /// Writes an integer.
    fn integer(&mut self, value: i64) -> Result<(), Failed>;
    /// Writes a number, without a fraction if it is integral.
    fn number(&mut self, value: f64) -> Result<(), Failed>;
    /// Writes a string.
    fn string(&mut self, value: &str) -> Result<(), Failed>;
    /// Writes the text of a value as a string.
    fn display(&mut self, value: &dyn fmt::Display) -> Result<(), Failed>;
    /// Writes any JSON.
    fn json(&mut self, value: &Json) -> Result<(), Failed>;
    /// Writes an array.
    fn sequence(&mut self, elements: &dyn EncodeSequence) -> Result<(), Failed>;
    /// Writes an object.
    fn object(&mut self, members: &dyn EncodeMembers) -> Result<(), Failed>;
}

/// Elements of an array.
pub trait EncodeSequence {
    /// Returns the number of elements.
    fn count(&self) -> usize;

    /// Returns the element at `index`, which is below [`count`](Self::count).
    fn element(&self, index: usize) -> &dyn Encode;
}

/// Members of an object.
pub trait EncodeMembers {
    /// Writes all members.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn encode_members(&self, object: &mut dyn ErasedObject) -> Result<(), Failed>;
}

/// Destination of an object's members, independent of the serializer.
pub trait ErasedObject {
    /// Writes one member.
    ///
    /// # Errors
    ///
    /// Fails if the serializer fails.
    fn member(&mut self, key: &str, value: &dyn Encode) -> Result<(), Failed>;

    /// Returns `true` if values are written in canonical form, regardless of the form in which they were received.
    fn is_canonical(&self) -> bool;
}
