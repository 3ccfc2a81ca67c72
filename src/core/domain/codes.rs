//! Closed lists of words that records use, as they are written and as they are read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares an enum of wire words with `parse` and `as_str`; the first word of each row is the one
/// Jianwei writes, the others are read as the same.
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($variant:ident = $first:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every word that is read.
            pub const WORDS: &'static [&'static str] = &[$($first $(, $other)*),+];

            pub fn parse(text: &str) -> Option<$name> {
                match text {
                    $($first $(| $other)* => Some($name::$variant),)+
                    _ => None,
                }
            }

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $first),+ }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                super::wire::words(concat!("" $(, $doc)*), $name::WORDS)
            }
        }
    };
}

words! {
    /// What a caller wants (诉求类型).
    Intent {
        Complaint = "complaint" | "投诉",
        Report = "report" | "举报",
        Inquiry = "inquiry" | "咨询",
        Help = "help" | "求助",
        Suggestion = "suggestion" | "建议",
        Praise = "praise" | "表扬",
        TicketReminder = "ticket_reminder" | "催办",
    }
}

impl Intent {
    /// Whether a ticket of this intent speaks of a risk.
    pub fn counts_as_risk(self) -> bool {
        matches!(self, Intent::Complaint | Intent::Report | Intent::Help)
    }
}

words! {
    /// State of a ticket at the hotline (工单状态).
    TicketStatus {
        Accepted = "accepted",
        Dispatched = "dispatched",
        Resolved = "resolved",
        Closed = "closed",
        Reopened = "reopened",
        Withdrawn = "withdrawn",
    }
}

words! {
    Urgency { Normal = "normal", Urgent = "urgent", Critical = "critical" }
}

words! {
    /// Where a report came from (art. 16).
    Channel {
        SupervisionPlatform = "supervision_platform",
        Association = "association",
        Media = "media",
        OnlineMonitoring = "online_monitoring",
    }
}

words! {
    /// How an inspection came about (检查方式).
    InspectionMode {
        DoubleRandom = "double_random",
        ForCause = "for_cause",
        Joint = "joint",
        OffSite = "off_site",
    }
}

words! {
    InspectionResult {
        Pass = "pass",
        Minor = "minor",
        Serious = "serious",
        Critical = "critical",
        Refused = "refused",
    }
}

words! {
    PermitStatus { Granted = "granted", Renewed = "renewed", Expired = "expired", Revoked = "revoked" }
}

words! {
    /// What an organisation says of a warning or a clue.
    Action {
        Acknowledge = "acknowledge",
        Start = "start",
        Feedback = "feedback",
        Close = "close",
        Return = "return",
        Extend = "extend",
        Decline = "decline",
        ReferCriminal = "refer_criminal",
        ObjectionFiled = "objection_filed",
        ObjectionDecided = "objection_decided",
    }
}

words! {
    Outcome {
        Confirmed = "confirmed",
        Unfounded = "unfounded",
        Rectified = "rectified",
        Penalised = "penalised",
        WrongSubject = "wrong_subject",
    }
}
