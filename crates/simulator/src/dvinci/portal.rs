//! Career portals: access, the feed of job publications, and applications through the feed.

pub(super) mod access;
pub(super) mod apply;
pub(super) mod cache;
pub(super) mod feed;
mod online;
