//! What a call that is chosen at run time sends that is not JSON.

use super::{Form, Upload};
use crate::{
    error::Error,
    request::{builder::RequestBuilder, dynamic::rejected},
};

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Form(Form),
    Upload(Upload),
}

impl Content {
    /// Puts it into the request of an operation that takes this media type.
    pub(crate) fn add_to(&self, draft: &mut RequestBuilder, media_type: &'static str) -> Result<(), Error> {
        match (self, media_type == "multipart/form-data") {
            (Self::Form(form), true) => draft.multipart(form),
            (Self::Form(_), false) => return Err(rejected(format!("it takes {media_type}, not a multipart form"))),
            (Self::Upload(_), true) => {
                return Err(rejected("it takes a multipart form: give the bytes as one of its parts"));
            }
            (Self::Upload(upload), false) => draft.upload(upload, media_type),
        }
        Ok(())
    }
}
