//! Fictional companies in the Nordic countries and Ireland.

use serde_json::{Value, json};

use crate::bits::ids;
use crate::state::random::Random;

const NAMES: [&str; 12] = [
    "Taraxacum",
    "Ängsblommans Bageri",
    "Sjöbergs Måleri",
    "Åkerlund & Östlin Bygg",
    "Norrlandståg",
    "Blåbärsfabriken",
    "Kråkans Förlag",
    "Hägg Revision",
    "Smörgåstårtan Catering",
    "Vänerns Rederi",
    "Älvdalens Porfyr",
    "Lillebrors Cykelverkstad",
];

/// Country, name suffix, legal form, digits of the registration number, length of an IBAN, and currency.
const COUNTRIES: [(&str, &str, &str, usize, usize, &str); 5] = [
    ("SE", "AB", "Private Liability Company", 10, 24, "SEK"),
    ("NO", "AS", "Aksjeselskap", 9, 15, "NOK"),
    ("DK", "ApS", "Anpartsselskab", 8, 18, "DKK"),
    ("FI", "Oy", "Osakeyhtiö", 8, 18, "EUR"),
    ("IE", "Ltd", "Private Company Limited by Shares", 7, 22, "EUR"),
];

/// The organization of an application.
pub(super) struct Organization {
    name: String,
    number: String,
    country: String,
    legal_type: &'static str,
    accounts: Vec<Value>,
}

impl Organization {
    pub(super) fn new(country: &str, random: &mut Random) -> Self {
        let known = COUNTRIES.iter().find(|known| known.0 == country).unwrap_or(&COUNTRIES[0]);
        let (_, suffix, legal_type, number_length, iban_length, currency) = *known;
        let name = format!("{} {suffix}", random.pick(&NAMES));
        let number = digits(number_length, random);
        let count = 1 + random.below(2);
        let accounts = (0..count).map(|_| {
            json!({
                "id": ids::new("bankAccount", random),
                "iban": format!("{}{}", known.0, digits(iban_length - 2, random)),
                "currency": currency,
                "accountHolder": name,
            })
        });
        let accounts = accounts.collect();
        Self { name, number, country: country.to_owned(), legal_type, accounts }
    }

    pub(super) fn general(&self) -> Value {
        json!({
            "organizationName": self.name,
            "organizationNumber": { "id": self.number, "issuingCountry": self.country },
            "legalType": self.legal_type,
        })
    }

    pub(super) fn accounts(&self) -> &[Value] {
        &self.accounts
    }
}

fn digits(count: usize, random: &mut Random) -> String {
    // No leading zero, which parsing as a number would lose.
    let first = 1 + random.below(9);
    let rest = (1..count).map(|_| char::from(b'0' + u8::try_from(random.below(10)).expect("a digit")));
    format!("{first}{}", rest.collect::<String>())
}
