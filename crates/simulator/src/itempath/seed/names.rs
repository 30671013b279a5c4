//! Names of materials, customers and people, in the languages of the three buildings.

/// Materials: name, description, unit, and price and weight of the smallest size.
pub(super) const MATERIALS: [(&str, &str, &str, f64, f64); 24] = [
    ("Dübel Ø8", "Nylondübel für Beton und Mauerwerk", "Stk", 0.06, 1.5),
    ("Sechskantschraube M8 A2", "DIN 933, rostfrei", "Stk", 0.21, 14.0),
    ("Kugellager 6204-2RS", "Rillenkugellager, beidseitig gedichtet", "Stk", 4.8, 106.0),
    ("Joint d'étanchéité Ø32", "Nitrile, qualité alimentaire", "Pce", 0.95, 4.0),
    ("Vis à tête fraisée M5", "Acier zingué, boîte de 200", "Bte", 7.4, 640.0),
    ("Øyebolt M12", "Varmforsinket, DIN 580", "Stk", 3.15, 180.0),
    ("Kabelbinder 4,8 schwarz", "Für außen, UV-beständig", "Pck", 2.6, 210.0),
    ("Kolbenstange Ø16", "Hartverchromt, induktiv gehärtet", "m", 38.5, 1580.0),
    ("Filtre à huile réf. 1101", "Cartouche filtrante, série étroite", "Pce", 11.9, 320.0),
    ("Hydraulikschlauch ¾ Zoll", "2SN, EN 853, Meterware", "m", 9.2, 790.0),
    ("Pumpehjul rustfritt", "Løpehjul for sirkulasjonspumpe", "Stk", 64.0, 870.0),
    ("Näherungsschalter M18", "Induktiv, PNP, bündig", "Stk", 29.9, 75.0),
    ("Câble réseau Cat 6 gris", "Blindé, gaine sans halogène", "Pce", 6.3, 160.0),
    ("Schütz 24 V Größe 0", "3-polig, Federzugklemmen", "Stk", 41.0, 280.0),
    ("Trykkmåler 0–10 bar", "Glyserinfylt, Ø63", "Stk", 18.7, 240.0),
    ("Keilriemen XPA", "Flankenoffen, formgezahnt", "Stk", 8.4, 190.0),
    ("Gant anti-coupure", "Taille à préciser, enduit nitrile", "Paire", 5.1, 60.0),
    ("Gehörschutz Bügel", "SNR 27 dB, höhenverstellbar", "Stk", 16.2, 230.0),
    ("Spraymaling grå", "Akryl, 400 ml", "Boks", 4.9, 350.0),
    ("Zahnrad Modul 2", "Stahl C45, Bohrung mit Nut", "Stk", 22.3, 410.0),
    ("Servomoteur 400 W", "Codeur absolu, frein intégré", "Pce", 389.0, 1900.0),
    ("Leiterplatte Prüfmuster", "Rev. C, ESD-Verpackung", "Stk", 54.5, 85.0),
    ("Kondensator 470 µF", "Radial, 105 °C", "Stk", 0.34, 3.0),
    ("Fettpatrone Lithium", "NLGI 2, 400 g, für Schmierpresse", "Stk", 3.7, 430.0),
];

/// Sizes; each material exists in all of them.
pub(super) const SIZES: [&str; 6] = ["×40", "×50", "×60", "×80", "×100", "×120"];

pub(super) const GROUPS: [&str; 5] = ["Befestigung", "Étanchéité", "Elektrik", "Verneutstyr", "Antriebe & Öle"];

pub(super) const CUSTOMERS: [&str; 10] = [
    "Müller Maschinenbau",
    "Ateliers Légaré",
    "Tromsø Skipsservice",
    "Jäger & Söhne",
    "Énergie du Val",
    "Bodø Havn",
    "Strauß Elektro",
    "Fonderie Clément",
    "Ålesund Mekaniske",
    "Großhandel Düren",
];

pub(super) const PEOPLE: [&str; 6] =
    ["Jörg Schäfer", "Zoé Lefèvre", "Øystein Bråten", "Käthe Groß", "Renée Noël", "Sølvi Ødegård"];

pub(super) const COST_CENTERS: [(&str, &str); 5] = [
    ("4100 Instandhaltung Süd", "Wartung der Anlagen in Halle Süd"),
    ("4200 Büro & Qualität", "Prüfmittel und Büro"),
    ("5100 Atelier Clément", "Pièces détachées de l'atelier"),
    ("6100 Vedlikehold Tromsø", "Reservedeler til verkstedet"),
    ("9000 Prüfstand", "Verbrauch für Versuche"),
];
