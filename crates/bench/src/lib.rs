//! Measuring and reporting, shared by all tables.

pub mod machine;
pub mod measure;
pub mod page;
pub mod table;
pub mod token_server;
