//! The tables of scenarios, by concept.

mod bodies;
mod compression;
mod downloads;
mod errors;
mod frames;
mod framing;
mod paging;
mod redirects;
mod retries;
mod token_endpoint;
mod uploads;

use crate::scenario::Scenario;

pub(crate) use self::{
    bodies::BODIES, compression::COMPRESSION, downloads::DOWNLOADS, errors::ERRORS, frames::FRAMES_TABLE as FRAMES,
    framing::FRAMING, paging::PAGING, redirects::REDIRECTS, retries::RETRIES, token_endpoint::TOKEN_ENDPOINT,
    uploads::UPLOADS,
};

/// All tables.
pub(crate) const ALL: &[&[Scenario]] =
    &[TOKEN_ENDPOINT, FRAMING, FRAMES, BODIES, COMPRESSION, ERRORS, REDIRECTS, RETRIES, DOWNLOADS, UPLOADS, PAGING];
