//! Maps that are edited after they were decoded.

use std::collections::BTreeMap;

use super::Row;

#[test]
fn an_edited_map_is_written_with_its_new_members() {
    #[track_caller]
    fn check(edit: impl FnOnce(&mut BTreeMap<String, String>), written: &str) {
        let mut row: Row = serde_json::from_str(r#"{"names":{"de":1,"en":"b","fr":null}}"#).unwrap();
        edit(&mut row.names);
        assert_eq!(serde_json::to_string(&row).unwrap(), written);
    }
    check(|_| (), r#"{"names":{"de":1,"en":"b","fr":null}}"#);
    check(|names| drop(names.insert("de".into(), "2".into())), r#"{"names":{"de":"2","en":"b"}}"#);
    check(|names| drop(names.insert("fr".into(), "c".into())), r#"{"names":{"de":"1","en":"b","fr":"c"}}"#);
    check(|names| drop(names.insert("no".into(), "d".into())), r#"{"names":{"de":"1","en":"b","no":"d"}}"#);
    check(|names| drop(names.remove("en")), r#"{"names":{"de":"1"}}"#);
    check(BTreeMap::clear, "{}");
    let mut row: Row = serde_json::from_str(r#"{"names":{}}"#).unwrap();
    row.names.insert("de".into(), "a".into());
    assert_eq!(serde_json::to_string(&row).unwrap(), r#"{"names":{"de":"a"}}"#);
}
