//! The committed files of `schemas/` are what the types give.
//!
//! `JIANWEI_BLESS=1 cargo test -p jianwei-core --test schema_files` writes them anew, as `jianwei schema` does.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads and writes the schema files")]

mod common;

use common::{blessing, schemas_dir};
use jianwei_core::schema::files;

#[test]
fn the_committed_schemas_are_what_the_types_give() {
    let files = files();
    assert!(files.len() > 14, "{:?}", files.keys());
    for (name, text) in files {
        let path = schemas_dir().join(&name);
        if blessing() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
            continue;
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "schemas/{name} is not what the types give: if meant, `jianwei schema` writes it anew");
    }
}
