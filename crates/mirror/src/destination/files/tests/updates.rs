//! Updates of a copy: what is written, and which files are refused.

use std::fs;

use super::*;
use crate::error::ErrorKind;

#[track_caller]
fn check_refused(copy: &Copy, expected: &str) {
    let error = match copy.open_with(Faults::default()) {
        Err(error) => error,
        Ok(mut file) => file.finish(&complete_run()).unwrap_err(),
    };
    assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
    let (message, name) = (error.to_string(), copy.path.display().to_string());
    assert!(message.replace(&name, "FILE").contains(expected), "{message}");
    assert!(message.ends_with("start over with a listing of all rows"), "{message}");
}

#[test]
fn a_run_without_changes_writes_only_the_checkpoint() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1), (2, 1)], &[])]);
        let read = |name: &str| {
            let path = copy.path.with_file_name(format!("{}{name}", copy.path.file_name().unwrap().to_str().unwrap()));
            (path.metadata().unwrap().modified().unwrap(), fs::read(&path).unwrap())
        };
        let (file, index, checkpoint) = (read(""), read(".index"), read(".checkpoint"));
        let mut open = copy.open_with(Faults::after(1000, Fault::DiskFull)).unwrap();
        let applied = open.apply(copy.batch(&[(1, 1)], &[77]), &copy.checkpoint(5)).unwrap();
        assert_eq!((applied.upserts, applied.deletions), (0, 0), "an unchanged row is not applied");
        assert_eq!(open.finish(&complete_run()).unwrap(), 2);
        drop(open);
        assert_eq!((read(""), read(".index")), (file, index));
        assert_ne!(read(".checkpoint").1, checkpoint.1);
        assert_eq!(copy.files(), ["", ".checkpoint", ".index"]);
        let open = copy.open();
        assert_eq!(open.state.checkpoint.as_ref().unwrap().progress, 5);
        assert!(open.index.is_none(), "the index is not read before it is needed");
    });
}

#[test]
fn changes_that_cancel_each_other_leave_the_file() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1), (2, 1)], &[])]);
        let before = copy.path.metadata().unwrap().modified().unwrap();
        copy.run(&[(&[(1, 2), (3, 1)], &[2]), (&[(1, 1), (2, 1)], &[3])]);
        assert_eq!(copy.path.metadata().unwrap().modified().unwrap(), before);
        assert_eq!(copy.rows(), Model::from([(1, 1), (2, 1)]));
        assert_eq!(copy.files(), ["", ".checkpoint", ".index"]);
    });
}

#[test]
fn unchanged_rows_are_copied_as_bytes() {
    for (extension, edit) in
        [("ndjson", ("\"version\":1", "\"version\" :1")), ("csv", ("2024-10-05", "\"2024-10-05\""))]
    {
        let copy = Copy::new(extension);
        copy.run(&[(&[(1, 1), (2, 1), (3, 1)], &[])]);
        // The same rows in another spelling, which decoding and encoding would change.
        let text = fs::read_to_string(&copy.path).unwrap().replacen(edit.0, edit.1, 1);
        assert!(text.contains(edit.1), "{text}");
        fs::write(&copy.path, &text).unwrap();
        let state = fs::read_to_string(copy.path.with_extension(format!("{extension}.checkpoint"))).unwrap();
        let mut state: serde_json::Value = serde_json::from_str(&state).unwrap();
        state["base"]["file"] =
            serde_json::to_value(super::super::digest::Digest::of(&fs::File::open(&copy.path).unwrap()).unwrap())
                .unwrap();
        fs::write(copy.path.with_extension(format!("{extension}.checkpoint")), state.to_string()).unwrap();
        copy.run(&[(&[(3, 2), (4, 2)], &[2])]);
        assert!(fs::read_to_string(&copy.path).unwrap().contains(edit.1));
        assert_eq!(copy.rows(), Model::from([(1, 1), (3, 2), (4, 2)]));
    }
}

#[test]
fn a_failed_run_does_not_replace_the_file_and_the_next_one_continues() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1)], &[])]);
        let mut file = copy.open();
        file.apply(copy.batch(&[(2, 1)], &[1]), &copy.checkpoint(7)).unwrap();
        assert_eq!(file.finish(&failed_run()).unwrap(), 1, "the visible rows are counted");
        drop(file);
        assert_eq!(copy.rows(), Model::from([(1, 1)]));
        let mut file = copy.open();
        assert_eq!(file.state.checkpoint.as_ref().unwrap().progress, 7);
        assert_eq!(file.state.last_run().unwrap().error.as_deref(), Some("401 Unauthorized"));
        let index = file.row_index().unwrap();
        let key = |id: &str| Schema::key_hash([Value::Text(id)], &mut Vec::new());
        assert!(index.is_unlisted(key("2")) && !index.is_unlisted(key("1")), "the index has the interrupted changes");
        file.finish(&complete_run()).unwrap();
        assert_eq!(copy.rows(), Model::from([(2, 1)]));
    });
}

#[test]
fn a_file_that_another_program_changed_is_not_updated() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1), (2, 1)], &[])]);
        let original = fs::read(&copy.path).unwrap();
        let mut longer = original.clone();
        longer.push(b'\n');
        fs::write(&copy.path, &longer).unwrap();
        let size = original.len();
        check_refused(
            &copy,
            &format!(
                "FILE was changed by another program: it has {} bytes, and the 2 rows written had {size} bytes",
                size + 1
            ),
        );
        let mut other = original.clone();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&copy.path, &other).unwrap();
        check_refused(&copy, "its content is not that of the 2 rows written; restore the file");
        fs::remove_file(&copy.path).unwrap();
        check_refused(&copy, "FILE no longer exists");
        // The file is restored: the time of its last change does not matter.
        fs::write(&copy.path, &original).unwrap();
        copy.run(&[(&[(3, 1)], &[])]);
        assert_eq!(copy.rows().len(), 3);
    });
}

#[test]
fn a_file_that_changes_during_the_run_is_not_replaced() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1)], &[])]);
        let mut file = copy.open();
        file.apply(copy.batch(&[(2, 1)], &[]), &copy.checkpoint(2)).unwrap();
        let mut other = fs::read(&copy.path).unwrap();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&copy.path, &other).unwrap();
        let error = file.finish(&complete_run()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
        assert_eq!(fs::read(&copy.path).unwrap(), other);
    });
}

#[test]
fn files_without_their_companions_are_not_updated() {
    each_format(|copy| {
        copy.run(&[(&[(1, 1)], &[])]);
        let extension = copy.path.extension().unwrap().to_str().unwrap().to_owned();
        let sibling = |name: &str| copy.path.with_extension(format!("{extension}.{name}"));
        let checkpoint = fs::read(sibling("checkpoint")).unwrap();
        fs::remove_file(sibling("checkpoint")).unwrap();
        check_refused(&copy, "FILE exists but its checkpoint FILE.checkpoint does not exist");
        fs::write(sibling("checkpoint"), "{\"version\":1}").unwrap();
        check_refused(&copy, "FILE.checkpoint was written by another version of this program");
        fs::write(sibling("checkpoint"), "{\"version").unwrap();
        check_refused(&copy, "FILE.checkpoint is damaged");
        fs::write(sibling("checkpoint"), checkpoint).unwrap();
        let mut file = copy.open();
        file.apply(copy.batch(&[(2, 1)], &[]), &copy.checkpoint(2)).unwrap();
        file.finish(&failed_run()).unwrap();
        drop(file);
        let part = fs::read(sibling("part")).unwrap();
        fs::write(sibling("part"), &part[1..]).unwrap();
        check_refused(&copy, "FILE.part is shorter than its checkpoint records");
        fs::remove_file(sibling("part")).unwrap();
        check_refused(&copy, "FILE.part no longer exists");
        fs::write(sibling("part"), part).unwrap();
        fs::write(sibling("index"), "").unwrap();
        check_refused(&copy, "FILE.index does not exist or was changed");
        // A listing of all rows replaces all of it.
        let copy = Copy { options: Options { start_over: true, ..copy.options }, ..copy };
        copy.run(&[(&[(9, 1)], &[])]);
        assert_eq!(copy.rows(), Model::from([(9, 1)]));
        assert_eq!(copy.files(), ["", ".checkpoint", ".index"]);
    });
}

#[test]
fn starting_over_replaces_the_file_at_the_end_only() {
    each_format(|copy| {
        fs::write(&copy.path, "a file of another program").unwrap();
        let copy = Copy { options: Options { start_over: true, ..copy.options }, ..copy };
        let mut file = copy.open();
        file.apply(copy.batch(&[(1, 1)], &[]), &copy.checkpoint(1)).unwrap();
        file.finish(&failed_run()).unwrap();
        drop(file);
        assert_eq!(fs::read(&copy.path).unwrap(), b"a file of another program");
        // The interrupted listing continues without the setting.
        let copy = Copy { options: Options { start_over: false, ..copy.options }, ..copy };
        copy.run(&[(&[(2, 1)], &[])]);
        assert_eq!(copy.rows(), Model::from([(1, 1), (2, 1)]));
    });
}

#[test]
fn an_incomplete_listing_does_not_replace_a_file() {
    each_format(|copy| {
        fs::write(&copy.path, "a file of another program").unwrap();
        let copy = Copy { options: Options { start_over: true, ..copy.options }, ..copy };
        let mut file = copy.open();
        let batch = copy.batch(&[(1, 1)], &[]).reject(None, "", "[]");
        file.apply(batch, &copy.checkpoint(1)).unwrap();
        let error = file.finish(&complete_run()).unwrap_err();
        assert!(error.to_string().contains("is not replaced by an incomplete listing: 1 row have no key"), "{error}");
        assert_eq!(fs::read(&copy.path).unwrap(), b"a file of another program");
        fs::remove_file(&copy.path).unwrap();
        file.finish(&complete_run()).unwrap();
        assert_eq!(copy.rows(), Model::from([(1, 1)]));
    });
}
