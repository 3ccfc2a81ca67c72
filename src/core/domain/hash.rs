use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 in lower-case hex.
pub fn hex_digest(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for b in Sha256::digest(bytes) {
        let _ = write!(out, "{b:02x}");
    }
    out
}

/// The first 64 bits of SHA-256 over the parts, as [`short_hash`] writes them in hex.
pub fn hash64(parts: &[&str]) -> u64 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// The first 16 hex characters of SHA-256 over the parts, each followed by a zero byte so that
/// `("a", "bc")` and `("ab", "c")` differ. 64 bits: ids of one realm, not secrets.
pub fn short_hash(parts: &[&str]) -> String {
    let mut all = Vec::with_capacity(64);
    for part in parts {
        all.extend_from_slice(part.as_bytes());
        all.push(0);
    }
    let mut digest = hex_digest(&all);
    digest.truncate(16);
    digest
}
