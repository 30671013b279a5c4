//! Initial data: contacts in and around Rennes, their lists, and four campaigns.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::digitaleo::request::params::Row;
use crate::digitaleo::resources::{contacts, fields, lists as lists_resource};
use crate::digitaleo::time;
use crate::digitaleo::world::World;
use crate::digitaleo::world::names::{CITIES, COMPANIES, FIRST, LAST, STREETS, to_ascii};
use crate::digitaleo::world::rows::Rows;
use crate::state::SharedState;
use crate::state::random::Random;

const CONTACTS: u64 = 250;
const FIRST_CONTACT: u64 = 123_456_789;
const FIRST_CAMPAIGN: u64 = 500_101;

pub(super) fn world(shared: &SharedState) -> World {
    let mut random = shared.random("digitaleo/world");
    let now = shared.clock.now();
    let mut world = World {
        started_at: now,
        contacts: Rows::new(FIRST_CONTACT),
        lists: Rows::new(2),
        members: BTreeMap::new(),
        aliases: fields::default_aliases(),
        import_errors: BTreeMap::new(),
        campaigns: Rows::new(FIRST_CAMPAIGN),
        recipients: Rows::new(900_001),
        mailings: Rows::new(700_001),
        sms: Rows::new(800_001),
        sent: Vec::new(),
    };
    for number in 0..CONTACTS {
        let age = TimeDelta::hours(i64::try_from(2 * (CONTACTS - number)).expect("a small number"));
        let row = contact(number, &time::format(now - age), &mut random);
        world.contacts.insert(row);
    }
    lists(&mut world, &time::format(now - TimeDelta::days(40)), shared, &mut random);
    campaigns(&mut world, &time::format(now - TimeDelta::days(3)));
    world
}

fn contact(number: u64, created: &str, random: &mut Random) -> Row {
    let (civility, first) = random.pick(&FIRST);
    let last = random.pick(&LAST);
    let (zipcode, city, state) = random.pick(&CITIES);
    let mut row = contacts::empty_contact(created);
    let mut set = |name: &str, value: String| row.insert(name.to_owned(), json!(value));
    set("civility", (*civility).to_owned());
    set("firstName", (*first).to_owned());
    set("lastName", (*last).to_owned());
    let street = random.pick(&STREETS);
    set("address1", format!("{}, {street}", 1 + random.below(120)));
    set("zipcode", (*zipcode).to_owned());
    set("city", (*city).to_owned());
    set("state", (*state).to_owned());
    set("country", "France".to_owned());
    let (day, month, year) = (1 + random.below(28), 1 + random.below(12), 1945 + random.below(60));
    set("birthDate", format!("{day:02}/{month:02}/{year}"));
    set("reference", format!("CLI-{:05}", number + 1));
    let mobile = random.below(100_000_000);
    let fixed = random.below(100_000_000);
    // Each contact has an e-mail address or a mobile number: the conditions below never exclude both.
    if number % 9 != 4 {
        set("email", format!("{}.{}.{}@exemple.fr", to_ascii(first), to_ascii(last), number + 1));
    }
    if number % 13 != 5 || number % 9 == 4 {
        set("mobile", format!("+336{mobile:08}"));
    }
    if number.is_multiple_of(4) {
        set("phone", format!("+332{fixed:08}"));
    }
    if number.is_multiple_of(3) {
        set("company", (*random.pick(&COMPANIES)).to_owned());
    }
    if number.is_multiple_of(5) {
        let letters = |random: &mut Random| -> String {
            (0..2).map(|_| char::from(b'A' + u8::try_from(random.below(26)).expect("a letter"))).collect()
        };
        let (start, middle, end) = (letters(random), random.below(1000), letters(random));
        set("field01", format!("{start}-{middle:03}-{end}"));
    }
    for (every, remainder, name, cause) in [
        (17, 0, "smsOptout", "contact"),
        (19, 3, "smsOptout", "user"),
        (23, 1, "emailOptout", "hardbounced"),
        (29, 2, "emailOptout", "spam"),
        (31, 6, "emailOptout", "contact"),
        (37, 8, "voiceOptout", "user"),
        (41, 9, "voicemailOptout", "contact"),
    ] {
        if number % every == remainder {
            set(name, cause.to_owned());
        }
    }
    row
}

/// Id, name, description, whether rented, and the divisor and remainder that select the contacts by number.
const LISTS: [(u64, &str, &str, bool, u64, u64); 5] = [
    (2, "Clients fidèles", "Au moins trois achats par an", false, 2, 0),
    (9, "Prospects salon de l'habitat", "Rencontrés à Besançon", false, 5, 1),
    (12, "Newsletter d'été", "", false, 3, 0),
    (15, "Location Île-de-France", "Fichier loué", true, 10, 7),
    (18, "Fichier de février", "Importé le 2 février", false, 25, 3),
];

fn lists(world: &mut World, created: &str, shared: &SharedState, random: &mut Random) {
    for (id, name, description, is_rented, every, remainder) in LISTS {
        world.lists.next_id = id;
        let mut row = lists_resource::empty_list(name, description, created);
        if is_rented {
            row.insert("category".to_owned(), json!("RENTED"));
            row.insert("dateExpired".to_owned(), json!("2026-12-31 23:59:59"));
            row.insert("shootCount".to_owned(), json!("2"));
        }
        if id == 18 {
            let key = format!("{}.csv", random.hex(32));
            let errors = "line;email;reason\n7;aurélie.brûlé@;Adresse e-mail incorrecte\n";
            world.import_errors.insert(key.clone(), errors.to_owned());
            let errors_url = lists_resource::import_errors_url(shared, &key);
            let members = [
                ("importErrors", errors_url),
                ("importLines", "11".to_owned()),
                ("importInvalid", "1".to_owned()),
                ("importStatus", "ok".to_owned()),
            ];
            row.extend(members.map(|(name, value)| (name.to_owned(), json!(value))));
        }
        world.lists.insert(row);
        let numbers = (0..CONTACTS).filter(|number| number % every == remainder);
        world.members.insert(id, numbers.map(|number| FIRST_CONTACT + number).collect());
    }
    world.lists.next_id = 20;
}

fn campaigns(world: &mut World, created: &str) {
    let sms = "Bonjour #firstName#, nos soldes d'été commencent samedi ! STOP au 36111";
    let seeded = [
        ("Soldes d'été", "STANDARD", "pending", Some("2"), "0", sms),
        ("Portes ouvertes à Besançon", "STANDARD", "created", Some("9"), "0", sms),
        ("Suivi de commande", "TRANSACTIONAL", "created", None, "0", "Votre commande est prête."),
        ("Vœux de fin d'année", "STANDARD", "created", Some("12"), "1", sms),
    ];
    for (name, kind, status, list, cancelled, text) in seeded {
        let mut step = json!({ "mode": "combined", "mailings": [{ "media": "SMS", "text": text }] });
        if list.is_some() {
            step["date"] = json!("2026-06-20 10:00:00");
        }
        let mut row = Row::new();
        for (member, value) in [
            ("name", json!(name)),
            ("type", json!(kind)),
            ("status", json!(status)),
            ("cancelled", json!(cancelled)),
            ("listId", list.map_or(Value::Null, |list| json!(list))),
            ("steps", json!([step])),
            ("dateCreated", json!(created)),
            ("dateUpdated", json!(created)),
        ] {
            row.insert(member.to_owned(), value);
        }
        world.campaigns.insert(row);
    }
}
