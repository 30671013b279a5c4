//! Files, sent and received: uploads, multipart forms and downloads. A program without them compiles none of it, nor
//! what they need of tokio and reqwest.

mod content;
mod download;
mod form;
pub(crate) mod send;
mod upload;

pub(crate) use content::Content;
pub use download::{ByteStream, ResumePoint};
pub use form::{Form, Part};
pub use upload::Upload;
