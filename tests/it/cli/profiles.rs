//! Profiles of `keyfob.toml`: selected by name, found in parent directories and then trusted first, never used by default.

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::{
    fs,
    path::{Path, PathBuf},
};

use keyfob_simulator::credentials as c;

use super::run::{Keyfob, Run, Running, folder};

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
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs `keyfob trust` for the file, in this home directory.
#[track_caller]
fn trust(home: &Path, file: &Path) -> Run {
    let run = Keyfob::new(&["trust", file.to_str().unwrap()]).env("HOME", home.to_str().unwrap()).run();
    assert_eq!(run.status, 0, "{run:?}");
    run
}

#[test]
#[cfg(unix)]
fn a_profile_is_found_in_a_parent_directory_and_a_file_readable_by_others_causes_a_warning() {
    let running = Running::start();
    let (home, above) = (folder("home"), folder("profile"));
    let below = above.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let path = above.join("keyfob.toml");
    fs::write(&path, file(&running)).unwrap();
    trust(&home, &path);
    let call = |arguments: &[&str]| {
        let keyfob = Keyfob::new(&[&["call", "bits", "userinfo"], arguments].concat()).within(&below);
        keyfob.env("HOME", home.to_str().unwrap())
    };
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = call(&["--profile", "sim"]).run();
    assert_eq!(open.status, 0, "{open:?}");
    assert!(open.stderr.contains("warning: ") && open.stderr.contains("chmod 600"), "{open:?}");
    private(&path);
    for run in [call(&["--profile", "sim"]).run(), call(&[]).env("KEYFOB_PROFILE", "sim").run()] {
        assert_eq!((run.status, run.stderr), (0, format!("profile sim of {}\n", path.display())));
    }
    // The environment has precedence over the profile.
    let wrong = call(&["--profile", "sim"]).env("BITS_CLIENT_SECRET", "wrong").run();
    assert_eq!(wrong.status, 3, "{wrong:?}");
    call(&[]).run().failed(2, &["BITS_CLIENT_ID is not set"]);
}

#[test]
#[cfg(unix)]
fn a_file_that_was_found_by_walking_up_is_used_only_as_it_was_when_it_was_trusted() {
    let running = Running::start();
    let (home, above) = (folder("home"), folder("stranger"));
    let below = above.join("below");
    fs::create_dir(&below).unwrap();
    let path = above.join("keyfob.toml");
    // The stranger's address, and the user's own secret.
    let text = format!("[profiles.plant.bits]\nbase = '{}/bits'\n", running.simulator.url());
    fs::write(&path, &text).unwrap();
    private(&path);
    let call = |folder: &PathBuf| {
        let keyfob = Keyfob::new(&["call", "bits", "userinfo", "--profile", "plant"]).within(folder);
        let keyfob = keyfob.env("BITS_CLIENT_ID", c::BITS_CLIENT_ID).env("BITS_CLIENT_SECRET", c::BITS_CLIENT_SECRET);
        keyfob.env("HOME", home.to_str().unwrap())
    };
    call(&below).run().failed(2, &["keyfob.toml is not trusted", "keyfob trust"]);
    call(&above).run().failed(2, &["keyfob.toml is not trusted", "keyfob trust"]);
    assert!(running.simulator.requests().is_empty(), "an untrusted file sends nothing anywhere");
    // A file that the user has named needs no trust.
    assert_eq!(call(&below).env("KEYFOB_CONFIG", path.to_str().unwrap()).run().status, 0);

    let shown = trust(&home, &path).stdout;
    assert!(shown.contains("profile plant") && shown.contains(running.simulator.url()), "{shown}");
    assert_eq!(call(&below).run().status, 0);
    let record = home.join(".local/state/keyfob/trusted.json");
    assert_eq!(fs::metadata(&record).unwrap().permissions().mode() & 0o777, 0o600);

    // Neither a copy nor another text at the same place is trusted.
    let before = running.simulator.requests().len();
    fs::copy(&path, below.join("keyfob.toml")).unwrap();
    call(&below).run().failed(2, &["below/keyfob.toml is not trusted"]);
    fs::remove_file(below.join("keyfob.toml")).unwrap();
    fs::write(&path, format!("{text}# changed\n")).unwrap();
    call(&below).run().failed(2, &["keyfob.toml has changed since you trusted it", "keyfob trust"]);
    fs::write(&path, &text).unwrap();
    assert_eq!(running.simulator.requests().len(), before);
    assert_eq!(call(&below).run().status, 0);
    let remove = Keyfob::new(&["trust", "--remove", path.to_str().unwrap()]).env("HOME", home.to_str().unwrap());
    assert_eq!(remove.run().status, 0);
    call(&below).run().failed(2, &["keyfob.toml is not trusted"]);
}

#[test]
#[cfg(unix)]
fn a_file_that_others_can_write_or_own_is_never_trusted() {
    let (home, above) = (folder("home"), folder("foreign"));
    let path = above.join("keyfob.toml");
    fs::write(&path, "[profiles.plant.bits]\nbase = 'http://127.0.0.1:1'\n").unwrap();
    private(&path);
    trust(&home, &path);
    let run = |arguments: &[&str]| Keyfob::new(arguments).within(&above).env("HOME", home.to_str().unwrap()).run();
    let (use_it, trust_it) = (["token", "bits", "--profile", "plant"], ["trust", path.to_str().unwrap()]);
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        run(&use_it).failed(2, &["other users can write", "keyfob.toml", "chmod go-w"]);
        run(&trust_it).failed(2, &["other users can write"]);
    }
    private(&path);
    // Only root can give a file away.
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
        run(&use_it).failed(2, &["keyfob.toml belongs to another user"]);
        run(&trust_it).failed(2, &["keyfob.toml belongs to another user"]);
    }
}

#[test]
#[cfg(unix)]
fn a_certificate_that_a_trusted_file_names_is_trusted_with_it() {
    let (home, above) = (folder("home"), folder("certificate"));
    let (path, certificate) = (above.join("keyfob.toml"), above.join("plant.pem"));
    let text = "[profiles.plant]\nca = 'plant.pem'\n[profiles.plant.bits]\nbase = 'http://127.0.0.1:1'\n";
    fs::write(&path, text).unwrap();
    private(&path);
    fs::write(&certificate, "the plant's").unwrap();
    trust(&home, &path);
    let arguments = ["token", "bits", "--profile", "plant"];
    let token = || Keyfob::new(&arguments).within(&above).env("HOME", home.to_str().unwrap()).run();
    assert!(token().stderr.contains("cannot use") && token().stderr.contains("no certificate"), "{:?}", token());
    fs::write(&certificate, "the stranger's").unwrap();
    token().failed(2, &["plant.pem has changed since you trusted it"]);
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
        let arguments = ["token", "bits", "--profile", "sim", "--config", path.to_str().unwrap()];
        let run = Keyfob::new(&arguments).run();
        run.failed(2, &words);
        assert!(!run.stderr.contains("canary"), "{run:?}");
    }
    fs::remove_file(&path).unwrap();
    let none = Keyfob::new(&["token", "bits", "--profile", "sim"]).within(&folder).run();
    assert_eq!(none.status, 2);
}
