//! Shell scripts against the simulator. They need `curl` and `jq`, so they are not among the tests that run everywhere.

use std::process::Command;

use keyfob_simulator::{Simulator, credentials};

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_loop_of_curl_and_jq_collects_exactly_the_simulators_rows() {
    for chunk in ["60", "5000"] {
        let simulator = Simulator::start().await.unwrap();
        let mut script = Command::new("bash");
        script
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shell/ditio_incremental.sh"))
            .env("SIMULATOR", simulator.url())
            .env("CLIENT_ID", credentials::DITIO_CLIENT_ID)
            .env("CLIENT_SECRET", credentials::DITIO_CLIENT_SECRET)
            .env("CHUNK", chunk);
        let done = tokio::task::spawn_blocking(move || script.output()).await.unwrap().unwrap();
        let (told, wrong) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{told}\n{wrong}");
        assert_eq!(told.matches("the same as the simulator's").count(), 20, "{told}\n{wrong}");
        assert_eq!(told.matches("2 of them deleted").count(), 10, "{told}");
    }
}
