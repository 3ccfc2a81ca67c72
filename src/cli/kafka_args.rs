use crate::kafka::Settings;
use anyhow::Result;

/// Where the cluster is.
#[derive(clap::Args, Debug, Clone)]
pub struct KafkaArgs {
    /// Bootstrap servers, host:port, separated by commas.
    #[arg(long, env = "JIANWEI_BROKERS")]
    pub brokers: String,
    /// Any librdkafka setting, key=value; may stand several times. TLS and SASL among them:
    /// `--kafka security.protocol=SASL_SSL --kafka sasl.mechanisms=SCRAM-SHA-512`.
    #[arg(long = "kafka", value_name = "KEY=VALUE")]
    pub kafka: Vec<String>,
}

impl KafkaArgs {
    pub fn settings(&self) -> Result<Settings> {
        Settings::new(&self.brokers, &self.kafka)
    }
}
