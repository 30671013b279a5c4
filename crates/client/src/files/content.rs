//! File bodies of dynamic calls.

use crate::{
    error::Error,
    files::{form::Form, upload::Upload},
    request::builder::RequestBuilder,
};

/// Body of a dynamic call that is not JSON.
#[derive(Clone)]
pub(crate) enum Content {
    Form(Form),
    Upload(Upload),
}

impl Content {
    /// Adds the body to the request of an operation whose body has this media type.
    pub(crate) fn add_to(&self, request: &mut RequestBuilder, media_type: &'static str) -> Result<(), Error> {
        match (self, media_type == "multipart/form-data") {
            (Self::Form(form), true) => request.multipart(form),
            (Self::Form(_), false) => {
                return Err(Error::rejected(format!("the operation takes {media_type}, not a multipart form")));
            }
            (Self::Upload(_), true) => {
                return Err(Error::rejected("the operation takes a multipart form: add the bytes as one of its parts"));
            }
            (Self::Upload(upload), false) => request.upload(upload, media_type),
        }
        Ok(())
    }
}
