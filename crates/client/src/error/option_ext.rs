//! Optional fields of a response that a program requires.

use crate::error::{Error, ErrorKind};

/// Extends `Option` with a conversion that makes a missing field of a response an error.
///
/// Services may omit any field, so the fields of response types are optional. A program that requires a field names it:
///
/// ```
/// # struct Project { id: Option<String> }
/// use keyfob_client::{Error, OptionExt};
///
/// fn id_of(project: Project) -> Result<String, Error> {
///     project.id.required("id")
/// }
///
/// let error = id_of(Project { id: None }).unwrap_err();
/// assert_eq!(error.to_string(), "the response has no `id`");
/// ```
pub trait OptionExt<T> {
    /// Returns the value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unexpected`] if there is no value. The message names the field.
    fn required(self, field: &str) -> Result<T, Error>;
}

impl<T> OptionExt<T> for Option<T> {
    fn required(self, field: &str) -> Result<T, Error> {
        self.ok_or_else(|| missing(field))
    }
}

#[cold]
fn missing(field: &str) -> Error {
    Error::new(ErrorKind::Unexpected, format!("the response has no `{field}`"))
}
