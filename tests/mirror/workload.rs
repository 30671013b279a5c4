//! Random changes at the services, by seed.

use keyfob::client::table::Table;
use keyfob::{digitaleo, ditio_reporting, itempath};
use keyfob_simulator::{DitioReporting, DitioTable, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::truth::Http;

/// Deterministic random numbers: SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % end
    }

    /// Returns the position of one of `len` elements; 0 if there are none.
    pub(crate) fn position(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len.max(1) as u64)).unwrap()
    }

    fn pick<'a, T>(&mut self, elements: &'a [T]) -> &'a T {
        &elements[self.position(elements.len())]
    }
}

/// Returns a table by its name.
pub(crate) fn table(tables: &[&'static Table], name: &str) -> &'static Table {
    tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

/// The tables that the workload changes: an incremental one, a small one of the same API, and snapshots by page and by
/// offset.
pub(crate) fn tables() -> [&'static Table; 4] {
    [
        table(ditio_reporting::TABLES, "time_registrations"),
        table(ditio_reporting::TABLES, "projects"),
        table(itempath::TABLES, "materials"),
        table(digitaleo::TABLES, "contacts"),
    ]
}

/// Services whose rows change.
pub(crate) struct Workload {
    pub(crate) random: Random,
    ditio: DitioReporting,
    http: Http,
    /// Materials without stock, which can be deleted.
    materials: Vec<String>,
    written: u64,
}

impl Workload {
    pub(crate) fn new(seed: u64, simulator: &Simulator, http: &Http) -> Self {
        let (ditio, http) = (simulator.ditio_reporting(), http.clone());
        Self { random: Random::new(seed), ditio, http, materials: Vec::new(), written: 0 }
    }

    /// Inserts, updates and deletes a few rows of a table.
    pub(crate) async fn change(&mut self, table: &Table) {
        match (table.operation.api, table.name) {
            ("ditio-reporting", "time_registrations") => self.change_ditio(DitioTable::TimeRegistrations),
            ("ditio-reporting", "projects") => self.change_ditio(DitioTable::Project),
            ("itempath", "materials") => self.change_materials().await,
            ("digitaleo", "contacts") => self.change_contacts().await,
            other => panic!("the workload does not change {other:?}"),
        }
    }

    fn text(&mut self) -> String {
        self.written += 1;
        let texts = [
            "Grøft, «nord»",
            "tab\tand \"quotes\", commas;",
            "line\nbreak",
            "",
            "NULL",
            "emoji 🏗",
            "back\\slash",
            "'; --",
        ];
        let text = self.random.pick(&texts);
        format!("{text}{}", if text.is_empty() { String::new() } else { self.written.to_string() })
    }

    fn change_ditio(&mut self, table: DitioTable) {
        let rows = self.ditio.rows(table).into_iter();
        let mut ids: Vec<String> = rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        for _ in 0..=self.random.below(6) {
            let pick = |random: &mut Random| {
                let count = 1 + random.below(3);
                (0..count).map(|_| random.pick(&ids).clone()).collect::<Vec<_>>()
            };
            let (year, day) = (2025 + self.random.below(2), 1 + self.random.below(28));
            let quantities = [json!(null), json!(0.1), json!(7.5), json!(1e15)];
            let extras = [json!(null), json!({"a": [1, 2.5, "x"]}), json!("text")];
            let change = json!({
                "description": self.text(),
                "name": self.text(),
                "qty": self.random.pick(&quantities),
                "workDate": format!("{year}-01-{day:02}T00:00:00"),
                "brandNew": self.random.pick(&extras),
            });
            match self.random.below(4) {
                _ if ids.len() < 5 => ids.extend(self.ditio.insert(table, [change])),
                0 => ids.extend(self.ditio.insert(table, [change.clone(), change])),
                1 => {
                    let deleted = pick(&mut self.random);
                    ids.retain(|id| !deleted.contains(id));
                    self.ditio.delete(table, deleted);
                }
                _ => drop(self.ditio.update(table, pick(&mut self.random), change)),
            }
        }
    }

    async fn change_materials(&mut self) {
        for _ in 0..=self.random.below(4) {
            let text = self.text();
            let name = format!("Material {} {text}", self.written);
            let body = json!({"name": name, "Info1": self.text(), "reOrderPoint": self.random.below(100), "GroupCode": self.text()});
            let picked = self.random.position(self.materials.len());
            match (self.random.below(4), self.materials.get(picked).cloned()) {
                (0, Some(id)) => {
                    self.itempath(Method::DELETE, &format!("/api/materials/{id}"), &Value::Null).await;
                    self.materials.swap_remove(picked);
                }
                (1, Some(id)) => {
                    let change = json!({"Info2": self.text(), "isBlocked": self.random.below(2) == 1});
                    self.itempath(Method::PUT, &format!("/api/materials/{id}"), &change).await;
                }
                _ => {
                    let material = self.itempath(Method::POST, "/api/materials", &body).await;
                    self.materials.push(material["material"]["id"].as_str().unwrap().to_owned());
                }
            }
        }
        // The service hides new rows from the first listing after they were written.
        self.http.list(table(itempath::TABLES, "materials")).await;
    }

    async fn itempath(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = self.http.request(method, "itempath", path).await;
        Http::send(if body.is_null() { request } else { request.json(body) }).await
    }

    async fn change_contacts(&mut self) {
        let contacts = self.http.list(table(digitaleo::TABLES, "contacts")).await;
        for _ in 0..=self.random.below(4) {
            self.written += 1;
            let id = self.random.pick(&contacts)["id"].clone();
            let (method, body) = match self.random.below(3) {
                0 if contacts.len() > 10 => (Method::DELETE, json!({ "id": id })),
                1 => (Method::PUT, json!({"id": id, "metaData": json!({"company": self.text()}).to_string()})),
                _ => {
                    let email = format!("contact{}@exemple.fr", self.written);
                    (Method::POST, json!({"contacts": [{"email": email, "lastName": self.text()}]}))
                }
            };
            Http::send(self.http.request(method, "digitaleo", "/contacts").await.json(&body)).await;
        }
    }
}
