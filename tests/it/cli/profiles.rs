//! Profiles of `keyfob.toml`: selected by name, found in parent directories, never used by default.

use std::{fs, path::Path};

use keyfob_simulator::credentials as c;

use super::run::{Keyfob, Running, folder};

fn file(running: &Running) -> String {
    format!(
        "[profiles.sim.bits]\nbase = '{}/bits'\nclient-id = '{}'\nclient-secret = '{}'\n",
        running.simulator.url(),
        c::BITS_CLIENT_ID,
        c::BITS_CLIENT_SECRET
    )
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
#[cfg(unix)]
fn a_profile_is_found_in_a_parent_directory_and_a_file_readable_by_others_causes_a_warning() {
    let running = Running::start();
    let above = folder("profile");
    let below = above.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let path = above.join("keyfob.toml");
    fs::write(&path, file(&running)).unwrap();
    let call = |arguments: &[&str]| Keyfob::new(&[&["call", "bits", "userinfo"], arguments].concat()).within(&below);
    let open = call(&["--profile", "sim"]).run();
    assert_eq!(open.status, 0, "{open:?}");
    assert!(open.stderr.contains("warning: ") && open.stderr.contains("chmod 600"), "{open:?}");
    private(&path);
    call(&["--profile", "sim"]).run().json();
    call(&[]).env("KEYFOB_PROFILE", "sim").run().json();
    // The environment has precedence over the profile.
    call(&["--profile", "sim"]).env("BITS_CLIENT_SECRET", "wrong").run().failed(3, &["refused"]);
    call(&[]).run().failed(2, &["BITS_CLIENT_ID is not set"]);
}

#[test]
#[cfg(unix)]
fn a_mistake_in_the_file_is_one_line_without_values() {
    let folder = folder("slips");
    let path = folder.join("keyfob.toml");
    for (text, words) in [
        ("[profiles.sim.bits]\nclient-secrte = 'canary'\n", ["keyfob.toml", "did you mean client-secret"]),
        ("[profiles.other.bits]\nclient-id = 'canary'\n", ["no profile sim", "other"]),
        ("[profiles.sim.bits]\nclient-secret = canary\n", ["keyfob.toml line 2", ""]),
    ] {
        fs::write(&path, text).unwrap();
        private(&path);
        let run = Keyfob::new(&["token", "bits", "--profile", "sim"]).within(&folder).run();
        run.failed(2, &words);
        assert!(!run.stderr.contains("canary"), "{run:?}");
    }
    fs::remove_file(&path).unwrap();
    let none = Keyfob::new(&["token", "bits", "--profile", "sim"]).within(&folder).run();
    assert_eq!(none.status, 2);
}
