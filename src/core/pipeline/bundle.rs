use super::reader::{File, Problem};
use crate::domain::hex_digest;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most bytes the files of a pipeline may take in a genesis or activation entry.
pub const MAX_BUNDLE_ZSTD_BYTES: usize = 512 * 1024;
pub const MAX_BUNDLE_BYTES: usize = 16 * 1024 * 1024;

/// Larger files are not parsed.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
pub const MAX_FILES: usize = 600;

/// A pipeline's files by path relative to its folder, with `/` between the parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    pub files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleProblem {
    TooLarge { zstd_bytes: usize },
    Torn,
}

impl std::fmt::Display for BundleProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BundleProblem::TooLarge { zstd_bytes } => {
                write!(f, "the pipeline's files take {zstd_bytes} bytes packed; {MAX_BUNDLE_ZSTD_BYTES} are allowed")
            }
            BundleProblem::Torn => write!(f, "the pipeline's files in the journal can't be unpacked"),
        }
    }
}

impl Bundle {
    /// SHA-256 over the paths and texts, in path order: the pipeline's identity.
    pub fn hash(&self) -> String {
        let mut all = Vec::new();
        for (path, text) in &self.files {
            for part in [path, text] {
                all.extend_from_slice(&(part.len() as u64).to_le_bytes());
                all.extend_from_slice(part.as_bytes());
            }
        }
        hex_digest(&all)
    }

    pub fn pack(&self) -> Result<Vec<u8>, BundleProblem> {
        let plain = postcard::to_allocvec(self).map_err(|_| BundleProblem::Torn)?;
        let packed = zstd::bulk::compress(&plain, 9).map_err(|_| BundleProblem::Torn)?;
        if packed.len() > MAX_BUNDLE_ZSTD_BYTES || plain.len() > MAX_BUNDLE_BYTES {
            return Err(BundleProblem::TooLarge { zstd_bytes: packed.len() });
        }
        Ok(packed)
    }

    pub fn unpack(packed: &[u8]) -> Result<Bundle, BundleProblem> {
        let plain = zstd::bulk::decompress(packed, MAX_BUNDLE_BYTES).map_err(|_| BundleProblem::Torn)?;
        postcard::from_bytes(&plain).map_err(|_| BundleProblem::Torn)
    }
}

/// Whether the files are small enough to be read at all.
pub(super) fn fits(bundle: &Bundle, problems: &RefCell<Vec<Problem>>) -> bool {
    for (name, text) in bundle.files.iter().filter(|(_, text)| text.len() > MAX_FILE_BYTES) {
        let message = format!("the file has {} bytes; {MAX_FILE_BYTES} are allowed", text.len());
        File::new(name, "", problems).report(0, message, "several files in matters/, or two realms");
    }
    let bytes: usize = bundle.files.values().map(String::len).sum();
    if bundle.files.len() > MAX_FILES || bytes > MAX_BUNDLE_BYTES {
        let files = bundle.files.len();
        let message = format!("{files} files of {bytes} bytes; {MAX_FILES} of {MAX_BUNDLE_BYTES} bytes are allowed");
        File::new("pipeline.toml", "", problems).report(0, message, "fewer files, or two realms");
    }
    problems.borrow().is_empty()
}
