//! Lists: pages, sorting, counts, filters and dates.

use keyfob_simulator::Simulator;
use reqwest::Method;
use serde_json::Value;

use super::Plant;
use crate::support::{client, http};

#[tokio::test]
async fn pages_are_counted_from_zero_and_cover_every_row_once() {
    let plant = Plant::start().await;
    let total = plant.count("materials").await;
    assert!(total > 100);
    let mut seen = Vec::new();
    for page in 0.. {
        let body = plant.get(&format!("materials?limit=50&page={page}")).await;
        let rows = body["materials"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["id"].clone()));
        if rows.len() < 50 {
            break;
        }
    }
    assert_eq!(seen.len() as u64, total);
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!(seen.len() as u64, total);
    let rest = plant.get("materials?limit=10&offset=140").await;
    assert_eq!(rest["materials"].as_array().unwrap().len() as u64, (total - 140).min(10));
}

#[tokio::test]
async fn an_invalid_limit_or_page_is_ignored() {
    let plant = Plant::start().await;
    for query in ["limit=0", "limit=-1", "limit=many", "page=first", "page=-1"] {
        let body = plant.get(&format!("bins?{query}")).await;
        assert_eq!(body["bins"].as_array().unwrap().len(), 8, "{query}");
    }
}

#[tokio::test]
async fn comparison_prefixes_filter_rows() {
    let plant = Plant::start().await;
    let all = plant.count("transactions").await;
    let picks = plant.count("transactions?type=4").await;
    assert!(picks > 0 && picks < all);
    assert_eq!(plant.count("transactions?type=[not]4").await, all - picks);
    assert_eq!(plant.count("transactions?type=%5Bnor%5D4").await, all - picks);
    let puts = plant.count("transactions?type=3").await;
    assert_eq!(plant.count("transactions?type=[or]3;4").await, picks + puts);
    let dübel = plant.count("materials?name=[like]dübel").await;
    assert_eq!(dübel, 6);
    assert_eq!(plant.count("materials?name=[notlike]Dübel").await, plant.count("materials").await - dübel);
    assert_eq!(plant.count("materials?currentQuantity=[gt]0&currentQuantity=[lt]0").await, 0);
    assert!(plant.count("materials?currentQuantity=[gt]0").await > 50);
    assert_eq!(plant.count("materials?name=DÜBEL ø8×40").await, 1);
    assert_eq!(plant.count("materials?GroupCode=[like]tanch").await, 30);
    assert_eq!(plant.count("materials?nobody=knows&name[gte]=").await, plant.count("materials").await);
}

#[tokio::test]
async fn the_filters_of_the_vendors_pages_select_rows() {
    let plant = Plant::start().await;
    for (filtered, count) in [
        ("carriers?number=10", 1),
        ("carriers?isBlockedForPick=true", 1),
        ("images?origin=[like]Fotos", 10),
        ("images?classification=2", 0),
        ("clients?type=3", 2),
        ("storage_units?isManualSequenceNumbers=1", 0),
        ("access_points?isBlocked=0&parameters=[like]Number\\=1", 5),
        ("work_order_lines?locContentId=[like]nirgends", 0),
    ] {
        assert_eq!(plant.count(filtered).await, count, "{filtered}");
    }
    let line = plant.get("kit_lines?limit=1").await["kit_lines"][0].clone();
    let material = plant.get(&format!("materials/{}", line["materialId"].as_str().unwrap())).await["material"].clone();
    let of_material = plant.count(&format!("kit_lines?materialName={}", material["name"].as_str().unwrap())).await;
    assert!(of_material > 0 && of_material < plant.count("kit_lines").await);
    let rule = plant.get("storage_rules?limit=1").await["storage_rules"][0].clone();
    let of_bin = plant.count(&format!("storage_rules?binId={}", rule["binId"].as_str().unwrap())).await;
    assert!(of_bin > 0 && of_bin < plant.count("storage_rules").await);
    let content = plant.get("work_order_lines?limit=1").await["work_order_lines"][0]["locationContentId"].clone();
    let query = |name: &str| format!("work_order_lines?{name}={}", content.as_str().unwrap());
    assert_eq!(plant.count(&query("locContentId")).await, plant.count(&query("locationContentId")).await);
}

#[tokio::test]
async fn date_filters_accept_short_forms_words_and_ranges() {
    let plant = Plant::start().await;
    let all = plant.count("transactions").await;
    assert_eq!(
        plant.count("transactions?creationDate=[gt]2026-02&creationDate=[lt]2026-02-15").await
            + plant.count("transactions?creationDate=[gt]2026-02-15").await,
        all
    );
    let week = plant.count("transactions?creationDate=[gt]lastWeek").await;
    assert!(week > 0 && week < all);
    assert_eq!(plant.count("transactions?after=2026-02-23T08:00:00.000Z").await, week);
    assert_eq!(plant.count("transactions?creationDate[gte]=2026-02-23T08").await, week);
    assert_eq!(plant.count("transactions?creationDate=[lt]now").await, all);
    assert_eq!(plant.count("order_lines?status=Processed&modifiedDate=[gt]nonsense").await, 0);
}

#[tokio::test]
async fn order_by_sorts_by_several_members() {
    let plant = Plant::start().await;
    for query in ["orderBy=priority,name", "orderby=priority,name", "oderBy=priority,name"] {
        let body = plant.get(&format!("orders?{query}")).await;
        let rows = body["orders"].as_array().unwrap();
        let keys: Vec<(i64, &str)> =
            rows.iter().map(|row| (row["priority"].as_i64().unwrap(), row["name"].as_str().unwrap())).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
    let body = plant.get("materials?orderBy=-currentQuantity&limit=5").await;
    let keys: Vec<f64> =
        body["materials"].as_array().unwrap().iter().map(|row| row["currentQuantity"].as_f64().unwrap()).collect();
    assert!(keys.is_sorted_by(|left, right| left >= right) && keys[0] > 0.0);
}

#[tokio::test]
async fn references_between_rows_are_consistent() {
    let plant = Plant::start().await;
    for (list, key, references) in [
        (
            "location_contents",
            "contents",
            &[("materialId", "materials"), ("locationId", "locations"), ("binId", "bins")][..],
        ),
        ("location_content_breakdowns", "location_content_breakdowns", &[("locationContentId", "location_contents")]),
        ("locations", "locations", &[("shelfId", "shelves"), ("zoneId", "zones"), ("binId", "bins")]),
        ("shelves", "shelves", &[("carrierId", "carriers"), ("zoneId", "zones")]),
        ("storage_units", "storage_units", &[("warehouseId", "warehouses")]),
        ("storage_rules", "storage_rules", &[("materialId", "materials"), ("binId", "bins")]),
        ("material_codes", "material_codes", &[("materialId", "materials")]),
        (
            "work_order_lines",
            "work_order_lines",
            &[("orderId", "orders"), ("orderLineId", "order_lines"), ("locationContentId", "location_contents")],
        ),
    ] {
        let body = plant.get(list).await;
        let rows = body[key].as_array().unwrap();
        assert!(!rows.is_empty(), "{list}");
        for row in rows.iter().take(25) {
            for (member, target) in references {
                if let Some(id) = row[member].as_str() {
                    plant.get(&format!("{target}/{id}")).await;
                }
            }
        }
    }
    // A material's quantity is the sum of its location contents.
    let body = plant.get("materials?currentQuantity=[gt]0&limit=10").await;
    for material in body["materials"].as_array().unwrap() {
        let contents = plant.get(&format!("location_contents?materialId={}", super::id(material))).await;
        let contents = contents["contents"].as_array().unwrap();
        let sum: f64 = contents.iter().map(|row| row["currentQuantity"].as_f64().unwrap()).sum();
        assert_eq!(material["currentQuantity"], sum);
        assert_eq!(material["locationCount"].as_f64().unwrap().to_string(), contents.len().to_string());
    }
}

#[tokio::test]
async fn the_same_seed_and_calls_give_the_same_bytes() {
    let script = async |seed: u64| {
        let plant = Plant::over(Simulator::builder().seed(seed).start().await.unwrap(), http());
        let mut text = Vec::new();
        let created = plant.post("materials", serde_json::json!({ "name": "Ærfugl" })).await;
        text.push(created.to_string());
        for list in ["materials", "orders", "transactions?limit=40", "contents", "location_contents", "calls", "users"]
        {
            text.push(plant.call(Method::GET, list, None).await.1.to_string());
        }
        text.join("\n")
    };
    let first = script(7).await;
    assert_eq!(first, script(7).await);
    assert_ne!(first, script(8).await);
}

#[tokio::test]
async fn tls_works_for_clients_that_trust_the_generated_certificate() {
    let simulator = Simulator::builder().tls(true).start().await.unwrap();
    let pem = simulator.certificate_pem().to_owned();
    let mut roots = rustls::RootCertStore::empty();
    let der = rustls::pki_types::pem::PemObject::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(der).unwrap();
    let mut plant = Plant::over(simulator, client(roots).build().unwrap());
    plant
        .log_in(keyfob_simulator::credentials::ITEMPATH_USERNAME, keyfob_simulator::credentials::ITEMPATH_PASSWORD)
        .await;
    assert!(plant.count("materials").await > 100);
    assert!(http().get(plant.url("materials")).send().await.is_err());
}
