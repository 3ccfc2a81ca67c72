//! placeholder
use serde_json::Value;
pub fn editor_schemas() -> Vec<(&'static str, Value)> {
    Vec::new()
}
