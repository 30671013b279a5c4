//! Sums the hours of a month by project, page after page.
//!
//! Reads the variables of Ditio's client. The simulator has the rows of that January if it is started with `--frozen`.
//! `incremental_sync.rs` fetches only the changes since the last run.
//!
//! ```sh
//! cargo run -p keyfob-examples --example ditio_hours
//! ```
//!
//! ```text
//! P-2025-001       83.2 h
//! P-2025-002      125.5 h
//! …
//! total 1118.0 h of 176 registrations
//! ```

use std::{
    collections::{BTreeMap, HashSet},
    error::Error,
};

use futures::TryStreamExt;
use keyfob::{OptionExt, ditio_reporting::Client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;

    // The page that follows is requested while the rows of a page are processed. 5,000 rows is Ditio's maximum.
    let month = client.time_registrations().from_date_time("2026-01-01").to_date_time("2026-02-01");
    let mut rows = month.chunk_limit(100).stream();

    let mut hours = BTreeMap::<String, f64>::new();
    let mut ids = HashSet::new();
    while let Some(row) = rows.try_next().await? {
        let project = row.project_number.unwrap_or_else(|| "none".to_owned());
        *hours.entry(project).or_default() += row.qty.unwrap_or_default();
        ids.insert(row.id.required("id")?);
    }

    for (project, hours) in &hours {
        println!("{project:<12} {hours:>8.1} h");
    }
    let total: f64 = hours.values().sum();
    println!("total {total:.1} h of {} registrations", ids.len());

    // A row that could not be read is left out of the stream. A sum for payroll must not lack it.
    assert!(!rows.is_incomplete(), "rows are missing: {:?}", rows.mismatches());
    assert!(ids.len() > 100 && total > 0.0, "the month has several pages");
    Ok(())
}
