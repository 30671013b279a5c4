//! Crashes and full disks at every operation that changes the disk.

use super::*;

/// Changes that a run applies.
#[derive(Clone, Debug)]
enum Step {
    Apply(Vec<(u32, u32)>, Vec<u32>),
    /// The deletion of unlisted rows at the end of a complete listing.
    Delete(Vec<u32>),
}

impl Step {
    fn change(&self, model: &mut Model) {
        let (Self::Apply(_, deleted) | Self::Delete(deleted)) = self;
        model.retain(|id, _| !deleted.contains(id));
        if let Self::Apply(upserts, _) = self {
            model.extend(upserts.iter().copied());
        }
    }

    fn apply(&self, copy: &Copy, file: &mut FileCopy, number: usize) -> Result<(), Error> {
        let checkpoint = copy.checkpoint(number + 1);
        match self {
            Self::Apply(upserts, deletions) => file.apply(copy.batch(upserts, deletions), &checkpoint).map(drop)?,
            Self::Delete(ids) => {
                let key = |id: &u32| Schema::key_hash([Value::Text(&id.to_string())], &mut Vec::new());
                let keys: Vec<u128> = ids.iter().map(key).collect();
                file.end_listing(&keys, checkpoint.started, &checkpoint).map(drop)?;
            }
        }
        // Every second change is followed by a checkpoint, as after a while.
        if number % 2 == 1 { file.flush(true) } else { Ok(()) }
    }
}

/// Applies the steps behind the checkpoint, and ends the run.
fn resume(copy: &Copy, faults: Faults, steps: &[Step]) -> Result<(), Error> {
    let mut file = copy.open_with(faults)?;
    let progress = file.state.checkpoint.as_ref().and_then(|checkpoint| checkpoint.progress.as_u64()).unwrap_or(0);
    for (number, step) in steps.iter().enumerate().skip(usize::try_from(progress).unwrap()) {
        step.apply(copy, &mut file, number)?;
    }
    file.finish(&complete_run()).map(drop)
}

/// The second run of the tests: changed, new, unchanged, deleted rows, and rows that are changed several times.
fn second_run() -> Vec<Step> {
    let before = Step::Apply((0..20).map(|id| (id, 0)).collect(), Vec::new());
    vec![
        before,
        Step::Apply(vec![(3, 1), (30, 1), (4, 0)], vec![5, 99]),
        Step::Apply(vec![(3, 2), (5, 2), (31, 2)], vec![30]),
        Step::Delete(vec![7, 8, 31]),
        Step::Apply(vec![(8, 3), (9, 0), (32, 3)], vec![]),
    ]
}

/// Lets a fault occur at each operation of a run, then continues without one.
#[track_caller]
fn check(extension: &str, fault: Fault, first_run: bool, then: impl Fn(&Copy, &[Step], Result<(), Error>)) {
    check_steps(extension, fault, first_run, &second_run(), then);
}

#[track_caller]
fn check_steps(
    extension: &str,
    fault: Fault,
    first_run: bool,
    steps: &[Step],
    then: impl Fn(&Copy, &[Step], Result<(), Error>),
) {
    let (mut before, mut after) = (Model::new(), Model::new());
    steps[0].change(&mut before);
    for step in steps {
        step.change(&mut after);
    }
    for operations in 0.. {
        let copy = Copy::new(extension);
        if !first_run {
            resume(&copy, Faults::default(), &steps[..1]).unwrap();
        }
        let faults = Faults::after(operations, fault);
        let result = resume(&copy, faults.clone(), steps);
        let has_occurred = faults.has_occurred();
        if !has_occurred {
            assert!(operations > 20, "a run has only {operations} operations");
            result.unwrap();
            assert_eq!(copy.rows(), after);
            return;
        }
        if copy.path.exists() {
            let found = copy.rows();
            assert!(found == before && !first_run || found == after, "{operations}: {found:?}");
        }
        then(&copy, steps, result);
        assert_eq!(copy.rows(), after, "{extension} {operations}");
        assert_eq!(copy.files(), ["", ".checkpoint", ".index"], "{operations}");
        // The index fits the file: a run that deletes all rows leaves an empty one.
        let mut file = copy.open();
        assert_eq!(file.row_index().unwrap().len(), after.len());
        let ids: Vec<u32> = after.keys().copied().collect();
        file.apply(copy.batch(&[], &ids), &copy.checkpoint(9)).unwrap();
        file.finish(&complete_run()).unwrap();
        assert_eq!(copy.rows(), Model::new());
    }
}

#[test]
fn a_run_continues_after_a_crash_at_any_operation() {
    for extension in EXTENSIONS {
        for first_run in [true, false] {
            check(extension, Fault::Crash, first_run, |copy, steps, _| {
                resume(copy, Faults::default(), steps).unwrap();
            });
        }
    }
}

/// The segment of a first run whose rows occur once becomes the file, so that the disk never has both.
#[test]
fn a_first_run_does_not_write_its_rows_twice() {
    let steps: Vec<_> =
        (0..6).map(|part| Step::Apply((4 * part..4 * part + 4).map(|id| (id, 0)).collect(), Vec::new())).collect();
    for extension in EXTENSIONS {
        for fault in [Fault::Crash, Fault::DiskFull] {
            check_steps(extension, fault, true, &steps, |copy, steps, _| {
                assert!(!copy.files().contains(&".new".to_owned()), "{extension}");
                resume(copy, Faults::default(), steps).unwrap();
            });
        }
    }
}

#[test]
fn a_run_continues_after_a_crash_within_the_continuation() {
    for extension in EXTENSIONS {
        for second_crash in [0, 1, 2, 3, 5, 8] {
            check(extension, Fault::Crash, false, |copy, steps, _| {
                let _ = resume(copy, Faults::after(second_crash, Fault::Crash), steps);
                resume(copy, Faults::default(), steps).unwrap();
            });
        }
    }
}

#[test]
fn a_full_disk_leaves_the_file_and_the_run_continues() {
    for extension in EXTENSIONS {
        for first_run in [true, false] {
            check(extension, Fault::DiskFull, first_run, |copy, steps, result| {
                if let Err(error) = &result {
                    assert_eq!(error.kind(), crate::ErrorKind::Destination, "{error}");
                }
                resume(copy, Faults::default(), steps).unwrap();
            });
        }
    }
}

/// A change that failed is not in the copy: the same copy can continue with it or without it.
#[test]
fn a_failed_change_has_no_effect() {
    for extension in EXTENSIONS {
        for operations in 0..12 {
            let copy = Copy::new(extension);
            copy.run(&[(&[(1, 1), (2, 1)], &[])]);
            // To open the copy takes four operations.
            let mut file = copy.open_with(Faults::after(operations + 4, Fault::DiskFull)).unwrap();
            let mut expected = copy.rows();
            for id in 3..9 {
                let (upserts, deletions) = ([(id, 1)], [id - 2]);
                let applied = file.apply(copy.batch(&upserts, &deletions), &copy.checkpoint(2));
                // A failed checkpoint does not undo the change.
                let _ = file.flush(true);
                if applied.is_ok() {
                    Step::Apply(upserts.to_vec(), deletions.to_vec()).change(&mut expected);
                }
            }
            if file.finish(&complete_run()).is_err() {
                file.finish(&complete_run()).unwrap();
            }
            assert_eq!(copy.rows(), expected, "{extension} {operations}");
        }
    }
}

#[test]
fn random_changes_with_random_crashes_end_with_the_rows_of_the_source() {
    for extension in EXTENSIONS {
        for seed in 0..150 {
            let (mut random, copy, mut expected) = (Random(seed), Copy::new(extension), Model::new());
            let mut steps = Vec::new();
            for _ in 0..5 {
                for _ in 0..=random.below(4) {
                    let (mut upserts, mut deletions) = (Model::new(), Vec::new());
                    for _ in 0..random.below(12) {
                        let id = random.below(25);
                        if random.below(3) == 0 { deletions.push(id) } else { upserts.extend([(id, random.below(4))]) }
                    }
                    deletions.retain(|id| !upserts.contains_key(id));
                    deletions.sort_unstable();
                    deletions.dedup();
                    let is_end = random.below(4) == 0;
                    steps.push(if is_end {
                        Step::Delete(deletions)
                    } else {
                        Step::Apply(upserts.into_iter().collect(), deletions)
                    });
                    steps.last().unwrap().change(&mut expected);
                }
                for _ in 0..random.below(4) {
                    let _ = resume(&copy, Faults::after(random.below(40).into(), Fault::Crash), &steps);
                }
                resume(&copy, Faults::default(), &steps).unwrap();
                assert_eq!(copy.rows(), expected, "{extension} {seed}");
            }
        }
    }
}
