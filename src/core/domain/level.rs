use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// Warning level (分级), lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Note and watch.
    Blue,
    /// The lead checks off site.
    Yellow,
    /// Joint verification.
    Orange,
    /// A person verifies the same day.
    Red,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];

    pub fn as_str(self) -> &'static str {
        match self {
            Level::Blue => "blue",
            Level::Yellow => "yellow",
            Level::Orange => "orange",
            Level::Red => "red",
        }
    }

    pub fn parse(text: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|l| l.as_str() == text)
    }

    /// One level lower; none below blue.
    pub fn lower(self) -> Option<Level> {
        match self {
            Level::Blue => None,
            Level::Yellow => Some(Level::Blue),
            Level::Orange => Some(Level::Yellow),
            Level::Red => Some(Level::Orange),
        }
    }

    pub fn index(self) -> usize {
        self as usize
    }
}

/// Warning category (分类).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Safety,
    Consumer,
    Finance,
    Environment,
    Labour,
    Price,
    Quality,
    Service,
    Feed,
}

impl Category {
    pub const NAMES: [(&'static str, Category); 9] = [
        ("safety", Category::Safety),
        ("consumer", Category::Consumer),
        ("finance", Category::Finance),
        ("environment", Category::Environment),
        ("labour", Category::Labour),
        ("price", Category::Price),
        ("quality", Category::Quality),
        ("service", Category::Service),
        ("feed", Category::Feed),
    ];

    pub fn parse(text: &str) -> Option<Category> {
        Category::NAMES.iter().find(|(name, _)| *name == text).map(|(_, c)| *c)
    }
}

/// The language of human text a realm publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    En,
    Zh,
}

impl Language {
    pub fn parse(text: &str) -> Option<Language> {
        match text {
            "en" => Some(Language::En),
            "zh" => Some(Language::Zh),
            _ => None,
        }
    }
}

/// A text in both languages; a pipeline may give one and leave the other empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub en: String,
    pub zh: String,
}

impl Text {
    /// The text in `language`, or in the other one where it is missing.
    pub fn get(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::En => (&self.en, &self.zh),
            Language::Zh => (&self.zh, &self.en),
        };
        if first.is_empty() { second } else { first }
    }
}

/// A figure in thousandths, published as a decimal number of at most three places. The core
/// publishes no bare `f64`: rounding happens once, here, and comparisons use the integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
pub struct Fixed3(pub i64);

impl Fixed3 {
    /// Rounds half away from zero; not-a-number becomes 0, and the range is held at +-9e15.
    pub fn from_f64(value: f64) -> Fixed3 {
        let scaled = (value * 1000.0).clamp(-9e15, 9e15);
        let rounded = if scaled >= 0.0 { (scaled + 0.5).floor() } else { (scaled - 0.5).ceil() };
        Fixed3(rounded as i64)
    }
}

impl JsonSchema for Fixed3 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fixed3".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "description": "A decimal number of at most three places." })
    }
}

impl std::fmt::Display for Fixed3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0 as f64 / 1000.0)
    }
}

impl Serialize for Fixed3 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // A number for people and departments; the integer itself in journal and snapshot.
        if s.is_human_readable() { s.serialize_f64(self.0 as f64 / 1000.0) } else { s.serialize_i64(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed3_rounds_half_away_from_zero_and_prints_short() {
        for (value, text) in
            [(1.0, "1"), (1.2345, "1.235"), (-1.2345, "-1.235"), (0.0004, "0"), (f64::NAN, "0"), (1e300, "9000000000000")]
        {
            assert_eq!(Fixed3::from_f64(value).to_string(), text, "{value}");
        }
    }

    #[test]
    fn levels_are_ordered_and_named() {
        for level in Level::ALL {
            assert_eq!(Level::parse(level.as_str()), Some(level));
            if let Some(lower) = level.lower() {
                assert!(lower < level);
            }
        }
    }
}
