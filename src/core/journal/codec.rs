//! An entry's bytes: magic `J`, format version, CRC-32 of the rest, then postcard.

use super::Entry;

const MAGIC: u8 = b'J';
const VERSION: u8 = 1;
const HEADER_BYTES: usize = 6;

/// Most bytes one entry may take; Kafka's default limit is a little above.
pub const MAX_ENTRY_BYTES: usize = 900 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodecError {
    NotAnEntry,
    /// Written by a later version.
    Version(u8),
    Checksum,
    Malformed,
    TooLarge(usize),
}

impl std::fmt::Display for CodecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CodecError::NotAnEntry => write!(f, "not a journal entry"),
            CodecError::Version(v) => write!(f, "journal format {v}; this build reads {VERSION}"),
            CodecError::Checksum => write!(f, "checksum does not fit"),
            CodecError::Malformed => write!(f, "entry can't be read"),
            CodecError::TooLarge(n) => write!(f, "entry of {n} bytes; {MAX_ENTRY_BYTES} are allowed"),
        }
    }
}

impl std::error::Error for CodecError {}

pub fn encode(entry: &Entry) -> Result<Vec<u8>, CodecError> {
    let mut out = vec![MAGIC, VERSION, 0, 0, 0, 0];
    out = postcard::to_extend(entry, out).map_err(|_| CodecError::Malformed)?;
    if out.len() > MAX_ENTRY_BYTES {
        return Err(CodecError::TooLarge(out.len()));
    }
    let checksum = crc32fast::hash(&out[HEADER_BYTES..]).to_le_bytes();
    out[2..HEADER_BYTES].copy_from_slice(&checksum);
    Ok(out)
}

pub fn decode(bytes: &[u8]) -> Result<Entry, CodecError> {
    if bytes.len() < HEADER_BYTES || bytes[0] != MAGIC {
        return Err(CodecError::NotAnEntry);
    }
    if bytes[1] != VERSION {
        return Err(CodecError::Version(bytes[1]));
    }
    if bytes[2..HEADER_BYTES] != crc32fast::hash(&bytes[HEADER_BYTES..]).to_le_bytes() {
        return Err(CodecError::Checksum);
    }
    postcard::from_bytes(&bytes[HEADER_BYTES..]).map_err(|_| CodecError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Channel, Fixed3, Intent, Period, RecordKind};
    use crate::journal::*;

    fn sample() -> Entry {
        Entry {
            seq: 300,
            stamp_ms: 1_325_397_600_000,
            body: Body::Record(RecordEntry {
                source: SourcePosition { topic: "hotline.tickets".into(), partition: 2, offset: 41, resume_offset: 42 },
                id: "T-1".into(),
                event_time_ms: Some(1_325_397_600_000),
                day_resolution: true,
                flags: vec![Flag::UnknownRegion],
                fact: Fact::Evidence(Evidence {
                    kind: RecordKind::Ticket,
                    subject: Some(Attribution {
                        id: "91371000MAFAKE0190".into(),
                        method: AttributionMethod::Id,
                        confidence: Fixed3(1000),
                    }),
                    candidates: vec![],
                    region: None,
                    intent: Some(Intent::Complaint),
                    status: None,
                    verified: None,
                    counts_as_risk: true,
                    matters: vec![MatterHit {
                        matter: "urban-gas".into(),
                        counted: true,
                        evidence: vec!["complaint".into()],
                        triggers: vec![],
                    }],
                    credit_class: None,
                }),
            }),
        }
    }

    /// The bytes of format version 1. If this fails, a journal written before can't be read: add a
    /// version, don't change these.
    #[test]
    fn golden_bytes() {
        let bytes = encode(&sample()).unwrap();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let golden = include_str!("golden_entry.hex").trim();
        assert_eq!(hex, golden);
        assert_eq!(decode(&bytes).unwrap(), sample());
    }

    /// The facts that came after the first release of version 1: their place among the variants stays.
    #[test]
    fn golden_bytes_of_later_facts() {
        let evidence = || match sample().body {
            Body::Record(RecordEntry { fact: Fact::Evidence(evidence), .. }) => evidence,
            other => panic!("{other:?}"),
        };
        let later = [
            Fact::Figure(Figure { evidence: evidence(), measure: "prepaid_balance_yuan".into(), value: Fixed3(1_250_000) }),
            Fact::Indicator(IndicatorFact {
                indicator: "calls".into(),
                period: Period::Hour,
                period_start_ms: 1_325_397_600_000,
                period_start: "2012-01-01T00:00".into(),
                value: 12.5,
                matter: Some("urban-gas".into()),
                evidence: evidence(),
            }),
            Fact::Report { channel: Channel::Media, evidence: evidence() },
            Fact::Text(TextFact {
                evidence: evidence(),
                channel: Some(Channel::Association),
                span: Some(Span { field: TextField::Content, from: 3, to: 9 }),
                secondary: vec![Named {
                    attribution: Attribution {
                        id: "91371000MAFAKE0190".into(),
                        method: AttributionMethod::TradeVariant,
                        confidence: Fixed3(600),
                    },
                    span: None,
                }],
                sketch: Some(u64::MAX - 1),
                caller: Some(Caller { key_id: "k1".into(), day_hash: 7 }),
                relates_to: Some("T-0".into()),
                status_at_ms: Some(1_325_397_600_000),
                departments: vec!["wh-amr".into()],
                excerpt: Some("…".into()),
            }),
            Fact::Lasting(LastingFact {
                evidence: evidence(),
                holds: Holds {
                    until_ms: Some(1_400_000_000_000),
                    revoked: true,
                    permit: Some(PermitFact { r#type: "金融许可证".into(), in_force: true }),
                },
            }),
            Fact::Outcome(OutcomeFact {
                evidence: evidence(),
                holds: None,
                object: ObjectLabels { area: Some("north".into()), object_type: Some("shop".into()), risk_class: None },
                hits: vec![OutcomeHit {
                    matter: "urban-gas".into(),
                    happened: Some(true),
                    random: false,
                    terms: vec!["last-visit".into()],
                }],
            }),
            Fact::Unsorted(UnsortedFact {
                text: TextFact::of(evidence(), None),
                terms: vec![crate::intake::of_pair('密', '室')],
            }),
            Fact::Measure(IndicatorFact {
                indicator: "pork".into(),
                period: Period::Week,
                period_start_ms: 1_325_433_600_000,
                period_start: "2012-01-02".into(),
                value: 31.0,
                matter: None,
                evidence: evidence(),
            }),
        ];
        let golden: Vec<&str> = include_str!("golden_facts.hex").lines().collect();
        assert_eq!(golden.len(), later.len());
        for (fact, golden) in later.into_iter().zip(&golden) {
            let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
            let mut entry = sample();
            if let Body::Record(record) = &mut entry.body {
                record.fact = fact;
            }
            let bytes = encode(&entry).unwrap();
            assert_eq!(hex(&bytes), *golden);
            assert_eq!(decode(&bytes).unwrap(), entry);
        }
    }

    #[test]
    fn damage_is_noticed() {
        let bytes = encode(&sample()).unwrap();
        for i in 0..bytes.len() {
            let mut torn = bytes.clone();
            torn[i] ^= 1;
            assert!(decode(&torn).is_err(), "byte {i}");
            assert!(decode(&bytes[..i]).is_err(), "cut at {i}");
        }
    }
}
