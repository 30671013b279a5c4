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
mod place;

use std::time::Instant;

use anyhow::Context;
use keyfob_simulator::Simulator;

use self::guide::Guide;
use self::place::Place;
use crate::args::Tour;

pub(crate) async fn run(args: &Tour) -> anyhow::Result<()> {
    let started = Instant::now();
    let simulator = Simulator::start().await.context("the simulator cannot listen on this machine")?;
    let place = Place::new(&simulator);
    let mut guide = Guide::new(args.json, simulator.url())?;
    let walked = walk(&mut guide, &place).await;
    guide.finish(walked, started.elapsed())
}

async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    #[cfg(feature = "ditio-core")]
    ditio_core::walk(guide, place).await?;
    #[cfg(feature = "ditio-reporting")]
    ditio_reporting::walk(guide, place).await?;
    #[cfg(feature = "ditio-mass-transport")]
    ditio_mass_transport::walk(guide, place).await?;
    #[cfg(feature = "bits")]
    bits::walk(guide, place).await?;
    #[cfg(feature = "itempath")]
    itempath::walk(guide).await?;
    #[cfg(feature = "dvinci")]
    dvinci::walk(guide, place).await?;
    #[cfg(feature = "digitaleo")]
    digitaleo::walk(guide, place).await?;
    Ok(())
}
