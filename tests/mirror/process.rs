//! A process that updates copies, for tests that kill it: `keyfob-mirror-under-test URL DESTINATION API TABLE…`.

#[path = "copy.rs"]
mod copy;

use std::process::ExitCode;

use keyfob::client::table::Table;
use keyfob::{digitaleo, ditio_reporting, itempath};

use crate::copy::{Settings, To};

#[tokio::main]
#[expect(clippy::print_stderr, reason = "tests read the error of the process")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, to, api, names @ ..] = arguments.as_slice() else {
        panic!("the arguments are URL, destination, API, tables")
    };
    let tables = match api.as_str() {
        "ditio-reporting" => ditio_reporting::TABLES,
        "itempath" => itempath::TABLES,
        "digitaleo" => digitaleo::TABLES,
        other => panic!("no tables of {other}"),
    };
    let tables: Vec<&'static Table> =
        tables.iter().copied().filter(|table| names.iter().any(|name| name == table.name)).collect();
    let mut settings = Settings::new(url);
    settings.tokens = std::env::var_os("TOKEN_STORE").map(Into::into);
    match settings.run_of(api, tables.leak(), &To(to.clone())).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}: {:?}", error.kind());
            ExitCode::FAILURE
        }
    }
}
