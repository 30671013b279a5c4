//! The cache of the feed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// Cached feeds by portal, format and query, with their time.
pub(in crate::dvinci) type Cache = HashMap<String, (DateTime<Utc>, String)>;
