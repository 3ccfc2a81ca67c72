//! The language of what a command prints: `--lang`, else the locale.

use jianwei_core::domain::Language;

/// For clap: `--lang zh` or `--lang en`.
pub fn parse(text: &str) -> Result<Language, String> {
    match text {
        "zh" => Ok(Language::Zh),
        "en" => Ok(Language::En),
        _ => Err(format!("no language {text:?}: zh or en")),
    }
}

/// The language asked for, else the locale's, as POSIX looks it up.
pub fn chosen(asked: Option<Language>) -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    asked.unwrap_or_else(|| of_locale(&locale()))
}

fn of_locale(locale: &str) -> Language {
    if locale.to_ascii_lowercase().starts_with("zh") { Language::Zh } else { Language::En }
}

/// One of two texts.
pub fn pick<'a>(language: Language, zh: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        for (locale, language) in
            [("zh_CN.UTF-8", Language::Zh), ("ZH_TW", Language::Zh), ("C.UTF-8", Language::En), ("", Language::En)]
        {
            assert_eq!(of_locale(locale), language, "{locale:?}");
        }
        assert_eq!(parse("zh"), Ok(Language::Zh));
        assert!(parse("fr").is_err());
    }
}
