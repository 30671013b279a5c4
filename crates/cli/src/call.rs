//! `keyfob call`: calls an operation by name.

mod body;
mod operation_args;
mod response;

use anyhow::Context;
use clap::CommandFactory;
use keyfob::CallOptions;

use crate::args::{Call, Cli};
use crate::console;
use crate::exit::ApiContext;
use crate::registry;
use crate::usage_error::UsageError;

pub(crate) async fn run(args: &Call) -> anyhow::Result<()> {
    let Some(name) = &args.api else {
        return print_help();
    };
    let api = registry::api(name)?;
    let Some(name) = &args.operation else {
        let message = format!(
            "no operation given for {}; `keyfob apis {}` lists all {}",
            api.title,
            api.name,
            api.operations.len()
        );
        return Err(UsageError::new(message).into());
    };
    let operation = api.operation(name)?;
    if args.help {
        return Ok(console::line(operation_args::help(api, operation).trim_end())?);
    }
    let parsed = operation_args::parse(api, operation, &args.arguments)?;
    let settings = api.settings(parsed.connection.or(&args.connection))?;
    let session = (api.connect)(&settings)?;
    let mut call = session.operation(operation);
    for (name, value) in parsed.parameters {
        call = call.param(name, value);
    }
    if settings.no_retry() {
        call = call.options(CallOptions::default().no_retry());
    }
    let call = parsed.body.add_to(call, operation)?;
    response::print(call, parsed.output.as_deref()).await.context(ApiContext(api))
}

fn print_help() -> anyhow::Result<()> {
    let mut cli = Cli::command();
    cli.build();
    let call = cli.find_subcommand_mut("call").context("the command `call` is not defined")?;
    Ok(console::line(call.render_help().ansi().to_string().trim_end())?)
}
