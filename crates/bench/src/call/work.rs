//! The measured calls, made in a child process.

use anyhow::{Result, ensure};
use keyfob_bench::measure::{Stopwatch, allocations, peak};
use tokio::runtime::{Builder, Runtime};

use super::clients::{Api, PROJECT};
use super::{ByHand, Client, Job, Ours};
use crate::child::Report;

/// Number of calls before the measurement, which open connections and allocate buffers.
const WARM_UP: u32 = 20;

/// Makes the calls of a job and returns their cost.
pub(crate) fn work(job: &Job) -> Result<Report> {
    let runtime = runtime(job.single)?;
    match job.client {
        Client::ByHand => measure(&runtime, job, &ByHand::new(&job.base)?),
        Client::Ours => measure(&runtime, job, &Ours::new(&job.base)?),
        #[cfg(feature = "progenitor")]
        Client::Progenitor => measure(&runtime, job, &super::progenitor::Progenitor::new(&job.base)?),
        #[cfg(feature = "reqwest-retry")]
        Client::Middleware => measure(&runtime, job, &super::middleware::Middleware::new(&job.base)?),
    }
}

/// Builds a runtime with one thread, or with one per core.
pub(crate) fn runtime(single: bool) -> Result<Runtime> {
    let mut builder = if single { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    Ok(builder.enable_all().build()?)
}

fn measure<A: Api>(runtime: &Runtime, job: &Job, api: &A) -> Result<Report> {
    runtime.block_on(concurrent(api, job.rows, WARM_UP.max(job.in_flight), job.in_flight))?;
    let watch = Stopwatch::start();
    let mut outcome = Ok(());
    let allocated = allocations(|| outcome = runtime.block_on(concurrent(api, job.rows, job.calls, job.in_flight)));
    outcome?;
    let cost = watch.elapsed();
    Ok(Report { cpu: cost.cpu, wall: cost.wall, peak: peak().unwrap_or_default(), allocations: allocated.count })
}

async fn concurrent<A: Api>(api: &A, rows: u32, calls: u32, in_flight: u32) -> Result<()> {
    if in_flight <= 1 {
        return sequential(api.clone(), rows, calls).await;
    }
    let tasks: Vec<_> =
        (0..in_flight).map(|_| tokio::spawn(sequential(api.clone(), rows, calls / in_flight))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn sequential<A: Api>(api: A, rows: u32, calls: u32) -> Result<()> {
    for _ in 0..calls {
        if rows == 0 {
            let project = api.project(PROJECT).await?;
            ensure!(project.id.as_deref() == Some(PROJECT), "the response has another project");
        } else {
            let page = api.page(rows.into()).await?;
            ensure!(page.data.len() == rows as usize, "the response has another number of rows");
        }
    }
    Ok(())
}
