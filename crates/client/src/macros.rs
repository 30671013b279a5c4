//! Macros that expand to the code shared by all generated operations, enums and structs.

mod enums;
mod operation;
mod structs;

pub use self::structs::{Redacted, debug_struct};
