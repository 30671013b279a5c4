//! Measuring and reporting: what every table of this crate is made with.

pub mod machine;
pub mod measure;
pub mod page;
pub mod table;
pub mod token_server;
