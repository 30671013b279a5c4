//! Access to the files: locks, modes, links and paths.

use std::fs;
use std::task::{Context, Waker};

use super::super::writer::FileWriter;
use super::*;
use crate::batch::testing::listed;
use crate::destination::TableWriter;
use crate::error::ErrorKind;

#[test]
fn two_writers_of_a_file_exclude_each_other() {
    let copy = Copy::new("csv");
    let file = copy.open();
    let error = copy.open_with(Faults::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(file);
    copy.open();
}

#[test]
fn reading_neither_locks_nor_changes_a_copy() {
    each_format(|copy| {
        let paths = CopyPaths::new(&copy.path).unwrap();
        let read = || open(&paths, copy.options, &Disk::default(), &copy.schema, true).unwrap();
        assert!(read().row_index().unwrap().is_empty() && copy.files().is_empty());
        let mut file = copy.open();
        file.apply(copy.batch(&[(1, 1), (2, 1)], &[]), &copy.checkpoint(1)).unwrap();
        file.flush(true).unwrap();
        let files = copy.files();
        assert_eq!(read().row_index().unwrap().len(), 2);
        let error = read().apply(copy.batch(&[(3, 1)], &[]), &copy.checkpoint(2)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert_eq!(copy.files(), files);
        file.finish(&complete_run()).unwrap();
        assert_eq!(copy.rows().len(), 2);
    });
}

#[cfg(unix)]
#[test]
fn files_are_private_and_a_replaced_file_passes_its_mode_on() {
    use std::os::unix::fs::PermissionsExt;

    each_format(|copy| {
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        let mut file = copy.open();
        file.apply(copy.batch(&[(1, 1)], &[]).reject(None, "", "[]"), &copy.checkpoint(1)).unwrap();
        file.flush(true).unwrap();
        for entry in fs::read_dir(copy.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        file.finish(&complete_run()).unwrap();
        drop(file);
        assert_eq!(mode(&copy.path), 0o600);
        fs::set_permissions(&copy.path, fs::Permissions::from_mode(0o640)).unwrap();
        copy.run(&[(&[(2, 1)], &[])]);
        assert_eq!(mode(&copy.path), 0o640);
        assert_eq!(mode(&CopyPaths::new(&copy.path).unwrap().index), 0o600);
    });
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed() {
    each_format(|copy| {
        let link = copy.path.with_file_name("link").with_extension(copy.path.extension().unwrap());
        copy.run(&[(&[(1, 1)], &[])]);
        std::os::unix::fs::symlink(&copy.path, &link).unwrap();
        let linked = Copy { path: link.clone(), ..copy };
        linked.run(&[(&[(2, 1)], &[])]);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(linked.rows().len(), 2);
    });
}

#[test]
fn paths_that_cannot_be_a_file_are_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, expected: &str| {
        let error = Files::new(folder.path().join(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("none/rows.csv", "none does not exist");
    check("rows.txt", "no known extension; use .ndjson, .csv or .parquet");
    fs::create_dir(folder.path().join("rows.csv")).unwrap();
    check("rows.csv", "is not a regular file");
    let file = Files::new(folder.path().join("rows.ndjson")).unwrap();
    assert_eq!(file.neutralize_formulas(true).unwrap_err().kind(), ErrorKind::Settings);
}

#[tokio::test]
async fn the_state_of_a_copy_can_be_read_while_it_is_written() {
    use crate::destination::Destination;

    let copy = Copy::new("ndjson");
    let files = Files::new(&copy.path).unwrap();
    assert_eq!(files.status().await.unwrap(), []);
    let mut writer = files.open(&copy.schema, false).await.unwrap();
    assert!(writer.checkpoint().is_none());
    let batch = copy.batch(&[(1, 1), (2, 1)], &[]).reject(Some("1"), "note", "5").reject(None, "", "[]");
    let applied = writer.apply(batch, &copy.checkpoint(1)).await.unwrap();
    assert_eq!((applied.upserts, applied.deletions), (2, 0));
    assert_eq!(writer.checkpoint().unwrap().progress, 1);
    assert_eq!(writer.finish(&complete_run()).await.unwrap(), 2);
    let status = files.status().await.unwrap().remove(0);
    assert_eq!((status.api.as_str(), status.table.as_str(), status.rows, status.rejects), ("test-api", "rows", 2, 2));
    assert_eq!(status.last_run, Some(complete_run()));
    assert_eq!(status.current_to, Some(complete_run().started));
    assert!(status.writer.unwrap().contains(&std::process::id().to_string()));
    drop(writer);
    let mut writer = files.open(&copy.schema, false).await.unwrap();
    assert_eq!(writer.checkpoint().unwrap().progress, 1);
    let index = writer.index().await.unwrap();
    assert_eq!(writer.end_listing(listed(Some(&index), 2_000_000_000), &copy.checkpoint(2)).await.unwrap(), 2);
    writer.finish(&complete_run()).await.unwrap();
    drop(writer);
    let status = files.status().await.unwrap().remove(0);
    assert_eq!((status.rows, status.rejects, status.writer), (0, 0, None));
    assert_eq!(copy.rows(), Model::new());
}

/// A call is dropped when the run is stopped. The next call must not overtake it: its checkpoint is the later one.
#[test]
fn a_call_that_is_dropped_ends_before_the_next_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let copy = Copy::new("ndjson");
    let mut writer = FileWriter::new(copy.open());
    runtime.block_on(async {
        // The only thread for blocking work is busy, so that the call has not started when it is dropped.
        let (release, busy) = std::sync::mpsc::channel::<()>();
        let thread = tokio::task::spawn_blocking(move || busy.recv());
        let first = copy.checkpoint(1);
        let mut call = writer.apply(copy.batch(&[(1, 1)], &[]), &first);
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(call);
        assert!(writer.is_in_use(), "another call could use the copy before the one that was dropped");
        release.send(()).unwrap();
        thread.await.unwrap().unwrap();
        writer.apply(copy.batch(&[(1, 2)], &[]), &copy.checkpoint(2)).await.unwrap();
        writer.finish(&complete_run()).await.unwrap();
    });
    assert_eq!(copy.rows(), Model::from([(1, 2)]));
}
