//! The steps of one response, independent of the protocol.

use std::{io, ops::ControlFlow, time::Duration};

use crate::{reply::Step, server::Context};

/// Real time that one [`Step::Tick`] takes.
const TICK: Duration = Duration::from_millis(20);
/// Time by which one [`Step::Tick`] advances the client's clock.
const TICK_ON_CLOCK: Duration = Duration::from_secs(1);

/// One request and its response, over either protocol.
pub(super) trait Exchange {
    /// Performs a step. `Break` ends the connection.
    async fn step(&mut self, step: Step) -> io::Result<ControlFlow<()>>;
}

/// Performs the steps of a response. `Break` ends the connection.
pub(super) async fn run(
    exchange: &mut impl Exchange,
    steps: Vec<Step>,
    context: &Context,
) -> io::Result<ControlFlow<()>> {
    for step in steps {
        match step {
            Step::Forever(steps) => loop {
                for step in &steps {
                    if perform(exchange, step.clone(), context).await?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            },
            step => {
                if perform(exchange, step, context).await?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

async fn perform(exchange: &mut impl Exchange, step: Step, context: &Context) -> io::Result<ControlFlow<()>> {
    match step {
        Step::Advance(time) => context.clock.advance(time),
        Step::Tick => {
            tokio::time::sleep(TICK).await;
            context.clock.advance(TICK_ON_CLOCK);
        }
        Step::NeverRead => {
            context.stopped().await;
            return Ok(ControlFlow::Break(()));
        }
        step => return exchange.step(step).await,
    }
    Ok(ControlFlow::Continue(()))
}
