//! Serialization in canonical form.

use serde::{Serialize, Serializer};

use super::{serde_writer::Encoded, writer::Encode};

/// Serializes a value of an API in canonical form.
///
/// Without this wrapper, decoded values are serialized as received: a number received as the string `"5"` is written as
/// a string, and a field received as `null` is written as `null`. In canonical form, numbers are written as numbers and
/// empty fields are omitted, as if the value had been built by its setters. Unknown properties are always written as
/// received.
///
/// ```
/// use keyfob_client::Canonical;
///
/// let hours: Vec<Option<f64>> = vec![Some(7.5), Some(8.0)];
/// assert_eq!(serde_json::to_string(&Canonical(&hours))?, "[7.5,8]");
/// # Ok::<_, serde_json::Error>(())
/// ```
///
/// The type parameter is a type of an API's `types` module, a list or map of these, or a reference to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canonical<T>(pub T);

impl<T: Encode> Serialize for Canonical<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Encoded { value: &self.0, canonical: true }.serialize(serializer)
    }
}
