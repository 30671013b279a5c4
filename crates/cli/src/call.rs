//! `keyfob call`: any operation by its name.

mod answer;
mod body;
mod leaf;

use anyhow::Context;
use clap::CommandFactory;
use keyfob::CallOptions;

use crate::args::{Call, Cli};
use crate::console;
use crate::exit::{At, Usage};
use crate::registry;
use crate::settings::Settings;

pub(crate) async fn run(args: &Call) -> anyhow::Result<()> {
    let Some(name) = &args.api else {
        return help_of_call();
    };
    let api = registry::api(name)?;
    let Some(name) = &args.operation else {
        let message =
            format!("which operation of {}? `keyfob apis {}` lists all {}", api.title, api.name, api.operations.len());
        return Err(Usage::new(message).into());
    };
    let operation = api.operation(name)?;
    if args.help {
        return Ok(console::line(leaf::help(api, operation).trim_end())?);
    }
    let given = leaf::parse(api, operation, &args.arguments)?;
    let settings = Settings::new(api, given.connection.or(&args.connection))?;
    let session = (api.connect)(&settings)?;
    let mut call = session.operation(operation);
    for (name, value) in given.parameters {
        call = call.param(name, value);
    }
    if settings.no_retry() {
        call = call.options(CallOptions::default().no_retry());
    }
    let call = given.body.put(call, operation)?;
    answer::show(call, given.output.as_deref()).await.context(At(api))
}

fn help_of_call() -> anyhow::Result<()> {
    let mut cli = Cli::command();
    cli.build();
    let call = cli.find_subcommand_mut("call").context("there is a command named call")?;
    Ok(console::line(call.render_help().ansi().to_string().trim_end())?)
}
