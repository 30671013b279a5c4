//! Rust types of the fields of objects, from progenitor's type space.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use anyhow::{Context, Result, anyhow, bail};
use progenitor::{CrateVers, GenerationSettings, Generator};
use serde_json::{Map, Value, json};
use typify::{Type, TypeDetails, TypeId, TypeSpace};

use crate::codegen::model::api::Api;
use crate::codegen::model::operation::Operation;
use crate::codegen::model::response::ResponseBody;
use crate::codegen::model::schema::{Property, Schema, Shape};
use crate::codegen::model::ty::Ty;
use crate::codegen::model::walk::placeholders;

/// Types of the fields of objects, by the name of the type, in the order of the fields.
pub(crate) struct RustTypes(BTreeMap<String, Vec<Ty>>);

impl RustTypes {
    /// Returns the type of a field.
    pub(crate) fn field(&self, name: &str, index: usize) -> Option<&Ty> {
        self.0.get(name)?.get(index)
    }
}

/// Passes the model's types and operations to progenitor, and reads the Rust types that it derives.
///
/// progenitor validates the document and boxes the fields of recursive types. Everything else that code is emitted from
/// is in the model, so the client that progenitor writes is dropped.
///
/// # Errors
///
/// If progenitor rejects the document, or panics.
pub(crate) fn read(api: &Api) -> Result<RustTypes> {
    let document = serde_json::from_value(document(api)).context("reading the model as OpenAPI 3.0")?;
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap").with_crate("keyfob_client", CrateVers::Any, None);
    let mut generator = Generator::new(&settings);
    let result = panic::catch_unwind(AssertUnwindSafe(|| generator.generate_tokens(&document).map(drop)));
    result
        .map_err(|_| anyhow!("progenitor panicked; its message is above"))?
        .context("progenitor rejects the document")?;
    let space = generator.get_type_space();
    let types = Types { space, by_name: space.iter_types().map(|ty| (ty.name(), ty)).collect(), api };
    let objects = api.schemas.iter().enumerate().filter_map(|(index, schema)| match &schema.shape {
        Shape::Object { properties, .. } => Some((index, schema, properties)),
        _ => None,
    });
    let fields = objects.map(|(index, schema, properties)| {
        let fields = types.fields(index, properties).with_context(|| schema.rust.clone())?;
        Ok((schema.rust.clone(), fields))
    });
    fields.collect::<Result<_>>().map(RustTypes)
}

/// Returns the document for progenitor.
///
/// Types and fields are numbered, so that they are found again whatever name progenitor derives from theirs.
fn document(api: &Api) -> Value {
    let index: BTreeMap<&str, usize> =
        api.schemas.iter().enumerate().map(|(index, schema)| (schema.rust.as_str(), index)).collect();
    let types = api.schemas.iter().enumerate().map(|(at, schema)| (type_name(at), component(schema, &index)));
    let mut paths = Map::new();
    for operation in &api.operations {
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        let method = operation.http_method.to_lowercase();
        // Of the variants on one path and method, the document can only have one.
        if item.get(&method).is_none() {
            item[method] = path_operation(operation, &index);
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Model", "version": "1" },
        "paths": paths,
        "components": { "schemas": types.collect::<Map<_, _>>() },
    })
}

fn type_name(index: usize) -> String {
    format!("T{index:04}")
}

fn field_name(index: usize) -> String {
    format!("f{index:04}")
}

fn path_operation(operation: &Operation, index: &BTreeMap<&str, usize>) -> Value {
    let parameters = placeholders(&operation.path)
        .into_iter()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let mut response = json!({ "description": "Success" });
    if let ResponseBody::Json(ty) = &operation.response {
        response["content"] = json!({ "application/json": { "schema": schema(ty, index) } });
    }
    json!({
        "operationId": operation.id,
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": { "2XX": response },
    })
}

fn component(found: &Schema, index: &BTreeMap<&str, usize>) -> Value {
    match &found.shape {
        Shape::Object { properties, .. } => {
            let fields = properties.iter().enumerate();
            let types = fields.clone().map(|(at, property)| (field_name(at), schema(&property.ty, index)));
            let required = fields.filter(|(_, property)| property.required).map(|(at, _)| field_name(at));
            json!({
                "type": "object",
                "properties": types.collect::<Map<_, _>>(),
                "required": required.collect::<Vec<_>>(),
            })
        }
        Shape::Strings(_) | Shape::Integers(_) => json!({ "type": "string", "enum": ["A"] }),
    }
}

/// Returns the schema of a type.
fn schema(ty: &Ty, index: &BTreeMap<&str, usize>) -> Value {
    match ty {
        Ty::Text => json!({ "type": "string" }),
        Ty::Integer => json!({ "type": "integer" }),
        Ty::Number => json!({ "type": "number" }),
        Ty::Boolean => json!({ "type": "boolean" }),
        Ty::Date => json!({ "type": "string", "format": "date" }),
        Ty::Timestamp => runtime("Timestamp"),
        Ty::Runtime(name) => runtime(name),
        Ty::List(inner) => json!({ "type": "array", "items": schema(inner, index) }),
        Ty::Map(inner) => json!({ "type": "object", "additionalProperties": schema(inner, index) }),
        Ty::Boxed(inner) => schema(inner, index),
        Ty::Named(name) => match index.get(name.as_str()) {
            Some(at) => json!({ "$ref": format!("#/components/schemas/{}", type_name(*at)) }),
            None => json!({}),
        },
        Ty::Json | Ty::Unit | Ty::Bytes | Ty::Pairs => json!({}),
    }
}

/// Returns the schema of a type of `keyfob_client`.
fn runtime(name: &str) -> Value {
    let path = format!("keyfob_client::{name}");
    json!({ "x-rust-type": { "crate": "keyfob_client", "version": "*", "path": path } })
}

/// progenitor's types.
struct Types<'t> {
    space: &'t TypeSpace,
    by_name: BTreeMap<String, Type<'t>>,
    api: &'t Api,
}

impl Types<'_> {
    /// Returns the types of the fields of the object with this index.
    fn fields(&self, index: usize, properties: &[Property]) -> Result<Vec<Ty>> {
        let object = self.by_name.get(&type_name(index)).context("progenitor has no such type")?;
        let TypeDetails::Struct(object) = object.details() else { bail!("progenitor's type is not a struct") };
        let found: BTreeMap<&str, TypeId> = object.properties_info().map(|info| (info.name, info.type_id)).collect();
        let fields = properties.iter().enumerate().map(|(at, property)| {
            let id = found.get(field_name(at).as_str());
            let id = id.with_context(|| format!("{}: progenitor has no such field", property.name))?;
            self.ty(id).with_context(|| property.name.clone())
        });
        fields.collect()
    }

    /// Returns the type without `Option` around it.
    fn ty(&self, id: &TypeId) -> Result<Ty> {
        let found = self.space.get_type(id)?;
        Ok(match found.details() {
            TypeDetails::Option(inner) => self.ty(&inner)?,
            TypeDetails::Vec(inner) => Ty::List(Box::new(self.ty(&inner)?)),
            TypeDetails::Map(_, inner) => Ty::Map(Box::new(self.ty(&inner)?)),
            TypeDetails::Box(inner) => Ty::Boxed(Box::new(self.ty(&inner)?)),
            TypeDetails::String => Ty::Text,
            TypeDetails::Struct(_) | TypeDetails::Enum(_) => self.named(&found.name())?,
            TypeDetails::Builtin(name) => builtin(name)?,
            _ => bail!("progenitor's type {} is unknown", found.describe()),
        })
    }

    /// Returns the generated type whose number is in this name.
    fn named(&self, name: &str) -> Result<Ty> {
        let index: Option<usize> = name.strip_prefix('T').and_then(|number| number.parse().ok());
        let schema = index.and_then(|index| self.api.schemas.get(index));
        let schema = schema.with_context(|| format!("progenitor's type {name} is not in the model"))?;
        Ok(Ty::Named(schema.rust.clone()))
    }
}

fn builtin(name: &str) -> Result<Ty> {
    Ok(match name {
        "i64" => Ty::Integer,
        "f64" => Ty::Number,
        "bool" => Ty::Boolean,
        "::serde_json::Value" => Ty::Json,
        "::chrono::naive::NaiveDate" => Ty::Date,
        _ => match name.strip_prefix("::keyfob_client::") {
            Some(name) => Ty::runtime(name),
            None => bail!("progenitor's type {name} is unknown"),
        },
    })
}
