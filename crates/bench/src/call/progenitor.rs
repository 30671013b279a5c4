//! The same calls by a client that progenitor generates, into the same structs.

use anyhow::Result;
use keyfob_ditio_core::types::Project;
use keyfob_ditio_reporting::types::TimeRegistrationPage;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use super::clients::{Api, bearer, http};

#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, reason = "generated")]
mod generated {
    progenitor::generate_api!(
        spec = "src/call/progenitor.json",
        interface = Builder,
        replace = {
            Project = keyfob_ditio_core::types::Project,
            TimeRegistrationPage = keyfob_ditio_reporting::types::TimeRegistrationPage,
        },
    );
}

/// Generated client, with the token in the default headers of its HTTP client.
#[derive(Clone)]
pub(super) struct Progenitor(generated::Client);

impl Progenitor {
    pub(super) fn new(base: &str) -> Result<Self> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer()?)]);
        Ok(Self(generated::Client::new_with_client(base, http(headers)?)))
    }
}

impl Api for Progenitor {
    async fn project(&self, id: &str) -> Result<Project> {
        Ok(self.0.project().id(id).send().await?.into_inner())
    }

    async fn page(&self, rows: i64) -> Result<TimeRegistrationPage> {
        Ok(self.0.time_registrations().chunk_limit(rows).send().await?.into_inner())
    }
}
