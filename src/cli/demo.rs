use crate::demo::{City, Options, run as run_demo};
use crate::kafka::Settings;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::Language;

#[derive(clap::Args)]
pub struct Args {
    /// The whole run, start-up included, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Plain text (also with NO_COLOR set, or when the output is no terminal).
    #[arg(long)]
    no_color: bool,
    /// On the real cluster that KAFKA_BROKERS names, with a worker killed in mid-run.
    #[arg(long)]
    kafka: bool,
    /// One half only: chicago (real feeds) or weihai (a simulated month).
    #[arg(long, value_parser = city)]
    city: Option<City>,
    /// zh or en; the locale's unless told.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

pub fn run(args: &Args) -> Result<()> {
    let kafka = match args.kafka {
        false => None,
        true => {
            let brokers = std::env::var("KAFKA_BROKERS")
                .context("--kafka needs KAFKA_BROKERS; `make demo-kafka` starts a broker and sets it")?;
            Some(Settings::new(&brokers, &[])?)
        }
    };
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
    let color = terminal && !args.no_color && std::env::var_os("NO_COLOR").is_none();
    if kafka.is_some() && args.city == Some(City::Weihai) {
        bail!("--kafka shows Chicago's real feeds: leave --city weihai out");
    }
    let language = crate::lang::chosen(args.lang);
    run_demo(&Options { city: args.city, seconds: args.seconds, color, language, kafka })
}

fn city(text: &str) -> Result<City, String> {
    match text {
        "chicago" => Ok(City::Chicago),
        "weihai" => Ok(City::Weihai),
        _ => Err(format!("no city {text:?}: chicago or weihai")),
    }
}
