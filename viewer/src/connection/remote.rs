//! OSC and head trackers, kept as they were chosen while something plays.

use renderer::live::Handle;
use renderer::live::osc::{self, OscServer};

use super::listening::RemoteSettings;

/// What is heard and sent.
#[derive(Debug, Default)]
pub(super) struct Remote {
    server: Option<OscServer>,
    /// How it was started, or was not.
    settings: Option<RemoteSettings>,
    fault: Option<String>,
}

impl Remote {
    /// Starts it again where other settings were chosen. What failed is not tried again until they are.
    pub(super) fn keep(&mut self, handle: &Handle, settings: &RemoteSettings) {
        if self.settings.as_ref() == Some(settings) {
            return;
        }
        // The port is free before it is taken again.
        self.stop();
        self.settings = Some(settings.clone());
        if let Some(options) = settings.engine() {
            match osc::start(handle, &options) {
                Ok(server) => self.server = Some(server),
                Err(error) => self.fault = Some(error.to_string()),
            }
        }
    }

    /// Ends it.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// Why nothing is heard or sent.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }
}
