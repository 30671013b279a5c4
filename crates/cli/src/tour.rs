//! `keyfob tour`: every API, called with its typed client, against a simulator inside this process.

mod ditio_core;
mod guide;
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
    ditio_core::walk(guide, place).await?;
    Ok(())
}
