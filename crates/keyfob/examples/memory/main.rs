//! Measures the memory of listings and files, and the time that prefetching pages saves. For maintainers (Linux):
//! `cargo run --release -p keyfob --features ditio-core,ditio-reporting --example memory`. Fails if the memory of a
//! listing depends on its length, that of a file on its size, or prefetching saves too little.

mod files;
mod measure;

use std::error::Error;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use keyfob::{
    Form, Part, Upload,
    ditio::{Credentials, Endpoints, Environment},
    ditio_core,
    ditio_reporting::{self, operation::TimeRegistrations},
};
use keyfob_simulator::{Fault, Simulator, Vendor, credentials};
use measure::{Process, figure, peak};
use tokio::io::AsyncReadExt;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const FILE: u64 = 2 * 1024 * 1024 * 1024;
/// Rows of a page of a long listing. The service ends a page with a whole day. This number is a multiple of the rows of
/// a day in listings of 100,000 and of 1,000,000 rows, so that both have pages of the same size.
const CHUNK: i64 = 3_200;
/// Latency of the service for a page, and duration of the work with a page.
const LATENCY: Duration = Duration::from_millis(20);
const WORK: Duration = Duration::from_millis(20);
/// Rows of the comparison, and rows of its pages.
const COMPARED: u64 = 10_000;
const PAGE: i64 = 100;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // The memory of several allocating threads varies by chance, so lists are read on one thread.
    let runtime = match arguments[..] {
        [] => return report(),
        ["list", _] => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        _ => tokio::runtime::Runtime::new()?,
    };
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &[&str]) -> Result<()> {
    let figure = match *arguments {
        ["simulate", rows, latency] => return simulate(rows.parse()?, Duration::from_millis(latency.parse()?)).await,
        ["files"] => return serve(&files::serve(FILE)?).await,
        ["idle", url] => {
            let _client = core(url)?;
            peak()?
        }
        ["list", url] => list(url).await?,
        ["upload", url] => upload(url).await?,
        ["download", url] => download(url).await?,
        ["sequential", url] => sequential(url).await?.as_secs_f64(),
        ["prefetching", url] => prefetching(url).await?.as_secs_f64(),
        _ => return Err("unknown arguments: pass none".into()),
    };
    writeln!(stdout(), "{figure}")?;
    Ok(())
}

fn report() -> Result<()> {
    let mut out = stdout();
    let mut failed = false;
    let mut print = |good: bool, text: String| {
        failed |= !good;
        writeln!(out, "{text}{}", if good { "" } else { "  <- over the limit" })
    };
    let mib = |kib: f64| kib / 1024.0;

    let mut peaks = Vec::new();
    for rows in [100_000, 1_000_000] {
        let mut service = Process::start(&["simulate", &rows.to_string(), "0"])?;
        let peak = figure(&["list", &service.line()?])?;
        print(true, format!("listing {rows} rows: {:.1} MiB at most", mib(peak)))?;
        peaks.push(peak);
    }
    let drift = 100.0 * (peaks[1] / peaks[0] - 1.0);
    print(drift.abs() <= 10.0, format!("ten times as many rows: {drift:+.1} %"))?;

    let mut service = Process::start(&["simulate", &COMPARED.to_string(), &LATENCY.as_millis().to_string()])?;
    let url = service.line()?;
    let (sequential, prefetching) = (figure(&["sequential", &url])?, figure(&["prefetching", &url])?);
    let gain = sequential / prefetching;
    print(
        gain >= 1.5,
        format!(
            "{COMPARED} rows in pages of {PAGE}, {} ms of latency and {} ms of work a page: {sequential:.2} s in \
             sequence, {prefetching:.2} s with `pages()`: {gain:.2} times as fast",
            LATENCY.as_millis(),
            WORK.as_millis()
        ),
    )?;

    let mut service = Process::start(&["files"])?;
    let url = service.line()?;
    let idle = figure(&["idle", &url])?;
    print(true, format!("idle: {:.1} MiB", mib(idle)))?;
    for transfer in ["upload", "download"] {
        let above = mib(figure(&[transfer, &url])? - idle);
        print(above < 64.0, format!("{transfer} of {} MiB: {above:.1} MiB above idle", FILE / 1024 / 1024))?;
    }
    if failed { Err("a figure is over its limit".into()) } else { Ok(()) }
}

async fn simulate(rows: u64, latency: Duration) -> Result<()> {
    let simulator = Simulator::builder().scale(rows).start().await?;
    if !latency.is_zero() {
        simulator.inject(Fault::delay(latency).on(Vendor::Ditio).always());
    }
    serve(simulator.url()).await
}

/// Prints the base URL of the service, then serves until the process is ended.
async fn serve(url: &str) -> Result<()> {
    writeln!(stdout(), "{url}")?;
    std::future::pending().await
}

/// Returns base URLs below the address of a service.
fn environment(url: &str) -> Environment {
    let base = |path: &str| format!("{url}/{path}");
    Environment::Custom(Endpoints {
        identity: base("identity"),
        core: base("core"),
        reporting: base("reporting"),
        mass_transport: None,
    })
}

fn core(url: &str) -> Result<ditio_core::Client> {
    Ok(ditio_core::Client::new(environment(url), Credentials::token("token"))?)
}

fn listing(url: &str) -> Result<TimeRegistrations> {
    let token = Credentials::token(credentials::DITIO_ACCESS_TOKEN);
    let client = ditio_reporting::Client::new(environment(&format!("{url}/ditio")), token)?;
    Ok(client.time_registrations())
}

async fn list(url: &str) -> Result<f64> {
    let rows = listing(url)?.chunk_limit(CHUNK).stream().try_fold(0_u64, |rows, _| async move { Ok(rows + 1) }).await?;
    if rows < 90_000 { Err(format!("only {rows} rows").into()) } else { Ok(peak()?) }
}

/// Simulates work with a page of rows, such as a database write.
async fn work(rows: usize, seen: &mut usize) {
    *seen += rows;
    tokio::time::sleep(WORK).await;
}

async fn sequential(url: &str) -> Result<Duration> {
    let (started, mut seen) = (Instant::now(), 0);
    let first = listing(url)?.chunk_limit(PAGE);
    let mut next = first.clone();
    loop {
        let page = next.send().await?.into_inner();
        work(page.data.len(), &mut seen).await;
        match page.continuation_token.filter(|token| !token.is_empty()) {
            Some(token) => next = first.clone().continuation_token(token),
            None => return Ok(started.elapsed()),
        }
    }
}

async fn prefetching(url: &str) -> Result<Duration> {
    let (started, mut seen) = (Instant::now(), 0);
    let mut pages = listing(url)?.chunk_limit(PAGE).pages();
    while let Some(page) = pages.try_next().await? {
        work(page.data.len(), &mut seen).await;
    }
    Ok(started.elapsed())
}

async fn upload(url: &str) -> Result<f64> {
    let content = Upload::reader(tokio::io::repeat(7).take(FILE), Some(FILE));
    let form = Form::new().part("file", Part::new(content).file_name("large.bin"));
    let response = core(url)?.upload_project_documents("1", form).await?;
    let received: u64 = response.message.as_deref().unwrap_or_default().parse()?;
    if received < FILE { Err(format!("only {received} bytes were received").into()) } else { Ok(peak()?) }
}

async fn download(url: &str) -> Result<f64> {
    let mut sink = tokio::io::sink();
    let written = core(url)?.download_file("1").await?.into_inner().copy_to(&mut sink).await?;
    if written < FILE { Err(format!("only {written} bytes were downloaded").into()) } else { Ok(peak()?) }
}
