//! Readings of devices: which records are some, and which values measure nothing.

use super::mask;
use crate::domain::{Alarm, Fixed3, Observation, Record, hash64};
use crate::journal::Flag;

/// What devices and their gateways send for no measurement: nines, and the ends of 16-bit counters.
const SENTINELS: [f64; 11] = [9999.0, 99999.0, 9999.9, 999.9, -999.0, -999.9, -9999.0, -99999.0, 32767.0, -32768.0, 65535.0];
const BAD: [&str; 12] =
    ["stuck", "frozen", "bad", "fault", "faulty", "invalid", "卡死", "恒值", "故障", "异常", "无效", "传感器故障"];
/// Units of what people count and no device measures.
const COUNTED_UNITS: [&str; 17] =
    ["元", "万元", "亿元", "人民币", "yuan", "cny", "rmb", "人", "人次", "户", "家", "件", "张", "笔", "起", "个", "天"];
/// The same at the end of a measure's name, as pipelines write it (`prepaid_balance_yuan`).
const COUNTED_NAMES: [&str; 13] = [
    "balance",
    "deposit",
    "amount",
    "headcount",
    "_yuan",
    "_count",
    "_days",
    "_failed",
    "_persons",
    "余额",
    "金额",
    "人数",
    "数量",
];

/// Why the value of an alarm measures nothing.
pub(super) fn alarm_fault(alarm: &Alarm) -> Option<Flag> {
    if SENTINELS.contains(&alarm.value) {
        return Some(Flag::SensorSentinel);
    }
    let quality = alarm.quality.as_deref()?;
    BAD.iter().any(|word| word.eq_ignore_ascii_case(quality)).then_some(Flag::SensorStuck)
}

/// Why an observation measures nothing. 9999 yuan may well be a balance.
pub(super) fn observation_fault(observation: &Observation) -> Option<Flag> {
    (is_devices(observation) && SENTINELS.contains(&observation.value)).then_some(Flag::SensorSentinel)
}

fn is_devices(observation: &Observation) -> bool {
    let unit = observation.unit.as_deref().unwrap_or_default();
    !COUNTED_UNITS.iter().any(|counted| counted.eq_ignore_ascii_case(unit))
        && !COUNTED_NAMES.iter().any(|end| observation.measure.ends_with(end))
}

/// A reading among others of its device.
pub struct Reading {
    /// The firm, the device and what it measures, hashed: readings of one are compared with each other.
    pub series: u64,
    pub value: Fixed3,
    pub at_ms: i64,
    /// It measured something, as far as the record itself tells.
    pub measured: bool,
}

impl Reading {
    /// The record as a device's reading; none of a record that is no device's.
    pub fn of(record: &Record) -> Option<Reading> {
        let (id, measure, device, value, at_ms, spoilt) = match record {
            Record::Alarm(r) => (&r.id, &r.measure, r.device.as_deref(), r.value, r.at_ms, r.spoilt),
            Record::Observation(r) if is_devices(r) => (&r.id, &r.measure, None, r.value, r.at_ms, r.spoilt),
            _ => return None,
        };
        // No hash of a number a person could be found by.
        let device = mask::label(device.unwrap_or_default());
        let series = hash64(&[record.kind().as_str(), id, &mask::label(measure), &device]);
        Some(Reading { series, value: Fixed3::from_f64(value), at_ms, measured: !spoilt })
    }
}
