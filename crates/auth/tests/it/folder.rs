//! A folder of a test's own, which goes with the test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keyfob-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// For a store, which makes it.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("tokens")
    }

    /// All files of the store with their content.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.store()).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.map(|path| (path.clone(), std::fs::read(path).expect("readable"))).collect()
    }

    /// The one file with a token in it.
    pub(crate) fn token_file(&self) -> PathBuf {
        let mut files = self.files().into_iter().map(|(path, _)| path);
        files.find(|path| path.extension().is_some_and(|kind| kind == "token")).expect("a token file")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether a text is in there, as it is or in base64, in any of its three positions.
pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    let mut forms = vec![text.as_bytes().to_vec()];
    for shift in 0..3 {
        let encoded = STANDARD_NO_PAD.encode(format!("{}{text}", &"   "[..shift]));
        forms.push(encoded.as_bytes()[4.min(encoded.len() / 3)..encoded.len() - 2].to_vec());
    }
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}
