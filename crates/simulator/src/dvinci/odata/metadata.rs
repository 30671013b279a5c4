//! The service document and the metadata document, in XML.

use super::entity_sets::ENTITY_SETS;

/// Namespace of the types.
const NAMESPACE: &str = "dvinci.reporting";

pub(super) fn service_document(url: &str) -> String {
    let sets = ENTITY_SETS.iter().map(|set| {
        let name = set.name;
        format!("<collection href=\"{name}\" metadata:name=\"{name}\"><atom:title>{name}</atom:title></collection>")
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <service xmlns=\"http://www.w3.org/2007/app\" xmlns:atom=\"http://www.w3.org/2005/Atom\" \
         xmlns:metadata=\"http://docs.oasis-open.org/odata/ns/metadata\" xml:base=\"{url}/\" \
         metadata:context=\"{url}/$metadata\"><workspace><atom:title>{NAMESPACE}</atom:title>{}</workspace></service>\n",
        sets.collect::<String>(),
    )
}

pub(super) fn document() -> String {
    let types = ENTITY_SETS.iter().map(|set| {
        let properties = set.properties.iter().map(|property| {
            let nullable = if property.name == "id" { " Nullable=\"false\"" } else { "" };
            format!("<Property Name=\"{}\" Type=\"Edm.{}\"{nullable}/>", property.name, property.kind)
        });
        let properties: String = properties.collect();
        format!("<EntityType Name=\"{}\"><Key><PropertyRef Name=\"id\"/></Key>{properties}</EntityType>", set.entity)
    });
    let types: String = types.collect();
    let sets = ENTITY_SETS
        .iter()
        .map(|set| format!("<EntitySet Name=\"{}\" EntityType=\"{NAMESPACE}.{}\"/>", set.name, set.entity));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\
         <Schema Namespace=\"{NAMESPACE}\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">{types}\
         <EntityContainer Name=\"Container\">{}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>\n",
        sets.collect::<String>(),
    )
}
