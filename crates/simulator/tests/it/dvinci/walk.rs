//! Every documented operation, called once in the order of an integration.

use std::collections::BTreeSet;

use keyfob_simulator::Simulator;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Tenant, application, job_opening, person};

/// Calls operations and records their names and response bodies.
struct Walk {
    tenant: Tenant,
    operations: BTreeSet<String>,
    transcript: Vec<u8>,
}

impl Walk {
    async fn over(simulator: Simulator) -> Self {
        Self { tenant: Tenant::over(simulator).await, operations: BTreeSet::new(), transcript: Vec::new() }
    }

    /// Calls an operation, named by its method and path template; `ids` fill the placeholders in order.
    async fn call(&mut self, operation: &str, ids: &[&Value], body: Value) -> Value {
        let (method, template) = operation.split_once(' ').unwrap();
        let mut path = String::new();
        let mut ids = ids.iter();
        for part in template.split_inclusive('/') {
            let Some(start) = part.find('{') else {
                path.push_str(part);
                continue;
            };
            let id = ids.next().unwrap_or_else(|| panic!("too few ids for {operation}"));
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            path.push_str(&part[..start]);
            path.push_str(&id);
            path.push_str(part.split_once('}').unwrap().1);
        }
        let mut request = self.tenant.request(method.parse::<Method>().unwrap(), &path);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let bytes = response.bytes().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{operation}: {}", String::from_utf8_lossy(&bytes));
        self.operations.insert(operation.to_owned());
        self.transcript.extend_from_slice(&bytes);
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    async fn get(&mut self, path: &str, ids: &[&Value]) -> Value {
        self.call(&format!("GET {path}"), ids, Value::Null).await
    }

    /// Reads an entity, changes one member, writes the entity back and checks the new version.
    async fn change(&mut self, path: &str, ids: &[&Value], name: &str, value: Value) {
        let mut body = self.get(path, ids).await;
        body[name] = value.clone();
        let version = body["version"].as_i64().unwrap();
        let changed = self.call(&format!("PUT {path}"), ids, body).await;
        assert_eq!(changed[name], value, "{path}");
        assert_eq!(changed["version"], version + 1, "{path}");
    }

    async fn delete(&mut self, path: &str, ids: &[&Value]) {
        assert_eq!(self.call(&format!("POST {path}/delete"), ids, Value::Null).await, json!({ "success": true }));
    }

    async fn all(&mut self) {
        self.organisation().await;
        let (opening, publication) = self.jobs().await;
        self.placements(&publication).await;
        self.candidates(&opening, &publication).await;
        self.onboardings().await;
        self.delete("/jobPublications/{id}", &[&publication["id"]]).await;
    }

    async fn organisation(&mut self) {
        assert_eq!(self.get("/orgUnits/", &[]).await[0]["parentId"], Value::Null);
        assert_eq!(self.get("/orgUnits/{id}", &[&json!(8)]).await["name"], "Werk Görlitz");
        self.get("/dvinciUsers/", &[]).await;
        let user = json!({
            "username": "jörg.süß", "salutation": "MR", "firstName": "Jörg", "lastName": "Süß", "email": "j@nordlicht.example",
            "orgUnitId": 5, "languageId": "de", "roleIds": ["HR"], "timeZone": "Europe/Berlin",
        });
        let user = self.call("POST /dvinciUsers/", &[], user).await;
        self.change("/dvinciUsers/{id}", &[&user["id"]], "division", json!("Löhne")).await;
        self.get("/userGroups/", &[]).await;
        let group = json!({ "name": "Prüfung", "orgUnitId": 5, "userIds": [user["id"]] });
        let group = self.call("POST /userGroups/", &[], group).await;
        self.change("/userGroups/{id}", &[&group["id"]], "name", json!("Prüfung II")).await;
        self.delete("/userGroups/{id}", &[&group["id"]]).await;
        self.delete("/dvinciUsers/{id}", &[&user["id"]]).await;
        self.get("/locations/", &[]).await;
        let location =
            json!({ "id": "GÖTTINGEN".replace('Ö', "OE"), "orgUnitId": 2, "nameMessages": { "de": "Göttingen" } });
        let location = self.call("POST /locations/", &[], location).await;
        self.change("/locations/{id}", &[&location["id"]], "city", json!("Göttingen")).await;
        self.delete("/locations/{id}", &[&location["id"]]).await;
        for kind in ["applications", "jobPublications"] {
            let path = "/configuration/{type}/externalLinks";
            let links = self.get(path, &[&json!(kind)]).await;
            assert_eq!(self.call(&format!("PUT {path}"), &[&json!(kind)], links.clone()).await, links);
        }
    }

    async fn jobs(&mut self) -> (Value, Value) {
        self.get("/hiringRequests/", &[]).await;
        let request =
            json!({ "jobTitle": "Prüfer", "orgUnitId": 9, "superiorId": 4, "hrContactId": 3, "approverIds": [3, 5] });
        let request = self.call("POST /hiringRequests/", &[], request).await;
        self.change("/hiringRequests/{id}", &[&request["id"]], "remark", json!("dringend")).await;
        assert_eq!(self.get("/hiringRequests/{id}/history", &[&request["id"]]).await.as_array().unwrap().len(), 2);
        assert_eq!(self.get("/hiringRequests/{id}/approvers", &[&request["id"]]).await[1]["sequence"], 2);
        let found = self.get("/hiringRequests/?externalId={externalId}", &[&json!("pa-2026-1")]).await;
        assert_eq!(found["status"], "FINISHED");
        self.get("/jobOpenings/", &[]).await;
        let opening = self.call("POST /jobOpenings/", &[], job_opening("Prüferin")).await;
        let id = &opening["id"];
        self.change("/jobOpenings/{id}", &[id], "externalId", json!("req-neu")).await;
        assert_eq!(self.get("/jobOpenings/?externalId={externalId}", &[&json!("req-neu")]).await["id"], *id);
        self.history("/jobOpenings/{id}/history", id).await;
        self.get("/jobPublications/", &[]).await;
        let publication = json!({ "type": "DEFAULT", "jobOpeningId": id, "position": "Prüferin", "languageId": "de" });
        let publication = self.call("POST /jobPublications/", &[], publication).await;
        let placements = json!([{ "internalName": "HOMEPAGE", "startDate": null, "endDate": null }]);
        self.change("/jobPublications/{id}", &[&publication["id"]], "placements", placements).await;
        let found = self.get("/jobPublications/?externalId={externalId}", &[&json!("pub-501")]).await;
        assert_eq!(found["jobOpeningId"], 1);
        let links = json!([{ "label": "Brett", "url": "https://brett.example/1", "faIcon": "fa-eye" }]);
        self.change("/jobPublicationChannels/{id}", &[&json!("channelXY")], "externalLinks", links).await;
        (opening, publication)
    }

    async fn history(&mut self, path: &str, id: &Value) {
        let entries = json!([{ "externalId": "dms-1", "description": "Akte abgelegt" }]);
        let saved = self.call(&format!("PUT {path}"), &[id], entries).await;
        assert_eq!(saved.as_array().unwrap().last().unwrap()["type"], "EXTERNAL_SYSTEM");
        let entry = json!({ "description": "Akte erneut abgelegt" });
        self.call(&format!("PUT {path}/{{externalId}}"), &[id, &json!("dms-1")], entry).await;
        let history = self.get(path, &[id]).await;
        assert_eq!(history.as_array().unwrap().last().unwrap()["description"], "Akte erneut abgelegt");
    }

    async fn placements(&mut self, publication: &Value) {
        let (base, partner) = ("/jobPublicationPlacements/{partner_id}/placements", json!("partner7"));
        assert_eq!(self.get(base, &[&partner]).await, json!([]));
        let placement = json!({ "name": "Börse", "status": "ACTIVE", "externalReference": "B-7", "jobPublicationId": publication["id"] });
        let placement = self.call(&format!("POST {base}"), &[&partner], placement).await;
        let path = format!("{base}/{{id}}");
        self.change(&path, &[&partner, &placement["id"]], "description", json!("läuft")).await;
        let found = self.get(&format!("{base}/?externalId={{externalId}}"), &[&partner, &json!("B-7")]).await;
        assert_eq!(found["id"], placement["id"]);
        let by = format!("{base}/?jobPublicationId={{jobPublicationId}}");
        assert_eq!(self.get(&by, &[&partner, &publication["id"]]).await.as_array().unwrap().len(), 1);
        self.delete(&path, &[&partner, &placement["id"]]).await;
    }

    async fn candidates(&mut self, opening: &Value, publication: &Value) {
        self.get("/persons/", &[]).await;
        let person = self.call("POST /persons/", &[], person("Öztürk")).await;
        let who = &person["id"];
        self.change("/persons/{id}", &[who], "externalId", json!("crm-neu")).await;
        assert_eq!(self.get("/persons/?externalId={externalId}", &[&json!("crm-neu")]).await["id"], *who);
        let photo = json!({ "filename": "foto.jpg", "contentAsBase64": "/9j/4AAQ" });
        self.call("POST /persons/{id}/photo", &[who], photo).await;
        assert_eq!(self.get("/persons/{id}/photo", &[who]).await["fileSize"], 6);
        self.delete("/persons/{id}/photo", &[who]).await;
        self.get("/applications/", &[]).await;
        let mut body = application(&person, opening);
        body["refJobPublication"] = json!({ "id": publication["id"] });
        let created = self.call("POST /applications/", &[], body).await;
        let id = &created["id"];
        self.change("/applications/{id}", &[id], "externalId", json!("app-neu")).await;
        self.change("/applications/{id}", &[id], "refJobPublication", Value::Null).await;
        assert_eq!(self.get("/applications/?externalId={externalId}", &[&json!("app-neu")]).await["id"], *id);
        let files = "/applications/{id}/attachments";
        let file = json!({ "filename": "Zeugnis.doc", "contentAsBase64": "0M8R4KGxGuE=" });
        let file = self.call(&format!("POST {files}"), &[id], file).await;
        let file = &file["id"];
        self.get(files, &[id]).await;
        let one = format!("{files}/{{attachmentId}}");
        assert_eq!(self.get(&one, &[id, file]).await["contentType"], "application/msword");
        assert_eq!(self.get(&format!("{one}/pdf"), &[id, file]).await["filename"], "Zeugnis.pdf");
        self.delete(&one, &[id, file]).await;
        self.history("/applications/{id}/history", id).await;
        let moved =
            self.call("POST /applications/{id}/jobOpeningMove/{jobOpeningId}", &[id, &json!(3)], Value::Null).await;
        assert_eq!(moved, json!({ "success": true }));
        let status = "POST /applications/{id}/statusChange/{statusId}";
        self.call(status, &[id, &json!("REJECTED")], json!({ "comment": "leider" })).await;
        self.delete("/applications/{id}", &[id]).await;
        self.delete("/persons/{id}", &[who]).await;
    }

    async fn onboardings(&mut self) {
        self.get("/onboardings/", &[]).await;
        let id = json!(7);
        self.get("/onboardings/{id}", &[&id]).await;
        let files = self.get("/onboardings/{id}/attachments", &[&id]).await;
        let file = &files[0]["id"];
        self.get("/onboardings/{id}/attachments/{attachmentId}", &[&id, file]).await;
        self.get("/onboardings/{id}/attachments/{attachmentId}/pdf", &[&id, file]).await;
        self.delete("/onboardings/{id}", &[&id]).await;
    }
}

#[tokio::test]
async fn every_documented_operation_succeeds_in_the_order_of_an_integration() {
    let mut walk = Walk::over(Simulator::start().await.unwrap()).await;
    walk.all().await;
    let count = |method: &str| walk.operations.iter().filter(|operation| operation.starts_with(method)).count();
    assert_eq!((count("GET "), count("POST "), count("PUT ")), (42, 23, 15), "{:#?}", walk.operations);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_seed_different_ones() {
    let mut transcripts = Vec::new();
    for seed in [7, 7, 8] {
        let mut walk = Walk::over(Simulator::builder().seed(seed).start().await.unwrap()).await;
        walk.all().await;
        transcripts.push(walk.transcript);
    }
    assert!(transcripts[0] == transcripts[1]);
    assert!(transcripts[0] != transcripts[2]);
}
