//! Intake: bytes → typed record → what it says about whom. A pure function of record, directory and
//! pipeline (and the key callers are hashed with); it remembers nothing.

mod ahead;
mod bytes;
mod caller;
mod clean;
mod decode;
mod departments;
mod directory;
mod fields;
mod hints;
mod html;
pub mod mask;
mod mojibake;
pub mod names;
mod own_id;
mod private;
mod resolve;
mod secrecy;
mod sensor;
mod sketch;
mod terms;
mod test_record;
mod unit;

pub use ahead::{Ahead, look_ahead, resolve};
pub use bytes::MAX_RECORD_BYTES;
pub use caller::{CallerKey, MAX_KEY_ID_CHARS, MIN_CALLER_KEY_BYTES};
pub use clean::{clean, clean_name};
pub use decode::{Decoded, Rejection, decode};
pub use departments::MAX_DEPARTMENTS;
pub use directory::{Directory, MAX_ENTERPRISES, MAX_MERGERS};
pub use fields::{MAX_LIST, MAX_OWN_ID_BYTES, MAX_SHORT_CHARS, MAX_TEXT_CHARS, choose_map};
pub use mojibake::repaired;
pub use sensor::Reading;
pub use sketch::{MIN_SKETCHED_CHARS, sketch};
pub use terms::{MAX_TERM_CHARS, MAX_TERMS, of_pair, term_text};
