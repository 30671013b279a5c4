//! State by type, for an API whose data other APIs or the control API read.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// At most one value per type.
#[derive(Debug, Default)]
pub(crate) struct Extensions(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Extensions {
    /// Stores a value and replaces an earlier value of the same type, as a reset does.
    pub(crate) fn insert<T: Any + Send + Sync>(&self, value: Arc<T>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), value);
    }

    /// Returns the value of a type; `None` until its API is mounted.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let value = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>())?.clone();
        value.downcast().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_one_value_which_a_later_insert_replaces() {
        let extensions = Extensions::default();
        assert_eq!(extensions.get::<u8>(), None);
        extensions.insert(Arc::new(1_u8));
        extensions.insert(Arc::new("text"));
        extensions.insert(Arc::new(2_u8));
        assert_eq!(extensions.get::<u8>().as_deref(), Some(&2));
    }
}
