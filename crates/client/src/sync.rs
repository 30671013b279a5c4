//! Synchronization of a copy with a listing of changes, independent of the types of its rows.

mod checkpoint;
mod clocks;
mod periods;
mod runs;

pub use self::{
    checkpoint::Checkpoint,
    periods::Periods,
    runs::{Continuation, Mode, Runs, Step},
};
