//! `keyfob tour`: every API, called with its typed client, against a simulator inside this process.

#[cfg(feature = "bits")]
mod bits;
#[cfg(feature = "digitaleo")]
mod digitaleo;
#[cfg(feature = "ditio-core")]
mod ditio_core;
#[cfg(feature = "ditio-mass-transport")]
mod ditio_mass_transport;
#[cfg(feature = "ditio-reporting")]
mod ditio_reporting;
#[cfg(feature = "dvinci")]
mod dvinci;
mod guide;
#[cfg(feature = "itempath")]
mod itempath;
mod simulation;
mod snippet;

use std::time::Instant;

use anyhow::Context;
use keyfob_simulator::Simulator;

use self::guide::Guide;
use self::simulation::Simulation;
use crate::args::Tour;

pub(crate) async fn run(args: &Tour) -> anyhow::Result<()> {
    let started = Instant::now();
    let simulator = Simulator::start().await.context("the simulator cannot listen on this machine")?;
    let simulation = Simulation::new(&simulator);
    let mut guide = Guide::new(args.json, simulator.url())?;
    let result = walk(&mut guide, &simulation).await;
    guide.finish(result, started.elapsed())
}

async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    #[cfg(feature = "ditio-core")]
    ditio_core::walk(guide, simulation).await?;
    #[cfg(feature = "ditio-reporting")]
    ditio_reporting::walk(guide, simulation).await?;
    #[cfg(feature = "ditio-mass-transport")]
    ditio_mass_transport::walk(guide, simulation).await?;
    #[cfg(feature = "bits")]
    bits::walk(guide, simulation).await?;
    #[cfg(feature = "itempath")]
    itempath::walk(guide).await?;
    #[cfg(feature = "dvinci")]
    dvinci::walk(guide, simulation).await?;
    #[cfg(feature = "digitaleo")]
    digitaleo::walk(guide, simulation).await?;
    Ok(())
}
