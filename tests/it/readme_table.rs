//! The table of APIs in the root README, compared with the operations of the clients.

use keyfob::{
    Operation, bits, client::Confidence, digitaleo, ditio_core, ditio_mass_transport, ditio_reporting, dvinci, itempath,
};

const README: &str = include_str!("../../README.md");

/// Maximum number of lines of the README without the rows of APIs: a screen and a half.
const MAX_LINES: usize = 73;

#[track_caller]
fn check(name: &str, operations: &[&Operation]) {
    let start = format!("| [`{name}`](crates/{name}) |");
    let row = README.lines().find(|line| line.starts_with(&start)).expect(name);
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    let count = |confidence| operations.iter().filter(|operation| operation.confidence == confidence).count();
    let counts =
        [operations.len(), count(Confidence::Documented), count(Confidence::Example), count(Confidence::Inferred)];
    assert_eq!(cells[3..7], counts.map(|count| count.to_string()), "operations of {name} in README.md: {row}");
}

#[test]
fn the_readme_counts_the_operations_of_each_api_by_confidence() {
    check(ditio_core::API, ditio_core::OPERATIONS);
    check(ditio_reporting::API, ditio_reporting::OPERATIONS);
    check(ditio_mass_transport::API, ditio_mass_transport::OPERATIONS);
    check(bits::API, bits::OPERATIONS);
    check(itempath::API, itempath::OPERATIONS);
    check(dvinci::API, dvinci::OPERATIONS);
    check(digitaleo::API, digitaleo::OPERATIONS);
}

#[test]
fn the_readme_fits_on_a_screen_and_a_half() {
    let lines = README.lines().filter(|line| !line.starts_with("| [`")).count();
    assert!(lines <= MAX_LINES, "README.md has {lines} lines; move details into the book");
}
