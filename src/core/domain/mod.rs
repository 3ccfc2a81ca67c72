//! Plain data: times, levels, id schemes, calendars, records in and out.

mod amount;
mod calendar;
mod codes;
mod hash;
mod ids;
mod level;
pub mod outputs;
mod period;
mod records;
mod time;
mod time_text;
pub(crate) mod wire;

pub use amount::parse_amount;
pub use calendar::{Calendar, DayKind, DueDay};
pub use codes::*;
pub use hash::{hash64, hex_digest, short_hash};
pub use ids::{IdHint, IdProblem, IdScheme, MAX_ID_BYTES, is_scientific};
pub use level::{Category, Fixed3, Language, Level, Text};
pub use period::{Indicator, Period};
pub use records::*;
pub use time::{DAY_MS, HOUR_MS, TimeProblem, Zone, parse_time};
pub use time_text::{TimeRead, read_time};
