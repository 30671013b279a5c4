//! The service: the simulator in a process of its own, whose processor time does not count.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, ensure};
use keyfob_simulator::credentials;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Job;
use crate::call::runtime;
use crate::child;

/// Control commands of the table.
const CONTROL: &str = "/_control/ditio/reporting/time-registrations";

/// A running simulator; it is stopped when dropped.
pub(super) struct Service {
    process: Child,
    url: String,
}

impl Service {
    /// Starts a simulator with this number of time registrations.
    pub(super) fn start(rows: u64) -> Result<Self> {
        let job = child::Job::Mirror(Job::Simulate { rows });
        let mut process = job.command(&[])?.stdout(Stdio::piped()).spawn().context("starting the simulator")?;
        let mut url = String::new();
        let output = process.stdout.take().context("the output is piped")?;
        BufReader::new(output).read_line(&mut url)?;
        ensure!(url.starts_with("http://"), "the simulator did not start");
        Ok(Self { process, url: url.trim().to_owned() })
    }

    /// Returns the base URL of the simulator.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the base URL of the API.
    pub(super) fn base(&self) -> String {
        format!("{}/ditio/reporting", self.url)
    }

    /// Changes some rows and deletes others, by their ids.
    pub(super) fn change(&self, (changed, deleted): (&[String], &[String]), text: &str) -> Result<()> {
        runtime(true)?.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build()?;
            let url = format!("{}{CONTROL}", self.url);
            let body = json!({ "ids": changed, "set": { "description": text, "qty": 7.25 } });
            client.patch(&url).json(&body).send().await?.error_for_status()?;
            client.delete(&url).json(&json!({ "ids": deleted })).send().await?.error_for_status()?;
            Ok(())
        })
    }

    /// Returns the ids of all rows in the order of the listing.
    pub(super) fn ids(&self) -> Result<Vec<String>> {
        runtime(true)?.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build()?;
            let mut ids = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let request = client.get(format!("{}/v1/time-registrations", self.base()));
                let mut request = request.bearer_auth(token()).query(&[("ChunkLimit", "5000")]);
                if let Some(cursor) = &cursor {
                    request = request.query(&[("ContinuationToken", cursor)]);
                }
                let page: Ids = serde_json::from_slice(&request.send().await?.error_for_status()?.bytes().await?)?;
                ids.extend(page.data.into_iter().map(|row| row.id));
                cursor = page.continuation_token;
                if cursor.is_none() {
                    return Ok(ids);
                }
            }
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the token that every simulator accepts.
pub(super) fn token() -> &'static str {
    credentials::DITIO_ACCESS_TOKEN
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids {
    data: Vec<Id>,
    continuation_token: Option<String>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// Serves until the process is killed.
pub(super) fn serve(rows: u64) -> Result<()> {
    let runtime = runtime(false)?;
    runtime.block_on(async {
        let simulator = keyfob_simulator::Simulator::builder().scale(rows).start().await?;
        let mut output = std::io::stdout();
        writeln!(output, "{}", simulator.url())?;
        output.flush()?;
        std::future::pending::<Value>().await;
        Ok(())
    })
}
