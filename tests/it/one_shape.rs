//! The shape that all seven clients share, checked by the same generic code for each of them.

use std::{cell::RefCell, collections::BTreeSet, fs, path::Path, time::Duration};

use keyfob::{
    ApiClient, Error, ErrorKind, Operation, RetryPolicy, bits, digitaleo,
    ditio::{self, Scope},
    ditio_core, ditio_mass_transport, ditio_reporting, dvinci, env,
    env::Variables,
    itempath,
};
use keyfob_simulator::{Simulator, Vendor, credentials};

/// Calls `$check` with the type of each client, its vendor and a first call.
macro_rules! for_each_api {
    ($check:ident $(, $argument:expr)*) => {
        for_each_api! {
            $check [$($argument),*]
            ditio_core, Ditio, |client| client.projects();
            ditio_reporting, Ditio, |client| client.projects();
            ditio_mass_transport, Ditio, |client| client.latest_excavator_state_timestamp(COMPANY, "KF-1");
            bits, Bits, |client| client.userinfo();
            itempath, ItemPath, |client| client.materials().limit(1);
            dvinci, Dvinci, |client| client.job_openings();
            digitaleo, Digitaleo, |client| client.contacts().limit(1);
        }
    };
    ($check:ident $arguments:tt $($api:ident, $vendor:ident, |$client:ident| $call:expr;)*) => {
        $(for_each_api!(@one $check $arguments $api, $vendor, $client, $call);)*
    };
    (@one $check:ident [$($argument:expr),*] $api:ident, $vendor:ident, $client:ident, $call:expr) => {
        let first_call = async |$client: &$api::Client| $call.await.map(drop);
        $check::<$api::Client>($($argument,)* Vendor::$vendor, first_call).await;
    };
}

const COMPANY: &str = credentials::DITIO_COMPANY_ID;
const TIMEOUT: Duration = Duration::from_secs(30);

async fn check_constructors<C: ApiClient>(vendor: Vendor, first_call: impl AsyncFn(&C) -> Result<(), Error>) {
    let simulator = Simulator::start().await.unwrap();
    let vars = simulator.environment();
    let environment = || C::environment(&vars).unwrap();
    let credentials = || C::credentials(&vars).unwrap();
    let _: fn() -> Result<C, Error> = C::from_env;

    let clients = [
        C::from_vars(&vars).unwrap(),
        C::new(environment(), credentials()).unwrap(),
        C::builder(environment(), credentials()).timeout(TIMEOUT).retry(RetryPolicy::none()).build().unwrap(),
    ];
    assert_eq!(simulator.requests().len(), 0, "{}: nothing is sent before the first call", C::NAME);
    for (index, client) in clients.iter().enumerate() {
        first_call(client).await.unwrap();
        assert_eq!(simulator.token_requests(vendor), index + 1, "{}: each client has its own token", C::NAME);
        assert_eq!(client.as_ref().api(), C::NAME);
    }

    let shared = C::new(environment(), credentials()).unwrap().as_ref().authenticator().unwrap().clone();
    let clients = [
        C::new(environment(), shared.clone()).unwrap(),
        C::builder(environment(), shared).timeout(TIMEOUT).build().unwrap(),
    ];
    let before = simulator.token_requests(vendor);
    for client in &clients {
        first_call(client).await.unwrap();
    }
    assert_eq!(simulator.token_requests(vendor), before + 1, "{}: one token for both clients", C::NAME);
}

#[tokio::test]
async fn every_client_is_opened_in_the_same_ways_and_shares_an_authenticator() {
    for_each_api!(check_constructors);
}

#[test]
fn every_crate_has_the_constructors_as_inherent_methods() {
    /// Calls without [`ApiClient`] in scope, which compile only with inherent methods.
    mod inherent {
        use std::time::Duration;

        use keyfob::{
            Error, RetryPolicy, bits, digitaleo, ditio_core, ditio_mass_transport, ditio_reporting, dvinci,
            env::Variables, itempath,
        };

        macro_rules! open {
            ($($api:ident)*) => {
                pub(super) fn open(vars: &dyn Variables) -> Result<(), Error> {
                    $({
                        use $api::{Client, Credentials, Environment};
                        let _: [fn() -> Result<Client, Error>; 1] = [Client::from_env];
                        let _: [fn() -> Result<Environment, Error>; 1] = [Environment::from_env];
                        let _: [fn() -> Result<Credentials, Error>; 1] = [Credentials::from_env];
                        Client::from_vars(vars)?;
                        Client::new(Environment::from_vars(vars)?, Credentials::from_vars(vars)?)?;
                        Client::builder(Environment::from_vars(vars)?, Credentials::from_vars(vars)?)
                            .timeout(Duration::from_secs(30))
                            .retry(RetryPolicy::none())
                            .build()?;
                    })*
                    Ok(())
                }
            };
        }

        open!(ditio_core ditio_reporting ditio_mass_transport bits itempath dvinci digitaleo);
    }

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start()).unwrap();
    inherent::open(&simulator.environment()).unwrap();
    let error = inherent::open(&[("DITIO_CLIENT_ID", "id")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.to_string().contains("DITIO_CLIENT_SECRET is not set"), "{error}");
}

#[tokio::test]
async fn one_authenticator_serves_all_three_clients_of_ditio() {
    let simulator = Simulator::start().await.unwrap();
    let vars = simulator.environment();
    let environment = ditio::Environment::from_vars(&vars).unwrap();
    let known = ditio::Credentials::from_vars(&vars).unwrap();
    assert_eq!(known.company_id(), Some(COMPANY));
    let scopes = [Scope::Core, Scope::Reporting, Scope::MassTransport];
    let shared = ditio::authenticator(&environment, known, &scopes).build().unwrap();
    let core = ditio_core::Client::new(environment.clone(), shared.clone()).unwrap();
    let reporting = ditio_reporting::Client::new(environment.clone(), shared.clone()).unwrap();
    let mass_transport = ditio_mass_transport::Client::new(environment, shared).unwrap();
    core.projects().await.unwrap();
    reporting.projects().await.unwrap();
    mass_transport.latest_excavator_state_timestamp(COMPANY, "KF-1").await.unwrap();
    assert_eq!(simulator.token_requests(Vendor::Ditio), 1);
}

#[track_caller]
fn check_hosts<C: ApiClient>(vars: &dyn Variables, operations: &[&Operation]) {
    let client = C::from_vars(vars).unwrap();
    for operation in operations {
        client.as_ref().url(operation, "/").unwrap();
    }
}

#[tokio::test]
async fn every_operation_has_a_host_and_a_missing_or_invalid_host_is_an_error_of_build() {
    let simulator = Simulator::start().await.unwrap();
    let vars = simulator.environment();
    check_hosts::<ditio_core::Client>(&vars, ditio_core::OPERATIONS);
    check_hosts::<ditio_reporting::Client>(&vars, ditio_reporting::OPERATIONS);
    check_hosts::<ditio_mass_transport::Client>(&vars, ditio_mass_transport::OPERATIONS);
    check_hosts::<bits::Client>(&vars, bits::OPERATIONS);
    check_hosts::<itempath::Client>(&vars, itempath::OPERATIONS);
    check_hosts::<dvinci::Client>(&vars, dvinci::OPERATIONS);
    check_hosts::<digitaleo::Client>(&vars, digitaleo::OPERATIONS);

    let token = || ditio::Credentials::token("token");
    let missing = ditio_mass_transport::Client::builder(ditio::Environment::Test, token()).timeout(TIMEOUT);
    let error = missing.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("Environment::with_mass_transport"), "{error}");
    let added = ditio::Environment::Test.with_mass_transport("https://mass-transport.example");
    ditio_mass_transport::Client::new(added, token()).unwrap();
    let invalid = itempath::Environment::at("localhost:80");
    let error = itempath::Client::builder(invalid, itempath::Credentials::token("token")).build().unwrap_err();
    assert!(error.to_string().contains("needs a scheme"), "{error}");
}

/// Variables that record the names that are read.
struct Recorder {
    vars: Vec<(String, String)>,
    names: RefCell<BTreeSet<String>>,
}

impl Variables for Recorder {
    fn get(&self, name: &str) -> Option<String> {
        self.names.borrow_mut().insert(name.to_owned());
        Variables::get(&self.vars, name)
    }
}

async fn check_variables<C: ApiClient>(
    recorder: &Recorder,
    unread: &RefCell<BTreeSet<String>>,
    _: Vendor,
    first_call: impl AsyncFn(&C) -> Result<(), Error>,
) {
    recorder.names.take();
    first_call(&C::from_vars(recorder).unwrap()).await.unwrap();
    let names = recorder.names.take();
    let mut known: BTreeSet<_> = C::VARIABLES.iter().map(env::Variable::name).collect();
    known.insert(env::CA.name());
    for name in &names {
        assert!(known.contains(name.as_str()), "{} reads {name}, which is missing from its `VARIABLES`", C::NAME);
        unread.borrow_mut().remove(name);
    }
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{}/README.md", C::NAME));
    let readme = fs::read_to_string(readme).unwrap();
    for name in known {
        assert!(readme.contains(&format!("`{name}`")), "the README of {} lacks {name}", C::NAME);
    }
}

#[tokio::test]
#[cfg(unix)]
async fn every_variable_that_simulate_writes_is_read_by_from_env_and_leads_to_the_simulator() {
    let folder = crate::cli::run::folder("one-shape");
    let (file, certificate) = (folder.join("sim.env"), folder.join("sim.pem"));
    let _server = crate::cli::simulate::serve(&["--tls", "--certificate", certificate.to_str().unwrap()], &file);
    let text = fs::read_to_string(file).unwrap();
    let vars: Vec<_> = text
        .lines()
        .map(|line| {
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.trim_matches('\'').to_owned())
        })
        .collect();
    let mut written: BTreeSet<_> = vars.iter().map(|(name, _)| name.clone()).collect();
    assert!(written.contains("KEYFOB_CA") && written.contains("DITIO_COMPANY_ID"), "{written:?}");
    // The id of a workflow is an argument of a call, not a setting of the client.
    assert!(written.remove("BITS_WORKFLOW_ID"), "{written:?}");
    let (recorder, unread) = (Recorder { vars, names: RefCell::default() }, RefCell::new(written));
    for_each_api!(check_variables, &recorder, &unread);
    assert_eq!(unread.into_inner(), BTreeSet::new(), "no from_env reads these variables");
}
