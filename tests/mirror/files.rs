//! Copies in NDJSON, CSV and Parquet files.

use crate::copy::To;
use crate::scenario::{Place, changes, crashes, faults, locks};
use crate::world::{Folder, file};

const EXTENSIONS: [&str; 3] = ["ndjson", "csv", "parquet"];

fn place(extension: &'static str) -> (Folder, Place) {
    let folder = Folder::new(extension);
    let path = folder.path().to_owned();
    (folder, Place::new(move |table| To(format!("{}/{}.{extension}", path.display(), table.name))))
}

fn remove(to: &To) {
    let folder = file(to).parent().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[tokio::test]
async fn random_changes_between_runs_reach_files() {
    for extension in EXTENSIONS {
        let (_folder, place) = place(extension);
        changes::random_changes(&place, 201).await;
    }
}

#[tokio::test]
async fn faults_of_the_service_lose_nothing_in_files() {
    for extension in EXTENSIONS {
        let (_folder, place) = place(extension);
        faults::survive(&place, 202).await;
    }
}

#[tokio::test]
async fn kills_at_random_moments_lose_nothing_in_ndjson() {
    let (_folder, place) = place("ndjson");
    crashes::kill(&place, 203, remove).await;
}

#[tokio::test]
async fn kills_at_random_moments_lose_nothing_in_csv() {
    let (_folder, place) = place("csv");
    crashes::kill(&place, 204, remove).await;
}

#[tokio::test]
async fn kills_at_random_moments_lose_nothing_in_parquet() {
    let (_folder, place) = place("parquet");
    crashes::kill(&place, 205, remove).await;
}

#[tokio::test]
async fn a_full_disk_leaves_the_file_as_it_was() {
    for extension in EXTENSIONS {
        let (_folder, place) = place(extension);
        crashes::full_disk(&place, 206).await;
    }
}

#[tokio::test]
async fn the_lock_of_a_killed_process_is_free_in_files() {
    let (_folder, place) = place("parquet");
    crashes::lock_holder_killed(&place, 207).await;
}

#[tokio::test]
async fn the_second_mirror_of_a_file_says_who_has_the_lock() {
    let (_folder, place) = place("ndjson");
    locks::one_table(&place, 208).await;
}

#[tokio::test]
async fn processes_on_different_files_share_one_token() {
    let (_folder, place) = place("csv");
    locks::one_token(&place, 209).await;
}

#[tokio::test]
async fn a_clock_an_hour_ahead_or_behind_loses_nothing_in_files() {
    for skew in [-3_600, 3_600] {
        let (_folder, place) = place("csv");
        changes::clock(&place, 210, skew).await;
    }
}

#[tokio::test]
async fn new_columns_are_added_to_old_files() {
    for extension in EXTENSIONS {
        let (_folder, place) = place(extension);
        changes::new_columns(&place, 211).await;
    }
}
