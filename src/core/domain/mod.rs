//! Plain data: times, levels, id schemes, calendars, records in and out.

mod calendar;
mod codes;
mod hash;
mod ids;
mod level;
pub mod outputs;
mod period;
mod records;
mod time;
pub(crate) mod wire;

pub use calendar::{Calendar, DueDay};
pub use codes::*;
pub use hash::{hash64, hex_digest, short_hash};
pub use ids::{IdProblem, IdScheme, MAX_ID_BYTES};
pub use level::{Category, Fixed3, Language, Level, Text};
pub use period::{Indicator, Period};
pub use records::*;
pub use time::{DAY_MS, HOUR_MS, TimeProblem, Zone, parse_time};
