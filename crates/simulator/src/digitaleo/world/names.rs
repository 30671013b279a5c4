//! Names of fictional people in France.

pub(super) const FIRST: [(&str, &str); 20] = [
    ("Mme", "Zoé"),
    ("M.", "François"),
    ("Mme", "Anaïs"),
    ("M.", "Loïc"),
    ("Mme", "Gaëlle"),
    ("M.", "Benoît"),
    ("Mme", "Hélène"),
    ("M.", "Jérôme"),
    ("Mme", "Chloé"),
    ("M.", "Théo"),
    ("Mme", "Léa"),
    ("M.", "Cédric"),
    ("Mme", "Noémie"),
    ("M.", "Raphaël"),
    ("Mme", "Océane"),
    ("M.", "Yann"),
    ("Mme", "Maëlys"),
    ("M.", "André"),
    ("Mme", "Françoise"),
    ("M.", "Étienne"),
];

pub(super) const LAST: [&str; 24] = [
    "Lefèvre",
    "Garçon",
    "Müller",
    "Le Goff",
    "Noël",
    "Béranger",
    "D'Hœur",
    "Crépin",
    "Bénard",
    "Guérin",
    "Désormeaux",
    "Péron",
    "Château",
    "Rémy",
    "Frémont",
    "Léger",
    "Hervé",
    "Gîte",
    "Maçon",
    "Prévost",
    "Tréguier",
    "Brûlé",
    "Côme",
    "Aÿ",
];

pub(super) const CITIES: [(&str, &str, &str); 12] = [
    ("35000", "Rennes", "Bretagne"),
    ("25000", "Besançon", "Bourgogne-Franche-Comté"),
    ("91000", "Évry-Courcouronnes", "Île-de-France"),
    ("42000", "Saint-Étienne", "Auvergne-Rhône-Alpes"),
    ("30000", "Nîmes", "Occitanie"),
    ("29000", "Quimper", "Bretagne"),
    ("35400", "Saint-Malo", "Bretagne"),
    ("54000", "Nancy", "Grand Est"),
    ("59300", "Valenciennes", "Hauts-de-France"),
    ("72000", "Le Mans", "Pays de la Loire"),
    ("76600", "Le Havre", "Normandie"),
    ("34200", "Sète", "Occitanie"),
];

pub(super) const STREETS: [&str; 8] = [
    "rue de la République",
    "boulevard de la Liberté",
    "allée des Érables",
    "impasse du Château",
    "place Sainte-Anne",
    "quai Émile Zola",
    "chemin des Prés",
    "rue du Général Leclerc",
];

pub(super) const COMPANIES: [&str; 8] = [
    "Boulangerie du Créneau",
    "Garage Bréhat",
    "Opticiens de l'Hôtel-Dieu",
    "Fleurs & Forêts",
    "Menuiserie Le Chêne",
    "Crêperie An Ty Coz",
    "Pépinières d'Évian",
    "Coiffure Élégance",
];

/// Transliterates a name to the characters of an e-mail address.
pub(super) fn to_ascii(name: &str) -> String {
    let mut ascii = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'à' | 'â' | 'ä' => ascii.push('a'),
            'ç' => ascii.push('c'),
            'é' | 'è' | 'ê' | 'ë' => ascii.push('e'),
            'î' | 'ï' => ascii.push('i'),
            'ô' | 'ö' => ascii.push('o'),
            'œ' => ascii.push_str("oe"),
            'û' | 'ü' => ascii.push('u'),
            'ÿ' => ascii.push('y'),
            'a'..='z' | '0'..='9' => ascii.push(c),
            _ => {}
        }
    }
    ascii
}
