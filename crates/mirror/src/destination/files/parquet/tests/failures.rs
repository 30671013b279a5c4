//! Damaged files and full disks.

use super::*;

#[test]
fn a_damaged_file_is_an_error() {
    let layout = layout(&NUMBERED);
    let file = chunk(&layout, &[numbered(0..10_000)]);
    let inputs = Inputs::new(&[(&file, 10_000, layout.clone())]);
    for length in [0, 3, 12, file.len() / 2, file.len() - 1] {
        let section = Section { file: inputs.file.try_clone().unwrap(), offset: 6, length: length as u64 };
        assert!(Source::open(section, &layout).is_err(), "{length}");
    }
    let others = self::layout(&TYPES);
    let section = Section { file: inputs.file.try_clone().unwrap(), offset: 6, length: file.len() as u64 };
    assert!(Source::open(section, &others).is_err());
}

#[test]
fn a_full_disk_is_reported_as_such() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = parquet().merge(&layout(&NUMBERED), &[], &mut Full).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}
