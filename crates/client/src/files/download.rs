//! Downloads: response bodies as streams, resumed after a broken connection.

mod disposition;
mod file_name;
mod save;
pub(super) mod source;
mod stream;
mod version;

pub use self::stream::{ByteStream, ResumePoint};
