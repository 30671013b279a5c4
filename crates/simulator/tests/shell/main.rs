//! Shell scripts against the simulator. They require `curl` and `jq` and so are not part of the default test run.

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
        let output = tokio::task::spawn_blocking(move || script.output()).await.unwrap().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}\n{stderr}");
        assert_eq!(stdout.matches("the same as the simulator's").count(), 20, "{stdout}\n{stderr}");
        assert_eq!(stdout.matches("2 of them deleted").count(), 10, "{stdout}");
    }
}
