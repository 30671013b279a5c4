//! Measures what compression saves and costs on the first page of each reporting table of the simulator. For maintainers:
//! `cargo run --release -p keyfob --features ditio-reporting,gzip --example compression`.

use std::error::Error;
use std::hint::black_box;
use std::io::{Read, Write, stdout};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use keyfob::Method;
use keyfob::ditio::{Credentials, Environment};
use keyfob::ditio_reporting::{Client, types};
use keyfob_simulator::Simulator;
use serde::de::DeserializeOwned;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
/// Decodes a page into its type.
type Decode = fn(&str) -> Result<()>;

/// Rows of the largest table.
const ROWS: u64 = 100_000;
/// Rows of a page, Ditio's maximum.
const PAGE: &str = "5000";
/// Time of one measurement.
const PERIOD: Duration = Duration::from_millis(300);
/// Compression levels: the one that servers use if speed matters, and zlib's default.
const LEVELS: [u32; 2] = [1, 6];

const TABLES: [(&str, Decode); 10] = [
    ("time-registrations", decode::<types::TimeRegistrationPage>),
    ("machine-registrations", decode::<types::MachineRegistrationPage>),
    ("absence-registrations", decode::<types::AbsenceRegistrationPage>),
    ("payroll-lines-extended", decode::<types::PayrollLinePage>),
    ("checklist-registrations", decode::<types::ChecklistRegistrationPage>),
    ("incident-registrations", decode::<types::IncidentRegistrationPage>),
    ("flow-trip-registrations", decode::<types::FlowTripRegistrationPage>),
    ("project", decode::<types::ProjectPage>),
    ("user", decode::<types::UserPage>),
    ("resource", decode::<types::ResourcePage>),
];

fn decode<T: DeserializeOwned>(page: &str) -> Result<()> {
    black_box(serde_json::from_str::<T>(page)?);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let simulator = Simulator::builder().scale(ROWS).start().await?;
    let vars = simulator.environment();
    let client = Client::new(Environment::from_vars(&vars)?, Credentials::from_vars(&vars)?)?;
    let mut out = stdout();
    writeln!(out, "| First page of | KB | gzip level 1, KB | level 6, KB | decompress, ms | decode, ms | share |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|")?;
    for (table, decode) in TABLES {
        let request = client.session().request(Method::GET, &format!("/v1/{table}")).query(&[("ChunkLimit", PAGE)]);
        let page = request.text().await?.into_inner();
        let [fast, default] = LEVELS.map(|level| compressed(&page, level));
        let (fast, default) = (fast?, default?);
        let mut text = Vec::with_capacity(page.len());
        let decompress = time(|| {
            text.clear();
            GzDecoder::new(&fast[..]).read_to_end(&mut text)?;
            Ok(())
        })?;
        let decode = time(|| decode(&page))?;
        writeln!(
            out,
            "| {table} | {:.0} | {:.0} ({:.0} %) | {:.0} ({:.0} %) | {:.2} | {:.2} | {:.0} % |",
            kilobytes(page.len()),
            kilobytes(fast.len()),
            percent(fast.len(), page.len()),
            kilobytes(default.len()),
            percent(default.len(), page.len()),
            decompress.as_secs_f64() * 1e3,
            decode.as_secs_f64() * 1e3,
            100.0 * decompress.as_secs_f64() / decode.as_secs_f64(),
        )?;
    }
    Ok(())
}

fn compressed(page: &str, level: u32) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(page.as_bytes())?;
    Ok(encoder.finish()?)
}

/// Returns the shortest time of a run.
fn time(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let (start, mut shortest) = (Instant::now(), Duration::MAX);
    while start.elapsed() < PERIOD {
        let start = Instant::now();
        run()?;
        shortest = shortest.min(start.elapsed());
    }
    Ok(shortest)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of pages are far below 2^52")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1e3
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * kilobytes(part) / kilobytes(whole)
}
