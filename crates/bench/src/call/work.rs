//! The calls themselves, in a process of their own.

use anyhow::{Result, ensure};
use keyfob_bench::measure::{Stopwatch, allocations, peak};
use tokio::runtime::{Builder, Runtime};

use super::clients::{Api, PROJECT};
use super::{ByHand, Client, Job, Ours};
use crate::child::Report;

/// Calls before anything is counted: connections are open then, and memory is there.
const WARM_UP: u32 = 20;

/// Makes the calls.
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

/// A runtime of one thread, or of as many as there are cores.
pub(crate) fn runtime(single: bool) -> Result<Runtime> {
    let mut builder = if single { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    Ok(builder.enable_all().build()?)
}

fn measure<A: Api>(runtime: &Runtime, job: &Job, api: &A) -> Result<Report> {
    runtime.block_on(at_once(api, job.rows, WARM_UP.max(job.in_flight), job.in_flight))?;
    let watch = Stopwatch::start();
    let mut outcome = Ok(());
    let allocated = allocations(|| outcome = runtime.block_on(at_once(api, job.rows, job.calls, job.in_flight)));
    outcome?;
    let cost = watch.stop();
    Ok(Report { cpu: cost.cpu, wall: cost.wall, peak: peak().unwrap_or_default(), allocations: allocated.count })
}

async fn at_once<A: Api>(api: &A, rows: u32, calls: u32, in_flight: u32) -> Result<()> {
    if in_flight <= 1 {
        return one_by_one(api.clone(), rows, calls).await;
    }
    let tasks: Vec<_> =
        (0..in_flight).map(|_| tokio::spawn(one_by_one(api.clone(), rows, calls / in_flight))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn one_by_one<A: Api>(api: A, rows: u32, calls: u32) -> Result<()> {
    for _ in 0..calls {
        if rows == 0 {
            let project = api.project(PROJECT).await?;
            ensure!(project.id.as_deref() == Some(PROJECT), "another project was answered");
        } else {
            let page = api.page(rows.into()).await?;
            ensure!(page.data.len() == rows as usize, "another number of rows was answered");
        }
    }
    Ok(())
}
