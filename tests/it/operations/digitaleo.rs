//! Every operation of Digitaleo.

use keyfob::{
    Form, Part, Upload,
    digitaleo::{Client, Credentials, Endpoints, Environment, OPERATIONS, operation::*, types},
};
use keyfob_simulator::{
    Simulator,
    credentials::{DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET},
};
use serde_json::json;

use super::walk::{Expected, Walk};

/// Returns an expected request to the contacts host, which has most of the operations.
fn contacts_host(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/digitaleo/contacts/rest/{path}"))
}

fn api_host(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/digitaleo/api/rest/{path}"))
}

#[tokio::test]
async fn every_operation_of_digitaleo_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let host = |name: &str| format!("{}/digitaleo/{name}", walk.url());
    let environment = Environment::Custom(Endpoints {
        oauth: host("oauth"),
        contacts: host("contacts/rest"),
        api: host("api/rest"),
        sms: host("sms/rest"),
    });
    let client = Client::new(environment, Credentials::new(DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET)).unwrap();

    let people = contacts(&mut walk, &client).await;
    lists(&mut walk, &client, &people).await;
    imports(&mut walk, &client).await;
    numbers(&mut walk, &client).await;
    campaigns(&mut walk, &client).await;
    messages(&mut walk, &client).await;
    any_resource(&mut walk, &client).await;

    let expected = contacts_host("DELETE", "contacts").query("id", &people.join(","));
    let count = walk.call(&DeleteContacts::OPERATION, client.delete_contacts(&people).send(), expected).await;
    assert_eq!(count.count, Some(2));
    walk.finish(OPERATIONS, "digitaleo");
}

/// Creates two contacts and returns their ids.
async fn contacts(walk: &mut Walk, client: &Client) -> Vec<String> {
    let zoe = types::ContactInput::new()
        .email("zoe@exemple.fr")
        .first_name("Zoé")
        .last_name("Lefèvre")
        .birth_date("24/12/1980")
        .list_ids(["2", "9"])
        .field01("AB-123-CD");
    let body = types::ContactsCreate::new([zoe, types::ContactInput::new().mobile("0605040302").locale("es")]);
    let expected = contacts_host("POST", "contacts").json(json!({"contacts": [
        {
            "email": "zoe@exemple.fr", "firstName": "Zoé", "lastName": "Lefèvre", "birthDate": "24/12/1980",
            "listIds": ["2", "9"], "field01": "AB-123-CD",
        },
        {"mobile": "0605040302", "locale": "es"},
    ]}));
    let created = walk.call(&CreateContacts::OPERATION, client.create_contacts(body).send(), expected).await;
    assert_eq!((created.size, created.total), (Some(2), Some(2)));
    let ids: Vec<String> = created.list.iter().map(|contact| contact.id.clone().unwrap()).collect();

    let change = types::ContactInput::new().last_name("Lefèvre & fils").mobile("+33611223344").reference("R=1,2");
    let update = types::ContactUpdate::new(&ids[0], change);
    let meta_data = r#"{"mobile":"+33611223344","lastName":"Lefèvre & fils","reference":"R=1,2"}"#;
    let expected = contacts_host("PUT", "contacts").form(&[("id", &ids[0]), ("metaData", meta_data)]);
    let count = walk.call(&UpdateContact::OPERATION, client.update_contact(update).send(), expected).await;
    assert_eq!(count.count, Some(1));

    let expected = contacts_host("GET", "contacts")
        .query("id", &ids.join(","))
        .query("listId", "2,9")
        .query("email", "zoe@exemple.fr")
        .query("mobile", "+33611223344")
        .query("sort", "id DESC")
        .query("limit", "40")
        .query("offset", "0")
        .query("total", "1");
    let call = client.contacts().id(&ids).list_id(["2", "9"]).email(["zoe@exemple.fr"]).mobile(["+33611223344"]);
    let call = call.sort("id DESC").limit(40).offset(0).total(1).send();
    let read = walk.call(&Contacts::OPERATION, call, expected).await;
    let [zoe] = &read.list[..] else { panic!("{} contacts", read.list.len()) };
    assert_eq!((zoe.last_name.as_deref(), zoe.first_name.as_deref()), (Some("Lefèvre & fils"), Some("Zoé")));
    assert_eq!((&zoe.list_ids[..], zoe.field01.as_deref()), (&["2".into(), "9".into()][..], Some("AB-123-CD")));

    // Contacts of the seed, with their opt-out causes.
    let expected = contacts_host("GET", "contacts")
        .query("reference", "CLI-00001,CLI-00004")
        .query("properties", "DEFAULT,smsOptout");
    let call = client.contacts().reference(["CLI-00001", "CLI-00004"]).properties(["DEFAULT", "smsOptout"]).send();
    let read = walk.call(&Contacts::OPERATION, call, expected).await;
    let causes: Vec<_> = read.list.iter().map(|contact| contact.sms_optout.clone()).collect();
    assert_eq!(causes, [Some(types::OptoutCause::Contact), Some(types::OptoutCause::User)]);
    assert_eq!(read.list[0].id.as_deref(), Some("123456789"));
    ids
}

async fn lists(walk: &mut Walk, client: &Client, people: &[String]) {
    let body = types::ListCreate::new("Soldes d'été").description("à Besançon");
    let expected = contacts_host("POST", "lists").form(&[("name", "Soldes d'été"), ("description", "à Besançon")]);
    let created = walk.call(&CreateList::OPERATION, client.create_list(body).send(), expected).await;
    let list = created.list[0].id.clone().unwrap();

    let members = || types::ListMembership::new(&list, types::ListMembers::new(people.join(",")));
    let meta_data = format!(r#"{{"contactIds":"{}"}}"#, people.join(","));
    let form = [("id", list.as_str()), ("metaData", meta_data.as_str())];
    let expected = contacts_host("POST", "lists").query("action", "contactadd").form(&form);
    let call = client.add_contacts_to_list(members()).send();
    assert_eq!(walk.call(&AddContactsToList::OPERATION, call, expected).await.count, Some(2));

    let body = types::ListsMerge::new(format!("{list},2")).name("Tous");
    let form_of_two = [("id", &*format!("{list},2")), ("name", "Tous")];
    let expected = contacts_host("POST", "lists").query("action", "merge").form(&form_of_two);
    let merged = walk.call(&MergeLists::OPERATION, client.merge_lists(body).send(), expected).await;
    assert_eq!(merged.list[0].name.as_deref(), Some("Tous"));
    let merged = merged.list[0].id.clone().unwrap();

    let expected = contacts_host("POST", "lists").query("action", "contactremove").form(&form);
    let call = client.remove_contacts_from_list(members()).send();
    assert_eq!(walk.call(&RemoveContactsFromList::OPERATION, call, expected).await.count, Some(2));

    let update = types::ListUpdate::new(&list, types::ListInput::new().name("Soldes d'hiver"));
    let form = [("id", list.as_str()), ("metaData", r#"{"name":"Soldes d'hiver"}"#)];
    let expected = contacts_host("PUT", "lists").form(&form);
    let count = walk.call(&UpdateList::OPERATION, client.update_list(update).send(), expected).await;
    assert_eq!(count.count, Some(1));

    let expected = contacts_host("GET", "lists")
        .query("id", &format!("{list},{merged}"))
        .query("name", "Soldes d'hiver,Tous")
        .query("properties", "DEFAULT,stats,importStatus,dateUpdated")
        .query("sort", "id ASC")
        .query("limit", "10")
        .query("offset", "0")
        .query("total", "1");
    let call = client.lists().id([&list, &merged]).name(["Soldes d'hiver", "Tous"]).sort("id ASC");
    let call = call.properties(["DEFAULT", "stats", "importStatus", "dateUpdated"]).limit(10).offset(0).total(1);
    let read = walk.call(&Lists::OPERATION, call.send(), expected).await;
    let subscribers = |at: usize| read.list[at].stats.as_ref().unwrap().subscribers.clone().unwrap();
    assert_eq!(
        (subscribers(0), subscribers(1)),
        ("0".into(), "127".into()),
        "125 contacts of list 2 and the two created above"
    );
    assert_eq!(
        read.list[0].description.as_deref(),
        Some("à Besançon"),
        "a field absent from the update keeps its value"
    );
    let expected = contacts_host("GET", "lists")
        .query("category", "RENTED")
        .query("properties", "id,category,expired,dateExpired,shootCount");
    let properties = ["id", "category", "expired", "dateExpired", "shootCount"];
    let call = client.lists().category("RENTED").properties(properties).send();
    let rented = walk.call(&Lists::OPERATION, call, expected).await;
    assert_eq!((rented.list[0].id.as_deref(), rented.list[0].shoot_count.as_deref()), (Some("15"), Some("2")));

    let ids = [list, merged];
    let expected = contacts_host("DELETE", "lists").query("id", &ids.join(","));
    let count = walk.call(&DeleteLists::OPERATION, client.delete_lists(&ids).send(), expected).await;
    assert_eq!(count.count, Some(2));
}

async fn imports(walk: &mut Walk, client: &Client) {
    let file = || {
        let part =
            Part::new(Upload::text("email;Last name\nanaïs@exemple.fr;\n;Sans adresse\n")).file_name("février.csv");
        Form::new().part("contactFile", part.content_type("text/csv"))
    };
    let parts = ["name=\"contactFile\"", "text/csv", ";Sans adresse"];
    let expected = contacts_host("POST", "contacts").query("action", "import").multipart(&parts);
    let response = walk.call(&ImportContacts::OPERATION, client.import_contacts(file()).send(), expected).await;
    assert_eq!(response["list"][0]["importStatus"], "on");

    let expected =
        contacts_host("POST", "lists").query("action", "import").query("name", "Février & mars").multipart(&parts);
    let call = client.import_list("Février & mars", file()).send();
    let created = walk.call(&ImportList::OPERATION, call, expected).await;
    let id = created.list[0].id.clone().unwrap();
    let properties = ["id", "name", "importStatus", "importLines", "importInvalid", "importErrors"];
    let expected = contacts_host("GET", "lists").query("id", &id).query("properties", &properties.join(","));
    let read = walk.call(&Lists::OPERATION, client.lists().id([&id]).properties(properties).send(), expected).await;
    let list = &read.list[0];
    assert_eq!((list.name.as_deref(), list.import_lines.as_deref()), (Some("Février & mars"), Some("2")));
    assert!(list.import_errors.as_deref().unwrap().contains("/imports/"));
}

async fn numbers(walk: &mut Walk, client: &Client) {
    let expected = contacts_host("GET", "statistics").query("listId", "2,9").query("priorities", "SMS,EMAIL");
    let call = client.contact_statistics().list_id(["2", "9"]).priorities([types::Media::Sms, types::Media::Email]);
    let counted = walk.call(&ContactStatistics::OPERATION, call.send(), expected).await;
    let number = |text: Option<String>| text.unwrap().parse::<u32>().unwrap();
    assert_eq!(number(counted.voice), 0, "a medium that was not requested");
    assert!(number(counted.sms) > number(counted.email));

    let expected = contacts_host("GET", "fields")
        .query("name", "field01,company")
        .query("alias", "numéro de plaque")
        .query("properties", "DEFAULT")
        .query("sort", "name ASC")
        .query("limit", "5")
        .query("offset", "0")
        .query("total", "1");
    let call = client.fields().name(["field01", "company"]).alias(["numéro de plaque"]).properties(["DEFAULT"]);
    let call = call.sort("name ASC").limit(5).offset(0).total(1).send();
    let read = walk.call(&Fields::OPERATION, call, expected).await;
    assert_eq!((read.list.len(), read.list[0].name.as_deref(), read.total), (1, Some("field01"), Some(1)));
}

async fn campaigns(walk: &mut Walk, client: &Client) {
    let mailing = || types::MailingContent::new().media(types::Media::Sms).name("M").text("Bonjour, c'est l'été");
    let step = types::CampaignStep::new().mode(types::StepMode::Prioritized).priorities("SMS");
    let step = step.date("2037-09-20 12:00:00").mailings([mailing()]);
    let body = types::CampaignCreate::new("Rentrée").type_(types::CampaignType::Standard).list_id("2").steps([step]);
    let sent = json!({"media": "SMS", "name": "M", "text": "Bonjour, c'est l'été"});
    let expected = api_host("POST", "campaigns").json(json!({
        "name": "Rentrée", "type": "STANDARD", "listId": "2",
        "steps": [{"mode": "prioritized", "priorities": "SMS", "date": "2037-09-20 12:00:00", "mailings": [sent]}],
    }));
    let created = walk.call(&CreateCampaign::OPERATION, client.create_campaign(body).send(), expected).await;
    let standard = created.list[0].id.clone().unwrap();
    assert_eq!(created.list[0].status, Some(types::CampaignStatus::Created));

    let step = types::CampaignStep::new().mode(types::StepMode::Combined).mailings([mailing()]);
    let body = types::CampaignCreate::new("Suivi").type_(types::CampaignType::Transactional).steps([step]);
    let steps = json!([{"mode": "combined", "mailings": [sent]}]);
    let expected =
        api_host("POST", "campaigns").json(json!({"name": "Suivi", "type": "TRANSACTIONAL", "steps": steps}));
    let created = walk.call(&CreateCampaign::OPERATION, client.create_campaign(body).send(), expected).await;
    let transactional = created.list[0].id.clone().unwrap();
    let people = [
        types::CampaignContact::new().email("zoe@exemple.fr").first_name("Zoé").last_name("L"),
        types::CampaignContact::new().mobile("+33611223344"),
    ];
    let body = types::CampaignContactsCreate::new(&transactional, people);
    let expected = api_host("POST", "campaigncontacts").query("action", "create").json(json!({
        "campaignId": transactional,
        "contacts": [
            {"email": "zoe@exemple.fr", "firstName": "Zoé", "lastName": "L"}, {"mobile": "+33611223344"},
        ],
    }));
    let call = client.add_campaign_contacts(body).send();
    assert_eq!(walk.call(&AddCampaignContacts::OPERATION, call, expected).await.count, Some(2));

    costs(walk, client, &standard).await;

    let expected = api_host("POST", "campaigns").query("action", "cancel").form(&[("id", &standard)]);
    let call = client.cancel_campaign(types::CampaignReference::new(&standard)).send();
    walk.call(&CancelCampaign::OPERATION, call, expected).await;
    let expected = api_host("GET", "campaigns")
        .query("id", &format!("{standard},500101"))
        .query("properties", "DEFAULT,cost,costTTC")
        .query("sort", "id DESC")
        .query("limit", "2")
        .query("offset", "0")
        .query("total", "1");
    let call = client.campaigns().id([&*standard, "500101"]).properties(["DEFAULT", "cost", "costTTC"]);
    let call = call.sort("id DESC").limit(2).offset(0).total(1).send();
    let read = walk.call(&Campaigns::OPERATION, call, expected).await;
    assert_eq!((read.list[0].id.as_deref(), read.list[0].cancelled.as_deref()), (Some(&*standard), Some("1")));
    assert_eq!(read.list[1].status, Some(types::CampaignStatus::Pending));
    assert!(read.list[1].cost_ttc.is_some(), "the property was requested");
}

async fn costs(walk: &mut Walk, client: &Client, campaign: &str) {
    let expected = api_host("POST", "campaigncosts").json(json!({"campaignId": campaign}));
    let call = client.campaign_costs(types::CampaignCostsRequest::new().campaign_id(campaign)).send();
    let known = walk.call(&CampaignCosts::OPERATION, call, expected).await;
    let sms = known.list[0].medias.as_ref().unwrap().sms.as_ref().unwrap();
    assert!(sms.units.as_deref().unwrap().parse::<u32>().unwrap() > 50 && sms.cost.is_some());
    let mailing = types::MailingContent::new().media(types::Media::Email).text("Bonjour");
    let planned = types::CampaignCostsRequest::new().mailings([mailing]).list_id("18");
    let expected = api_host("POST", "campaigncosts")
        .json(json!({"mailings": [{"media": "EMAIL", "text": "Bonjour"}], "listId": "18"}));
    let planned = walk.call(&CampaignCosts::OPERATION, client.campaign_costs(planned).send(), expected).await;
    let medias = planned.list[0].medias.as_ref().unwrap();
    assert_eq!(medias.adjust.as_ref().unwrap().label.as_deref(), Some("Minimum de facturation"));
    assert!(medias.sms.is_none() && medias.email.is_some());
}

async fn messages(walk: &mut Walk, client: &Client) {
    let to = [
        types::SmsRecipient::new("+33611223344").civility("Mme").first_name("Zoé").last_name("Lefèvre"),
        types::SmsRecipient::new("+33611223345"),
    ];
    let expected = Expected::new("POST", "/digitaleo/sms/rest/sms").json(json!({
        "text": "Bonjour #firstName#", "sender": "MABOUTIQUE",
        "contacts": [
            {"recipient": "+33611223344", "civility": "Mme", "firstName": "Zoé", "lastName": "Lefèvre"},
            {"recipient": "+33611223345"},
        ],
    }));
    let call = client.send_sms(types::SmsCreate::new("Bonjour #firstName#", to).sender("MABOUTIQUE")).send();
    let sent = walk.call(&SendSms::OPERATION, call, expected).await;
    assert_eq!((sent.status, sent.size, &sent.list[0]["text"]), (None, Some(2), &json!("Bonjour Zoé")));

    let html = "<p>Été !</p><a href=\"#OPTOUTLINK#\">non merci</a>";
    let to = [types::MailingRecipient::new("zoe@exemple.fr").first_name("Zoé").last_name("Lefèvre")];
    let body = types::MailingCreate::new(types::Media::Email, to)
        .name("Été")
        .subject("Soldes d'été")
        .html(html)
        .text("Été !")
        .sender("Boutique")
        .reply_contact("boutique@exemple.fr")
        .application("keyfob");
    let expected = api_host("POST", "mailings").json(json!({
        "media": "EMAIL", "name": "Été", "subject": "Soldes d'été", "html": html, "text": "Été !", "sender": "Boutique",
        "replyContact": "boutique@exemple.fr", "application": "keyfob",
        "contacts": [{"recipient": "zoe@exemple.fr", "firstName": "Zoé", "lastName": "Lefèvre"}],
    }));
    let sent = walk.call(&SendMailing::OPERATION, client.send_mailing(body).send(), expected).await;
    let stats = sent.list[0].stats.as_ref().unwrap();
    assert_eq!((stats.wait.as_deref(), stats.on.as_deref(), stats.ok.as_deref()), (Some("1"), Some("0"), Some("0")));
}

async fn any_resource(walk: &mut Walk, client: &Client) {
    let expected = contacts_host("GET", "optouts")
        .query("id", "1,2")
        .query("action", "read")
        .query("properties", "DEFAULT")
        .query("sort", "id DESC")
        .query("limit", "1")
        .query("offset", "1")
        .query("total", "1");
    let call = client.read_resource("optouts").id(["1", "2"]).action("read").properties(["DEFAULT"]);
    let call = call.sort("id DESC").limit(1).offset(1).total(1).send();
    let read = walk.call(&ReadResource::OPERATION, call, expected).await;
    assert_eq!((read.list[0]["id"].as_str(), read.size, read.total), (Some("1"), Some(1), Some(2)));

    let expected =
        contacts_host("POST", "lists").query("action", "create").json(json!({"name": "À part", "description": null}));
    let call = client.create_resource("lists", json!({"name": "À part", "description": null})).action("create").send();
    let created = walk.call(&CreateResource::OPERATION, call, expected).await;
    let id = created["list"][0]["id"].as_str().unwrap().to_owned();

    let update = types::ResourceUpdate::new(&id, json!({"description": "dite « à part »"}));
    let form = [("id", id.as_str()), ("metaData", r#"{"description":"dite « à part »"}"#)];
    let expected = contacts_host("PUT", "lists").form(&form);
    let call = client.update_resource("lists", update).send();
    assert_eq!(walk.call(&UpdateResource::OPERATION, call, expected).await.count, Some(1));
    let expected = contacts_host("DELETE", "lists").query("id", &id);
    let call = client.delete_resource("lists", [&id]).send();
    assert_eq!(walk.call(&DeleteResource::OPERATION, call, expected).await.count, Some(1));
}
