//! Segments that become complete files.

use super::*;

#[test]
fn a_segment_becomes_a_file_by_metadata_at_its_end() {
    let layout = layout(&NUMBERED);
    let numbers_of_chunks = [0..20_000, 20_000..22_000, 22_000..200_000];
    let chunks = numbers_of_chunks.map(|numbers| chunk(&layout, &[numbered(numbers)]));
    let segment = chunks.concat();
    let mut file = temporary_file();
    file.write_all(&segment).unwrap();
    let (none, mut offset) = (RowSet::new(200_000), 0);
    let inputs: Vec<_> = chunks
        .iter()
        .zip([20_000, 2000, 178_000])
        .map(|(chunk, rows)| {
            let (length, superseded, is_complete) = (chunk.len() as u64, (&none, 0), false);
            offset += length;
            Input { file: &file, offset: offset - length, length, is_complete, rows, layout: &layout, superseded }
        })
        .collect();
    let mut completed = Vec::new();
    parquet().complete(&layout, &inputs, &mut completed).unwrap();
    assert!(completed.starts_with(&segment));
    assert_eq!(numbers(&completed), (0..200_000).collect::<Vec<_>>());
    assert_eq!(group_sizes(&completed), [20_000, 2000, 89_000, 89_000]);
    let found = metadata(&completed);
    assert_eq!(found.file_metadata().num_rows(), 200_000);
    assert_eq!(found.file_metadata().key_value_metadata().unwrap().len(), 2);
    assert_eq!(encoded(&completed, 1), encoded(&chunks[1], 0));
    assert!(parquet().is_completable(&inputs).unwrap());
    assert!(!parquet().is_completable(&inputs[1..2]).unwrap(), "a file does not have small row groups alone");
    assert!(parquet().complete(&layout, &inputs[1..], &mut Vec::new()).is_err(), "a chunk is not where it was written");
}
