//! Copies in `SQLite`.

use crate::copy::To;
use crate::scenario::{Place, changes, crashes, faults, locks};
use crate::world::{Folder, file};

fn place() -> (Folder, Place) {
    let folder = Folder::new("sqlite");
    let path = folder.path().join("copy.db");
    (folder, Place::new(move |_| To(format!("sqlite:{}", path.display()))))
}

fn remove(to: &To) {
    let folder = file(to).parent().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[tokio::test]
async fn random_changes_between_runs_reach_sqlite() {
    let (_folder, place) = place();
    changes::random_changes(&place, 101).await;
}

#[tokio::test]
async fn faults_of_the_service_lose_nothing_in_sqlite() {
    let (_folder, place) = place();
    faults::survive(&place, 102).await;
}

#[tokio::test]
async fn kills_at_random_moments_lose_nothing_in_sqlite() {
    let (_folder, place) = place();
    crashes::kill(&place, 103, remove).await;
}

#[tokio::test]
async fn a_full_disk_leaves_the_database_intact() {
    let (_folder, place) = place();
    crashes::full_disk(&place, 104).await;
}

#[tokio::test]
async fn the_lock_of_a_killed_process_is_free_in_sqlite() {
    let (_folder, place) = place();
    crashes::lock_holder_killed(&place, 105).await;
}

#[tokio::test]
async fn the_second_mirror_of_a_table_in_sqlite_says_who_has_the_lock() {
    let (_folder, place) = place();
    locks::one_table(&place, 106).await;
}

#[tokio::test]
async fn processes_on_different_tables_share_one_token_and_one_database() {
    let (_folder, place) = place();
    locks::one_token(&place, 107).await;
}

#[tokio::test]
async fn a_clock_an_hour_ahead_or_behind_loses_nothing_in_sqlite() {
    for skew in [-3_600, 3_600] {
        let (_folder, place) = place();
        changes::clock(&place, 108, skew).await;
    }
}

#[tokio::test]
async fn new_columns_are_added_to_an_old_copy_in_sqlite() {
    let (_folder, place) = place();
    changes::new_columns(&place, 109).await;
}
