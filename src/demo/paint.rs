//! Colours, where the terminal has them.

use jianwei_core::domain::Level;

#[derive(Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn code(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    pub fn bold(self, text: &str) -> String {
        self.code("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.code("2", text)
    }

    pub fn level(self, level: &str, text: &str) -> String {
        match Level::parse(level) {
            Some(Level::Red) => self.code("1;97;41", text),
            Some(Level::Orange) => self.code("1;38;5;208", text),
            Some(Level::Yellow) => self.code("33", text),
            Some(Level::Blue) => self.code("34", text),
            None => text.to_string(),
        }
    }
}
