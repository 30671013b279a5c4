//! Norwegian names of people, places and work.

pub(super) const FIRST: [&str; 32] = [
    "Åse",
    "Bjørn",
    "Øyvind",
    "Kåre",
    "Sølvi",
    "Jørgen",
    "Pål",
    "Håkon",
    "Märtha",
    "Torbjørn",
    "Astrid",
    "Ingebjørg",
    "Sindre",
    "Gøran",
    "Ragnhild",
    "Vegard",
    "Mats",
    "Lærke",
    "Eirik",
    "Solveig",
    "Knut",
    "Marte",
    "Trygve",
    "Bård",
    "Siri",
    "Even",
    "Tone",
    "Frøydis",
    "Ola",
    "Kjersti",
    "Steinar",
    "Małgorzata",
];

pub(super) const LAST: [&str; 32] = [
    "Ødegård",
    "Bråten",
    "Lønning",
    "Sæther",
    "Nygård",
    "Hagen",
    "Bakke",
    "Strømme",
    "Vågen",
    "Kjærstad",
    "Moen",
    "Fjeld",
    "Østby",
    "Grønlie",
    "Aasen",
    "Lien",
    "Tveit",
    "Haugland",
    "Rønning",
    "Berg",
    "Solbakken",
    "Sørensen",
    "Myhre",
    "Dahl",
    "Brekke",
    "Næss",
    "Skår",
    "Kowalczyk",
    "Håland",
    "Eide",
    "Løvås",
    "Jåtun",
];

pub(super) const TITLES: [&str; 8] = [
    "Maskinfører",
    "Grunnarbeider",
    "Anleggsleder",
    "Rørlegger",
    "Lastebilsjåfør",
    "Formann",
    "Fjellsprenger",
    "Lærling",
];

pub(super) const DEPARTMENTS: [&str; 4] = ["3210", "3220", "3310", "3400"];

/// Name, street, town, latitude, longitude.
pub(super) const SITES: [(&str, &str, &str, f64, f64); 16] = [
    ("Fjellhall Nordre Åsen", "Fjellveien 1", "Trondheim", 63.4305, 10.3951),
    ("E6 Kvænangsfjellet", "Sørstraumen 12", "Kvænangen", 69.8400, 22.0430),
    ("Bybanen Åsane, delstrekning 2", "Åsamyrane 88", "Bergen", 60.4654, 5.3221),
    ("VA-sanering Grünerløkka", "Thorvald Meyers gate 40", "Oslo", 59.9226, 10.7581),
    ("Rv. 13 Røldal–Håra", "Håravegen 3", "Ullensvang", 59.8302, 6.8206),
    ("Skredvoll Sørfjorden", "Fjordvegen 210", "Tromsø", 69.5500, 19.5500),
    ("Tomteutbygging Ørland", "Flyplassveien 5", "Brekstad", 63.6900, 9.6100),
    ("Kai 4 Ålesund havn", "Skansekaia 4", "Ålesund", 62.4722, 6.1495),
    ("Vindpark Øyfjellet, veier", "Øyfjellveien 1", "Mosjøen", 65.8370, 13.1900),
    ("Dobbeltspor Sørli–Åkersvika", "Stangevegen 150", "Stange", 60.7200, 11.1900),
    ("Sykehuset Drammen, grunnarbeid", "Brakerøya 2", "Drammen", 59.7440, 10.2300),
    ("Massedeponi Lørenfallet", "Blakervegen 400", "Lillestrøm", 60.0200, 11.2500),
    ("Barnehage Bjørnådal", "Bjørnådalen 7", "Mo i Rana", 66.3130, 14.1420),
    ("Bro over Gjøvåga", "Gjøvågvegen 9", "Hitra", 63.5500, 8.7200),
    ("Fv. 17 Stokkvågen, rassikring", "Stokkvågveien 33", "Lurøy", 66.3400, 13.0100),
    ("Næringspark Kløfta", "Industriveien 21", "Kløfta", 60.0750, 11.1400),
];

pub(super) const CUSTOMERS: [&str; 6] =
    ["Statens vegvesen", "Nye Veier AS", "Trøndelag fylkeskommune", "Bane NOR", "Ålesund kommune", "Helse Sør-Øst RHF"];

/// Name and machine type.
pub(super) const MACHINES: [(&str, &str); 10] = [
    ("Volvo EC220E", "beltemaskin"),
    ("Volvo L90H", "hjullaster"),
    ("Hitachi ZX135US", "beltemaskin"),
    ("Liebherr A 914", "hjulgraver"),
    ("Volvo A30G", "dumper"),
    ("Scania R 650 8x4", "tippbil"),
    ("MAN TGS 35.470", "lastebil"),
    ("Bergmann 3012", "minidumper"),
    ("John Deere 6155R", "traktor"),
    ("Toyota Hilux", "firmabil"),
];

pub(super) const WORK: [(&str, &str); 6] = [
    ("Graving av grøft", "Grøft langs veilinje, inkludert pukk og omfylling"),
    ("Sprenging", "Boring, lading og sprenging av fjellskjæring"),
    ("Masseflytting", "Transport av overskuddsmasser til godkjent deponi"),
    ("Rørlegging", "Legging av VA-ledninger Ø200–Ø800"),
    ("Planering", "Avretting og komprimering av bærelag"),
    ("Rigg og drift", "Rigging, brøyting og vedlikehold av anleggsvei"),
];
