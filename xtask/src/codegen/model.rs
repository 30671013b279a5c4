//! The model of an API that documentation and code are emitted from, and the functions that read it from a document.

pub(crate) mod api;
pub(crate) mod body;
pub(crate) mod column;
pub(crate) mod notes;
pub(crate) mod operation;
pub(crate) mod paging;
pub(crate) mod parameter;
pub(crate) mod problems;
pub(crate) mod reach;
pub(crate) mod reader;
pub(crate) mod response;
pub(crate) mod schema;
pub(crate) mod security;
pub(crate) mod table;
pub(crate) mod ty;
pub(crate) mod variants;
pub(crate) mod walk;
